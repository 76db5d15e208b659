"""Which formats are opened at all, told by their bytes and never by their name: the content allow-list."""

from typing import Literal, NamedTuple

HEAD_BYTES = 4096  # how much of a file's start `detect` wants to see

Reader = Literal["picture", "av", "archive"]


class Format(NamedTuple):
    """A format on the allow-list: its media type, who reads it, and the decoder's own name for it."""

    media_type: str
    reader: Reader
    decoder: str


JPEG = Format("image/jpeg", "picture", "JPEG")
PNG = Format("image/png", "picture", "PNG")
WEBP = Format("image/webp", "picture", "WEBP")
GIF = Format("image/gif", "picture", "GIF")
TIFF = Format("image/tiff", "picture", "TIFF")
BMP = Format("image/bmp", "picture", "BMP")
HEIC = Format("image/heic", "picture", "HEIF")
AVIF = Format("image/avif", "picture", "AVIF")
MP4 = Format("video/mp4", "av", "mov")
MOV = Format("video/quicktime", "av", "mov")
MKV = Format("video/x-matroska", "av", "matroska")
WEBM = Format("video/webm", "av", "matroska")
AVI = Format("video/x-msvideo", "av", "avi")
OGG = Format("audio/ogg", "av", "ogg")
MP3 = Format("audio/mpeg", "av", "mp3")
AAC = Format("audio/aac", "av", "aac")
FLAC = Format("audio/flac", "av", "flac")
WAV = Format("audio/wav", "av", "wav")
ZIP = Format("application/zip", "archive", "zip")
SEVEN = Format("application/x-7z-compressed", "archive", "7z")
TAR = Format("application/x-tar", "archive", "tar")
TAR_GZ = Format("application/gzip", "archive", "tar")
TAR_BZ2 = Format("application/x-bzip2", "archive", "tar")
TAR_XZ = Format("application/x-xz", "archive", "tar")

ALLOWED = (JPEG, PNG, WEBP, GIF, TIFF, BMP, HEIC, AVIF, MP4, MOV, MKV, WEBM, AVI, OGG, MP3, AAC, FLAC, WAV,
           ZIP, SEVEN, TAR, TAR_GZ, TAR_BZ2, TAR_XZ)

# What an audio or video container may turn out to be once its streams are known.
OUTCOMES = {
    MP4.media_type: {"video/mp4", "audio/mp4"}, MOV.media_type: {"video/quicktime", "audio/mp4"},
    MKV.media_type: {"video/x-matroska", "audio/x-matroska"}, WEBM.media_type: {"video/webm", "audio/webm"},
    AVI.media_type: {"video/x-msvideo", "audio/x-msvideo"}, OGG.media_type: {"audio/ogg", "video/ogg"},
}

_STARTS = (
    (b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG), (b"GIF87a", GIF), (b"GIF89a", GIF),
    (b"II*\0", TIFF), (b"MM\0*", TIFF), (b"II+\0", TIFF), (b"MM\0+", TIFF),
    (b"OggS", OGG), (b"fLaC", FLAC), (b"PK\x03\x04", ZIP), (b"PK\x05\x06", ZIP),
    (b"7z\xbc\xaf\x27\x1c", SEVEN), (b"\x1f\x8b\x08", TAR_GZ), (b"BZh", TAR_BZ2), (b"\xfd7zXZ\0", TAR_XZ),
)
_RIFF = {b"WEBP": WEBP, b"AVI ": AVI, b"WAVE": WAV}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
_AVIF_BRANDS = {b"avif", b"avis"}
_OLD_MOV = {b"moov", b"mdat", b"wide", b"pnot"}


def detect(head: bytes) -> Format | None:  # noqa: PLR0911  (a list of cases)
    """Return the format of a file that starts with `head` (give HEAD_BYTES), None if not on the list."""
    for start, found in _STARTS:
        if head.startswith(start):
            return found
    if head[:4] in (b"RIFF", b"RF64"):
        return _RIFF.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _boxed(head)
    if head[4:8] in _OLD_MOV:
        return MOV
    if head.startswith(b"\x1aE\xdf\xa3"):
        return WEBM if b"webm" in head[:64] else MKV
    if head.startswith(b"BM") and int.from_bytes(head[14:18], "little") in (12, 40, 52, 56, 64, 108, 124):
        return BMP
    if head[257:262] == b"ustar":
        return TAR
    return _mpeg_sound(head)


def _boxed(head: bytes) -> Format:
    """Tell HEIC, AVIF, MOV and MP4 apart by the brands of the first box (ISO/IEC 14496-12, 4.3)."""
    size = min(int.from_bytes(head[:4], "big"), 256)
    brands = {head[8:12]} | {head[at:at + 4] for at in range(16, size, 4)}
    if head[8:12] in _AVIF_BRANDS | _HEIC_BRANDS | {b"mif1", b"msf1"}:
        return AVIF if brands & _AVIF_BRANDS else HEIC
    return MOV if head[8:12] == b"qt  " else MP4


def _mpeg_sound(head: bytes) -> Format | None:
    """Recognise MP3 and AAC by tag or frame header; an ID3 tag may stand before any of them."""
    if head.startswith(b"ID3") and len(head) > 10:
        at = 10 + sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
        rest = head[at:]
        if rest.startswith(b"fLaC"):
            return FLAC
        return _mpeg_sound(rest) or MP3 if not rest.startswith(b"ID3") else MP3
    if len(head) < 4 or head[0] != 0xFF:
        return None
    if head[1] & 0xF6 == 0xF0:
        return AAC
    layer_ok = head[1] & 0xE0 == 0xE0 and head[1] & 0x06 in (2, 4) and head[1] & 0x18 != 0x08
    return MP3 if layer_ok and head[2] & 0xF0 != 0xF0 and head[2] & 0x0C != 0x0C else None
