"""Films and sounds of the common kinds: kind, size, times, tone, and what is refused."""

import io

import av
import numpy as np
import pytest

from clew.kernel.errors import Refused
from clew.media import limits
from clew.media.opened import Sound
from clew.media.sandbox import Sandbox
from tests.media.conftest import Open
from tests.media.made import film, scene, sound
from tests.samples import SAMPLES, needs_samples


def loudest_hertz(heard: Sound) -> float:
    spectrum = np.abs(np.fft.rfft(heard.samples))
    return float(np.fft.rfftfreq(len(heard.samples), 1 / heard.rate)[spectrum.argmax()])


@pytest.mark.parametrize(("container", "codec", "media_type"), [
    ("mp4", "libx264", "video/mp4"), ("mov", "mpeg4", "video/quicktime"), ("matroska", "libx264", "video/x-matroska"),
    ("webm", "libvpx", "video/webm"), ("avi", "mpeg4", "video/x-msvideo"),
])
def test_each_film_container_opens(open_media: Open, container: str, codec: str, media_type: str) -> None:
    opened = open_media(film(container, codec))
    assert (opened.kind, opened.media_type, opened.width, opened.height) == ("film", media_type, 320, 240)
    assert opened.duration == pytest.approx(3.0, abs=0.25)
    assert [frame.time for frame in opened.frames] == pytest.approx([0, 0.5, 1, 1.5, 2, 2.5], abs=0.11)
    assert opened.picture is not None and opened.picture.shape == (240, 320, 3)
    for frame in opened.frames:
        expected = scene(shift=round(frame.time * 10))
        assert np.abs(frame.rgb.astype(int) - expected).mean() < 8


@pytest.mark.parametrize(("container", "codec", "media_type"), [
    ("mp3", "libmp3lame", "audio/mpeg"), ("adts", "aac", "audio/aac"), ("ogg", "libopus", "audio/ogg"),
    ("flac", "flac", "audio/flac"), ("wav", "pcm_s16le", "audio/wav"), ("mp4", "aac", "audio/mp4"),
    ("webm", "libopus", "audio/webm"), ("matroska", "flac", "audio/x-matroska"),
])
def test_each_sound_becomes_16_khz_mono(open_media: Open, container: str, codec: str, media_type: str) -> None:
    opened = open_media(sound(container, codec))
    assert (opened.kind, opened.media_type, opened.picture) == ("sound", media_type, None)
    assert opened.sound is not None and opened.sound.rate == limits.SOUND_RATE
    assert opened.sound.samples.dtype == np.float32
    assert len(opened.sound.samples) / limits.SOUND_RATE == pytest.approx(1.5, abs=0.12)
    assert loudest_hertz(opened.sound) == pytest.approx(440, abs=3)
    assert opened.duration == pytest.approx(1.5, abs=0.2)


def test_a_film_with_sound_gives_both(open_media: Open) -> None:
    opened = open_media(film("matroska", "libx264", tone=True))
    assert opened.kind == "film" and len(opened.frames) == 6
    assert opened.sound is not None
    assert loudest_hertz(opened.sound) == pytest.approx(440, abs=3)


def test_a_scene_cut_is_sampled_between_the_steps(open_media: Open) -> None:
    opened = open_media(film("mp4", "libx264", cut=13))
    assert any(frame.time == pytest.approx(1.3, abs=0.01) for frame in opened.frames)


@pytest.mark.parametrize("rotation", [90, 180, -90])
def test_a_rotation_flag_turns_the_film(open_media: Open, rotation: int) -> None:
    opened = open_media(film("mp4", "libx264", rotation=rotation))
    upright = (320, 240) if rotation == 180 else (240, 320)
    assert (opened.width, opened.height) == upright
    expected = np.rot90(scene(), rotation // 90 % 4)
    assert np.abs(opened.frames[0].rgb.astype(int) - expected).mean() < 8


def test_a_film_without_key_frames_still_shows_something(open_media: Open) -> None:
    whole = io.BytesIO(film("matroska", "libx264", count=30, options={"g": "300", "bf": "0"}))
    headless = io.BytesIO()
    with av.open(whole) as source, av.open(headless, "w", format="matroska") as target:
        stream = source.streams.video[0]
        copy = target.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.dts is not None and not packet.is_keyframe:
                packet.stream = copy
                target.mux(packet)
    opened = open_media(headless.getvalue())
    assert opened.kind == "film" and len(opened.frames) >= 3
    assert opened.facts["damaged"] == 1


def test_damage_in_the_middle_costs_frames_not_the_film(open_media: Open) -> None:
    data = bytearray(film("matroska", "libx264", count=60, options={"g": "10"}))
    data[len(data) // 3:len(data) // 3 + 200] = bytes(200)
    opened = open_media(bytes(data))
    assert opened.kind == "film" and len(opened.frames) >= 4


def test_a_codec_off_the_list_is_refused(open_media: Open) -> None:
    with pytest.raises(Refused, match="coded in a way"):
        open_media(film("avi", "snow", count=5))


def test_a_container_with_nothing_in_it_is_refused(open_media: Open) -> None:
    with pytest.raises(Refused):
        open_media(film("matroska", "libx264", count=3)[:300])


def test_a_still_at_a_time_is_rendered_large(sandbox: Sandbox) -> None:
    data = film("mp4", "libx264", size=(640, 480), count=40)
    at = sandbox.render(data, time=2.45, side=4096)
    assert at.shape == (480, 640, 3)
    assert np.abs(at.astype(int) - scene(640, 480, shift=24)).mean() < 8
    assert sandbox.render(data, side=100).shape == (75, 100, 3)


def test_a_still_of_a_sound_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(Refused):
        sandbox.render(sound("wav", "pcm_s16le"))


@needs_samples
@pytest.mark.parametrize(("name", "size"), [
    ("video_0", (568, 320)), ("video_90", (320, 568)), ("video_180", (568, 320)), ("video_270", (320, 568)),
])
def test_rotation_samples(sandbox: Sandbox, name: str, size: tuple[int, int]) -> None:
    found = next((SAMPLES / "videos" / "decord").rglob(f"{name}.mov"))
    opened = sandbox.open(found.read_bytes())
    assert (opened.width, opened.height) == size


@needs_samples
def test_a_cover_picture_is_not_the_film(sandbox: Sandbox) -> None:
    found = next((SAMPLES / "copies").rglob("extra_channel_attached_pic_audio.mp4"))
    opened = sandbox.open(found.read_bytes())
    assert opened.kind == "film" and opened.duration == pytest.approx(10, abs=0.1)
    assert len(opened.frames) >= 20
