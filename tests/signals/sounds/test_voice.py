import importlib.machinery
import importlib.util

import numpy as np
import pytest

from benchmarks.sound_edits import SAMPLES, decoded
from clew.kernel.errors import BadInput, Unavailable
from clew.media.opened import Sound
from clew.signals.sounds import voice
from clew.signals.sounds.drawn import babble
from clew.signals.sounds.spectrum import RATE
from tests.samples import needs_samples

FRAME = 512


class Loud:
    """Stands in for the network: what is loud is a voice. It counts its calls and what state it is given back."""

    def __init__(self):
        self.states = []

    def run(self, names, given):
        assert names == ["speech_probs", "hn", "cn"]
        self.states.append(float(given["h"][0, 0, 0]))
        assert given["input"].shape[1] == 576
        return (np.abs(given["input"][:, 64:]).max(axis=1) > 0.1).astype(np.float32), given["h"] + 1, given["c"]


@pytest.fixture
def loud(monkeypatch):
    network = Loud()
    monkeypatch.setattr(voice, "_session", lambda: network)
    return network


def sounding(*parts):
    return Sound(RATE, np.concatenate([np.full(int(seconds * RATE), level, np.float32) for level, seconds in parts]))


def test_stretches_are_joined_over_pauses_and_slips_left_out(loud):
    heard = voice.spoken(sounding((0, 1), (0.5, 2), (0, 0.2), (0.5, 1), (0, 1), (0.5, 0.1), (0, 1)))
    assert heard == [pytest.approx((1.0, 4.2), abs=0.04)]
    assert voice.spoken(sounding((0, 2))) == []
    assert voice.spoken(sounding((0, 1), (0.5, 1)))[0][1] == pytest.approx(2, abs=0.04)


def test_long_sounds_go_in_parts_and_carry_their_state(loud):
    likely = voice.likelihoods(sounding((0.5, 40)))
    assert len(likely) == 40 * RATE // FRAME
    assert likely.all()
    assert loud.states == [0, 1, 2]
    assert len(voice.likelihoods(sounding((0.5, 0)))) == 0


def test_only_sound_at_16_khz_is_taken(loud):
    with pytest.raises(BadInput, match="16 kHz"):
        voice.spoken(Sound(8000, np.zeros(9, np.float32)))


def test_without_the_package_it_is_off_and_says_what_to_install(monkeypatch):
    voice._session.cache_clear()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert voice.GET in voice.trouble()
    with pytest.raises(Unavailable, match="off"):
        voice.spoken(sounding((0.5, 1)))


def test_other_weights_than_those_tried_are_refused(monkeypatch, tmp_path):
    voice._session.cache_clear()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "silero_vad_16k_sequence.onnx").write_bytes(b"other")
    spec = importlib.machinery.ModuleSpec("silero_vad", None, origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)
    assert "another" in voice.trouble()


@needs_samples
@pytest.mark.skipif(importlib.util.find_spec("silero_vad") is None, reason=f"Silero VAD is not installed: {voice.GET}")
def test_readers_speak_and_music_does_not():
    voice._session.cache_clear()
    read = Sound(RATE, decoded(str(next((SAMPLES / "voices").rglob("367-130732-0003.flac")))))
    assert 0.8 < sum(end - start for start, end in voice.spoken(read)) / (len(read.samples) / RATE) < 1
    music = decoded(str(next((SAMPLES / "sounds" / "librosa").glob("147793*.hq.ogg"))))
    assert voice.spoken(Sound(RATE, music)) == []
    assert sum(b - a for a, b in voice.spoken(Sound(RATE, babble(0, 5)))) == 0
