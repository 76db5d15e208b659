"""Stacks around near-duplicates that arrive together are computed once, and come out whole."""

import io
import uuid

import numpy as np
import pytest
from PIL import Image

from clew.domain.cases import service as cases
from clew.domain.exhibits import contributions, service
from clew.domain.matching import stacks
from clew.domain.matching.jobs import JOBS
from clew.kernel.settings import Settings
from clew.store import jobs
from clew.store.db import Work
from clew.store.vault import vault
from tests.node import make_test_node

MANY = 12


def _edited(quality: int) -> bytes:
    coarse = np.random.default_rng(7).integers(0, 255, (9, 12, 3), np.uint8)
    held = io.BytesIO()
    Image.fromarray(coarse).resize((320, 240), Image.Resampling.BICUBIC).save(held, "JPEG", quality=quality)
    return held.getvalue()


def test_near_duplicates_that_arrive_together_are_stacked_once(database: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    node = make_test_node(database)
    node.agency("XA-VIU")
    anna = node.officer("XA-VIU", "anna")
    case = cases.open_case(anna, "A-1").id
    contribution = contributions.begin_contribution(anna, case).id
    for number in range(MANY):
        stored = vault().blobs.put([_edited(60 + 3 * number)])
        contributions.add_file(anna, contribution, f"{number}.jpg", stored=stored)
    recomputed, around = [], stacks._around

    def counted(work: Work, start: set[uuid.UUID]) -> object:
        recomputed.append(start)
        return around(work, start)

    monkeypatch.setattr(stacks, "_around", counted)
    jobs.drain(JOBS)
    assert {tile.stack for tile in service.list_exhibits(anna, case).tiles} == {MANY}
    assert len(recomputed) <= 3  # at most what the threads were at already, not one for each picture
