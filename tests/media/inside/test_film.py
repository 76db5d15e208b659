"""How stills are chosen when time is short."""

import io
import itertools
import types

import av
import pytest

from clew.media import limits
from clew.media.inside import film
from tests.media import made


def sampled(data: bytes, deadline: float, monkeypatch: pytest.MonkeyPatch,
            length: float | None = None) -> tuple[list[float], film.Sampler]:
    """Sample with a clock that goes on by one second at each look."""
    clock = itertools.count()
    monkeypatch.setattr(film, "time", types.SimpleNamespace(monotonic=lambda: float(next(clock))))
    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.video[0]
        length = length or float((container.duration or 0) / 1_000_000)
        sampler = film.Sampler(container, stream, length, deadline, show_all=False)
        return [at for at, _, whole in sampler.stills() if whole], sampler


@pytest.mark.parametrize(("container", "codec"), [("mp4", "libx264"), ("matroska", "libx264"), ("avi", "mpeg4")])
def test_a_long_film_is_jumped_through(monkeypatch: pytest.MonkeyPatch, container: str, codec: str) -> None:
    data = made.film(container, codec, count=200, size=(96, 64), options={"g": "10"})
    times, sampler = sampled(data, 100.0, monkeypatch)
    assert times == sorted(set(times)) and sampler.until is None
    assert times[-1] > 18
    late = [at for at in times if at > 6]
    assert len(late) >= 10  # a key frame each second
    every, _ = sampled(data, 10_000.0, monkeypatch)
    assert len(every) == 40


def test_what_was_not_reached_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    data = made.film("mp4", "libx264", count=200, size=(96, 64), options={"g": "10"})
    times, sampler = sampled(data, 40.0, monkeypatch)
    assert sampler.until is not None and times[-1] <= sampler.until < 20


def test_there_are_never_more_stills_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FRAMES", 7)
    times, _ = sampled(made.film("mp4", "libx264", count=100, size=(96, 64)), 10_000.0, monkeypatch)
    assert len(times) == 7


def test_a_film_that_lies_about_its_length_is_still_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    data = made.film("mp4", "libx264", count=200, size=(96, 64))
    times, _ = sampled(data, 10_000.0, monkeypatch, length=limits.DURATION_SECONDS)
    assert len(times) >= 28 and max(b - a for a, b in itertools.pairwise(times)) <= 1


def test_a_still_film_has_no_cuts_and_a_cut_one_has(monkeypatch: pytest.MonkeyPatch) -> None:
    for cut, extra in ((None, 0), (33, 1)):
        times, _ = sampled(made.film("mp4", "libx264", count=50, cut=cut), 10_000.0, monkeypatch)
        assert len(times) == 10 + extra


def looked_at(data: bytes) -> tuple[list[float], list[float], film.Sampler]:
    """Return seconds of stills and of glances."""
    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.video[0]
        sampler = film.Sampler(container, stream, float((container.duration or 0) / 1_000_000), 1e9, show_all=False)
        every = [(at, whole) for at, _, whole in sampler.stills()]
        return [at for at, whole in every if whole], [at for at, whole in every if not whole], sampler


def test_between_the_stills_lie_glances_several_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    data = made.film("mp4", "libx264", count=50, size=(96, 64))
    stills, glances, _ = looked_at(data)
    assert not set(stills) & set(glances)
    assert max(b - a for a, b in itertools.pairwise(sorted(stills + glances))) <= 0.21
    monkeypatch.setattr(limits, "GLANCES", 5)
    assert len(looked_at(data)[1]) <= 5


@pytest.mark.parametrize(("options", "left_out"), [({"bf": "3", "g": "50"}, True), ({"bf": "0", "g": "50"}, False)])
def test_of_a_fast_film_frames_that_none_leans_on_are_left_out(options: dict[str, str], left_out: bool) -> None:
    stills, glances, sampler = looked_at(made.film("mp4", "libx264", count=90, size=(96, 64), rate=30, options=options))
    assert sampler.stream.codec_context.skip_frame == "NONREF"
    assert len(stills) == 6
    assert max(b - a for a, b in itertools.pairwise(sorted(stills + glances))) <= 0.3
    assert bool(sampler.looked < 80) == left_out


def test_a_film_whose_frames_hardly_lean_on_each_other_is_looked_at_in_full() -> None:
    leaning = {"bf": "16", "b-pyramid": "none", "b-adapt": "0"}
    _, glances, sampler = looked_at(made.film("mp4", "libx264", count=90, size=(96, 64), rate=30, options=leaning))
    assert sampler.stream.codec_context.skip_frame == "DEFAULT"
    assert len(glances) >= 10
