"""The matcher of sounds: through edits of drawn speech always, and of the samples where they are."""

import itertools

import numpy as np
import pytest

from benchmarks.sound_edits import SAMPLES, decoded, low_pass, mixed, noisy, pitched, resampled, stretched, through
from clew.media.opened import Frame, Opened, Sound
from clew.signals import sound
from clew.signals.sounds.drawn import babble
from clew.signals.sounds.spectrum import RATE
from tests.samples import needs_samples

SPEECH = babble(1, 12)
DICE = np.random.default_rng(5)
AT = np.arange(10 * RATE) / RATE
EDITS = {
    "mp3": through(SPEECH, "libmp3lame", "mp3", 32_000, 22_050),
    "opus": through(SPEECH, "libopus", "ogg", 16_000, 48_000),
    "cut": SPEECH[3 * RATE:11 * RATE],
    "two seconds": SPEECH[5 * RATE:7 * RATE],
    "low-pass": low_pass(SPEECH, 3000),
    "noise": noisy(SPEECH, np.random.default_rng(6), 10),
    "faster": resampled(SPEECH, 1.05),
    "slower": resampled(SPEECH, 0.97),
    "quicker": stretched(SPEECH, 1.05),
    "higher": pitched(SPEECH, 1.05),
    "under": mixed(SPEECH, babble(9, 12), 0),
}


def described(samples):
    return sound.describe(Opened("sound", "audio/flac", sound=Sound(RATE, samples.astype(np.float32))))


def tone(hertz, on=1.0, off=0.0):
    return 0.3 * np.sin(2 * np.pi * hertz * AT) * (AT % (on + off) < on)


def clicks(seed, tempo=120):
    dice = np.random.default_rng(seed)
    click, out = dice.normal(size=800) * np.exp(-np.arange(800) / 150), 1e-4 * dice.normal(size=len(AT))
    for place in range(0, len(AT) - 800, 60 * RATE // tempo):
        out[place:place + 800] += click
    return out


@pytest.mark.parametrize("name", EDITS)
def test_edits_of_one_sound_match_and_others_do_not(name):
    edited = described(EDITS[name])
    assert sound.compare(described(SPEECH), edited).verdict == "match"
    assert sound.compare(described(babble(2, 12)), edited).verdict == "none"


@pytest.mark.parametrize(("name", "speed", "pitch"), [
    ("faster", 1.05, 1), ("slower", 0.97, 0), ("quicker", 1.05, 0), ("higher", 1.0, 1)])
def test_says_how_much_faster_and_higher(name, speed, pitch):
    told = sound.compare(described(EDITS[name]), described(SPEECH)).parameters
    assert told["speed"] == pytest.approx(speed, abs=0.006)
    assert abs(told["pitch"] - pitch) <= (1 if name == "slower" else 0)
    back = sound.compare(described(SPEECH), described(EDITS[name])).parameters
    assert back["speed"] == pytest.approx(1 / speed, abs=0.006)
    assert back["pitch"] == -told["pitch"]


def test_says_which_seconds_are_which():
    a = np.concatenate((babble(3, 4), SPEECH[2 * RATE:8 * RATE], babble(4, 3)))
    b = np.concatenate((SPEECH, babble(5, 10)))
    score = sound.compare(described(a), described(b))
    assert score.where["segments"] == [pytest.approx([4, 10, 2, 8], abs=0.7)]
    assert score.parameters["seconds"] == pytest.approx(6, abs=1)


def test_several_shared_pieces_are_all_told():
    first, second = babble(6, 5), babble(7, 6)
    a = np.concatenate((first, babble(8, 4), second))
    b = np.concatenate((second, babble(9, 5), first))
    segments = sound.compare(described(a), described(b)).where["segments"]
    assert [s[0] for s in segments] == [pytest.approx(0, abs=0.7), pytest.approx(9, abs=0.7)]
    assert [s[2] for s in segments] == [pytest.approx(11, abs=0.7), pytest.approx(0, abs=0.7)]


def test_silence_hum_and_tones_say_nothing():
    plain = [np.zeros(len(AT)), tone(50), tone(1000), tone(50) + tone(150), 1e-5 * DICE.normal(size=len(AT)), SPEECH[:RATE // 2]]
    for a, b in itertools.combinations_with_replacement(plain, 2):
        score = sound.compare(described(a), described(b))
        assert (score.verdict, score.why) == ("none", "sound.too_plain")


def test_noises_of_one_kind_do_not_match():
    first, second = (np.random.default_rng(seed).normal(size=len(AT)) for seed in (1, 2))
    assert sound.compare(described(0.1 * first), described(0.1 * second)).verdict == "none"
    assert sound.compare(described(0.1 * first), described(0.1 * first[RATE:9 * RATE])).verdict == "match"


def test_what_repeats_itself_is_never_a_match():
    ringing, other = tone(425, 0.5, 0.5), np.roll(tone(425, 0.5, 0.5), 3000) + 1e-3 * DICE.normal(size=len(AT))
    for a, b in ((ringing, other), (clicks(1), np.roll(clicks(1), 3000))):
        assert sound.compare(described(a), described(b)).verdict != "match"
    assert sound.compare(described(ringing), described(ringing)).why == "sound.repeats"
    assert sound.compare(described(clicks(1)), described(clicks(2))).verdict == "none"


def test_the_sound_of_a_film_is_described_and_one_without_is_not():
    frames = [Frame(0.0, np.zeros((9, 9, 3), np.uint8))]
    film = Opened("film", "video/mp4", frames=frames, sound=Sound(RATE, SPEECH))
    assert sound.compare(sound.describe(film), described(SPEECH)).verdict == "match"
    assert sound.describe(Opened("film", "video/mp4", frames=frames)) == []
    assert sound.describe(Opened("sound", "audio/flac", sound=Sound(RATE, SPEECH[:0]))) == []


@needs_samples
def test_a_reader_in_two_sentences_is_no_match_and_one_sentence_under_music_is():
    speech = SAMPLES / "voices" / "librispeech" / "1998"
    one, other = (decoded(str(speech / f"1998-15444-000{n}.flac")) for n in (2, 3))
    music = decoded(str(next((SAMPLES / "sounds" / "librosa").glob("*Sugar_Plum_Fairy.hq.ogg"))))[20 * RATE:]
    assert sound.compare(described(one), described(other)).verdict != "match"
    assert sound.compare(described(one), described(mixed(one, music[:len(one)], 0))).verdict == "match"


@needs_samples
def test_two_encodings_of_one_piece_match_from_end_to_end():
    folder = SAMPLES / "sounds" / "librosa"
    name = "sorohanro_-_solo-trumpet-06"
    a, b = (described(decoded(str(folder / f"{name}{kind}"))) for kind in (".ogg", ".hq.ogg"))
    score = sound.compare(a, b)
    assert score.verdict == "match"
    assert score.parameters["speed"] == 1.0
