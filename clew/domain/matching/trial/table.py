"""The scores of a trial as CSV: one row per candidate pair and matcher, one with matcher `fused`, one a shared segment."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, TextIO

from clew.domain.matching.trial.lookups import Answer
from clew.signals.contract import Score
from clew.signals.fuse import fused

COLUMNS: Final = ("query", "reference", "matcher", "score", "verdict")
TIMES: Final = ("query_start", "query_end", "reference_start", "reference_end")
FUSED: Final = "fused"


def write_scores(file: TextIO, answers: Iterable[Answer], *, timed: bool) -> int:
    """Write all rows; `timed` adds seconds on both sides. Return the number of rows."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS + TIMES if timed else COLUMNS)
    count = 0
    for answer in answers:
        for row in _rows(answer, timed=timed):
            writer.writerow(row)
            count += 1
    return count


def _rows(answer: Answer, *, timed: bool) -> Iterator[list[Any]]:
    for matcher, score in {**answer.scores, FUSED: fused(answer.scores)}.items():
        row = [answer.query, answer.reference, matcher, score.value, score.verdict]
        if not timed:
            yield row
            continue
        for segment in segments(score) or [["", "", "", ""]]:
            yield [*row, *segment]


def segments(score: Score) -> Sequence[Sequence[float | str]]:
    """Return [query start, query end, reference start, reference end] of each shared stretch, in seconds."""
    if "segments" in score.where:
        return [list(one) for one in score.where["segments"]]
    a, b = score.where.get("a_time"), score.where.get("b_time")
    if a is None and b is None:
        return []
    return [[*_moment(a), *_moment(b)]]


def _moment(seconds: float | None) -> tuple[float | str, float | str]:
    """Return a picture's moment in a film as a stretch of no length; a picture itself has none."""
    return ("", "") if seconds is None else (seconds, seconds)
