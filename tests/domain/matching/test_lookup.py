"""Withdrawn content is not proposed at once, by the same snapshot, and is proposed again when it is brought again."""

import uuid
from collections.abc import Iterator

import pytest

from clew.domain.cases import service as cases
from clew.domain.exhibits import contributions
from clew.domain.matching import tools
from clew.domain.matching.jobs import JOBS
from clew.domain.matching.lookup import candidates, signals_of
from clew.kernel.ids import ContributionId
from clew.kernel.settings import Settings
from clew.kernel.viewer import Viewer
from clew.store import jobs
from clew.store.db import database as opened
from clew.store.vault import vault
from clew.web.api import uploads
from tests.node import make_test_node
from tests.robust.material import jpeg, scene


@pytest.fixture
def ann(database: Settings) -> Iterator[Viewer]:
    node = make_test_node(database)
    node.agency("XA-ONE")
    yield node.officer("XA-ONE", "ann")
    tools.sandbox().close()
    opened().close()


def bring(viewer: Viewer, reference: str, content: bytes) -> ContributionId:
    case = cases.open_case(viewer, reference).id
    into = contributions.begin_contribution(viewer, case).id
    uploads._add(viewer, into, "a.jpg", vault().blobs.put([content]))
    jobs.drain(JOBS)
    return into


def media_of(contribution: ContributionId) -> uuid.UUID:
    with opened().system_work() as work:
        found: uuid.UUID = work.value("SELECT media_id FROM clew.exhibits WHERE contribution_id = :id", {"id": contribution})
    return found


def proposed(media: uuid.UUID) -> set[uuid.UUID]:
    with opened().system_work() as work:
        return candidates(work, signals_of(work, [media])[media]) - {media}


def test_withdrawn_content_is_passed_over_before_any_rebuild(ann: Viewer) -> None:
    first = bring(ann, "2026-1", jpeg(scene(1)))
    one, other = media_of(first), media_of(bring(ann, "2026-2", jpeg(scene(1), 40)))
    assert proposed(other) == {one}
    snapshot = (opened().settings.home / "index" / "current").read_text()
    contributions.withdraw(ann, first)
    assert proposed(other) == set()
    assert (opened().settings.home / "index" / "current").read_text() == snapshot
    assert media_of(bring(ann, "2026-3", jpeg(scene(1)))) == one
    assert proposed(other) == {one}
