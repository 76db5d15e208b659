"""An index that misses one known hash is never served, and the planted copies are as bad as they can be."""

from pathlib import Path

import numpy as np
import pytest

from clew.kernel.errors import Unavailable
from clew.signals.indexes import plan, proof, search, snapshot
from clew.signals.indexes.build import buckets, grouped
from clew.signals.indexes.compiled import BLOCK
from clew.signals.indexes.hamming import HammingIndex, build
from clew.signals.indexes.rows import as_rows, as_words, read_only
from tests.signals.indexes.populations import hashes_of

MARK = {"xid": 1}


def test_worst_flips_leave_exactly_one_band_to_find_the_pair():
    chance = np.random.default_rng(2)
    order = np.array(plan.bit_order())
    for _ in range(60):
        flips = set(proof.worst_flips(chance).tolist())
        assert len(flips) == 31
        within = [len(flips & set(order[16 * band:16 * band + 16].tolist())) <= threshold
                  for band, threshold in enumerate(plan.thresholds())]
        assert sum(within) == 1


def test_planted_copies_lie_within_the_radius():
    words = np.random.default_rng(3).integers(0, 2**63, (1, 4)).astype(np.uint64)
    near = proof.planted(words, np.random.default_rng(4))
    distances = np.unpackbits((near ^ words).view(np.uint8), axis=1).sum(axis=1)
    assert distances.max() == 31
    assert (distances == 0).sum() >= proof.SAMPLE


@pytest.mark.parametrize("fault", [
    "postings of another row", "checks of another row", "a band probed too narrowly", "a bucket cut short"])
def test_a_faulty_build_is_not_served_and_the_former_stays(fault, tmp_path: Path, monkeypatch):
    chance = np.random.default_rng(6)
    good = build(tmp_path, hashes_of("uniform", 100, chance), np.arange(100), mark=MARK)
    name = good.snapshot.name
    if fault == "a band probed too narrowly":
        real = plan._masks
        monkeypatch.setattr(plan, "_masks", lambda threshold: real(threshold - 1))
        plan.probes.cache_clear()
    else:
        monkeypatch.setattr(snapshot, "buckets", _faulty(fault))
    with pytest.raises(Unavailable, match="failed its own test"):
        build(tmp_path, hashes_of("uniform", 30_000, chance), np.arange(30_000), mark=MARK)
    plan.probes.cache_clear()
    assert HammingIndex.open(tmp_path).snapshot.name == name
    assert [place.name for place in tmp_path.glob("snapshot-*")] == [name]


def _faulty(fault):
    def worse(rows, bands):
        for offsets, postings, checks in buckets(rows, bands):
            if fault == "postings of another row":
                yield offsets, np.roll(postings, 1), checks
            elif fault == "checks of another row":
                yield offsets, postings, np.roll(checks, 1)
            else:
                cut = np.where(np.arange(len(offsets)) % 2 == 0, offsets, np.roll(offsets, 1))
                yield cut, postings, checks

    return worse


def test_scanning_and_probing_agree_on_rows_and_distances():
    """`find` with room for all candidates and with none (so that it scans) gives the same rows."""
    rows = as_rows(as_words(hashes_of("degenerate", 4_000, np.random.default_rng(7))))
    distinct, _, _ = grouped(rows, np.arange(4_000))
    offsets, postings, checks = (np.concatenate(side) for side in zip(*buckets(distinct, plan.BANDS), strict=True))
    checks, table = np.concatenate((checks, np.zeros(BLOCK, np.uint16))), plan.probes()
    for query in rows[:40]:
        answers = [
            search.find(query[None], read_only(distinct), table.bands, table.masks, read_only(offsets),
                        read_only(postings), read_only(checks), 31, limit) for limit in (10**9, 0, -1)]
        assert sorted(answers[0].tolist()) == sorted(answers[1].tolist()) == sorted(answers[2].tolist())
        assert len({hit & search.ROW_MASK for hit in answers[0].tolist()}) == len(answers[0])
