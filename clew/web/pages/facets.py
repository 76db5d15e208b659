"""The facets of a selection as links: each value leads to the selection with it, or without it again."""

import json
import uuid
from typing import Any
from urllib.parse import urlencode

from clew.domain.cases.model import Case
from clew.domain.exhibits import contributions
from clew.domain.triage import cube, service
from clew.domain.triage.model import Facet, Profile, Selection
from clew.domain.triage.rules import NUMBERS, plain
from clew.web.pages.frame import Visit
from clew.web.phrases_of_triage import GRID
from clew.web.views import FacetRow, FacetsView, FacetValue
from clew.web.words import Words

SHOWN = ("category", "kind", "stacked", "seen", "judged", "linked", "camera", "year", "place", "size", "length", "format",
         "contribution", "state")
MOST = 40  # values of a field
_FLAGS = frozenset({"place", "stacked", "seen", "judged", "linked"})
_IDENTS = frozenset({"camera", "format"})


def address_of(case_id: str, asked: dict[str, Any]) -> str:
    """Return the address of a selection of a case."""
    left = {name: value for name, value in asked.items() if value not in ([], None) and not (name == "folded" and value)}
    return f"/cases/{case_id}/triage" + (f"?{urlencode({'asked': json.dumps(left)})}" if left else "")


def facets_view(v: Visit, case: Case, chosen: Selection, known: list[Profile], *, links: bool = False) -> FacetsView:
    """Return the facets of a selection, counted over what is in sight; linked ones when asked for."""
    asked = plain(chosen)
    links = links or chosen.linked is not None
    found = service.count_facets.within(v.work, v.viewer, case.id, asked=asked, links=links)
    labels = _labels(v, case, known)
    told = {one.name: one for one in found.facets if case.own or one.name != "contribution"}
    rows = tuple(_row(str(case.id), told[name], asked, labels, v.words) for name in SHOWN if name in told)
    keep: dict[str, Any] = {name: asked[name] for name in ("order", "folded", "like") if name in asked}
    linked = "" if links else address_of(str(case.id), {**asked, "linked": True})
    return FacetsView(found.total, rows, address_of(str(case.id), keep), linked)


def _labels(v: Visit, case: Case, known: list[Profile]) -> dict[tuple[str, str], str]:
    """Return the words of categories and contributions, which ids stand for."""
    told = _categories(v.words, known)
    if case.own:
        told |= {("contribution", str(one.contribution.id)): one.contribution.source or v.words.moment(one.contribution.made_at)
                 for one in contributions.list_contributions.within(v.work, v.viewer, case.id, limit=1000)}
    return told


def _categories(words: Words, known: list[Profile]) -> dict[tuple[str, str], str]:
    return {("category", f"{profile.id}:{one.code}"):
            f"{one.code} {one.label if profile.own else words.named('category', one.label)}"
            for profile in known for one in profile.codes}


def _row(case_id: str, facet: Facet, asked: dict[str, Any], labels: dict[tuple[str, str], str], words: Words) -> FacetRow:
    held = asked.get(facet.name)
    values = tuple(_value(case_id, facet.name, value, exhibits, asked, labels, words) for value, exhibits in facet.values[:MOST])
    return FacetRow(facet.name, words.named("facet", facet.name), values, held is not None, max(0, len(facet.values) - MOST))


def _value(case_id: str, name: str, value: str, exhibits: int, asked: dict[str, Any], labels: dict[tuple[str, str], str],
           words: Words) -> FacetValue:
    spelled: Any = value == "yes" if name in _FLAGS else int(value) if name in NUMBERS else value
    held = asked.get(name)
    chosen = held == spelled if name in _FLAGS else spelled in (held or [])
    if name in _FLAGS:
        wanted: Any = None if chosen else spelled
    else:
        wanted = [one for one in held or [] if one != spelled] if chosen else [*(held or []), spelled]
    return FacetValue(said(words, name, value, labels), name in _IDENTS and value != "", exhibits, chosen,
                      address_of(case_id, {**asked, name: wanted}))


def said(words: Words, name: str, value: str, labels: dict[tuple[str, str], str]) -> str:
    """Return a value of a field in words."""
    if (name, value) in labels:
        return labels[name, value]
    if name in NUMBERS:
        return _numbered(words, name, int(value))
    if name in _FLAGS:
        return words.named("flag", f"{name} {value}")
    if value in ("none", ""):
        return words.named("grid", value or "unknown")
    return words.named({"kind": "kind", "state": "status"}[name], value) if name in ("kind", "state") else value


def _numbered(words: Words, name: str, band: int) -> str:
    if name == "year":
        return str(cube.FIRST_YEAR + band) if band else words.named("grid", "unknown")
    if name == "size":
        return _band(words, band, [words.size(one) for one in cube.SIZES])
    return _band(words, band - 1, [words.span(one) for one in cube.LENGTHS]) if band else words.named("grid", "no length")


def _band(words: Words, band: int, edges: list[str]) -> str:
    if band == 0:
        return words.say(GRID["below"], edge=edges[0])
    return words.say(GRID["from"], edge=edges[band - 1])


def in_words(words: Words, asked: dict[str, Any], known: list[Profile]) -> str:
    """Return what a selection asks for in one line."""
    labels = _categories(words, known)
    parts = []
    for name, held in asked.items():
        values = held if isinstance(held, list) else [("yes" if held else "no") if isinstance(held, bool) else held]
        parts.append(f"{words.named('facet', name)}: " + ", ".join(said(words, name, str(one), labels) for one in values))
    return "; ".join(parts)


def is_id(given: str) -> bool:
    """Say whether a word of an address or form is an id."""
    try:
        return bool(uuid.UUID(given))
    except ValueError:
        return False
