"""Two folders with known truth, drawn by the project itself: pictures, a copy of each kind, and films."""

import io
import wave
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageOps

from clew.signals.examples import blobs
from clew.signals.sounds.drawn import sound


def photo(seed: int) -> Image.Image:
    return Image.fromarray(blobs(seed)).resize((640, 480), Image.Resampling.BICUBIC)


def jpeg(image: Image.Image, quality: int = 90) -> bytes:
    held = io.BytesIO()
    image.save(held, "JPEG", quality=quality)
    return held.getvalue()


def samples(*parts: tuple[int, float]) -> tuple[int, np.ndarray]:
    """Return the rate and 16-bit samples of a sound of (seed, seconds) parts."""
    heard = sound(*parts).sound
    assert heard is not None
    return heard.rate, (heard.samples / np.abs(heard.samples).max() * 30000).astype("<i2")


def wav(*parts: tuple[int, float]) -> bytes:
    rate, heard = samples(*parts)
    held = io.BytesIO()
    with wave.open(held, "wb") as out:
        out.setparams((1, 2, rate, 0, "NONE", ""))
        out.writeframes(heard.tobytes())
    return held.getvalue()


def film(*scenes: tuple[int, int], heard: tuple[tuple[int, float], ...] = ()) -> bytes:
    """Return an MP4 of (seed, seconds) scenes through which the camera pans, 10 frames a second, with a sound or silent."""
    held = io.BytesIO()
    with av.open(held, "w", format="mp4") as out:
        spoken = _spoken(out, *heard) if heard else []
        stream = out.add_stream("mpeg4", rate=10, width=320, height=240, pix_fmt="yuv420p", options={"q:v": "3"})
        stills = [blobs(seed, pan=tenth / 10) for seed, seconds in scenes for tenth in range(seconds * 10)]
        for number, pixels in enumerate(stills):
            image = Image.fromarray(pixels).resize((320, 240), Image.Resampling.BICUBIC)
            frame = av.VideoFrame.from_ndarray(np.asarray(image), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 10)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
        for packet in spoken:
            out.mux(packet)
    return held.getvalue()


def _spoken(out: av.container.OutputContainer, *parts: tuple[int, float]) -> list[av.Packet]:
    rate, heard = samples(*parts)
    stream = out.add_stream("aac", rate=rate, layout="mono")
    frame = av.AudioFrame.from_ndarray(heard[None, :], format="s16", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
    return [*stream.encode(frame), *stream.encode(None)]


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def pictures(root: Path) -> tuple[Path, Path, Path]:
    """Return references, queries and ground truth: two copies found, one that is none, one broken, two others."""
    references = write(root / "references", {
        "a/1.jpg": jpeg(photo(1)), "a/2.jpg": jpeg(photo(2)), "3.jpg": jpeg(photo(3)), "both.jpg": jpeg(photo(7)),
        "film.mp4": film((9, 1)), "notes.txt": b"no picture"})
    queries = write(root / "queries", {
        "small.jpg": jpeg(photo(1).resize((320, 240))), "turned.jpg": jpeg(ImageOps.mirror(photo(2)), 60),
        "same bytes.jpg": jpeg(photo(3)), "hidden.jpg": jpeg(photo(4)), "other.jpg": jpeg(photo(5)),
        "sub/both.jpg": jpeg(photo(7)), "broken.jpg": jpeg(photo(6))[:40]})
    truth = root / "truth.csv"
    truth.write_text("query,reference,relation\nsmall.jpg,a/1.jpg,copy:small\nturned.jpg,a/2.jpg,copy:mirrored\n"
                     "hidden.jpg,3.jpg,copy:hidden\nother.jpg,a/1.jpg,different\nbroken.jpg,a/1.jpg,copy:broken\n"
                     "sub/both.jpg,both.jpg,copy:itself\nabsent.jpg,a/1.jpg,copy\n")
    return references, queries, truth


def films(root: Path) -> tuple[Path, Path, Path]:
    """Return references, queries and ground truth: a clip of a film, a still of a film, and another film."""
    references = write(root / "references", {"long.mp4": film((1, 3), (2, 4), (3, 3)), "other.mp4": film((4, 4))})
    queries = write(root / "queries", {"clip.mp4": film((5, 2), (2, 4), (6, 2)), "still.png": jpeg(photo(4)),
                                       "none.mp4": film((8, 4))})
    truth = root / "truth.csv"
    truth.write_text("query,reference,relation\nclip.mp4,long.mp4,clip\nstill.png,other.mp4,still\n")
    return references, queries, truth


def sounds(root: Path) -> tuple[Path, Path, Path]:
    """Return references, queries and ground truth: a part of a sound, and of a film's sound; others are strange."""
    references = write(root / "references", {
        "long.wav": wav((1, 4), (2, 5)), "talk.mp4": film((1, 5), heard=((3, 5),)), "mute.mp4": film((2, 3)),
        "picture.jpg": jpeg(photo(1))})
    queries = write(root / "queries", {
        "part.wav": wav((4, 3), (2, 5)), "spoken.wav": wav((3, 5)), "other.wav": wav((6, 5)),
        "again.mp4": film((1, 5), heard=((7, 5),))})
    truth = root / "truth.csv"
    truth.write_text("query,reference,relation\npart.wav,long.wav,copy:part\nspoken.wav,talk.mp4,same_sound\n")
    return references, queries, truth


def marked(root: Path) -> tuple[Path, Path, Path]:
    """Return references, queries with boxes, and ground truth: two posters on one wall, of which one is marked."""
    wall = Image.new("RGB", (900, 420), (90, 110, 100))
    wall.paste(photo(2).resize((400, 300)), (40, 60))
    wall.paste(photo(3).resize((400, 300)), (480, 60))
    references = write(root / "references", {
        **{f"{seed}.jpg": jpeg(photo(seed)) for seed in (1, 2, 3)}, "film.mp4": film((2, 2)), "sound.wav": wav((1, 3))})
    queries = write(root / "queries", {
        "wall.jpg": jpeg(wall), "shares.jpg": jpeg(wall, 80), "whole.jpg": jpeg(photo(1), 60), "plain.jpg": jpeg(photo(0)),
        "film.mp4": film((3, 1)),
        "boxes.csv": b"query,x,y,w,h\nwall.jpg,480,60,400,300\nshares.jpg,0.04,0.14,0.45,0.72\ngone.jpg,0,0,1,1\n"})
    truth = root / "truth.csv"
    truth.write_text("query,reference,relation\nwall.jpg,3.jpg,copy:marked\nwall.jpg,2.jpg,different\nwhole.jpg,1.jpg,copy\n"
                     "shares.jpg,2.jpg,same_object:poster\nshares.jpg,film.mp4,same_object:poster\n")
    return references, queries, truth
