"""Pure rules: how hits add up to an overlap."""

import uuid
from collections.abc import Iterable
from typing import Any

from clew.access.release import released
from clew.domain.links.model import Overlap
from clew.kernel.cursor import DAMAGED, cursor, read_cursor
from clew.kernel.errors import BadInput
from clew.kernel.ids import CaseId

_PLACE = ((float, int, type(None)), str, str, str, (str, type(None)))
BANDS = ("possible", "strong", "certain")


def add_up(rows: Iterable[Any]) -> list[Overlap]:
    """Return the overlaps of a case, the most telling first. Rows are those of clew.overlap: one a case and level."""
    order = {"asked": 0, "audience": 1, "contact": 2}
    return sorted((_overlap(released(row._asdict())) for row in rows),
                  key=lambda one: (order[one.level], -_rank(one.band), -one.exhibits, one.reference))


def _rank(band: str) -> int:
    return BANDS.index(band) if band in BANDS else -1


def _overlap(row: dict[str, Any]) -> Overlap:
    return Overlap(
        level=row["level"], handle=str(row["handle"]), may_disclose=row["may_disclose"],
        agency_code=row["agency_code"] or "", agency_name=row["agency_name"] or "", country=row["country"] or "",
        reference=row["reference"] or "", contact=row["contact"] or "", since=row["since"],
        matchers=tuple(sorted(row["matchers"] or ())), band=row["band"] or "", exhibits=row["exhibits"] or 0,
        other_case_id=CaseId(row["other_case_id"]) if row["other_case_id"] else None)


def place_of(row: Any) -> str:
    """Return where a link stands in its list, strongest first, ties by what is told alone."""
    other = None if row.other_exhibit_id is None else str(row.other_exhibit_id)
    return cursor(row.value, row.matcher, str(row.exhibit_id), str(row.handle), other)


def read_place(after: str) -> dict[str, Any]:
    """Return the place a page begins after. Raises BadInput for one that is not ours."""
    value, matcher, exhibit, handle, other = read_cursor(after, _PLACE)
    try:
        place = {"value": value, "matcher": matcher, "exhibit": uuid.UUID(str(exhibit)), "handle": uuid.UUID(str(handle)),
                 "other": uuid.UUID(str(other)) if other else uuid.UUID(int=0)}
    except ValueError:
        raise BadInput(DAMAGED) from None
    if value is not None and not 0 <= float(value) <= 1:
        raise BadInput(DAMAGED)
    return place
