"""Why a reader gives up on a file: a word from a fixed list, never text made from the file."""

from typing import Literal

Reason = Literal[
    "unsupported", "broken", "empty", "too_large", "memory", "encrypted", "nothing", "codec", "too_many",
    "ratio", "archive", "broken_archive",
]


class Refusal(Exception):
    """The file is not opened; the other side turns `reason` into a sentence."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason
