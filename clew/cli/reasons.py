"""Why two files are thought the same, as plain English sentences for the command line."""

from collections.abc import Mapping
from typing import Any, Final

from clew.signals.contract import Score

WHY: Final[Mapping[str, str]] = {
    "exact.match": "The two files are the same, byte for byte ({digest}).",
    "exact.none": "The two files differ in their bytes.",
    "pdq.match": "The pictures look the same: {distance} of 256 bits of their PDQ hashes differ.",
    "pdq.none": "The pictures look different: {distance} of 256 bits of their PDQ hashes differ.",
    "pdq.too_plain": "One of the pictures is too plain to compare.",
    "frames.match": "The films share {seconds} seconds that run in step (on average {distance} of 256 bits differ).",
    "frames.possible": "The films look alike for {seconds} seconds (on average {distance} of 256 bits differ).",
    "frames.none": "The films share no stretch that runs in step.",
    "frames.too_plain": "One of the two is too plain to compare.",
    "frames.picture_match": "The picture is in the film at {seconds} seconds ({distance} of 256 bits differ).",
    "frames.picture_none": "No frame of the film looks like the picture (the nearest differs in {distance} bits).",
    "details.match": "One picture lies in the other: {points} places agree and {percent} percent of the overlay is alike.",
    "details.film": "The same moves at the same moments of both films, for {seconds} seconds.",
    "details.copy": "One picture may lie in the other: {points} places agree.",
    "details.scene": "The pictures may show the same scene ({points} places agree), but it is not the same photograph.",
    "details.frame": "The pictures share a frame or caption ({points} places), not what they show.",
    "details.none": "The pictures have no part in common.",
    "details.too_plain": "One of the pictures is too plain to compare.",
    "likeness.possible": "A model finds the pictures alike (cosine {cosine}); look-alikes come as near as heavy edits.",
    "likeness.none": "A model does not find the pictures alike (cosine {cosine}).",
    "likeness.nothing": "One of the pictures is too plain to compare.",
    "likeness.other_model": "The two were described by different models.",
    "sound.match": "The same sound for {seconds} seconds (speed {speed}, pitch {pitch} semitones).",
    "sound.possible": "The sounds are alike for {seconds} seconds (speed {speed}, pitch {pitch} semitones).",
    "sound.repeats": "The sounds are alike for {seconds} seconds, but the sound repeats itself and proves no copy.",
    "sound.none": "The sounds share no stretch.",
    "sound.too_plain": "One of the sounds is too plain to compare: silence, hum or a steady tone.",
    "place.possible": "Perhaps the same place, seen from another side: {points} spots agree. It is no copy.",
    "place.none": "Nothing says that it is the same place.",
    "place.too_plain": "One of the pictures is too plain to compare.",
    "place.other_model": "The two were described by different models.",
    "fused.match": "The same, says {matcher}.",
    "fused.possible": "Worth a look, says {matcher}.",
    "fused.none": "Nothing in common was found.",
}
ORIENTATION: Final[Mapping[str, str]] = {
    "upright": "the same way up", "mirrored": "mirrored", "flipped": "upside-down mirrored",
    "turned_180": "turned by 180 degrees", "transposed": "mirrored along a diagonal",
    "turned_90": "turned by 90 degrees", "turned_270": "turned by 270 degrees",
    "transversed": "mirrored along the other diagonal",
}
VALUE: Final = "Of labelled pairs with such a score, {share} were truly the same."


def why(score: Score) -> str:
    """Return the reason as a sentence; an unknown one is told as its id."""
    sentence = WHY.get(score.why)
    return sentence.format_map(score.parameters) if sentence else score.why


def meaning(score: Score) -> str:
    """Return what the value says, from the matcher's curve."""
    return VALUE.format(share=f"{score.value:.1%}")


def where(score: Score) -> list[str]:
    """Return lines that say how and where the second file is found in the first."""
    found: dict[str, Any] = score.where
    lines = []
    if found.get("orientation", "upright") != "upright":
        lines.append(f"The first is {ORIENTATION.get(found['orientation'], found['orientation'])}.")
    for side, name in (("a_box", "first"), ("b_box", "second")):
        if side in found:
            left, top, width, height = (f"{share:.0%}" for share in found[side])
            lines.append(f"In the {name} without its bars: {width} x {height} from {left}, {top}.")
    lines += [f"{clock(a)} - {clock(b)} of the first is {clock(c)} - {clock(d)} of the second."
              for a, b, c, d in found.get("segments", ())]
    return lines


def clock(seconds: float) -> str:
    """Return a place in a film as h:mm:ss.t."""
    minutes, rest = divmod(round(seconds * 10), 600)
    hours, minutes = divmod(minutes, 60)
    tail = f"{minutes:02d}:{rest // 10:02d}.{rest % 10}" if hours else f"{minutes}:{rest // 10:02d}.{rest % 10}"
    return f"{hours}:{tail}" if hours else tail
