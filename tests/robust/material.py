"""Material for a contribution: small pictures with their copies, films, sounds, archives and broken files. Seeded."""

import io
import random
import zipfile
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

from tests.media import made

SIZE = (240, 180)


def scene(seed: int) -> Image.Image:
    """Return a picture unlike any other: soft patches of grey, of enough detail for a hash of full quality."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 256, (9, 12, 3), dtype=np.uint8))
    return coarse.resize(SIZE, Image.Resampling.BICUBIC)


def jpeg(image: Image.Image, quality: int = 85) -> bytes:
    held = io.BytesIO()
    image.save(held, "JPEG", quality=quality)
    return held.getvalue()


def film(seeds: list[int], codec: str = "libx264", container: str = "mp4") -> bytes:
    """Return a film that shows each scene for a second."""
    held = io.BytesIO()
    with av.open(held, "w", format=container) as out:
        stream = out.add_stream(codec, rate=4)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        stream.time_base = Fraction(1, 4)
        for seed in seeds:
            for _ in range(4):
                out.mux(stream.encode(av.VideoFrame.from_image(scene(seed))))
        out.mux(stream.encode())
    return held.getvalue()


def archive(members: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as packed:
        for name, content in members.items():
            packed.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)
    return held.getvalue()


def material(pictures: int, *, seed: int = 1) -> dict[str, bytes]:
    """Return files by path: each picture and an edited copy of it, some twice, and one of every other kind."""
    files: dict[str, bytes] = {}
    for number in range(pictures):
        image = scene(seed * 10_000 + number)
        files[f"camera/{number:03}.jpg"] = jpeg(image)
        small = image.resize((SIZE[0] * 2 // 3, SIZE[1] * 2 // 3))
        files[f"phone/{number:03}.jpg"] = jpeg(small.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
                                               if number % 3 == 0 else small, 60)
        if number % 8 == 0:
            files[f"again/{number:03}.jpg"] = files[f"camera/{number:03}.jpg"]
    base = seed * 10_000
    shown = [base, base + 1, base + 2, base + 3]
    files["films/a.mp4"] = film(shown)
    files["films/b.mkv"] = film(shown, "mpeg4", "matroska")
    files["films/one.mp4"] = made.film("mp4", "libx264", count=6, size=(96, 64))
    files["sounds/tone.wav"] = made.sound("wav", "pcm_s16le", 0.3)
    files["packed.zip"] = archive({f"in/{k}.jpg": jpeg(scene(base + 500 + k)) for k in range(5)}
                                  | {"same.jpg": files["camera/000.jpg"], "broken.png": b"\x89PNG\r\n\x1a\nno"})
    files["nested.zip"] = archive({"inner.zip": archive({"deep.jpg": jpeg(scene(base + 600))}), "x.txt": b"words"})
    files["broken/cut.jpg"] = files["camera/001.jpg"][:900]
    files["broken/empty.jpg"] = b""
    files["broken/words.txt"] = b"not a picture"
    files["broken/noise.mp4"] = random.Random(seed).randbytes(3000)
    return files


def write(files: dict[str, bytes], folder: Path) -> None:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
