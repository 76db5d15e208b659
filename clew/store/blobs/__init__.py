"""Sealed content: hashed and encrypted while it streams in, durable before anything refers to it."""

from clew.store.blobs.check import Expected, Report, check_objects
from clew.store.blobs.content import Blobs
from clew.store.blobs.local import LocalFolder
from clew.store.blobs.places import Place
from clew.store.blobs.s3 import S3Bucket, open_place
from clew.store.blobs.writer import BlobWriter, Stored

__all__ = ["BlobWriter", "Blobs", "Expected", "LocalFolder", "Place", "Report", "S3Bucket", "Stored",
           "check_objects", "open_place"]
