"""Every kind of picture ends upright, over white, in 8-bit RGB."""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageDraw, TiffImagePlugin

from clew.kernel.errors import Refused
from clew.media import limits
from clew.media.sandbox import Sandbox
from tests.media.conftest import Open
from tests.media.made import animated, oriented, picture, png_that_claims, scene
from tests.samples import SAMPLES, needs_samples


def difference(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.abs(a.astype(int) - b.astype(int)).mean())


@pytest.mark.parametrize(("kind", "media_type"), [
    ("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp"), ("GIF", "image/gif"),
    ("TIFF", "image/tiff"), ("BMP", "image/bmp"), ("HEIF", "image/heic"), ("AVIF", "image/avif"),
])
def test_each_format_shows_the_scene(open_media: Open, kind: str, media_type: str) -> None:
    data = picture(kind)
    opened = open_media(data)
    assert (opened.kind, opened.media_type, opened.width, opened.height) == ("picture", media_type, 320, 240)
    assert opened.picture is not None and opened.picture.dtype == np.uint8
    assert difference(opened.picture, scene()) < (12 if kind == "GIF" else 4)
    assert opened.sound is None and opened.frames == ()


@pytest.mark.parametrize(("kind", "mode", "limit"), [
    ("PNG", "1", 1), ("PNG", "L", 3), ("PNG", "LA", 3), ("PNG", "P", 16), ("PNG", "RGBA", 3),
    ("TIFF", "CMYK", 4),    ("JPEG", "CMYK", 6), ("JPEG", "L", 4), ("TIFF", "I;16", 4), ("TIFF", "F", 4),
    ("TIFF", "I", 4),
])
def test_each_colour_mode_becomes_rgb(open_media: Open, kind: str, mode: str, limit: float) -> None:
    grey = mode in ("1", "L", "LA", "I;16", "F", "I")
    if mode in ("I;16", "I"):
        held = io.BytesIO()
        luma = np.asarray(Image.fromarray(scene()).convert("L")).astype(np.uint16 if mode == "I;16" else np.int32)
        Image.fromarray(luma * 257).save(held, kind)
        data = held.getvalue()
    else:
        data = picture(kind, mode)
    opened = open_media(data)
    through = ("1" if mode == "1" else "L") if grey else "RGB"
    expected = np.asarray(Image.fromarray(scene()).convert(through).convert("RGB"))
    assert opened.picture is not None and opened.picture.shape == (240, 320, 3)
    assert difference(opened.picture, expected) < limit


def test_lab_colours_are_understood(open_media: Open) -> None:
    srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    made = ImageCms.applyTransform(Image.fromarray(scene()), ImageCms.buildTransform(srgb, lab, "RGB", "LAB"))
    assert made is not None
    held = io.BytesIO()
    made.save(held, "TIFF")
    got = open_media(held.getvalue()).picture
    assert got is not None
    assert difference(got, scene()) < 6


def test_transparency_lies_over_white(open_media: Open) -> None:
    image = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    ImageDraw.Draw(image).rectangle((0, 0, 31, 63), fill=(200, 0, 0, 255))
    for kind in ("PNG", "WEBP", "GIF"):
        held = io.BytesIO()
        image.save(held, kind, lossless=True)
        got = open_media(held.getvalue()).picture
        assert got is not None
        assert got[30, 60].tolist() == [255, 255, 255], kind
        assert abs(int(got[30, 10][0]) - 200) < 4, kind


def test_16_bit_grey_keeps_its_range(open_media: Open) -> None:
    held = io.BytesIO()
    Image.fromarray(np.linspace(0, 65535, 256).astype(np.uint16).repeat(64).reshape(256, 64)).save(held, "PNG")
    got = open_media(held.getvalue()).picture
    assert got is not None
    assert got[:, 0, 0].tolist() == pytest.approx(list(range(256)), abs=1)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied(open_media: Open, orientation: int) -> None:
    opened = open_media(oriented(orientation))
    assert (opened.width, opened.height) == (320, 240)
    assert opened.picture is not None
    assert difference(opened.picture, scene()) < 4


@pytest.mark.parametrize(("width", "height"), [
    (1152, 864), (700, 300), (2100, 1600), (5000, 100), (100, 2500), (511, 511)])
def test_a_jpeg_is_decoded_reduced_but_never_too_small(open_media: Open, width: int, height: int) -> None:
    opened = open_media(picture("JPEG", width=width, height=height))
    assert (opened.width, opened.height) == (width, height)
    assert opened.picture is not None
    side = max(opened.picture.shape[:2])
    assert min(limits.PICTURE_LEAST, max(width, height)) <= side <= limits.PICTURE_SIDE
    ratio = opened.picture.shape[1] / opened.picture.shape[0]
    assert ratio == pytest.approx(width / height, rel=0.1)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF"])
def test_an_animated_picture_yields_its_frames(open_media: Open, kind: str) -> None:
    opened = open_media(animated(kind))
    assert opened.kind == "film"  # each of its pictures is compared, as a film's frames are
    assert [round(frame.time, 1) for frame in opened.frames] == [0.0, 0.2, 0.4, 0.6, 0.8]
    assert difference(opened.frames[0].rgb, opened.frames[4].rgb) > 10
    assert opened.facts["pictures"] == 5


def pages(*of: Image.Image, **options: object) -> bytes:
    held = io.BytesIO()
    of[0].save(held, "TIFF", save_all=True, append_images=list(of[1:]), **options)
    return held.getvalue()


def test_every_page_of_a_tiff_is_seen(open_media: Open) -> None:
    first, second = Image.fromarray(scene()), Image.fromarray(scene(shift=40)[::-1])
    opened = open_media(pages(first, second))
    assert (opened.kind, opened.facts["pictures"], [frame.time for frame in opened.frames]) == ("film", 2, [0.0, 1.0])
    seen = Image.fromarray(opened.frames[1].rgb).resize(second.size)
    assert difference(np.asarray(seen), np.asarray(second)) < 6
    assert open_media(pages(first)).kind == "picture"


def test_the_small_version_in_a_tiff_is_no_page(open_media: Open) -> None:
    reduced = TiffImagePlugin.ImageFileDirectory_v2()
    reduced[254] = 1
    small = Image.fromarray(scene(40, 30))
    small.encoderinfo = {"tiffinfo": reduced}
    opened = open_media(pages(Image.fromarray(scene()), small))
    assert (opened.kind, opened.facts["pictures"]) == ("picture", 2)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_tiff_is_turned_upright_once(open_media: Open, orientation: int) -> None:
    upright, turned = Image.fromarray(scene()), Image.open(io.BytesIO(oriented(orientation)))
    held = io.BytesIO()
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[0x0112] = orientation
    turned.save(held, "TIFF", tiffinfo=tags)
    opened = open_media(held.getvalue())
    assert (opened.width, opened.height) == upright.size
    assert opened.picture is not None and opened.picture.shape == np.asarray(upright).shape
    assert difference(opened.picture, np.asarray(upright)) < 8


def test_twelve_bits_in_sixteen_are_brought_to_eight(open_media: Open) -> None:
    grey = np.asarray(Image.fromarray(scene()).convert("L"))
    held = io.BytesIO()
    Image.fromarray(grey.astype(np.uint16) * 16).save(held, "PNG")
    opened = open_media(held.getvalue())
    assert opened.picture is not None and difference(opened.picture[..., 0], grey) < 3


def test_a_long_animation_is_thinned(open_media: Open) -> None:
    opened = open_media(animated("WEBP", 150, 32, 24))
    assert 32 <= len(opened.frames) <= limits.ANIMATION_FRAMES
    assert (opened.facts["pictures"], opened.facts["pictures_seen"]) == (150, len(opened.frames))


def test_every_page_of_a_long_tiff_is_seen(open_media: Open) -> None:
    opened = open_media(pages(*(Image.fromarray(scene(64, 48, shift=number)) for number in range(70))))
    assert (len(opened.frames), opened.facts["pictures"], "pictures_seen" in opened.facts) == (70, 70, False)


def test_a_cut_off_picture_shows_what_is_left_and_says_so(open_media: Open) -> None:
    data = picture("JPEG", quality=95, width=1000, height=800)
    opened = open_media(data[: len(data) // 2])
    assert opened.facts["damaged"] == 1
    assert opened.picture is not None
    whole = open_media(data).picture
    assert whole is not None
    assert difference(opened.picture[:100], whole[:100]) < 3


def test_a_bomb_is_refused(open_media: Open) -> None:
    with pytest.raises(Refused, match="larger than is safe"):
        open_media(png_that_claims(30_000, 30_000))


def test_a_picture_that_needs_too_much_memory_is_refused_and_the_next_is_opened(sandbox: Sandbox) -> None:
    with pytest.raises(Refused, match="memory"):
        sandbox.open(png_that_claims(15_900, 15_900))
    assert sandbox.open(picture("PNG")).kind == "picture"


@needs_samples
@pytest.mark.parametrize("shape", ["Landscape", "Portrait"])
def test_orientation_samples_look_alike(sandbox: Sandbox, shape: str) -> None:
    folder = SAMPLES / "clues" / "exif-orientation"
    small = []
    for number in range(9):
        got = sandbox.open((folder / f"{shape}_{number}.jpg").read_bytes()).picture
        assert got is not None
        small.append(np.asarray(Image.fromarray(got).resize((64, 64))))
    assert max(difference(other, small[1]) for other in small) < 2
