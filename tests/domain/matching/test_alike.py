"""The database measures a pair of pictures as the matcher does: distance, value, and a link's name that is nobody's guess."""

import numpy as np
import psycopg
import pytest

from clew.signals import pdq
from clew.signals.contract import Signal
from clew.signals.curves import calibrated
from clew.signals.orientations import NAMES, turned
from clew.signals.pdq_hash import DISTANCE
from tests.domain.conftest import House


def test_the_value_of_every_distance_is_the_curves(house: House) -> None:
    rows = house.behind("SELECT n, clew.pdq_value(n::bigint) FROM generate_series(0, 31) n")
    assert len(rows) == DISTANCE + 1
    for distance, value in rows:
        assert value == pytest.approx(calibrated(pdq.NAME, distance)), "write the curve anew into 81_alike.sql"
    assert house.behind("SELECT clew.pdq_value(32)") == [(None,)]


def near_mirror(rng: np.random.Generator) -> np.ndarray:
    """Return the hash of a picture that is nearly its own mirror image, so that two orientations compete."""
    rows = turned(rng.bytes(32)).copy()
    bits = np.unpackbits(rows, axis=1)
    for n in range(1, len(NAMES)):
        bits[n] = bits[0]
        bits[n, rng.choice(256, int(rng.integers(2, 40)), replace=False)] ^= 1
    return np.packbits(bits, axis=1)


def test_the_distance_is_the_matchers_also_of_pictures_like_their_own_mirror_image(house: House) -> None:
    rng = np.random.default_rng(2)
    for trial in range(200):
        one = near_mirror(rng) if trial % 2 else turned(rng.bytes(32)).copy()
        bits = np.unpackbits(one, axis=1)
        for n in range(len(NAMES)):
            bits[n, rng.choice(256, int(rng.integers(0, 60)), replace=False)] ^= 1
        other = np.packbits(bits, axis=1)
        expected, *_ = pdq.nearest([Signal("pdq", 1, one.tobytes())], [Signal("pdq", 1, other.tobytes())])
        for a, b in ((one, other), (other, one)):
            told = house.behind("SELECT clew.bits_apart(x.t, y.t, clew.symmetry(y.t)) FROM (SELECT clew.as_bits(%s) t) x, "
                                "(SELECT clew.as_bits(%s) t) y", a.tobytes(), b.tobytes())
            assert told == [(expected,)]


def test_a_links_name_leads_back_to_its_pair_and_no_other_name_does(house: House) -> None:
    pairs = [[1, 2], [2, 1], [1, 3], [2**62, 5], [7, 7]]
    names = [house.behind("SELECT clew.link_name(%s::bigint[])", pair)[0][0] for pair in pairs]
    assert len(set(names)) == len(pairs)
    assert [house.behind("SELECT clew.link_pair(%s)", name)[0][0] for name in names] == pairs
    for _ in range(20):
        (pair,) = house.behind("SELECT clew.link_pair(gen_random_uuid())")[0]
        assert max(map(abs, pair)) > 2**40  # a made-up name is no pair of hashes


def test_what_could_never_be_a_hash_is_refused(house: House) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        house.behind("INSERT INTO clew.stacked SELECT 1, gen_random_uuid(), 1, 0, ARRAY[B'1'::bit(256)]")
