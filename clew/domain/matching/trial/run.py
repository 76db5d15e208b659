"""A whole trial: two folders in, scores and figures out. Leaves nothing behind but the scores."""

import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Literal

from clew.domain.matching.trial import figures, lookups, negatives, table, truth
from clew.domain.matching.trial.files import Described, describe_all, files_below, reader_of
from clew.kernel.errors import BadInput
from clew.media.sandbox import Sandbox
from clew.signals.fuse import fused

TrialKind = Literal["copy", "video"]
Told = Callable[[str, int, int], None]
"""Called with what is being done, how many are done and how many there are."""
_READERS: Final[dict[str, tuple[str | None, ...]]] = {"copy": ("picture", None), "video": ("picture", "av", None)}
"""What is opened for a kind, by the file's first bytes. Unknown ones are tried too, and counted as refused."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What came out. `refused`: path and reason of what could not be opened, references first."""

    kind: TrialKind
    references: int
    queries: int
    refused: Sequence[tuple[str, str]]
    other_media: int
    candidate_pairs: int
    verdicts: dict[str, int]
    rows: int
    truth_rows_left_out: int
    figures: figures.Figures | None
    seconds: float


def run(references: Path, queries: Path, scores: Path, *, kind: TrialKind, groundtruth: Path | None = None,
        told: Told = lambda what, done, of: None) -> Trial:
    """Look every query up among all references, write the scores, and count against the ground truth if given."""
    begun = time.monotonic()
    _check_writable(scores)
    with Sandbox() as sandbox, tempfile.TemporaryDirectory(prefix="clew-trial-") as store:
        theirs, left = _opened(references, kind, sandbox, "references", told)
        one_folder = queries.resolve() == references.resolve()
        ours, more = (theirs, 0) if one_folder else _opened(queries, kind, sandbox, "queries", told)
        collection = lookups.Collection(theirs, Path(store))
        answers = _answers(collection, ours, kind, told)
    with scores.open("w", encoding="utf-8", newline="") as file:
        rows = table.write_scores(file, answers, timed=kind == "video")
    judged = [_judged(answer) for answer in answers]
    told_of, absent = _truth(groundtruth, ours, theirs, kind, one_folder=one_folder)
    counted = None
    if told_of is not None:
        tried = negatives.tried(ours, theirs, told_of, partial(_asked, kind))
        counted = figures.figures_of(judged, told_of, tried)
    refused = [(one.path, one.refused) for one in (theirs if one_folder else [*theirs, *ours]) if one.refused]
    return Trial(kind, len(theirs), len(ours), refused, left + more, len(answers),
                 dict(Counter(one.verdict for one in judged)), rows, absent, counted, time.monotonic() - begun)


def _opened(folder: Path, kind: TrialKind, sandbox: Sandbox, name: str, told: Told) -> tuple[list[Described], int]:
    """Return the described files of a folder that a kind is about, and how many it is not about."""
    found = list(files_below(folder))
    mine = [(place.resolve(), path) for place, path in found if _reader(place) in _READERS[kind]]
    if not mine:
        raise BadInput(f"There are no files to open in the folder of {name}.")
    described = []
    for one in describe_all(mine, sandbox):
        described.append(one)
        told(f"Opening {name}", len(described), len(mine))
    kept = [one for one in described if one.refused or one.kind in ("picture", "film")]
    return kept, len(found) - len(kept)


def _reader(place: Path) -> str | None:
    try:
        return reader_of(place)
    except OSError:
        return None


def _answers(
    collection: lookups.Collection, queries: Sequence[Described], kind: TrialKind, told: Told
) -> list[lookups.Answer]:
    kinds = {one.path: one.kind for one in collection.references}
    answers: list[lookups.Answer] = []
    for number, query in enumerate(queries, start=1):
        answers += [one for one in collection.look_up(query) if _asked(kind, query.kind, kinds[one.reference])]
        told("Looking up", number, len(queries))
    return answers


def _asked(kind: TrialKind, a: str | None, b: str | None) -> bool:
    """Say whether a pair of kinds of media belongs to the question; of a refused file the kind is not known."""
    return "film" in (a, b) or None in (a, b) if kind == "video" else "film" not in (a, b)


def _judged(answer: lookups.Answer) -> figures.Judged:
    score = fused(answer.scores)
    return figures.Judged(answer.query, answer.reference, score.value, score.verdict)


def _truth(path: Path | None, ours: Sequence[Described], theirs: Sequence[Described], kind: TrialKind, *,
           one_folder: bool) -> tuple[truth.Truth | None, int]:
    """Return the truth of the pairs that the kind asks about, without a file and itself."""
    if path is None:
        return None, 0
    queries, references = ({one.path: one for one in side} for side in (ours, theirs))
    read, absent = truth.read_truth(path, queries, references, one_folder=one_folder)
    kept = {(a, b): relation for (a, b), relation in read.relations.items()
            if _asked(kind, queries[a].kind, references[b].kind) and not lookups.is_itself(queries[a], references[b])}
    return truth.Truth(kept, one_folder), absent + len(read.relations) - len(kept)


def _check_writable(scores: Path) -> None:
    """Refuse before the work rather than after it."""
    if not scores.parent.is_dir() or scores.is_dir():
        raise BadInput("The scores cannot be written there. Give a file in a folder that exists.")
