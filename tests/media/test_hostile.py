"""Hostile files are opened or refused, one by one, and never cost the warm parent."""

import random
import time
import zipfile
from collections.abc import Iterator
from io import BytesIO

import pytest

from clew.kernel.errors import Refused
from clew.media import limits
from clew.media.sandbox import Sandbox
from tests.media import made
from tests.samples import SAMPLES, needs_samples

HOSTILE = SAMPLES / "hostile"
MUTANTS = 2000


def outcome(sandbox: Sandbox, data: bytes) -> str:
    """Open or unpack, as ingest would; anything but a clean answer or Refused escapes and fails the test."""
    try:
        opened = sandbox.open(data)
    except Refused as why:
        if "is an archive" not in why.message:
            return why.message
        try:
            return f"unpacked {sum(1 for _ in sandbox.unpack(data))}"
        except Refused as whole:
            return whole.message
    return opened.kind


def warm_parent(sandbox: Sandbox) -> int:
    assert sandbox._process is not None
    return sandbox._process.pid


@needs_samples
def test_every_hostile_sample_is_opened_or_refused(sandbox: Sandbox) -> None:
    sandbox.open(made.picture("PNG"))
    before = warm_parent(sandbox)
    files = [path for path in sorted(HOSTILE.rglob("*")) if path.is_file()]
    assert len(files) > 50
    for path in files:
        begun = time.monotonic()
        assert outcome(sandbox, path.read_bytes())
        # The sandbox's own cap, not the machine's speed: a reader that runs over is killed.
        assert time.monotonic() - begun < limits.WALL_SECONDS + 1, path.name
    assert warm_parent(sandbox) == before
    assert sandbox.open(made.picture("PNG")).kind == "picture"


def seeds() -> list[bytes]:
    """Return one small file of each kind."""
    held = BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.jpg", made.picture("JPEG"))
    pictures = [made.picture(kind, width=96, height=64)
                for kind in ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "HEIF", "AVIF")]
    films = [made.film(container, codec, count=6, size=(96, 64)) for container, codec in (
        ("mp4", "libx264"), ("mov", "mpeg4"), ("matroska", "libx264"), ("webm", "libvpx"), ("avi", "mpeg4"))]
    sounds = [made.sound(container, codec, 0.3) for container, codec in (
        ("mp3", "libmp3lame"), ("adts", "aac"), ("ogg", "libopus"), ("flac", "flac"), ("wav", "pcm_s16le"))]
    return [*pictures, *films, *sounds, made.animated("GIF", 3, 48, 32), held.getvalue()]


def mutants(count: int, seed: int) -> Iterator[bytes]:
    """Yield damaged copies: bytes flipped, runs zeroed, cut, doubled, lengths made huge; starts mostly kept."""
    dice = random.Random(seed)
    kinds = seeds()
    for _ in range(count):
        data = bytearray(dice.choice(kinds))
        for _ in range(dice.choice((1, 2, 8, 32))):
            at = dice.randrange(8, len(data))
            match dice.randrange(5):
                case 0:
                    data[at] ^= 1 << dice.randrange(8)
                case 1:
                    data[at:at + 4] = dice.choice((b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", bytes(4)))
                case 2:
                    data[at:at + dice.randrange(64)] = b""
                case 3:
                    data[at:at] = data[at:at + dice.randrange(64)]
                case _:
                    data[at] = dice.randrange(256)
            if len(data) < 16:
                break
        if dice.random() < 0.1:
            del data[dice.randrange(8, max(9, len(data))):]
        yield bytes(data)


def tried(sandbox: Sandbox, count: int, seed: int) -> dict[str, int]:
    sandbox.open(made.picture("PNG"))
    before = warm_parent(sandbox)
    told: dict[str, int] = {}
    for data in mutants(count, seed):
        said = outcome(sandbox, data)
        told[said] = told.get(said, 0) + 1
    assert warm_parent(sandbox) == before
    assert sandbox.open(made.picture("PNG")).kind == "picture"
    return told


@pytest.mark.timeout(600)
def test_a_hundred_mutants(sandbox: Sandbox) -> None:
    told = tried(sandbox, 100, seed=1)
    assert sum(told.values()) == 100 and len(told) > 2


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_two_thousand_mutants(sandbox: Sandbox) -> None:
    told = tried(sandbox, MUTANTS, seed=2)
    print(told)
    assert sum(told.values()) == MUTANTS
