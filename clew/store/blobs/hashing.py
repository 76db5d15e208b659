"""The three hashes police lists are exchanged by, computed together on two cores while content streams."""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache

SPLIT = 1 << 18  # bytes from which handing MD5 to another core is worth the hand-over


@cache
def _other_core() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=max(1, (os.cpu_count() or 2) - 1), thread_name_prefix="clew-md5")


os.register_at_fork(after_in_child=_other_core.cache_clear)  # threads do not survive a fork


class Hashes:
    """SHA-256, SHA-1 and MD5 of one stream; the last two identify known material and protect nothing."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self._sha1 = hashlib.sha1(usedforsecurity=False)
        self._md5 = hashlib.md5(usedforsecurity=False)

    def update(self, data: memoryview) -> None:
        """Add bytes. hashlib releases the GIL, so MD5, the slowest, runs beside the other two."""
        if len(data) < SPLIT:
            self._md5.update(data)
            self._sha256.update(data)
            self._sha1.update(data)
            return
        beside = _other_core().submit(self._md5.update, data)
        self._sha256.update(data)
        self._sha1.update(data)
        beside.result()

    def digests(self) -> tuple[bytes, bytes, bytes]:
        """Return (sha256, sha1, md5)."""
        return self._sha256.digest(), self._sha1.digest(), self._md5.digest()
