"""The same file, byte for byte: equal SHA-256; SHA-1 and MD5 where a hash list from elsewhere knows nothing better.

Digests are taken over the file's bytes by the blob writer, never by the reader inside the sandbox: a hostile file that
got hold of a reader must not choose its own identity. So `describe` yields nothing and the store calls `signals_of`.
"""

from collections.abc import Sequence
from typing import Final, Literal

from clew.kernel.errors import BadInput
from clew.media.opened import Kind, Opened
from clew.signals.contract import Score, Signal, Verdict

NAME = "exact"
VERSION = 1
MEDIA: frozenset[Kind] = frozenset({"picture", "film", "sound"})
INDEX: Literal["exact", "hamming", "words", "prints", "vectors", "none"] = "exact"
EXAMPLES: Sequence[tuple[Opened, Opened, Verdict]] = ()
"""None: what the sandbox opens has no bytes any more. The matcher has tests of its own."""
STRENGTH: Final = {32: "sha256", 20: "sha1", 16: "md5"}
"""Length of a digest in bytes -> its name, the strongest first."""


def describe(opened: Opened) -> list[Signal]:
    """Return nothing: pixels have no digest."""
    return []


def signals_of(*digests: bytes) -> list[Signal]:
    """Return one signal per digest of a file's bytes (32 bytes SHA-256, 20 SHA-1, 16 MD5); else raise BadInput."""
    if any(len(digest) not in STRENGTH for digest in digests):
        raise BadInput("A digest is SHA-256 (32 bytes), SHA-1 (20 bytes) or MD5 (16 bytes).")
    return [Signal(NAME, VERSION, digest) for digest in digests]


def compare(a: Sequence[Signal], b: Sequence[Signal]) -> Score:
    """Compare by the strongest digest that both sides have; a weaker one that agrees against it counts for nothing."""
    for length, name in STRENGTH.items():
        first = {signal.value for signal in a if len(signal.value) == length}
        second = {signal.value for signal in b if len(signal.value) == length}
        if first and second:
            same = not first.isdisjoint(second)
            return Score(1.0, "match", "exact.match", {"digest": name}) if same else _DIFFERENT
    return _DIFFERENT


_DIFFERENT: Final = Score(0.0, "none", "exact.none")
