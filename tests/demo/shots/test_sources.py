"""Pictures: the same for the same numbers, rich enough to hash, apart when they show different things."""

import io
from datetime import datetime
from typing import Any

import pytest
from PIL import Image

from clew.demo.shots.edits import EDITS
from clew.demo.shots.many import rendered_pictures
from clew.demo.shots.sources import Source, photographed

SMALL = (512, 384)
ROOM = Source("room", 1, 1, 0, 1)


@pytest.mark.parametrize("kind", ["room", "street", "still", "cloth"])
def test_same_numbers_same_bytes(kind: str) -> None:
    source = Source(kind, 2, 3, 1, 0)  # type: ignore[arg-type]
    assert photographed(source, SMALL) == photographed(source, SMALL)


def test_exif_names_camera_and_date() -> None:
    with Image.open(io.BytesIO(photographed(ROOM, SMALL))) as picture:
        exif = picture.getexif()
        assert (exif[0x010F], exif[0x0110]) == ("Fonika", "P7 Pro")
        assert datetime.strptime(exif[0x0132], "%Y:%m:%d %H:%M:%S").year >= 2023
        assert exif.get_ifd(0x8825)[1] == "S"
    with Image.open(io.BytesIO(photographed(Source("cloth", 1, 1, 0, 4), SMALL))) as picture:
        assert not picture.getexif()


def test_views_and_look_alikes_are_far_apart(hashes: Any) -> None:
    sources = [Source("room", 1, 1, stand, 0) for stand in range(3)]
    sources += [Source("room", 1, 51, stand, 0) for stand in range(3)]
    sources += [
        Source("street", 1, 1, 0),
        Source("street", 1, 51, 0),
        Source("still", 1, 1, 0),
        Source("cloth", 101, 101, 0),
    ]
    found = [hashes.bits(photographed(source, SMALL)) for source in sources]
    assert min(quality for _, quality in found) >= 80
    apart = [hashes.apart(a[0], b[0]) for k, a in enumerate(found) for b in found[k + 1 :]]
    assert min(apart) > 45
    assert sorted(apart)[len(apart) // 10] > 60


def test_edited_copies_stay_near(hashes: Any) -> None:
    content = photographed(ROOM, (960, 720))
    original, _ = hashes.bits(content)
    far = {name: hashes.apart(original, hashes.bits(edit(content))[0]) for name, edit in EDITS.items()}
    assert far["copy"] == 0
    assert max(far.values()) <= 31, far
    assert EDITS["resized"](content) != content


def test_many_pictures_are_distinct_and_repeatable(hashes: Any) -> None:
    first = list(rendered_pictures(12, 5, size=(256, 192)))
    assert first == list(rendered_pictures(12, 5, size=(256, 192)))
    bits = [hashes.bits(content) for content in first]
    assert min(quality for _, quality in bits) >= 80
    assert min(hashes.apart(a[0], b[0]) for k, a in enumerate(bits) for b in bits[k + 1 :]) > 60
