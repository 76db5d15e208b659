"""The contract, run over every matcher of the registry."""

import itertools
from pathlib import Path

import numpy as np
import pytest

from clew.media.opened import Frame, Opened
from clew.signals import details, registry
from clew.signals.curves import calibrated
from clew.signals.examples import film, photo
from clew.signals.indexes.hamming import build
from clew.signals.orientations import NAMES, UNDOES, turned
from clew.signals.pairing import HAMMING, indexed

MATCHERS = {matcher.NAME: matcher for matcher in registry.MATCHERS}
every_matcher = pytest.mark.parametrize("name", MATCHERS)
every_example = pytest.mark.parametrize(
    ("name", "a", "b", "verdict"), [(m.NAME, a, b, verdict) for m in MATCHERS.values() for a, b, verdict in m.EXAMPLES]
)
BLACK = np.zeros((90, 120, 3), np.uint8)
ODD = (
    Opened("picture", "image/png"),
    Opened("picture", "image/png", picture=BLACK),
    Opened("picture", "image/png", picture=np.full((1, 1, 3), 200, np.uint8)),
    Opened("film", "video/mp4"),
    Opened("film", "video/mp4", frames=[Frame(0.0, BLACK), Frame(0.5, BLACK)], picture=BLACK),
    Opened("film", "video/mp4", frames=[Frame(0.0, np.zeros((2, 2, 3), np.uint8))]),
    Opened("sound", "audio/flac"),
)
MIRROR = {name: NAMES[UNDOES[n]] for n, name in enumerate(NAMES)}


@every_matcher
def test_says_who_it_is(name):
    matcher = MATCHERS[name]
    assert matcher.VERSION >= 1
    assert matcher.MEDIA.issubset({"picture", "film", "sound"})
    assert len(matcher.__doc__.split()) > 20, "the docstring is the help text"
    assert matcher.compare.__doc__ and matcher.describe.__doc__
    assert (name in HAMMING) == (matcher.INDEX == "hamming")
    assert matcher.EXAMPLES or matcher.INDEX == "exact"
    assert registry.get_matcher(name) is matcher


@every_example
def test_examples_give_their_verdict(name, a, b, verdict):
    matcher = MATCHERS[name]
    assert matcher.compare(matcher.describe(a), matcher.describe(b)).verdict == verdict


@every_example
def test_signals_are_marked_and_the_same_each_time(name, a, b, verdict):
    matcher = MATCHERS[name]
    for opened in (a, b):
        signals = matcher.describe(opened)
        assert signals == matcher.describe(opened)
        assert all((s.matcher, s.version) == (name, matcher.VERSION) for s in signals)
        assert all(0 <= s.quality <= 100 for s in signals)
        if name in HAMMING:
            assert all(len(s.value) == 256 for s in signals)


@every_matcher
def test_the_order_of_two_media_does_not_matter(name):
    matcher = MATCHERS[name]
    described = [matcher.describe(o) for a, b, _ in matcher.EXAMPLES for o in (a, b)]
    for a, b in itertools.product(described, repeat=2):
        there, back = matcher.compare(a, b), matcher.compare(b, a)
        assert (there.value, there.verdict, there.why) == (back.value, back.verdict, back.why)
        swapped = sorted([c, d, e, f] for e, f, c, d in back.where.get("segments", []))
        assert there.where.get("segments", []) == swapped


@every_matcher
def test_empty_and_flat_media_survive_and_match_nothing(name):
    matcher = MATCHERS[name]
    for a, b in itertools.product(ODD, repeat=2):
        score = matcher.compare(matcher.describe(a), matcher.describe(b))
        assert (score.value, score.verdict) == (0.0, "none")


@every_matcher
def test_why_is_a_message_id_and_where_is_plain_json(name):
    matcher = MATCHERS[name]
    for a, b, _ in matcher.EXAMPLES:
        score = matcher.compare(matcher.describe(a), matcher.describe(b))
        assert score.why.startswith(f"{name}.")
        assert 0.0 <= score.value <= 1.0
        for value in score.where.values():
            assert type(value) in (int, float, str, list, tuple)


@pytest.mark.parametrize("name", sorted(HAMMING))
def test_the_index_finds_every_pair_that_compare_calls_a_match(name, tmp_path: Path):
    matcher = MATCHERS[name]
    media = [registry.describe(o) for m in MATCHERS.values() for a, b, _ in m.EXAMPLES for o in (a, b)]
    held = [(number, value) for number, signals in enumerate(media) for s in signals if (value := indexed(s))]
    hashes = np.array([np.frombuffer(value, np.uint8) for _, value in held])
    index = build(tmp_path, hashes, np.arange(len(held), dtype=np.uint64), mark={"xid": 1})
    matched = 0
    for signals in media:
        asked = [ask for one in signals if indexed(one) for ask in turned(one.value)]
        found = {held[int(row)][0] for ask in asked for row in index.lookup(ask)[0]}
        for other, theirs in enumerate(media):
            mine = [s for s in signals if s.matcher == name]
            if mine and matcher.compare(mine, [s for s in theirs if s.matcher == name]).verdict == "match":
                matched += 1
                assert other in found
    assert matched > 4


@pytest.mark.parametrize("name", sorted(HAMMING))
def test_curves_are_monotone_shares(name):
    values = [calibrated(name, measure) for measure in np.linspace(0, 256, 500)]
    assert all(0 <= value <= 1 for value in values)
    assert values in (sorted(values), sorted(values, reverse=True))
    assert values[0] != values[-1]


def by_matcher(signals):
    return {name: [one for one in signals if one.matcher == name] for name in {one.matcher for one in signals}}


def test_all_signals_of_two_media_are_compared_by_whoever_can():
    first, second = (by_matcher(registry.describe(opened)) for opened in (photo(1), film((1, 4), (2, 4))))
    assert set(registry.compare(first, first)) - {"likeness"} == {"pdq", "details"}
    found = registry.compare(first, second)
    assert set(found) - {"likeness", "details"} == {"frames"}
    assert found["frames"].verdict == "match"
    assert found["frames"].where["b_time"] == 0.0
    assert registry.compare({}, second) == {}


def test_a_matcher_that_is_off_describes_nothing(monkeypatch):
    monkeypatch.setattr(details, "available", lambda: False, raising=False)
    assert "details" not in {one.matcher for one in registry.describe(photo(2))}
