"""Hostile files through the whole pipeline: each is imported or refused with a reason, and the rest goes on."""

import json
from collections.abc import Iterator

import psutil
import pytest

from clew.domain.cases import service as cases
from clew.domain.exhibits import contributions
from clew.domain.matching import tools
from clew.domain.matching.jobs import JOBS
from clew.kernel.settings import Settings
from clew.kernel.viewer import Viewer
from clew.store import jobs, postgres
from clew.store.db import database
from clew.store.vault import vault
from clew.web.api import uploads
from tests.media.test_hostile import HOSTILE, mutants
from tests.node import make_test_node
from tests.robust.material import archive, jpeg, scene
from tests.samples import needs_samples


@pytest.fixture(scope="module")
def ann(shared_database: Settings) -> Iterator[Viewer]:
    node = make_test_node(shared_database)
    node.agency("XA-ONE")
    yield node.officer("XA-ONE", "ann")
    tools.sandbox().close()
    database().close()


def brought(viewer: Viewer, reference: str, files: dict[str, bytes]) -> list[contributions.File]:
    """Contribute files between two good pictures, let the worker run, and return how each ended."""
    case = cases.open_case(viewer, reference)
    into = contributions.begin_contribution(viewer, case.id).id
    for path, content in {"0-first.jpg": jpeg(scene(1)), **files, "z-last.jpg": jpeg(scene(2))}.items():
        uploads._add(viewer, into, path, vault().blobs.put([content]))
    tools.sandbox().open(jpeg(scene(3)))
    process = tools.sandbox()._process
    assert process is not None
    jobs.drain(JOBS)
    assert tools.sandbox()._process is process and psutil.pid_exists(process.pid), "the warm sandbox died"
    ended: list[contributions.File] = []
    while page := contributions.list_files(viewer, into, after=ended[-1].id if ended else "", limit=2000):
        ended += page
    progress = contributions.get_progress(viewer, into)
    assert progress.finished and progress.files == len(ended)
    with database().engine(postgres.SYSTEM).connect() as conn:
        assert jobs.failed(conn) == [] and jobs.counts(conn) == []
    return ended


def told(ended: list[contributions.File]) -> dict[str, int]:
    """Check each ending and count them by status."""
    counts: dict[str, int] = {}
    for file in ended:
        counts[file.status] = counts.get(file.status, 0) + 1
        assert file.status in {"imported", "duplicate", "refused"}, file
        assert (file.status == "refused") == bool(file.reason), file
        assert "/var/" not in file.reason and "Traceback" not in file.reason and "Error" not in file.reason, file.reason
    by_path = {file.path: file.status for file in ended}
    assert by_path["0-first.jpg"] == by_path["z-last.jpg"] == "imported"
    return counts


@needs_samples
@pytest.mark.timeout(900)
def test_every_hostile_sample_alone_and_packed(ann: Viewer) -> None:
    files = {str(path.relative_to(HOSTILE)): path.read_bytes() for path in sorted(HOSTILE.rglob("*")) if path.is_file()}
    assert len(files) > 50
    ended = brought(ann, "2026-1", files | {"all.zip": archive(files)})
    counts = told(ended)
    assert len(ended) == 2 * len(files) + 3 and counts["refused"] > 10 and counts["imported"] > 10
    by_path = {file.path: file for file in ended}
    for path in files:  # packed with the others each ends as alone, or as its twin
        alone, packed = by_path[path], by_path[f"all.zip!/{path}"]
        assert packed.status == "duplicate" or (packed.status, packed.reason) == (alone.status, alone.reason)
        assert packed.exhibit_id == alone.exhibit_id
    print(json.dumps(counts))


def test_names_that_hide_or_collide_cost_only_themselves(ann: Viewer) -> None:
    """Members whose names become one path by normalisation, climb out, or are longer than any path."""
    members = {"e\u0301.jpg": jpeg(scene(10)), "\u00e9.jpg": jpeg(scene(11)), "a\\b.jpg": jpeg(scene(12)),
               "a/b.jpg": jpeg(scene(13)), "../out.jpg": b"x", "/etc/passwd": b"y", "n" * 1200 + ".jpg": jpeg(scene(14)),
               "n" * 1200 + ".png": jpeg(scene(15)), "bell\x07.jpg": jpeg(scene(16)), "fine.jpg": jpeg(scene(17))}
    ended = brought(ann, "2026-2", {"names.zip": archive(members)})
    told(ended)
    assert len([file for file in ended if file.path.startswith("names.zip!/")]) == len(members)
    assert {file.status for file in ended if file.path.endswith("fine.jpg")} == {"imported"}


def spread(count: int, seed: int) -> dict[str, bytes]:
    """Return mutants as files of a contribution, every tenth of them in archives of ten."""
    found = list(mutants(count, seed))
    packed = found[:count // 10]
    files = {f"mutants/{number:04}": content for number, content in enumerate(found[count // 10:])}
    for start in range(0, len(packed), 10):
        files[f"packs/{start:04}.zip"] = archive({f"{k}": one for k, one in enumerate(packed[start:start + 10])})
    return files


@pytest.mark.timeout(600)
def test_sixty_mutants(ann: Viewer) -> None:
    assert sum(told(brought(ann, "2026-3", spread(60, 11))).values()) >= 60


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_two_thousand_mutants(ann: Viewer) -> None:
    counts = told(brought(ann, "2026-4", spread(2000, 12)))
    print(json.dumps(counts))
    assert sum(counts.values()) >= 2000
