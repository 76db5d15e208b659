"""The index of words: which pictures hold the points of a picture, of its mirror image or of a part of it."""

from clew.signals.indexes.words.index import WordsIndex, build
from clew.signals.indexes.words.index import open_current as open  # noqa: A004 - the contract's name

__all__ = ["WordsIndex", "build", "open"]
