"""Pure rules: how hits add up to an overlap."""

from collections import defaultdict
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

from clew.access.release import released
from clew.domain.links.model import Overlap
from clew.kernel.ids import CaseId

BANDS = ("possible", "strong", "certain")


def add_up(rows: Iterable[Any]) -> list[Overlap]:
    """Return one overlap for each other case, the most telling first. Rows are those of clew.hits."""
    groups: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for found in rows:
        row = SimpleNamespace(**released(found._asdict()))
        groups[(str(row.handle), row.level)].append(row)
    overlaps = [_overlap(handle, found) for (handle, _), found in groups.items()]
    order = {"asked": 0, "audience": 1, "contact": 2}
    return sorted(overlaps, key=lambda one: (order[one.level], -_rank(one.band), -one.exhibits, one.reference))


def _rank(band: str) -> int:
    return BANDS.index(band) if band in BANDS else -1


def _overlap(handle: str, found: list[Any]) -> Overlap:
    first = found[0]
    return Overlap(
        level=first.level, handle=handle, may_disclose=any(row.may_disclose for row in found),
        agency_code=first.agency_code or "", agency_name=first.agency_name or "", country=first.country or "",
        reference=first.reference or "", contact=first.contact or "",
        since=min((row.since for row in found if row.since), default=None),
        matchers=tuple(sorted({row.matcher for row in found if row.matcher})),
        band=max((row.band for row in found if row.band), key=_rank, default=""),
        exhibits=len({row.exhibit_id for row in found if row.exhibit_id}),
        other_case_id=CaseId(first.other_case_id) if first.other_case_id else None)
