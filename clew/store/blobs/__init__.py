"""Sealed content: hashed and encrypted while it streams in, durable before anything refers to it."""

from clew.store.blobs.content import Blobs
from clew.store.blobs.local import LocalFolder
from clew.store.blobs.places import Place
from clew.store.blobs.writer import BlobWriter, Stored

__all__ = ["BlobWriter", "Blobs", "LocalFolder", "Place", "Stored"]
