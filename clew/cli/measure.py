"""clew evaluate: what the matchers reach on labelled files. clew bench: how fast this machine is, beside its peers."""

import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from enum import Enum, StrEnum
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Final, cast

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from clew.cli.files import compare, hash_files
from clew.cli.officers import Json
from clew.cli.output import careful, complain, complaints, emit, say
from clew.domain.matching.trial.calibration import Made
from clew.domain.matching.trial.figures import CLAIM, Figures
from clew.domain.matching.trial.questions import QUESTIONS, TrialKind
from clew.domain.matching.trial.run import Told, Trial, run
from clew.kernel.errors import Unavailable
from clew.signals import limits

__all__ = ["bench", "compare", "evaluate", "hash_files"]
SHOWN: Final = 20


class Kind(StrEnum):
    """What an evaluation can be about; not all of it is built yet."""

    copy = "copy"
    video = "video"
    audio = "audio"
    place = "place"
    region = "region"
    face = "face"
    voice = "voice"
    camera = "camera"


class Bench(Enum):
    """What can be measured."""

    hash = "hash"
    index = "index"
    ingest = "ingest"
    api = "api"
    video = "video"
    words = "words"
    vectors = "vectors"
    sounds = "sounds"
    details = "details"
    describe = "describe"
    search = "search"


@careful
def evaluate(
    references: Annotated[Path, typer.Option(exists=True, file_okay=False, help="Folder of what is known.")],
    queries: Annotated[Path, typer.Option(exists=True, file_okay=False, help="Folder of what is asked.")],
    scores: Annotated[Path, typer.Option(help="CSV file to write: one row per candidate pair and matcher.")],
    kind: Annotated[Kind, typer.Option(help="copy: pictures. video: films, and pictures in films. audio: sounds and "
             "the sound of films. region: parts of pictures, marked in boxes.csv, in pictures and films. place: one room or "
             "place seen again (needs a model: clew models list).")] = Kind.copy,
    groundtruth: Annotated[Path | None, typer.Option(
        exists=True, dir_okay=False, help="CSV file: query, reference, relation (different: not the same).")] = None,
    calibrate: Annotated[Path | None, typer.Option(
        file_okay=False, help="Folder for curve files (measure, share of true pairs) of the matchers; needs the truth.")] = None,
    data: Annotated[str, typer.Option(help="What the files are; kept in the curve files.")] = "",
    as_json: Json = False,
) -> None:
    """Look labelled queries up among labelled references as a search does, and say what was found and missed."""
    if kind not in QUESTIONS:
        complain(f"Kind {kind} is not built yet. Built: {', '.join(QUESTIONS)}.")
        raise typer.Exit(2)
    with _progress(quiet=as_json) as bar:
        trial = run(references, queries, scores, kind=cast(TrialKind, str(kind)), groundtruth=groundtruth, calibrate=calibrate,
                    data=data, told=_teller(bar))
    if as_json:
        emit(asdict(trial))
    else:
        _say(trial)


def _progress(*, quiet: bool) -> Progress:
    return Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
                    TimeRemainingColumn(), console=complaints, disable=quiet)


def _teller(bar: Progress) -> Told:
    tasks: dict[str, TaskID] = {}
    began = time.monotonic()

    def told(what: str, done: int, of: int) -> None:
        nonlocal began
        if what not in tasks:
            tasks[what], began = bar.add_task(what, total=of, rate=""), time.monotonic()
        bar.update(tasks[what], completed=done, rate=f"{done / max(0.1, time.monotonic() - began):.1f}/s")

    return told


def _say(trial: Trial) -> None:
    say(f"{trial.queries} queries against {trial.references} references in {trial.seconds:.1f} s: "
        f"{trial.candidate_pairs} candidate pairs, {trial.verdicts.get('match', 0)} match, "
        f"{trial.verdicts.get('possible', 0)} possible. {trial.rows} rows written.")
    if trial.other_media or trial.refused:
        say(f"{trial.other_media} files of other media left out, {len(trial.refused)} refused (see --json).")
    if trial.boxes_left_out:
        say(f"{trial.boxes_left_out} marked parts left out: their pictures are not among the queries.")
    if trial.figures is not None:
        _say_figures(trial.figures, trial.truth_rows_left_out)
    for made in trial.curves:
        say(f"Curve of {made.matcher}: {made.same_tried} true pairs, {made.false_matches} false matches of "
            f"{made.different_tried} tried{_bound(made.false_share_below)}. {made.why_not}{_limit(made)}".rstrip())
    for one in limits.GAPS:
        say(limits.in_force(one).in_words())


def _limit(made: Made) -> str:
    if not made.written or made.match_from is None or made.match_from == made.match_was:
        return ""
    return (f"Match begins at {made.match_from:g} with this curve, not {made.match_was:g}: copy it to the folder curves of "
            "the node's home, and look at the false pairs first, they may be mislabelled.")


def _say_figures(found: Figures, left_out: int) -> None:
    if left_out:
        say(f"{left_out} rows of the ground truth left out: files not here, or of another kind.")
    say(f"True pairs                         {found.true_pairs}")
    say(f"{f'Recall of verdict {found.counted}':<35}{_percent(found.recall_of_match)}")
    say(f"Recall at zero false               {_percent(found.recall_at_zero_false)}")
    say(f"Recall at 1 % false-positive queries {_percent(found.recall_at_one_percent_queries)}")
    say(f"Micro average precision            {_percent(found.micro_average_precision)}")
    for one in found.by_relation:
        say(f"  {one.relation:<32} {one.found} of {one.tried}")
    wrong = "False matches" if found.counted == "match" else "Falsely possible"
    say(f"{wrong:<35}{found.false_matches} of {found.false_tried} tried{_bound(found.false_share_below)}")
    say(f"  of pairs named different         {found.different_matches} of {found.different_tried}")
    if found.counted == "match":
        say("  The claim of verdict match (rarer than one false in 10^6) is "
            + ("shown." if found.claim_shown else f"not measured: it takes {3 / CLAIM:,.0f} tried pairs without a false one."))
    _list("False", [f"{one.query}  {one.reference}  {one.score:.4f}" for one in found.false_pairs])
    _list("Missed", ["  ".join(pair) for pair in found.missed_pairs])


def _percent(share: float | None) -> str:
    return "nothing to count" if share is None else f"{share:.1%}"


def _bound(share: float | None) -> str:
    return "" if share is None else f": with 95 % certainty below one in {1 / share:,.0f}"


def _list(name: str, lines: Sequence[str]) -> None:
    for line in lines[:SHOWN]:
        say(f"{name}: {line}")
    if len(lines) > SHOWN:
        say(f"{name}: {len(lines) - SHOWN} more, see --json.")


@careful
def bench(
    what: Annotated[Bench, typer.Argument(help="What to measure.")],
    size: Annotated[int | None, typer.Option(min=1, help="Entries of the index, files to ingest, distractors, seconds.")] = None,
    as_json: Json = False,
) -> None:
    """Measure this machine, each figure beside a peer's from the same run. Works in a checkout of the source."""
    checkout = Path(__file__).resolve().parents[2]
    if str(checkout) not in sys.path:  # the benchmarks lie beside the package, never in it
        sys.path.append(str(checkout))
    if what in _WITH_SAMPLES and not (checkout.parent / "shared" / "samples").is_dir():
        raise Unavailable(f"Bench {what.value} measures the sample files, which are not beside this checkout "
                          "(../shared/samples). Benches hash, index, vectors, ingest, api and video need none.")
    try:
        script = import_module(f"benchmarks.{_SCRIPTS[what]}")
    except ImportError as missing:
        raise Unavailable(f"Benchmarks need a checkout of the source with its bench extra (missing: {missing.name}). "
                          "Run in it: pip install -e '.[bench,test]'") from None
    report: dict[str, Any] = script.measure(**({} if size is None else {"size": size}))
    if as_json:
        emit(report)
        return
    for line in report["figures"]:
        say(_line(line))


_SCRIPTS: Final = {Bench.hash: "hashing", Bench.index: "hamming_index", Bench.ingest: "ingest", Bench.api: "api",
                   Bench.video: "video", Bench.words: "words_index", Bench.vectors: "vectors", Bench.sounds: "sounds",
                   Bench.details: "details", Bench.describe: "details_rate", Bench.search: "search_pictures"}
_WITH_SAMPLES: Final = (Bench.words, Bench.sounds, Bench.details, Bench.describe, Bench.search)


def _line(figure: dict[str, Any]) -> str:
    line = f"{figure['name']:<60} {figure['value']:>12} {figure['unit']}"
    if figure.get("peer_value") is None:
        return line
    return f"{line}   {figure['peer']}: {figure['peer_value']} ({figure['ratio']} times)"
