"""Thumbnails tell nobody apart; clear renditions carry pixels and nothing else."""

import io

import numpy as np
import pytest
from PIL import Image

from clew.media.renditions import SAFE_SIDE, clear_rendition, safe_thumbnail
from tests.media.made import scene


def loaded(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize(("width", "height"), [(320, 240), (30, 400), (1, 1), (1024, 1024), (5, 900)])
def test_a_safe_thumbnail_is_tiny(width: int, height: int) -> None:
    data = safe_thumbnail(scene(width, height))
    image = loaded(data)
    assert image.format == "WEBP" and max(image.size) <= SAFE_SIDE
    assert len(data) <= 250


def test_a_safe_thumbnail_holds_no_detail() -> None:
    """Fine stripes and words-sized marks leave no trace: neighbours differ little everywhere."""
    stripes = np.zeros((240, 320, 3), np.uint8)
    stripes[:, ::8] = stripes[:, 1::8] = 255
    shown = np.asarray(loaded(safe_thumbnail(stripes)).convert("L")).astype(int)
    assert np.abs(np.diff(shown, axis=1)).max() < 40
    shown = np.asarray(loaded(safe_thumbnail(scene())).convert("L")).astype(int)
    assert np.abs(np.diff(shown, axis=1)).max() < 90


def test_a_clear_rendition_is_scaled_and_bare() -> None:
    image = loaded(clear_rendition(scene(800, 600), 400))
    assert (image.format, image.size) == ("JPEG", (400, 300))
    assert not image.getexif() and "icc_profile" not in image.info
    assert loaded(clear_rendition(scene(100, 50), 400)).size == (100, 50)
    shown = np.asarray(loaded(clear_rendition(scene(), 320))).astype(int)
    assert np.abs(shown - scene()).mean() < 4
