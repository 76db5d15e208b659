"""A whole trial: two folders in, scores and figures out. Leaves nothing behind but the scores."""

import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from clew.domain.matching.trial import boxes, calibration, figures, lookups, negatives, table, truth
from clew.domain.matching.trial.files import Described
from clew.domain.matching.trial.opening import Opener, Told
from clew.domain.matching.trial.questions import QUESTIONS, Question, TrialKind
from clew.domain.matching.trial.shelf import Shelf
from clew.kernel.errors import BadInput, Unavailable
from clew.media.sandbox import Sandbox
from clew.signals import registry
from clew.signals.fuse import fused
from clew.signals.models.states import remedy_for

__all__ = ["Told", "Trial", "run"]


@dataclass(frozen=True, slots=True)
class Trial:
    """What came out. `refused`: path and reason of what could not be opened, references first.

    `boxes_left_out`: queries of which a part was marked, but which are not there or no pictures.
    """

    kind: TrialKind
    references: int
    queries: int
    refused: Sequence[tuple[str, str]]
    other_media: int
    candidate_pairs: int
    verdicts: dict[str, int]
    rows: int
    truth_rows_left_out: int
    boxes_left_out: int
    figures: figures.Figures | None
    curves: Sequence[calibration.Made]
    seconds: float


def run(references: Path, queries: Path, scores: Path, *, kind: TrialKind, groundtruth: Path | None = None,
        calibrate: Path | None = None, data: str = "", told: Told = lambda what, done, of: None) -> Trial:
    """Look every query up among all references, write the scores, and count against the ground truth if given.

    `calibrate`: a folder for curve files made from the scores and the truth; `data` says in them what files these were.
    """
    begun, question = time.monotonic(), QUESTIONS[kind]
    _check_writable(scores)
    _check_on(question)
    if calibrate is not None and groundtruth is None:
        raise BadInput("Curves are made from what is known to be true. Give the ground truth too.")
    marked = boxes.read_boxes(queries) if kind == "region" else None
    with tempfile.TemporaryDirectory(prefix="clew-trial-") as store, closing(Shelf(Path(store, "signals"))) as shelf:
        with Sandbox() as sandbox:
            theirs, ours, left = Opener(question, sandbox, shelf, told).sides(references, queries, marked)
        answers = _answers(lookups.Collection(theirs, Path(store), question), ours, told)
        judged = [_judged(answer) for answer in answers]
        known, absent = _truth(groundtruth, ours, theirs, question, one_folder=queries.resolve() == references.resolve())
        counted, curves = None, []
        if known is not None:
            counted = figures.figures_of(judged, known, negatives.tried(ours, theirs, known, question.asks),
                                         question.counted)
        if known is not None and calibrate is not None:
            data = f"{data or 'labelled files of an operator'}: kind {kind}, {len(ours)} queries, {len(theirs)} references"
            curves = calibration.calibrate(calibration.Sides(ours, theirs, answers, known, question.asks), calibrate, data)
    with scores.open("w", encoding="utf-8", newline="") as file:
        timed = question.timed or any(one.kind == "film" for one in theirs)
        rows = table.write_scores(file, answers, timed=timed)
    refused = [(one.path, one.refused) for one in (theirs if ours is theirs else [*theirs, *ours]) if one.refused]
    return Trial(kind, len(theirs), len(ours), refused, left, len(answers), dict(Counter(one.verdict for one in judged)), rows,
                 absent, len(set(marked or ()) - {one.path for one in ours}), counted, curves, time.monotonic() - begun)


def _answers(collection: lookups.Collection, queries: Sequence[Described], told: Told) -> list[lookups.Answer]:
    answers: list[lookups.Answer] = []
    for number, query in enumerate(queries, start=1):
        answers += collection.look_up(query)
        told("Looking up", number, len(queries))
    return answers


def _judged(answer: lookups.Answer) -> figures.Judged:
    score = fused(answer.scores)
    return figures.Judged(answer.query, answer.reference, score.value, score.verdict)


def _truth(path: Path | None, ours: Sequence[Described], theirs: Sequence[Described], question: Question, *,
           one_folder: bool) -> tuple[truth.Truth | None, int]:
    """Return the truth of the pairs that the kind asks about, without a file and itself."""
    if path is None:
        return None, 0
    queries, references = ({one.path: one for one in side} for side in (ours, theirs))
    read, absent = truth.read_truth(path, queries, references, one_folder=one_folder)
    kept = {(a, b): relation for (a, b), relation in read.relations.items()
            if question.asks(queries[a].kind, references[b].kind) and not lookups.is_itself(queries[a], references[b])}
    return truth.Truth(kept, one_folder, question.true_too), absent + len(read.relations) - len(kept)


def _check_on(question: Question) -> None:
    """Refuse a question whose matchers all need a model that is not installed."""
    if not any(registry.is_on(one) for one in question.matchers):
        raise Unavailable(remedy_for(question.matchers[0].NAME))


def _check_writable(scores: Path) -> None:
    """Refuse before the work rather than after it."""
    if not scores.parent.is_dir() or scores.is_dir():
        raise BadInput("The scores cannot be written there. Give a file in a folder that exists.")
