"""How many pairs could have been found falsely: counted without walking through all pairs, which may be 10^10."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from clew.domain.matching.trial.files import Described
from clew.domain.matching.trial.lookups import is_itself
from clew.domain.matching.trial.truth import Truth

Asked = Callable[[str | None, str | None], bool]


@dataclass(frozen=True, slots=True)
class Tried:
    """Pairs that could have been false, each counted once in whichever order, and the queries they belong to."""

    pairs: int
    queries: int


def tried(queries: Iterable[Described], references: Sequence[Described], known: Truth, asked: Asked) -> Tried:
    """Count the false pairs among opened files; `asked` says which kinds of media make a pair of this question."""
    held = [one for one in references if not one.refused]
    open_queries = [one for one in queries if not one.refused]
    free = [one for one in open_queries if known.unrelated(one.path)]
    counts = _against(free, held, known, asked)
    total, asking = sum(counts.values()), {path for path, count in counts.items() if count}
    if known.one_folder:  # a pair of two such files was counted from both sides
        total -= sum(_against(free, free, known, asked).values()) // 2
    opened = {one.path for one in open_queries}, {one.path for one in held}
    for pair in known.different:
        if pair[0] in opened[0] and pair[1] in opened[1]:
            asking.update(pair if known.one_folder else pair[:1])
            total += not any(known.unrelated(path) for path in (pair if known.one_folder else pair[:1]))
    return Tried(total, len(asking))


def _against(
    queries: Sequence[Described], references: Sequence[Described], known: Truth, asked: Asked
) -> dict[str, int]:
    """Return for each query how many references make a false pair with it."""
    kinds = Counter(one.kind for one in references)
    by_path = {one.path: one for one in references}
    twins: dict[tuple[str, bytes], list[Described]] = defaultdict(list)
    for one in references:
        twins[one.place.name, one.digests[0]].append(one)
    counts = {}
    for query in queries:
        others = {one.path for one in twins[query.place.name, query.digests[0]] if is_itself(query, one)}
        others |= {path for path in known.named_with(query.path) if known.answer(query.path, path) != "false"}
        left_out = sum(path in by_path and asked(query.kind, by_path[path].kind) for path in others)
        counts[query.path] = sum(count for kind, count in kinds.items() if asked(query.kind, kind)) - left_out
    return counts
