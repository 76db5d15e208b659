from clew.signals import exact, pdq
from clew.signals.contract import Signal
from clew.signals.examples import photo
from clew.signals.orientations import NAMES, turned
from clew.signals.pairing import Candidate, Hit, candidates, indexed, look_ups, matcher_for


def test_a_picture_is_held_once_and_looked_up_in_all_orientations():
    (signal,) = pdq.describe(photo(1))
    assert indexed(signal) == signal.value[:32]
    asked = look_ups([signal])
    assert [ask.orientation for ask in asked] == list(NAMES)
    assert [ask.value for ask in asked] == [bytes(row) for row in turned(signal.value)]


def test_the_same_hash_is_looked_up_once():
    (signal,) = pdq.describe(photo(1))
    assert len(look_ups([signal, signal])) == 8


def test_a_plain_picture_is_neither_held_nor_looked_up():
    plain = Signal("pdq", 1, bytes(256), quality=49)
    assert indexed(plain) is None
    assert look_ups([plain]) == []
    assert indexed(exact.signals_of(bytes(32))[0]) is None


def test_each_other_media_is_compared_once_nearest_first():
    hits = [Hit("a", 30), Hit("me", 0), Hit("b", 9, "mirrored"), Hit("a", 12), Hit("c", 12)]
    assert candidates("me", hits) == [Candidate("b", 9, 1), Candidate("a", 12, 2), Candidate("c", 12, 1)]


def test_kinds_choose_the_matcher():
    assert matcher_for("picture", "picture") == "pdq"
    assert matcher_for("film", "picture") == matcher_for("picture", "film") == matcher_for("film", "film") == "frames"
    assert matcher_for("sound", "film") is None
