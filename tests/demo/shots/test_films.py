"""Films and sounds: readable, of the stated length, and a shared take looks alike in both films."""

from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from clew.demo.shots.films import Cut, write_film
from clew.demo.shots.sounds import RATE, sound, write_sound
from clew.demo.shots.sources import Source

TAKE = Source("still", 1, 1, 0)
SIZE = (160, 96)


def frames(path: Path) -> list[NDArray[np.float32]]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="gray").astype(np.float32) for frame in container.decode(video=0)]


def test_shared_take_looks_alike_in_both_films(tmp_path: Path) -> None:
    write_film(tmp_path / "a.mp4", [Cut(TAKE, 0.0, 2.0)], sound(1, 2), size=SIZE)
    write_film(
        tmp_path / "b.mp4", [Cut(Source("cloth", 1, 1, 0), 0, 1), Cut(TAKE, 0.5, 1.0)], sound(2, 2), size=SIZE
    )
    one, two = frames(tmp_path / "a.mp4"), frames(tmp_path / "b.mp4")
    assert (len(one), len(two)) == (24, 24)
    assert np.abs(one[6] - two[12]).mean() < 12
    assert np.abs(one[6] - two[3]).mean() > 25
    with av.open(str(tmp_path / "a.mp4")) as container:
        assert len(container.streams.audio) == 1


@pytest.mark.parametrize("ending", ["wav", "flac", "mp3", "opus", "m4a"])
def test_sound_files_hold_the_sound(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a.{ending}"
    write_sound(path, sound(4, 2))
    with av.open(str(path)) as container:
        length = sum(frame.samples / frame.sample_rate for frame in container.decode(audio=0))
    assert length == pytest.approx(2, abs=0.15)


def test_sounds_differ_by_seed_and_begin_alike_at_any_length() -> None:
    assert np.array_equal(sound(1, 3)[:RATE], sound(1, 1))
    assert not np.allclose(sound(1, 1), sound(4, 1))
