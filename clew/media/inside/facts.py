"""Plain metadata: EXIF and text of pictures, tags of films and sounds. Bounded, no control characters."""

import math
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from PIL import Image

from clew.media import limits

Facts = dict[str, str | int | float]

_CAMERA = {271: "camera_make", 272: "camera_model", 305: "software", 306: "changed_at", 315: "artist",
           33432: "copyright", 270: "description"}
_SHOT = {36867: "taken_at", 36881: "taken_at_offset", 42033: "camera_serial", 42032: "camera_owner",
         42036: "lens_model", 42037: "lens_serial", 42016: "image_unique_id"}
_EXIF, _GPS = 0x8769, 0x8825


def clean(value: object) -> str:
    """Return `value` as one line of printable text of bounded length."""
    if isinstance(value, bytes):
        value = value[: limits.FACT_CHARACTERS * 4].decode("utf-8", "replace")
    text = str(value)[: limits.FACT_CHARACTERS * 4]
    return "".join(c if c.isprintable() else " " for c in text).strip()[: limits.FACT_CHARACTERS]


def picture_facts(image: Image.Image) -> Facts:
    """Return what the picture's EXIF and text chunks say; a broken block says nothing."""
    facts: Facts = {}
    for part in (_exif, _gps, _texts):
        with suppress(Exception):  # a broken block must not cost the picture
            part(image, facts)
    return dict(list(facts.items())[: limits.FACTS])


def _exif(image: Image.Image, facts: Facts) -> None:
    exif = image.getexif()
    for tags, names in ((exif, _CAMERA), (exif.get_ifd(_EXIF), _SHOT)):
        for tag, name in names.items():
            text = clean(tags.get(tag, "")).strip("\0 ")
            if text:
                facts[name] = text


def _gps(image: Image.Image, facts: Facts) -> None:
    gps = image.getexif().get_ifd(_GPS)
    for name, ref, value, negative, most in (("latitude", 1, 2, "S", 90.0), ("longitude", 3, 4, "W", 180.0)):
        if value in gps:
            degrees = sum(float(part) / 60**at for at, part in enumerate(gps[value][:3]))
            if math.isfinite(degrees) and degrees <= most:
                facts[name] = round(-degrees if str(gps.get(ref, "")).upper() == negative else degrees, 7)
    if 29 in gps:
        facts["gps_date"] = clean(gps[29])


def _texts(image: Image.Image, facts: Facts) -> None:
    for key, value in image.info.items():
        if isinstance(key, str) and isinstance(value, str) and value:
            facts[f"text.{_key(key)}"] = clean(value)
    comment = image.info.get("comment")
    if isinstance(comment, bytes) and comment:
        facts["text.comment"] = clean(comment)
    facts["mode"] = image.mode
    if "icc_profile" in image.info:
        facts["icc_bytes"] = len(image.info["icc_profile"])


def tag_facts(tags: Mapping[str, Any]) -> Facts:
    """Return the tags of a container as `tag.<name>`."""
    return {f"tag.{_key(name)}": clean(value) for name, value in list(tags.items())[:48] if clean(value)}


def _key(name: str) -> str:
    """Return a name of small letters, digits, dots, dashes and underscores, at most 48 long."""
    letters = (c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name.lower()[:48])
    return "".join(letters) or "_"
