"""Verbs on hits and links: see what is known and by whom, judge, disclose."""

import uuid
from dataclasses import dataclass
from typing import Any, get_args

from sqlalchemy import Row

from clew.access.paging import after_place, page
from clew.access.release import released
from clew.access.verb import event, verb
from clew.domain.accounts.service import audited
from clew.domain.cases.service import case_in_sight, own_case
from clew.domain.exhibits.service import Revealed, exhibit_in_sight, reveal
from clew.domain.links.model import Answer, Judgement, Link, LinkView, Overlap
from clew.domain.links.rules import add_up, place_of, read_place
from clew.kernel import ids
from clew.kernel.errors import BadInput, Conflict, NotFound, Refused
from clew.kernel.ids import CaseId, ExhibitId, JudgementId, LinkId
from clew.kernel.viewer import Viewer
from clew.store.db import Work

# Hits with the viewer's own exhibit; a link inside the case is listed once, and from both sides where exhibits are named.
_FOUND = """
    SELECT h.*, x.path FROM clew.hits(:case, :exhibits) h JOIN clew.exhibits x ON x.id = h.exhibit_id
    WHERE h.other_case_id IS DISTINCT FROM :case
       OR (:own AND (NOT h.flipped OR CAST(:exhibits AS uuid[]) IS NOT NULL))"""
_TOLD = """
    SELECT f.level, f.handle, f.exhibit_id, f.path, f.other_exhibit_id, f.other_case_id, f.agency_code, f.agency_name, f.country,
           f.reference, f.contact, f.since, f.matcher, f.value, f.band, f.verdict, f.why, f.flipped, y.path AS other_path,
           coalesce(t.link_id, f.link_id) AS link_id, coalesce(t.parameters, f.parameters) AS parameters,
           coalesce(t.where_at, f.where_at) AS where_at, j.answer
    FROM ({found}) f LEFT JOIN clew.exhibits y ON y.id = f.other_exhibit_id
    LEFT JOIN LATERAL clew.told_link(f.pair) t ON f.pair IS NOT NULL
    LEFT JOIN LATERAL (SELECT k.answer FROM clew.judgements k WHERE k.link_id = f.link_id
                       ORDER BY k.made_at DESC LIMIT 1) j ON true"""
# Strongest first, contacts last; a handle names the other case, so that no two rows stand in one place.
_PLACE = ("(coalesce(-f.value, 2), f.path, f.matcher, f.exhibit_id, f.handle, "
          "coalesce(f.other_exhibit_id, '00000000-0000-0000-0000-000000000000'))")
_ORDER = f"ORDER BY {_PLACE}"
_BEHIND = (f"AND {_PLACE} > (coalesce(-CAST(:value AS real), 2), :path, :matcher, CAST(:exhibit AS uuid), "
           "CAST(:handle AS uuid), CAST(:other AS uuid))")
# The page is cut before the other side and the answers are looked up.
_PAGE = _TOLD.format(found=f"SELECT * FROM ({_FOUND}) f WHERE (:verdict = '' OR f.verdict = :verdict) {{judged}} "
                           f"{{behind}} {_ORDER} LIMIT :limit") + f" {_ORDER}"
_UNJUDGED = """AND (f.link_id IS NOT NULL OR f.pair IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM clew.judgements k WHERE k.link_id = f.link_id)"""
_EARLIER = "AND (j.made_at, j.id) < (CAST(:made_at AS timestamptz), CAST(:after AS uuid))"
SHOWN = 100  # judgements told with their link
_ONE = _TOLD.format(found=f"SELECT * FROM ({_FOUND}) f "
                    "WHERE f.link_id = :link OR f.pair = (SELECT clew.link_pair(:link))") + (
    " ORDER BY f.flipped, f.path, other_path LIMIT 1")


_BESIDE = _TOLD.format(found=f"SELECT * FROM ({_FOUND}) f WHERE f.other_exhibit_id = :other") + (
    " ORDER BY f.value DESC, f.matcher")


def _link(found: Row[Any]) -> Link:
    row = released(found._asdict())
    return Link(
        row["link_id"], row["level"], ExhibitId(row["exhibit_id"]), row["path"], row["other_exhibit_id"],
        row["other_path"] or "", row["other_case_id"], row["agency_code"], row["agency_name"], row["country"],
        row["reference"], row["contact"], since=row["since"], matcher=row["matcher"], value=row["value"], band=row["band"],
        verdict=row["verdict"], why=row["why"] or "", parameters=row["parameters"], where=row["where_at"],
        flipped=row["flipped"], answer=row["answer"] or "", place=place_of(found))


@verb("overlap", right="read")
def overlap(work: Work, viewer: Viewer, case_id: CaseId) -> list[Overlap]:
    """Show which other cases know material of this case, by whom, within what each owner allows."""
    case_in_sight(work, viewer, case_id)
    found = add_up(work.rows("SELECT * FROM clew.overlap(:case)", {"case": case_id}))
    work.record(event(viewer, "overlap", case_id=case_id, subject=f"case:{case_id}", detail={"cases": len(found)}))
    return found


@verb("list_links", right="read")
def list_links(work: Work, viewer: Viewer, case_id: CaseId, *, exhibit_id: ExhibitId | None = None, own: bool = True,
               verdict: str = "", unjudged: bool = False, after: str = "", limit: int = 100) -> list[Link]:
    """List the links of a case's exhibits, strongest first; `own` includes links inside the case.

    Go on `after` the place of the last one.
    """
    case_in_sight(work, viewer, case_id)
    exhibits = None if exhibit_id is None else [_of_case(work, viewer, exhibit_id, case_id)]
    place = read_place(after) if after else {}
    if place:
        place |= after_place(work, "SELECT path FROM clew.exhibits WHERE id = :after", place["exhibit"])
    rows = work.rows(_PAGE.format(judged=_UNJUDGED if unjudged else "", behind=_BEHIND if place else ""), {
        "case": case_id, "exhibits": exhibits, "own": own, "verdict": verdict, "limit": page(limit), **place})
    work.record(event(viewer, "list_links", case_id=case_id, subject=f"case:{case_id}",
                      detail={"exhibit": exhibit_id, "links": len(rows)}))
    return [_link(row) for row in rows]


def _of_case(work: Work, viewer: Viewer, exhibit_id: ExhibitId, case_id: CaseId) -> ExhibitId:
    """Return the exhibit when it is in sight and of this very case. Raises NotFound."""
    if exhibit_in_sight(work, viewer, exhibit_id).case_id != case_id:
        raise NotFound
    return exhibit_id


def _link_in_sight(work: Work, viewer: Viewer, link_id: LinkId) -> Link:
    """Return a link with one exhibit of each side in sight, one's own side first. Raises NotFound."""
    # Only the exhibits behind this link are asked for: the hits of a whole case may be a million.
    rows = work.rows("""
        SELECT a.case_id, array_agg(a.id) AS exhibits FROM clew.exhibits a
        WHERE a.media_id = ANY ((SELECT clew.link_sides(:link))::uuid[]) AND a.withdrawn_at IS NULL AND a.compared
        GROUP BY a.case_id
        ORDER BY a.case_id = ANY ((SELECT clew.cases_in_sight(true))::uuid[]) DESC, min(a.made_at), a.case_id""",
        {"link": link_id})
    for row in rows:  # in the first case the exhibit may wait to be looked at in depth, and know of no link yet
        found = work.first(_ONE, {"case": row.case_id, "exhibits": row.exhibits, "own": True, "link": link_id})
        if found is not None:
            return _link(found)
    raise NotFound


@verb("get_link", right="read")
def get_link(work: Work, viewer: Viewer, link_id: LinkId) -> LinkView:
    """Show one link with both exhibits and what was last judged of it; `list_judgements` tells the rest."""
    link = _link_in_sight(work, viewer, link_id)
    work.record(event(viewer, "get_link", subject=f"link:{link_id}", detail={"exhibit": link.exhibit_id}))
    return LinkView(link, _judgements(work, link_id, None, SHOWN), _beside(work, viewer, link))


def _beside(work: Work, viewer: Viewer, link: Link) -> tuple[Link, ...]:
    """Return the links between the same two exhibits that other matchers made."""
    case = exhibit_in_sight(work, viewer, link.exhibit_id).case_id
    rows = work.rows(_BESIDE, {"case": case, "exhibits": [link.exhibit_id], "own": True, "other": link.other_exhibit_id})
    return tuple(one for one in map(_link, rows) if one.link_id not in (None, link.link_id))


@verb("list_judgements", right="read")
def list_judgements(work: Work, viewer: Viewer, link_id: LinkId, *, after: JudgementId | None = None,
                    limit: int = 100) -> list[Judgement]:
    """List what was judged of a link, newest first; go on `after` the last."""
    link = _link_in_sight(work, viewer, link_id)
    work.record(event(viewer, "list_judgements", subject=f"link:{link_id}", detail={"exhibit": link.exhibit_id}))
    return list(_judgements(work, link_id, after, page(limit)))


def _judgements(work: Work, link_id: LinkId, after: JudgementId | None, limit: int) -> tuple[Judgement, ...]:
    place = after_place(work, "SELECT made_at FROM clew.judgements WHERE id = :after", after)
    rows = work.rows(
        "SELECT j.id, j.answer, j.reason, j.made_at, a.code, o.full_name FROM clew.judgements j "
        "JOIN clew.agencies a ON a.id = j.agency_id LEFT JOIN clew.officers o ON o.id = j.officer_id "
        f"WHERE j.link_id = :link {_EARLIER if place else ''} ORDER BY j.made_at DESC, j.id DESC LIMIT :limit",
        {"link": link_id, "limit": limit, **place})
    return tuple(Judgement(JudgementId(row.id), row.answer, row.reason, row.made_at, row.code, row.full_name or row.code)
                 for row in rows)


@verb("judge", right="judge")
def judge(work: Work, viewer: Viewer, link_id: LinkId, *, answer: Answer, reason: str) -> Judgement:
    """Judge a link between two exhibits one knows: POSITIVE, NEGATIVE or UNSURE, with a reason."""
    if answer not in get_args(Answer):
        raise BadInput(f"A judgement is one of: {', '.join(get_args(Answer))}.")
    if not 1 <= len(reason.strip()) <= 2000:
        raise BadInput("Give a reason of 1 to 2,000 characters, so that the next officer understands.")
    link = _link_in_sight(work, viewer, link_id)
    if link.other_exhibit_id is None:
        raise NotFound
    work.write("SELECT clew.keep_link(:link)", {"link": link_id})
    judgement = JudgementId(ids.random())
    work.write("INSERT INTO clew.judgements (id, link_id, exhibit_a, exhibit_b, officer_id, agency_id, answer, reason) "
               "VALUES (:id, :link, :a, :b, :me, :agency, :answer, :reason)",
               {"id": judgement, "link": link_id, "a": link.exhibit_id, "b": link.other_exhibit_id,
                "me": viewer.officer_id, "agency": viewer.agency_id, "answer": answer, "reason": reason.strip()})
    work.record(event(viewer, "judge", subject=f"link:{link_id}", detail={"answer": answer},
                      row_hashes=audited(work, "judgements", judgement)))
    row = work.first("SELECT made_at FROM clew.judgements WHERE id = :id", {"id": judgement})
    if row is None:
        raise Conflict("The judgement could not be read back. Try again.")
    return Judgement(judgement, answer, reason.strip(), row.made_at, viewer.agency_code, viewer.name)


@dataclass(frozen=True, slots=True)
class RevealedSide:
    """One side of a link that may be opened now; `revealed` is None for a sound, of which there is nothing to see."""

    exhibit_id: ExhibitId
    duration: float
    revealed: Revealed | None


@verb("reveal_link", right="reveal")
def reveal_link(work: Work, viewer: Viewer, link_id: LinkId, *,
                purpose: str) -> tuple[Link, tuple[RevealedSide, RevealedSide]]:
    """Show both sides of a link in one picture, on purpose: each side is a reveal, under the rules of one."""
    link = _link_in_sight(work, viewer, link_id)
    if link.other_exhibit_id is None:
        raise NotFound
    rows = {one: exhibit_in_sight(work, viewer, one) for one in (link.exhibit_id, link.other_exhibit_id)}
    if not any(row.kind in ("picture", "film") for row in rows.values()):
        raise Refused("Neither side has a picture. What their sounds share stands on the page.")
    left, right = (RevealedSide(one, row.duration, reveal.within(work, viewer, one, purpose=purpose)
                                if row.kind in ("picture", "film") else None) for one, row in rows.items())
    work.record(event(viewer, "reveal_link", subject=f"link:{link_id}", purpose=purpose.strip(),
                      detail={"exhibits": [str(left.exhibit_id), str(right.exhibit_id)]}))
    return link, (left, right)


@verb("disclose", right="set_policy")
def disclose(work: Work, viewer: Viewer, case_id: CaseId, *, handle: uuid.UUID) -> None:
    """Let the other side of a hit know of this owner-first case: agency, reference and contact, no picture."""
    own_case(work, viewer, case_id)
    done = work.write("SELECT clew.disclose(:case, :handle)", {"case": case_id, "handle": handle})
    if not done[0][0]:
        raise NotFound
    work.record(event(viewer, "disclose", case_id=case_id, owner_agency_id=viewer.agency_id, subject=f"hit:{handle}"))
