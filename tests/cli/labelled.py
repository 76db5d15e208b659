"""Two folders with known truth, drawn by the project itself: pictures, a copy of each kind, and films."""

import io
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageOps

from clew.signals.examples import blobs


def photo(seed: int) -> Image.Image:
    return Image.fromarray(blobs(seed)).resize((640, 480), Image.Resampling.BICUBIC)


def jpeg(image: Image.Image, quality: int = 90) -> bytes:
    held = io.BytesIO()
    image.save(held, "JPEG", quality=quality)
    return held.getvalue()


def film(*scenes: tuple[int, int]) -> bytes:
    """Return an MP4 of (seed, seconds) scenes through which the camera pans, 10 frames a second."""
    held = io.BytesIO()
    with av.open(held, "w", format="mp4") as out:
        stream = out.add_stream("mpeg4", rate=10, width=320, height=240, pix_fmt="yuv420p", options={"q:v": "3"})
        stills = [blobs(seed, pan=tenth / 10) for seed, seconds in scenes for tenth in range(seconds * 10)]
        for number, pixels in enumerate(stills):
            image = Image.fromarray(pixels).resize((320, 240), Image.Resampling.BICUBIC)
            frame = av.VideoFrame.from_ndarray(np.asarray(image), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 10)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return held.getvalue()


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
