"""Formats are told by bytes; what is not on the list is not told at all."""

import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.media import formats
from clew.media.formats import detect
from tests.media.made import film, picture, sound


@pytest.mark.parametrize(("data", "found"), [
    (b"\xff\xd8\xff\xe0", formats.JPEG), (b"GIF89a", formats.GIF), (b"II*\0....", formats.TIFF),
    (b"RIFF....WEBPVP8 ", formats.WEBP), (b"RIFF....WAVEfmt ", formats.WAV), (b"RIFF....AVI LIST", formats.AVI),
    (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", formats.HEIC), (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", formats.AVIF),
    (b"\0\0\0\x14ftypqt  \0\0\2\0qt  ", formats.MOV), (b"\0\0\0\x18ftypisom\0\0\2\0isomiso2", formats.MP4),
    (b"\0\0\0\x08wide\0\0", formats.MOV), (b"ID3\3\0\0\0\0\0\0\xff\xfb\x90\0", formats.MP3),
    (b"ID3\3\0\0\0\0\0\0fLaC", formats.FLAC), (b"ID3\3\0\0\0\0\0\0\xff\xf1\x50\x80", formats.AAC),
    (b"\xff\xfb\x90\x64", formats.MP3), (b"\xff\xf9\x50\x80", formats.AAC), (b"7z\xbc\xaf\x27\x1c\0\4", formats.SEVEN),
    (b"PK\3\4\x14\0", formats.ZIP), (b"\x1f\x8b\x08\0", formats.TAR_GZ), (b"BZh91AY", formats.TAR_BZ2),
    (b"%PDF-1.7", None), (b"<svg xmlns=", None), (b"<html>", None), (b"MZ\x90\0", None), (b"#!/bin/sh", None),
    (b"8BPS", None), (b"%!PS-Adobe", None), (b"BM not a picture at all", None), (b"", None),
    (b"\xff\xff\xff\xff", None),
    (b"\0\0\0\x0cjP  \r\n\x87\n", None), (b"#EXTM3U\nhttp://x", None),
])
def test_known_starts(data: bytes, found: formats.Format | None) -> None:
    assert detect(data) == found


def test_real_files_are_told() -> None:
    assert detect(picture("BMP")) == formats.BMP
    assert detect(film("matroska", "mpeg4", count=2)) == formats.MKV
    assert detect(film("webm", "libvpx", count=2)) == formats.WEBM
    assert detect(sound("mp3", "libmp3lame", 0.2)) == formats.MP3
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as rolled:
        rolled.addfile(tarfile.TarInfo("a"))
    assert detect(held.getvalue()) == formats.TAR


@given(st.binary(max_size=400))
def test_any_bytes_give_an_allowed_format_or_none(head: bytes) -> None:
    assert detect(head) in {None, *formats.ALLOWED}
