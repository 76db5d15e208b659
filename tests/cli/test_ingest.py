"""clew ingest and the officer's other commands against the real application, with the worker run in between."""

import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from clew.cli import cases, client, ingest
from clew.cli.app import build
from clew.cli.gather import LINK, NO_FILE, Found
from clew.domain.matching.jobs import JOBS
from clew.kernel.settings import Settings
from clew.store import jobs
from tests.node import Node, make_test_node
from tests.web.in_process import InProcess, asked_in_process


def _picture(path: Path, seed: int, quality: int = 90) -> None:
    coarse = np.random.default_rng(seed).integers(0, 255, (12, 16, 3), np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(coarse).resize((640, 480), Image.Resampling.BICUBIC).save(path, "JPEG", quality=quality)


class Officer(client.Client):
    """A client whose requests reach the application in this process, as one officer after the other."""

    transport: InProcess

    def __init__(self, server: str, token: str = "") -> None:
        super().__init__(server, token)
        headers = self._http.headers
        self._http.close()
        self._http = client.httpx.Client(base_url="http://clew.test", transport=self.transport, headers=headers)


@pytest.fixture
def node(database: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Node]:
    made = make_test_node(database)
    for agency, officer in (("XA-VIU", "anna"), ("XB-VIU", "ben")):
        made.agency(agency)
        made.officer(agency, officer)
    real_wait = ingest._wait

    def drained(contribution: str, *, quiet: bool) -> dict[str, Any]:
        jobs.drain(JOBS, database)
        return real_wait(contribution, quiet=quiet)

    with asked_in_process() as transport:
        monkeypatch.setattr(Officer, "transport", transport, raising=False)
        monkeypatch.setattr(ingest, "_wait", drained)
        yield made


def _as(node: Node, name: str, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, list[Any]]:
    officer = Officer("http://clew.test", node.viewers[name].token)
    for module in (cases, ingest, client):
        monkeypatch.setattr(module, "client", lambda: officer)
    done = CliRunner().invoke(build(arguments[0]), [*arguments, "--json"])
    assert not done.exception or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, [json.loads(line) for line in done.stdout.splitlines() if line.strip()]


def test_a_folder_comes_in_and_is_known_to_the_other_agency(
        node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "phone"
    _picture(folder / "a.jpg", 1)
    _picture(folder / "deep" / "b.jpg", 2)
    (folder / "copy of a.jpg").write_bytes((folder / "a.jpg").read_bytes())
    (folder / "notes.txt").write_text("nothing to open")
    _picture(tmp_path / "c.jpg", 3)
    with zipfile.ZipFile(folder / "x.zip", "w") as archive:
        archive.write(tmp_path / "c.jpg", "inner/c.jpg")
    assert _as(node, "anna", monkeypatch, "case", "new", "A-1")[0] == 0

    code, lines = _as(node, "anna", monkeypatch, "ingest", str(folder), "--case", "A-1", "--source", "phone")

    assert code == 0
    ends = {line["path"]: line["status"] for line in lines[:-1]}
    twins = {ends.pop("phone/a.jpg"), ends.pop("phone/copy of a.jpg")}
    assert twins == {"imported", "duplicate"}  # files travel several at once: either may come first
    assert ends == {"phone/deep/b.jpg": "imported",
                    "phone/notes.txt": "refused", "phone/x.zip": "imported", "phone/x.zip!/inner/c.jpg": "imported"}
    assert next(line for line in lines if line.get("status") == "refused")["reason"]
    assert lines[-1]["counts"] == {"imported": 4, "duplicate": 1, "refused": 1, "files": 6}
    assert lines[-1]["in_depth"] == {"done": 1, "of": 4}, "the archive itself; the rest when nothing else waits"
    assert [one["in_depth"] for one in _as(node, "anna", monkeypatch, "case", "show", "A-1")[1][0]["contributions"]] == [1]

    again = _as(node, "anna", monkeypatch, "ingest", str(folder), "--case", "A-1")[1]
    # The note's bytes were kept as an exhibit too, so even it is a duplicate now.
    assert {line["status"] for line in again[:-1]} <= {"duplicate"}

    _picture(tmp_path / "seized" / "1.jpg", 1, quality=50)
    _as(node, "ben", monkeypatch, "case", "new", "B-1")
    _as(node, "ben", monkeypatch, "ingest", str(tmp_path / "seized"), "--case", "B-1")
    known = _as(node, "anna", monkeypatch, "overlap", "--case", "A-1")[1][0]
    assert [(one["level"], one["agency_code"], one["reference"]) for one in known] == [("contact", "XB-VIU", "B-1")]
    assert _as(node, "anna", monkeypatch, "case", "show", "XB-VIU/B-1")[0] == 1

    found = _as(node, "anna", monkeypatch, "links", "--case", "A-1")[1][0]
    assert [(one["path"], one["other_path"], one["matcher"]) for one in found] in (
        [("phone/a.jpg", "", "pdq")], [("phone/copy of a.jpg", "", "pdq")])
    assert _as(node, "ben", monkeypatch, "case", "policy", "B-1", "--audience", "XA-VIU")[0] == 0
    link = _as(node, "anna", monkeypatch, "links", "--case", "A-1")[1][0][0]
    assert link["other_path"] == "seized/1.jpg"
    assert _as(node, "anna", monkeypatch, "judge", link["link_id"], "positive", "--reason", "same room")[0] == 0
    assert _as(node, "anna", monkeypatch, "links", "--case", "A-1", "--unjudged")[1] == [[]]


def test_a_broken_off_contribution_goes_on(node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "disk"
    for seed in range(3):
        _picture(folder / f"{seed}.jpg", 10 + seed)
    case = _as(node, "anna", monkeypatch, "case", "new", "A-2")[1][0]["id"]
    sent = ingest.client().ask("POST", f"/cases/{case}/contributions", json={"source": "disk"})["id"]
    ingest._send(sent, Found(folder / "0.jpg", "disk/0.jpg"))

    code, lines = _as(node, "anna", monkeypatch, "ingest", str(folder), "--case", "A-2", "--source", "disk", "--resume")

    assert code == 0
    assert lines[-1]["contribution"] == sent
    assert lines[-1]["counts"] == {"imported": 3, "duplicate": 0, "refused": 0, "files": 3}


def test_a_large_file_travels_in_parts(node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "WHOLE", 4000)
    _picture(tmp_path / "big" / "big.jpg", 20)
    _as(node, "anna", monkeypatch, "case", "new", "A-3")
    code, lines = _as(node, "anna", monkeypatch, "ingest", str(tmp_path / "big"), "--case", "A-3")
    assert code == 0
    assert [line["status"] for line in lines[:-1]] == ["imported"]


def test_a_large_file_that_was_broken_off_goes_on_where_it_was(
        node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "WHOLE", 4000)
    _picture(tmp_path / "big" / "big.jpg", 21)
    case = _as(node, "anna", monkeypatch, "case", "new", "A-5")[1][0]["id"]
    ask = ingest.client().ask
    sent = ask("POST", f"/cases/{case}/contributions", json={"source": "disk"})["id"]
    one = Found(tmp_path / "big" / "big.jpg", "big/big.jpg")
    size = one.place.stat().st_size
    upload = ingest.client().begin(f"/contributions/{sent}/uploads", ingest._headers(one, size))
    ask("PATCH", upload, content=one.place.read_bytes()[:3000], headers={"Upload-Offset": "0", "Content-Type": ingest.BYTES})

    monkeypatch.setattr(Officer, "begin", None)  # it must be that upload that becomes the file
    code, lines = _as(node, "anna", monkeypatch, "ingest", str(tmp_path / "big"), "--case", "A-5", "--source", "disk", "--resume")

    assert (code, [line["status"] for line in lines[:-1]]) == (0, ["imported"])
    assert ask("GET", f"/contributions/{sent}/uploads") == []


def test_files_that_cannot_be_sent_are_told_here_and_on_the_node(
        node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("p1", "p2"):
        _picture(tmp_path / folder / "DCIM" / "1.jpg", ord(folder[1]))
    (tmp_path / "p1" / "DCIM" / "link.jpg").symlink_to(tmp_path / "p2" / "DCIM" / "1.jpg")
    _picture(tmp_path / "p1" / "DCIM" / os.fsdecode(b"caf\xe9\x1b[31m.jpg"), 99)
    os.mkfifo(tmp_path / "p2" / "DCIM" / "pipe")
    _as(node, "anna", monkeypatch, "case", "new", "A-6")

    code, lines = _as(node, "anna", monkeypatch, "ingest", str(tmp_path / "p1" / "DCIM"), str(tmp_path / "p2" / "DCIM"),
                      "--case", "A-6")

    assert code == 0
    ends = {line["path"]: line["status"] for line in lines[:-1]}
    assert ends == {"p1/DCIM/1.jpg": "imported", "p2/DCIM/1.jpg": "imported", "p1/DCIM/caf%E9%1B[31m.jpg": "imported",
                    "p1/DCIM/link.jpg": "refused", "p2/DCIM/pipe": "refused"}
    shown = ingest.client().ask("GET", f"/contributions/{lines[-1]['contribution']}/files", params={"status": "refused"})
    assert {one["path"]: one["reason"] for one in shown} == {"p1/DCIM/link.jpg": LINK, "p2/DCIM/pipe": NO_FILE}
    only = _as(node, "anna", monkeypatch, "ingest", str(tmp_path / "p2" / "DCIM" / "pipe"), "--case", "A-6")
    assert only[0] == 1  # nothing came in


def test_an_empty_folder_and_an_unknown_case_say_what_to_do(
        node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty").mkdir()
    _as(node, "anna", monkeypatch, "case", "new", "A-4")
    assert _as(node, "anna", monkeypatch, "ingest", str(tmp_path / "empty"), "--case", "A-4")[0] == 1
    assert _as(node, "anna", monkeypatch, "overlap", "--case", "nowhere")[0] == 1
