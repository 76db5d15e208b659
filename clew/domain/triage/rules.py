"""Pure rules of triage: what may be asked for, how it is put to the database, and how counts add up to facets."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from clew.domain.triage import cube
from clew.domain.triage.model import Facet, Facets, Selection
from clew.kernel.errors import BadInput

_READ = TypeAdapter(Selection)
_NAMES = frozenset(one.name for one in fields(Selection))
MOST = 2_000
"""Exhibits a selection may name one by one: it must fit into an address and a form."""
WRONG = "This selection is not understood. Choose again on the page of the case."
WORDS = ("format", "camera", "contribution")
NUMBERS = ("size", "length", "year")
# The expressions a selection is ordered by; the number of arrival ends every tie.
ORDERS: Mapping[str, tuple[str, ...]] = {
    "arrival": (), "unseen": ("s.exhibit_id IS NOT NULL",), "uncategorised": ("c.code IS NOT NULL",), "priority": ("{priority}",),
    "taken": ("f.taken_at NULLS LAST",), "camera": ("w.word NULLS LAST", "f.taken_at NULLS LAST"),
    "place": ("f.spot NULLS LAST", "f.taken_at NULLS LAST"), "size": ("f.size DESC",), "length": ("f.duration DESC",),
    "likeness": ("k.bits NULLS LAST",)}


def read_selection(asked: Mapping[str, Any]) -> Selection:
    """Return what an address or a client asks for. Raises BadInput for what is not understood."""
    if set(asked) - _NAMES:
        raise BadInput(WRONG)
    try:
        read = _READ.validate_python(dict(asked))
    except ValidationError:
        raise BadInput(WRONG) from None
    if any(len(getattr(read, name)) > MOST for name in ("only", "without", "category", *WORDS, *NUMBERS)):
        raise BadInput(f"A selection names at most {MOST} exhibits one by one. Choose by what they have in common.")
    if read.order == "likeness" and read.like is None:
        raise BadInput("Say which exhibit the others shall be alike to.")
    return read


def plain(selection: Selection) -> dict[str, Any]:
    """Return a selection as JSON holds it, without what it does not ask for."""
    default = Selection()
    held = {name: value for name, value in asdict(selection).items() if value != getattr(default, name)}
    return {name: [str(one) if name in ("only", "without") else one for one in value] if isinstance(value, tuple | list)
            else str(value) if name == "like" else value for name, value in held.items()}


def _bits(name: str) -> str:
    shift, mask = cube.FIELDS[name]
    return f"((f.cube >> {shift}) & {mask})"


def conditions(asked: Selection, mark: str = "") -> tuple[str, dict[str, Any]]:
    """Return what a selection asks of f (facts), c (own category) and s (seen), and its parameters, their names marked."""
    said: list[str] = []
    given: dict[str, Any] = {}

    def put(name: str, value: Any) -> str:
        given[f"{name}{mark}"] = value
        return f":{name}{mark}"

    for name, known in (("kind", cube.KINDS), ("state", cube.STATES)):
        if chosen := getattr(asked, name):
            said.append(f"{_bits(name)} = ANY ({put(name, [known.index(one) for one in chosen])})")
    if not asked.state:
        said.append(f"{_bits('state')} <> {cube.REFUSED}")
    said += [f"{_bits(name)} = ANY ({put(name, list(getattr(asked, name)))})" for name in NUMBERS if getattr(asked, name)]
    said += [f"{_bits(name)} IN (SELECT v.number FROM clew.case_words v WHERE v.case_id = :case AND v.field = '{name}' "
             f"AND v.word = ANY ({put(name, list(getattr(asked, name)))}) UNION ALL "
             f"SELECT 0 WHERE '' = ANY ({put(name, list(getattr(asked, name)))}))" for name in WORDS if getattr(asked, name)]
    said += [f"{_bits(name)} = {int(wanted)}" for name in ("place", "stacked") if (wanted := getattr(asked, name)) is not None]
    if asked.category:
        said.append(f"coalesce(c.profile_id || ':' || c.code, 'none') = ANY ({put('category', list(asked.category))})")
    said += _marks(asked)
    said += [f"{'NOT ' if name == 'without' else ''}f.exhibit_id = ANY ({put(name, list(getattr(asked, name)))})"
             for name in ("only", "without") if getattr(asked, name)]
    return " AND ".join(said), given


def _marks(asked: Selection) -> list[str]:
    wanted = {"s.exhibit_id IS NOT NULL": asked.seen,
              "f.exhibit_id IN (SELECT j.exhibit_id FROM clew.judged_exhibits(:case) j)": asked.judged,
              "f.exhibit_id IN (SELECT l.exhibit_id FROM clew.linked_exhibits(:case) l WHERE l.links > 0)": asked.linked}
    return [said if yes else f"NOT ({said})" for said, yes in wanted.items() if yes is not None]


def ordered(asked: Selection, priority: str = "0") -> list[str]:
    """Return the expressions a selection is ordered by; `priority` is the one that tells which rule takes an exhibit."""
    return [one.format(priority=priority) for one in ORDERS[asked.order]]


def by_priority(rules: Sequence[Selection]) -> tuple[str, dict[str, Any]]:
    """Return the expression that gives the place of the first rule that takes an exhibit, and its parameters."""
    given: dict[str, Any] = {}
    cases = []
    for place, rule in enumerate(rules):
        said, more = conditions(rule, f"_p{place}")
        given |= more
        cases.append(f"WHEN {said} THEN {place}")
    return (f"CASE {' '.join(cases)} ELSE {len(rules)} END" if cases else "0"), given


def add_up(asked: Selection, rows: Sequence[tuple[str, int, str, int, int]], words: Mapping[str, Mapping[int, str]],
           *, stacks: bool, links: bool) -> Facets:
    """Return the facets of a selection from (part, cube, category, marks, exhibits) rows of clew.counted.

    Each field is counted under all others. `stacks` and `links`: whether those were counted.
    """
    names = sorted({category for _, _, category, _, _ in rows if category})
    number = {name: place + 1 for place, name in enumerate(names)} | {"": 0}
    cubes, categories, marks, exhibits = cube.told_apart(
        (part, packed, number[category], mark, n) for part, packed, category, mark, n in rows)
    values = {name: cube.of_field(cubes, name) for name in cube.FIELDS if stacks or name != "stacked"}
    values["category"] = categories
    values |= {name: (marks & bit) // bit for name, bit in cube.MARKS.items() if links or name != "linked"}
    spelled = _spelled(words) | {"category": {0: "none"} | dict(enumerate(names, 1))}
    masks = {name: np.isin(held, _wanted(asked, name, held, spelled)) for name, held in values.items()}
    facets = [Facet(name, tuple(sorted(((_said(name, value, spelled), n) for value, n in cube.counts(
        held[rest], exhibits[rest]).items()), key=lambda one: (-one[1], one[0]))))
        for name, held in values.items() for rest in [cube.kept(masks, name, len(exhibits))]]
    return Facets(int(exhibits[cube.kept(masks, "", len(exhibits))].sum()), tuple(facets))


def _spelled(words: Mapping[str, Mapping[int, str]]) -> dict[str, dict[int, str]]:
    return {"kind": dict(enumerate(cube.KINDS)), "state": dict(enumerate(cube.STATES)),
            **{name: {0: "", **words.get(name, {})} for name in WORDS}}


def _said(name: str, value: int, spelled: Mapping[str, Mapping[int, str]]) -> str:
    if name in spelled:
        return spelled[name].get(value, "other")
    return str(value) if name in NUMBERS else ("yes" if value else "no")


def _wanted(asked: Selection, name: str, held: cube.Numbers, spelled: Mapping[str, Mapping[int, str]]) -> list[int]:
    """Return the values of a field that a selection keeps: all, where it asks for none."""
    chosen = getattr(asked, name)
    present = [int(one) for one in np.unique(held)]
    if name == "state" and not chosen:
        return [one for one in present if one != cube.REFUSED]
    if chosen is None or chosen == ():
        return present
    if isinstance(chosen, bool):
        return [int(chosen)]
    return [one for one in present if (one if name in NUMBERS else _said(name, one, spelled)) in chosen]
