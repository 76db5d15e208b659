"""clew hash and clew compare: files only, no store, no login. Every file is opened in the sandbox."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from clew.cli import reasons
from clew.cli.officers import Json
from clew.cli.output import careful, complain, emit, say
from clew.domain.matching.trial.files import Described, describe_all, describe_file
from clew.domain.matching.trial.lookups import scores_of
from clew.kernel.errors import BadInput
from clew.media.drawing import drawn, sides_of
from clew.media.opened import Opened
from clew.media.sandbox import Sandbox
from clew.signals import frames, pdq, registry
from clew.signals.contract import Score, Signal
from clew.signals.fuse import fused
from clew.signals.orientations import upright

FilePath = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A picture, film or sound.")]


@careful
def hash_files(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="Pictures, films, sounds.")],
    as_json: Json = False,
) -> None:
    """Print SHA-256, SHA-1, MD5 and PDQ of files; of films the PDQ of their frames. Ends with 1 if one was refused."""
    refused = False
    with Sandbox() as sandbox:
        for one in describe_all([(path, str(path)) for path in files], sandbox, _hashed):
            refused |= bool(one.refused)
            if as_json:
                emit(_facts(one))
            else:
                _print(one)
    if refused:
        raise typer.Exit(1)


def _hashed(opened: Opened, path: str) -> list[Signal]:
    return registry.describe(opened, (pdq, frames))


def _facts(one: Described) -> dict[str, Any]:
    """Return everything about a file as plain JSON values."""
    facts: dict[str, Any] = {"path": one.path, **_digests(one), "kind": one.kind}
    if one.refused:
        return facts | {"refused": one.refused}
    facts |= {"media_type": one.media_type, "width": one.width, "height": one.height, "duration": one.duration}
    return facts | {
        "pdq": [_hash(signal) for signal in one.signals.get(pdq.NAME, ())],
        "frames": [_hash(signal) for signal in one.signals.get(frames.NAME, ())]}


def _digests(one: Described) -> dict[str, str]:
    return dict(zip(("sha256", "sha1", "md5"), (digest.hex() for digest in one.digests), strict=True))


def _hash(signal: Signal) -> dict[str, Any]:
    """Return a hash as other systems know it; `box` is the part inside plain bars, in shares of width and height."""
    told = {"hash": upright(signal.value).hex(), "quality": signal.quality}
    told |= {} if signal.time is None else {"time": signal.time}
    return told | ({} if signal.box is None else {"box": list(signal.box)})


def _print(one: Described) -> None:
    say(one.path)
    for name, digest in _digests(one).items():
        say(f"  {name:<7} {digest}")
    if one.refused:
        complain(f"{one.path}: refused. {one.refused}")
        return
    size = f", {one.width} x {one.height}" if one.width else ""
    say(f"  kind    {one.kind} ({one.media_type}{size}{f', {one.duration:.2f} s' if one.duration else ''})")
    for signal in one.signals.get(pdq.NAME, ()):
        inside = " (inside its plain bars)" if signal.box else ""
        say(f"  pdq     {upright(signal.value).hex()} quality {signal.quality}{inside}")
    shown = [signal for signal in one.signals.get(frames.NAME, ()) if signal.box is None]
    if shown:
        say(f"  frames  {len(shown)}: number,quality,hash,seconds")
    for number, signal in enumerate(shown):
        say(f"{number},{signal.quality},{upright(signal.value).hex()},{signal.time or 0.0:.3f}")


@careful
def compare(
    first: FilePath, second: FilePath,
    picture: Annotated[Path | None, typer.Option(help="Draw both sides with what they share, as a PNG in this file.")] = None,
    as_json: Json = False,
) -> None:
    """Compare two files by every matcher: verdict, why, and where. Ends with 1 if one was refused."""
    if picture is not None and (picture.is_dir() or not picture.absolute().parent.is_dir()):
        raise BadInput("The drawing cannot be written there. Give a file in a folder that exists.")
    with Sandbox() as sandbox:
        sides = [describe_file(path, sandbox, path=str(path)) for path in (first, second)]
        for one in sides:
            if one.refused:
                complain(f"{one.path}: refused. {one.refused}")
        scores = scores_of(*sides)
        both = fused(scores)
        if picture is not None and not any(one.refused for one in sides):
            picture.write_bytes(_picture(first, second, both, sandbox))
    if as_json:
        emit({"a": _side(sides[0]), "b": _side(sides[1]),
              "matchers": {name: _told(score) for name, score in scores.items()}, "fused": _told(both)})
    else:
        _say(scores, both)
    if any(one.refused for one in sides):
        raise typer.Exit(1)


def _picture(first: Path, second: Path, both: Score, sandbox: Sandbox) -> bytes:
    """Open both once more, for their pixels: only here is anything of them shown."""
    with first.open("rb") as a, second.open("rb") as b:
        sides = sides_of(sandbox.open(a), sandbox.open(b), both.where)
    return drawn(*sides, both.where)


def _side(one: Described) -> dict[str, Any]:
    side: dict[str, Any] = {"path": one.path, "sha256": one.digests[0].hex(), "kind": one.kind}
    return side | ({"refused": one.refused} if one.refused else {})


def _told(score: Score) -> dict[str, Any]:
    return {"verdict": score.verdict, "value": score.value, "why": score.why, "parameters": score.parameters,
            "where": score.where, "words": [reasons.why(score), *(reasons.where(score) if score.verdict != "none" else ())]}


def _say(scores: Mapping[str, Score], both: Score) -> None:
    say(f"{both.verdict.upper()}  {reasons.why(both)} {reasons.meaning(both) if both.verdict != 'none' else ''}".rstrip())
    for name, score in scores.items():
        say(f"  {name:<7} {score.verdict:<9} {score.value:.4f}  {reasons.why(score)}")
        for line in reasons.where(score) if score.verdict != "none" else ():
            say(f"  {'':<7} {line}")
