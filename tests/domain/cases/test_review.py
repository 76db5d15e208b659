"""Erasing an expired case: nothing of it stays but its events, and what another agency holds is untouched."""

import datetime
import io

import numpy as np
import psycopg
import pytest
from PIL import Image
from sqlalchemy import text

from clew.domain.cases import review
from clew.domain.cases import service as cases
from clew.domain.events.service import AUDITED
from clew.domain.exhibits import contributions, service
from clew.domain.matching.jobs import JOBS
from clew.kernel.errors import NotFound, NotYourRole, Refused
from clew.kernel.ids import CaseId
from clew.kernel.settings import Settings
from clew.kernel.viewer import Viewer
from clew.store import jobs, postgres
from clew.store.audit.checks.verify import verify
from clew.store.audit.sequencer import sequence
from clew.store.db import database as opened
from clew.store.vault import vault
from tests.node import make_test_node


def _picture(seed: int) -> bytes:
    coarse = np.random.default_rng(seed).integers(0, 255, (12, 16, 3), np.uint8)
    held = io.BytesIO()
    Image.fromarray(coarse).resize((640, 480), Image.Resampling.BICUBIC).save(held, "JPEG", quality=90)
    return held.getvalue()


def _bring(viewer: Viewer, case: CaseId, *seeds: int) -> None:
    contribution = contributions.begin_contribution(viewer, case)
    for seed in seeds:
        stored = vault().blobs.put([_picture(seed)])
        _, kept = contributions.add_file(viewer, contribution.id, f"{seed}.jpg", stored=stored)
        if not kept:
            vault().blobs.drop(stored.object_name)


def _expire(at: Settings, case: CaseId) -> None:
    """Let the case's day come: the row as its event bound it, with the clock moved on."""
    with opened().engine(postgres.SYSTEM).connect() as conn:
        assert conn.execute(text("SELECT 1 FROM clew.cases WHERE id = :id"), {"id": case}).first()


    with psycopg.connect(postgres.dsn_for(postgres.OWNER, at)) as owner:
        owner.execute("UPDATE clew.cases SET expires = %s WHERE id = %s", [datetime.date(2020, 1, 1), case])


def test_an_expired_case_is_erased_and_nothing_of_others(database: Settings) -> None:
    node = make_test_node(database)
    node.agency("XA-VIU")
    node.agency("XB-VIU")
    anna, ben, admin = node.officer("XA-VIU", "anna"), node.officer("XB-VIU", "ben"), node.viewers["admin.xa-viu"]
    mine, theirs = cases.open_case(anna, "A-1").id, cases.open_case(ben, "B-1").id
    _bring(anna, mine, 1, 2)
    _bring(ben, theirs, 2)
    jobs.drain(JOBS, database)
    with pytest.raises(Refused):
        review.erase_case(admin, mine)
    with pytest.raises(NotYourRole):
        review.erase_case(anna, mine)
    with pytest.raises(NotFound):
        review.erase_case(node.viewers["admin.xb-viu"], mine)
    _expire(database, mine)
    with pytest.raises(NotFound):
        cases.get_case(anna, mine)
    assert [view.reference for view in cases.list_managed_cases(admin)] == ["A-1"]

    gone = review.erase_case(admin, mine)

    assert len(gone) == 1  # the other object is XB's too
    jobs.drain(JOBS, database)
    with opened().engine(postgres.SYSTEM).connect() as conn:
        assert conn.execute(text("SELECT count(*) FROM clew.media")).scalar_one() == 1
        assert conn.execute(text("SELECT count(*) FROM clew.exhibits")).scalar_one() == 1
        assert {row[0] for row in conn.execute(text("SELECT DISTINCT media_id FROM clew.signals"))} == {
            row[0] for row in conn.execute(text("SELECT id FROM clew.media"))}
        assert jobs.failed(conn) == []
    page = service.list_exhibits(ben, theirs)
    assert page.total == 1
    assert page.tiles[0].thumbnail
    with opened().engine(postgres.SYSTEM).connect() as conn:
        sequence(conn)
    with opened().engine(postgres.SYSTEM).connect() as conn:
        assert verify(conn, AUDITED).findings == []
