"""Verbs on category profiles: two come with Clew, an agency's administrator makes others. A code never stands alone."""

import uuid
from collections.abc import Sequence

from clew.access.verb import event, verb
from clew.domain.triage.model import Code, Profile
from clew.kernel import ids
from clew.kernel.errors import BadInput, Conflict, NotFound
from clew.kernel.ids import ProfileId
from clew.kernel.viewer import Viewer
from clew.store.db import Work

PACKAGED = ProfileId(uuid.UUID("c1a55e00-0000-4000-8000-000000000001"))
_PROFILES = """
    SELECT p.id, p.name, p.agency_id IS NOT NULL AS own, p.id = coalesce(h.profile_id, :packaged) AS chosen, l.code, l.label,
           l.means_none
    FROM clew.profiles p JOIN clew.profile_codes l ON l.profile_id = p.id
    LEFT JOIN clew.profile_choices h ON h.agency_id = :agency
    WHERE p.agency_id IS NULL OR p.agency_id = :agency ORDER BY own, p.name, p.id, l.code"""


def decided(work: Work, viewer: Viewer, profile_id: ProfileId, code: int) -> tuple[ProfileId | None, int | None]:
    """Return what a key means: a profile and its code, or nothing for "not categorised". Raises BadInput."""
    row = work.first("SELECT l.means_none FROM clew.profile_codes l JOIN clew.profiles p ON p.id = l.profile_id WHERE "
                     "l.profile_id = :profile AND l.code = :code AND (p.agency_id IS NULL OR p.agency_id = :agency)",
                     {"profile": profile_id, "code": code, "agency": viewer.agency_id})
    if row is None:
        raise BadInput("This profile has no such code. Choose one of those it shows.")
    return (None, None) if row.means_none else (profile_id, code)


def _all(work: Work, viewer: Viewer) -> list[Profile]:
    rows = work.rows(_PROFILES, {"agency": viewer.agency_id, "packaged": PACKAGED})
    codes: dict[ProfileId, list[Code]] = {}
    for row in rows:
        codes.setdefault(ProfileId(row.id), []).append(Code(row.code, row.label, row.means_none))
    known = {ProfileId(row.id): row for row in rows}
    return [Profile(one, row.name, row.own, row.chosen, tuple(codes[one])) for one, row in known.items()]


@verb("list_profiles", right="account")
def list_profiles(work: Work, viewer: Viewer) -> list[Profile]:
    """List the category profiles one's own agency may work with."""
    found = _all(work, viewer)
    work.record(event(viewer, "list_profiles"))
    return found


@verb("add_profile", right="set_profiles")
def add_profile(work: Work, viewer: Viewer, name: str, *, codes: Sequence[Code]) -> Profile:
    """Make a category profile for one's own agency."""
    profile_id = ProfileId(ids.random())
    work.write("INSERT INTO clew.profiles (id, agency_id, name) VALUES (:id, :agency, :name)",
               {"id": profile_id, "agency": viewer.agency_id, "name": _name(name)})
    return _write(work, viewer, "add_profile", profile_id, codes)


@verb("change_profile", right="set_profiles")
def change_profile(work: Work, viewer: Viewer, profile_id: ProfileId, *, name: str, codes: Sequence[Code]) -> Profile:
    """Change the name, the labels and the codes of a profile of one's own agency; a code in use stays."""
    changed = work.changed("UPDATE clew.profiles SET name = :name WHERE id = :id AND agency_id = :agency",
                           {"id": profile_id, "agency": viewer.agency_id, "name": _name(name)})
    if not changed:
        raise NotFound
    return _write(work, viewer, "change_profile", profile_id, codes)


def _name(name: str) -> str:
    if not 1 <= len(name.strip()) <= 80 or not name.isprintable():
        raise BadInput("A profile has a name of 1 to 80 characters.")
    return name.strip()


def _write(work: Work, viewer: Viewer, done: str, profile_id: ProfileId, codes: Sequence[Code]) -> Profile:
    """Write the codes of a profile. Raises BadInput, and Conflict for a code that is in use and would go."""
    if not codes or len({one.code for one in codes}) != len(codes) or any(
            not 0 <= one.code <= 9 or not 1 <= len(one.label.strip()) <= 80 for one in codes):
        raise BadInput("A profile has codes from 0 to 9, each once, each with a label of 1 to 80 characters.")
    for one in codes:
        work.write("INSERT INTO clew.profile_codes (profile_id, code, label, means_none) VALUES (:id, :code, :label, :none) "
                   "ON CONFLICT (profile_id, code) DO UPDATE SET label = EXCLUDED.label, means_none = EXCLUDED.means_none",
                   {"id": profile_id, "code": one.code, "label": one.label.strip(), "none": one.means_none})
    if not work.value("SELECT clew.drop_codes(:id, :kept)", {"id": profile_id, "kept": [one.code for one in codes]}):
        raise Conflict("A code that exhibits have cannot be taken out. Rename it, or make a new profile.")
    work.record(event(viewer, done, subject=f"profile:{profile_id}", detail={
        "codes": [[one.code, one.label.strip(), one.means_none] for one in codes]}))
    return next(one for one in _all(work, viewer) if one.id == profile_id)


@verb("choose_profile", right="set_profiles")
def choose_profile(work: Work, viewer: Viewer, profile_id: ProfileId) -> None:
    """Choose the profile one's own agency works with from now on; what was said under another stays as it was said."""
    if all(one.id != profile_id for one in _all(work, viewer)):
        raise NotFound
    work.write("INSERT INTO clew.profile_choices (agency_id, profile_id) VALUES (:agency, :profile) "
               "ON CONFLICT (agency_id) DO UPDATE SET profile_id = EXCLUDED.profile_id",
               {"agency": viewer.agency_id, "profile": profile_id})
    work.record(event(viewer, "choose_profile", subject=f"profile:{profile_id}"))
