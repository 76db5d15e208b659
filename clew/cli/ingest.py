"""clew ingest: folders and files into a case, with rate, time left and one line for each file."""

import base64
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

import typer

from clew.cli.client import case_id, client
from clew.cli.gather import Found, gather
from clew.cli.officers import Json
from clew.cli.output import Stillness, careful, complain, counted, emit, say
from clew.kernel.errors import BadInput, ClewError, Unavailable

WHOLE = 64 << 20  # up to here a file travels in one request; larger ones in resumable parts
AT_ONCE = 4
LONGEST = 1000  # characters of a path that the node keeps
PATIENCE = 120.0  # seconds to wait for a node that is being started again
BYTES = "application/offset+octet-stream"


def _send(contribution: str, one: Found, begun: Mapping[tuple[str, int], str] = MappingProxyType({})) -> dict[str, Any]:
    """Upload one file; why it is not taken is an answer too, and is written down on the node."""
    try:
        if one.refused:
            return _refused(contribution, one, one.refused)
        size = one.place.stat().st_size
        if size > WHOLE:
            return _send_parts(contribution, one, size, begun)
        content = one.place.read_bytes()
        return dict(client().ask("POST", f"/contributions/{contribution}/uploads", content=content,
                                 headers=_headers(one, len(content)) | {"Content-Type": BYTES}))
    except OSError as problem:
        return _refused(contribution, one, f"Cannot be read: {problem.strerror}.")
    except Unavailable:
        raise
    except ClewError as problem:
        return _refused(contribution, one, problem.message)


def _headers(one: Found, size: int) -> dict[str, str]:
    return {"Upload-Length": str(size), "Tus-Resumable": "1.0.0",
            "Upload-Metadata": "path " + base64.b64encode(one.name.encode()).decode()}


def _refused(contribution: str, one: Found, reason: str) -> dict[str, Any]:
    """Tell the node of a file that could not be brought, so that the contribution shows it to everybody."""
    return dict(client().ask("POST", f"/contributions/{contribution}/refused",
                             json={"path": one.name[-LONGEST:], "reason": reason}))


def _send_parts(contribution: str, one: Found, size: int, begun: Mapping[tuple[str, int], str]) -> dict[str, Any]:
    """Upload a large file in parts, going on where the node says after a broken connection or an earlier run."""
    upload = begun.get((one.name, size)) or client().begin(f"/contributions/{contribution}/uploads", _headers(one, size))
    failures = 0
    with one.place.open("rb") as file:
        while True:
            try:
                if (offset := client().offset(upload)) >= size:
                    break
                file.seek(offset)
                part = file.read(WHOLE)
                if not part:
                    raise OSError(0, "it became shorter while it was being sent")
                client().ask("PATCH", upload, content=part, headers={"Upload-Offset": str(offset), "Content-Type": BYTES})
            except ClewError:
                failures += 1
                if failures > 5:
                    raise
                time.sleep(2 ** failures / 2)
    return {"path": one.name, "status": "waiting"}


@careful
def ingest(paths: Annotated[list[Path], typer.Argument(exists=True, help="Files and folders.")],
           reference: Annotated[str, typer.Option("--case", help="Reference of the case.")],
           source: Annotated[str, typer.Option(help="Where the files come from; recorded.")] = "",
           resume: Annotated[bool, typer.Option(help="Go on with the case's open contribution of this source.")] = False,
           as_json: Json = False) -> None:
    """Bring files into a case and wait until all are described and matched."""
    client().patience = PATIENCE
    started, case = time.monotonic(), case_id(reference)
    files = gather(paths)
    if not files:
        raise BadInput("There are no files below these paths.")
    contribution, known, is_open = _contribution(case, source, resume=resume)
    todo = [one for one in files if one.name not in known]
    if todo and not is_open:  # it was closed while some were missing: they come in a new one
        contribution = _begun(case, source)
    _deliver(contribution, todo, quiet=as_json)
    client().ask("POST", f"/contributions/{contribution}/close")
    state = _wait(contribution, quiet=as_json)
    _report(contribution, list(_lines(contribution)), state, time.monotonic() - started, as_json=as_json)


def _begun(case: str, source: str) -> str:
    return str(client().ask("POST", f"/cases/{case}/contributions", json={"source": source})["id"])


def _contribution(case: str, source: str, *, resume: bool) -> tuple[str, set[str], bool]:
    """Begin a contribution, or find the one to go on with, the paths it has, and whether it still takes files.

    One that is closed but still being opened is gone on with too: there is only to wait for it.
    """
    if resume:
        for one in client().ask_all(f"/cases/{case}/contributions"):
            found = one["contribution"]
            if found["source"] == source and not found["withdrawn_at"] and (not found["closed_at"] or one["waiting"]):
                return found["id"], {line["path"] for line in _lines(found["id"]) if _was_brought(line)}, not found["closed_at"]
    return _begun(case, source), set(), True


def _was_brought(line: dict[str, Any]) -> bool:
    """Say whether the node has the bytes: what could not be read then may be readable now."""
    return line["status"] != "refused" or bool(line["sha256"])


def _deliver(contribution: str, files: list[Found], *, quiet: bool) -> None:
    """Upload files a few at a time; a large one that an earlier run began goes on."""
    begun = {(one["path"], one["length"]): f"/uploads/{one['id']}"
             for one in client().ask("GET", f"/contributions/{contribution}/uploads")}
    with counted("Sending", quiet=quiet) as tell, ThreadPoolExecutor(AT_ONCE) as crew:
        tell(0, len(files))
        for done, _ in enumerate(_ordered(crew, files, lambda one: _send(contribution, one, begun)), 1):
            tell(done, len(files))


def _ordered(crew: ThreadPoolExecutor, files: Iterable[Found],
             send: Callable[[Found], dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield answers in order with a bounded number of files in memory."""
    rest = iter(files)
    under_way = [crew.submit(send, one) for one in islice(rest, 2 * AT_ONCE)]
    while under_way:
        yield under_way.pop(0).result()
        under_way += [crew.submit(send, one) for one in islice(rest, 1)]


def _wait(contribution: str, *, quiet: bool) -> dict[str, Any]:
    """Follow a contribution until everything has ended and is searchable; return how far it was then."""
    still = Stillness()
    with counted("Opening and matching", quiet=quiet) as tell:
        while True:
            state: dict[str, Any] = client().ask("GET", f"/contributions/{contribution}")
            done = state["files"] - state["waiting"] - (state["imported"] - state["matched"] - state["stopped"])
            tell(done, state["files"])
            still.look(done)
            if done >= state["files"]:
                return state
            time.sleep(0.25)


def _lines(contribution: str) -> Iterator[dict[str, Any]]:
    after: dict[str, str] = {}
    while page := client().ask("GET", f"/contributions/{contribution}/files", params={"limit": 2000, **after}):
        yield from page
        after = {"after": page[-1]["id"]}


def _report(contribution: str, lines: list[dict[str, Any]], state: dict[str, Any], seconds: float, *, as_json: bool) -> None:
    counts = {status: sum(line["status"] == status for line in lines)
              for status in ("imported", "duplicate", "refused")}
    if as_json:
        for line in lines:
            shown = {key: line[key] for key in ("path", "status", "exhibit_id", "sha256")}
            emit(shown | ({"reason": line["reason"]} if line["status"] == "refused" else {}))
        emit({"contribution": contribution, "counts": counts | {"files": len(lines)}, "seconds": round(seconds, 3),
              "in_depth": {"done": state["in_depth"], "of": state["matched"]}})
    else:
        for line in lines:
            if line["status"] == "refused":
                complain(f"refused  {line['path']}: {line['reason']}")
        say(f"{len(lines)} files in {seconds:.1f} s: {counts['imported']} imported, {counts['duplicate']} duplicate, "
            f"{counts['refused']} refused. Contribution {contribution}. Next: clew overlap --case ...")
        say(f"{state['in_depth']} of {state['matched']} looked at in depth so far; this goes on by itself. "
            "How far: clew case show REFERENCE")
    if counts["refused"] == len(lines):  # nothing came in; where something did, the lines say what did not
        raise typer.Exit(1)
