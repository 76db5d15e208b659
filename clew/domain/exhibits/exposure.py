"""How much clear material an officer has looked at: told to him alone, limited by his agency, a break suggested in time."""

from dataclasses import dataclass

from clew.access import sight
from clew.access.verb import event, verb
from clew.kernel.errors import BadInput, NotFound, TooMany
from clew.kernel.ids import ExhibitId
from clew.kernel.settings import settings
from clew.kernel.viewer import Viewer
from clew.store.db import Work

LONGEST = 4 * 3600.0
"""Seconds: a picture left open for longer was not looked at all the time."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """Reveals and seconds of the hour, of today and of seven days (UTC); `limit` a day, 0 for none."""

    hour: int
    today: int
    week: int
    seconds_today: float
    seconds_week: float
    limit: int
    break_due: bool


@verb("my_exposure", right="account")
def my_exposure(work: Work, viewer: Viewer) -> Exposure:
    """Show the officer how much clear material he has looked at; nobody else is shown it."""
    return _exposure(work, viewer)


@verb("hide_again", right="reveal")
def hide_again(work: Work, viewer: Viewer, exhibit_id: ExhibitId, *, seconds: float) -> None:
    """Write down how long clear material was on the screen: for the officer's own counter."""
    row = work.first(f"SELECT e.case_id FROM clew.exhibits e WHERE e.id = :id AND {sight.of_exhibit()}", {"id": exhibit_id})
    if row is None:
        raise NotFound
    if not seconds >= 0:
        raise BadInput("Seconds are counted from 0.")
    work.record(event(viewer, "hide_again", case_id=row.case_id, subject=f"exhibit:{exhibit_id}",
                      detail={"seconds": round(min(seconds, LONGEST), 1)}))


def within_limit(work: Work, viewer: Viewer) -> Exposure:
    """Return the officer's exposure with one reveal more. Raises TooMany where his agency's limit is reached."""
    # One at a time: several at once would each find room.
    work.rows("SELECT pg_advisory_xact_lock(hashtextextended(:who, 0))", {"who": f"clew reveals {viewer.officer_id}"})
    seen = _exposure(work, viewer)
    just_now = sum(told.verb == "reveal" for told in work.events)  # in this very transaction
    if seen.limit and seen.today + just_now >= seen.limit:
        raise TooMany(f"Your agency's limit of {seen.limit} reveals a day is reached. It begins anew tomorrow (UTC).")
    return seen


def _exposure(work: Work, viewer: Viewer) -> Exposure:
    row = work.rows("SELECT x.*, (SELECT a.reveal_limit FROM clew.agencies a WHERE a.id = :agency) AS own "
                    "FROM clew.own_exposure() x", {"agency": viewer.agency_id})[0]
    limit = min((one for one in (row.own, settings().reveal_limit) if one), default=0)
    suggested = settings().break_after
    return Exposure(row.hour, row.today, row.week, row.seconds_today, row.seconds_week, limit,
                    bool(suggested) and row.hour + 1 >= suggested)
