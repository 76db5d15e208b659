"""clew ingest: folders and files into a case, with rate, time left and one line for each file."""

import base64
import os
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from clew.cli.client import case_id, client
from clew.cli.officers import Json
from clew.cli.output import careful, complain, complaints, emit, say
from clew.kernel.errors import BadInput, ClewError

WHOLE = 64 << 20  # up to here a file travels in one request; larger ones in resumable parts
AT_ONCE = 4
PATIENCE = 120.0  # seconds to wait for a node that is being started again
BYTES = "application/offset+octet-stream"


def _files(paths: list[Path]) -> Iterator[tuple[Path, str]]:
    """Yield every file with its path as found, below the folder it was named by. Links are not followed."""
    for path in paths:
        if path.is_file():
            yield path, path.name
        for folder, inner, names in os.walk(path):
            inner.sort()
            for name in sorted(names):
                found = Path(folder, name)
                if found.is_file() and not found.is_symlink():
                    yield found, str(Path(path.name) / found.relative_to(path))


def _send(contribution: str, path: Path, name: str) -> dict[str, Any]:
    """Upload one file; what the node refuses at the door is an answer too."""
    try:
        size = path.stat().st_size
        headers = {"Upload-Length": str(size), "Tus-Resumable": "1.0.0",
                   "Upload-Metadata": "path " + base64.b64encode(name.encode("utf-8", "surrogateescape")).decode()}
        if size <= WHOLE:
            made = client().ask("POST", f"/contributions/{contribution}/uploads", content=path.read_bytes(),
                                headers=headers | {"Content-Type": BYTES})
            return dict(made)
        return _send_parts(contribution, path, headers)
    except (ClewError, OSError) as problem:
        reason = problem.message if isinstance(problem, ClewError) else f"Cannot be read: {problem.strerror}."
        return {"path": name, "status": "refused", "reason": reason, "exhibit_id": None, "sha256": "", "id": ""}


def _send_parts(contribution: str, path: Path, headers: dict[str, str]) -> dict[str, Any]:
    """Upload a large file in parts, going on where the node says after a broken connection."""
    upload = client().begin(f"/contributions/{contribution}/uploads", headers)
    size, failures = path.stat().st_size, 0
    with path.open("rb") as file:
        while True:
            try:
                if (offset := client().offset(upload)) >= size:
                    break
                file.seek(offset)
                client().ask("PATCH", upload, content=file.read(WHOLE),
                             headers={"Upload-Offset": str(offset), "Content-Type": BYTES})
            except ClewError:
                failures += 1
                if failures > 5:
                    raise
                time.sleep(2 ** failures / 2)
    return {"path": "", "status": "waiting"}


@careful
def ingest(paths: Annotated[list[Path], typer.Argument(exists=True, help="Files and folders.")],
           reference: Annotated[str, typer.Option("--case", help="Reference of the case.")],
           source: Annotated[str, typer.Option(help="Where the files come from; recorded.")] = "",
           resume: Annotated[bool, typer.Option(help="Go on with the case's open contribution of this source.")] = False,
           as_json: Json = False) -> None:
    """Bring files into a case and wait until all are described and matched."""
    client().patience = PATIENCE
    started, case = time.monotonic(), case_id(reference)
    files = list(_files(paths))
    if not files:
        raise BadInput("There are no files below these paths.")
    contribution, known = _contribution(case, source, resume=resume)
    todo = [(path, name) for path, name in files if name not in known]
    refused = _deliver(contribution, todo, quiet=as_json)
    client().ask("POST", f"/contributions/{contribution}/close")
    final = _wait(contribution, quiet=as_json)
    lines = [*_lines(contribution), *refused]
    _report(contribution, lines, final, time.monotonic() - started, as_json=as_json)


def _contribution(case: str, source: str, *, resume: bool) -> tuple[str, set[str]]:
    """Begin a contribution, or find the open one to go on with and the paths it has."""
    if resume:
        for one in client().ask_all(f"/cases/{case}/contributions"):
            found = one["contribution"]
            if found["source"] == source and not found["closed_at"]:
                return found["id"], {line["path"] for line in _lines(found["id"])}
    return client().ask("POST", f"/cases/{case}/contributions", json={"source": source})["id"], set()


def _progress(quiet: bool) -> Progress:
    return Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
                    TimeElapsedColumn(), TimeRemainingColumn(), console=complaints, disable=quiet)


def _deliver(contribution: str, files: list[tuple[Path, str]], *, quiet: bool) -> list[dict[str, Any]]:
    """Upload files a few at a time; return those refused at the door."""
    refused, began = [], time.monotonic()
    with _progress(quiet) as bar, ThreadPoolExecutor(AT_ONCE) as crew:
        task = bar.add_task("Sending", total=len(files), rate="")
        for done, answer in enumerate(_ordered(crew, contribution, files), 1):
            if answer["status"] == "refused":
                refused.append(answer)
            bar.update(task, completed=done, rate=f"{done / max(0.1, time.monotonic() - began):.1f} files/s")
    return refused


def _ordered(crew: ThreadPoolExecutor, contribution: str, files: Iterable[tuple[Path, str]]) -> Iterator[dict[str, Any]]:
    """Yield answers in order with a bounded number of files in memory."""
    rest = iter(files)
    under_way = [crew.submit(_send, contribution, *one) for one in islice(rest, 2 * AT_ONCE)]
    while under_way:
        yield under_way.pop(0).result()
        under_way += [crew.submit(_send, contribution, *one) for one in islice(rest, 1)]


def _wait(contribution: str, *, quiet: bool) -> dict[str, Any]:
    """Follow a contribution until everything has ended and is searchable."""
    began, first = time.monotonic(), None
    with _progress(quiet) as bar:
        task = bar.add_task("Opening and matching", total=None, rate="")
        while True:
            state: dict[str, Any] = client().ask("GET", f"/contributions/{contribution}")
            done = state["files"] - state["waiting"] - (state["imported"] - state["matched"] - state["stopped"])
            first = done if first is None else first
            rate = (done - first) / max(0.1, time.monotonic() - began)
            bar.update(task, total=state["files"], completed=done, rate=f"{rate:.1f} files/s")
            if done >= state["files"]:
                return state
            time.sleep(0.25)


def _lines(contribution: str) -> Iterator[dict[str, Any]]:
    after: dict[str, str] = {}
    while page := client().ask("GET", f"/contributions/{contribution}/files", params={"limit": 2000, **after}):
        yield from page
        after = {"after": page[-1]["id"]}


def _report(contribution: str, lines: list[dict[str, Any]], final: dict[str, Any], seconds: float, *,
            as_json: bool) -> None:
    counts = {status: sum(line["status"] == status for line in lines)
              for status in ("imported", "duplicate", "refused")}
    if as_json:
        for line in lines:
            shown = {key: line[key] for key in ("path", "status", "exhibit_id", "sha256")}
            emit(shown | ({"reason": line["reason"]} if line["status"] == "refused" else {}))
        emit({"contribution": contribution, "counts": counts | {"files": len(lines)}, "seconds": round(seconds, 3)})
    else:
        for line in lines:
            if line["status"] == "refused":
                complain(f"refused  {line['path']}: {line['reason']}")
        say(f"{len(lines)} files in {seconds:.1f} s: {counts['imported']} imported, {counts['duplicate']} duplicate, "
            f"{counts['refused']} refused. Contribution {contribution}. Next: clew overlap --case ...")
    if final["files"] and counts["refused"] == len(lines):
        raise typer.Exit(1)
