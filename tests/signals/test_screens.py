import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from clew.signals.examples import blobs
from clew.signals.screens import largest, picture_inside


def screen(left: int, top: int, paper: tuple[int, int, int] = (250, 250, 250)) -> np.ndarray:
    """Return a phone's screen of 300x600 with a picture of 240x180, words, a line of buttons and an avatar."""
    image = Image.new("RGB", (300, 600), paper)
    draw = ImageDraw.Draw(image)
    ink = tuple(255 - v for v in paper)
    draw.text((20, 20), "Pictogram", fill=ink, font_size=24)
    draw.ellipse((10, 60, 40, 90), fill=(200, 60, 60))
    for line in range(6):
        draw.text((20, 480 + 18 * line), "who knows this room again please call", fill=ink, font_size=12)
    image.paste(Image.fromarray(blobs(3)).resize((240, 180)), (left, top))
    return np.asarray(image)


@pytest.mark.parametrize("paper", [(250, 250, 250), (12, 12, 16), (0, 120, 90)])
@pytest.mark.parametrize(("left", "top"), [(30, 140), (0, 250), (60, 110)])
def test_the_picture_on_a_screen_is_found(left: int, top: int, paper: tuple[int, int, int]) -> None:
    box = picture_inside(screen(left, top, paper))
    assert box is not None
    assert np.allclose(box, (left / 300, top / 600, 240 / 300, 180 / 600), atol=0.03)


@pytest.mark.parametrize("pixels", [
    blobs(1), blobs(0), np.zeros((1, 1, 3), np.uint8), np.zeros((3, 900, 3), np.uint8),
    np.asarray(Image.effect_noise((200, 200), 80).convert("RGB"))])
def test_a_picture_without_paper_is_left_whole(pixels: np.ndarray) -> None:
    assert picture_inside(pixels) is None


def test_a_page_of_words_alone_holds_no_picture() -> None:
    page = np.array(screen(0, 0))
    page[0:180, 0:240] = 250
    assert picture_inside(page) is None


@given(st.integers(1, 8), st.integers(1, 8), st.integers(0, 9999))
def test_the_rectangle_is_the_best_there_is(rows: int, columns: int, seed: int) -> None:
    dense = np.random.default_rng(seed).random((rows, columns)) < 0.8
    worth = np.where(dense, 1, -15)
    best = max((int(worth[t:b, c:d].sum()) for t in range(rows) for b in range(t + 1, rows + 1)
                for c in range(columns) for d in range(c + 1, columns + 1)), default=0)
    top, left, bottom, right = largest(dense)
    assert int(worth[top:bottom, left:right].sum()) == max(best, 0)
