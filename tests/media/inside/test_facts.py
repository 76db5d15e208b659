"""Facts are plain, bounded and printable, whatever the file claims."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from clew.media import limits
from clew.media.inside import facts
from clew.media.sandbox import Sandbox
from tests.media.conftest import Open


def with_exif(**gps: object) -> bytes:
    exif = Image.Exif()
    exif[271], exif[272], exif[305] = "Canon", "EOS\n5D", "x" * 5000
    exif.get_ifd(0x8769)[36867] = "2024:05:06 07:08:09"
    exif.get_ifd(0x8769)[42033] = "SN-0815"
    exif.get_ifd(0x8825).update({1: "S", 2: (33.0, 30.0, 36.0), 3: "E", 4: (151.0, 12.0, 0.0)} | gps)  # type: ignore[arg-type]
    held = io.BytesIO()
    Image.new("RGB", (60, 40)).save(held, "JPEG", exif=exif)
    return held.getvalue()


def test_exif_is_read(open_media: Open) -> None:
    told = open_media(with_exif()).facts
    assert (told["camera_make"], told["camera_model"]) == ("Canon", "EOS 5D")
    assert (told["camera_serial"], told["taken_at"]) == ("SN-0815", "2024:05:06 07:08:09")
    assert len(str(told["software"])) == limits.FACT_CHARACTERS
    assert (told["latitude"], told["longitude"]) == (pytest.approx(-33.51), pytest.approx(151.2))


def test_png_text_is_read_and_cleaned(open_media: Open) -> None:
    info = PngInfo()
    info.add_text("Prompt <b>", "a\x07 room\u202e")
    info.add_text("Software", "maker")
    held = io.BytesIO()
    Image.new("RGB", (9, 9)).save(held, "PNG", pnginfo=info)
    told = open_media(held.getvalue()).facts
    assert told["text.prompt__b_"] == "a  room"
    assert told["text.software"] == "maker"


def test_a_broken_block_costs_only_itself(sandbox: Sandbox) -> None:
    data = with_exif()
    at = data.index(b"Exif\0\0") + 14
    opened = sandbox.open(data[:at] + b"\xff" * 40 + data[at + 40:])
    assert (opened.width, opened.height) == (60, 40)


@given(st.text() | st.binary() | st.integers() | st.none() | st.floats())
def test_a_clean_value_is_one_bounded_printable_line(value: object) -> None:
    text = facts.clean(value)
    assert (text.isprintable() or not text) and len(text) <= limits.FACT_CHARACTERS


@given(st.dictionaries(st.text(), st.text(), max_size=80))
def test_tags_become_plain_names(tags: dict[str, str]) -> None:
    for name, value in facts.tag_facts(tags).items():
        assert name.startswith("tag.") and name.isascii() and len(name) <= 64 and value
