"""Answers kept for repeated requests: given again only to who may still know what they tell of.

Each is kept with the cases, exhibits and links its events name, so that one check serves every verb.
"""

import json

from clew.access import sight
from clew.kernel.errors import Conflict, NotFound
from clew.kernel.events import Event
from clew.kernel.viewer import Viewer
from clew.store.db import Work

OF_TEAM = frozenset({"contribute", "open_case"})  # rights whose answers are the team's, not the audience's
_ID = "CAST(:id AS uuid)"
_CASE = {"team": sight.of_own_case(_ID), "manager": sight.of_managed_case(_ID), "sight": sight.of_case(_ID)}
_SUBJECTS = {"exhibit": f"SELECT clew.sees_exhibit({_ID})",
             "link": f"SELECT clew.link_sides({_ID}) IS NOT NULL"}


def claim(work: Work, viewer: Viewer, key: str, verb: str, right: str, asked: bytes) -> str | None:
    """Take the key, or return the answer it already has.

    Raises Conflict for another question, and NotFound when the viewer may no longer know what the answer tells of.
    """
    params = {"officer": viewer.officer_id, "key": key, "verb": verb, "asked": asked}
    if work.changed("INSERT INTO clew.answers (officer_id, key, verb, asked) VALUES (:officer, :key, :verb, :asked) "
                    "ON CONFLICT DO NOTHING", params):
        return None
    row = work.first("SELECT asked, answer, about FROM clew.answers WHERE officer_id = :officer AND key = :key", params)
    if row is None or bytes(row.asked) != asked:
        raise Conflict("This Idempotency-Key was used for another request. Use a new key.")
    if not all(_known(work, right, one) for one in row.about):
        raise NotFound
    work.record(Event(verb, officer_id=viewer.officer_id, agency_id=viewer.agency_id, detail={"repeated": True}))
    return json.dumps(row.answer)


def keep(work: Work, viewer: Viewer, key: str, verb: str, right: str, asked: bytes, answer: str) -> None:
    """Write the answer to its key, which erasing a case may just have taken away with all others.

    What the act itself took out of sight (withdrawn, erased) is not asked for again.
    """
    named = sorted({one for told in work.events for one in _named(told)})
    about = [one for one in named if _known(work, right, one)]
    work.write("INSERT INTO clew.answers (officer_id, key, verb, asked, answer, about) "
               "VALUES (:officer, :key, :verb, :asked, CAST(:answer AS jsonb), :about) "
               "ON CONFLICT (officer_id, key) DO UPDATE SET answer = EXCLUDED.answer, about = EXCLUDED.about",
               {"officer": viewer.officer_id, "key": key, "verb": verb, "asked": asked, "answer": answer, "about": about})


def _named(told: Event) -> list[str]:
    """Return what an event names, as kind:id; an exhibit or link stands for its case too."""
    kind = told.subject.partition(":")[0]
    if kind in _SUBJECTS:
        return [told.subject]
    return [] if told.case_id is None else [f"case:{told.case_id}"]


def _known(work: Work, right: str, named: str) -> bool:
    """Say whether the viewer may know of a thing now, as who uses this right."""
    kind, _, one = named.partition(":")
    if kind in _SUBJECTS and not work.value(_SUBJECTS[kind], {"id": one}):
        return False
    who = "team" if right in OF_TEAM else "manager" if right == "set_policy" else "sight"
    if kind == "exhibit" and who != "sight":
        one = str(work.value("SELECT case_id FROM clew.exhibits WHERE id = CAST(:id AS uuid)", {"id": one}))
    elif kind != "case":
        return True
    return bool(work.value(f"SELECT {_CASE[who]}", {"id": one}))
