"""Sealed content: streaming in and out, small files with every flush, against plain hashing and plain files."""

import hashlib
import json
import os
import platform
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from clew.store.blobs import Blobs, LocalFolder, Stored
from clew.store.blobs.local import flush_folder

MIB = 1 << 20
LARGE = 256 * MIB
SMALL = 200_000
FILES = 200
RUNS = 5


def rate(work: Callable[[], object], amount: float) -> float:
    """Return amount per second of one run."""
    start = time.perf_counter()
    work()
    return amount / (time.perf_counter() - start)


def figure(name: str, unit: str, peer: str, amount: float, ours: Callable[[], object],
           theirs: Callable[[], object]) -> dict[str, object]:
    """Return the medians of alternating runs; the ratio is above 1 where ours is faster."""
    pairs = [(rate(ours, amount), rate(theirs, amount)) for _ in range(RUNS)]
    mine, peers = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    value, peer_value = statistics.median(mine), statistics.median(peers)
    return {"name": name, "value": round(value, 3), "unit": unit, "better": "higher", "peer": peer,
            "peer_value": round(peer_value, 3), "ratio": round(value / peer_value, 3), "runs": RUNS,
            "spread": round((max(mine) - min(mine)) / value, 3)}


def three_hashes(piece: bytes, times: int) -> None:
    """The least any store must do that is to know content by the lists police exchange."""
    hashes = [hashlib.new(name) for name in ("sha256", "sha1", "md5")]
    for _ in range(times):
        for one in hashes:
            one.update(piece)


def sha256_only(piece: bytes, times: int) -> None:
    digest = hashlib.sha256()
    for _ in range(times):
        digest.update(piece)


def plain_file(folder: Path, pieces: list[bytes], number: int) -> None:
    """A clear file with one hash, made durable as ours are: the floor a file system sets."""
    digest = hashlib.sha256()
    path = folder / f"{number}.part"
    with path.open("wb") as file:
        for piece in pieces:
            digest.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    path.rename(folder / f"{number}-{digest.hexdigest()}")
    flush_folder(folder)


def read_out(blobs: Blobs, stored: Stored) -> None:
    for _ in blobs.read(stored.object_name, stored.data_key):
        pass


def read_plain(path: Path) -> None:
    with path.open("rb") as file:
        while file.read(MIB):
            pass


def measure(folder: Path) -> list[dict[str, object]]:
    blobs = Blobs(LocalFolder(folder / "blobs"), os.urandom(32))
    clear = folder / "clear"
    clear.mkdir()
    piece, small = os.urandom(MIB), os.urandom(SMALL)
    pieces = [piece] * (LARGE // MIB)
    large = blobs.put(pieces)
    plain_file(clear, pieces, 0)
    (plain,) = clear.iterdir()

    def seal_large() -> None:
        blobs.drop(blobs.put(pieces).object_name)

    def plain_small() -> None:
        for number in range(FILES):
            plain_file(clear, [small], number)

    def seal_small() -> None:
        for _ in range(FILES):
            blobs.put([small])

    gib = LARGE / 1024**3
    return [
        figure("seal, 3 hashes, flush: one 256 MiB file", "GiB/s", "sha256 alone, nothing written", gib,
               seal_large, lambda: sha256_only(piece, len(pieces))),
        figure("seal, 3 hashes, flush: one 256 MiB file, against hashing", "GiB/s",
               "sha256+sha1+md5 one after another, nothing written", gib,
               seal_large, lambda: three_hashes(piece, len(pieces))),
        figure("200 kB files sealed and durable", "files/s", "clear file, sha256, same flushes", FILES,
               seal_small, plain_small),
        figure("open and prove one 256 MiB file", "GiB/s", "read of the clear file", gib,
               lambda: read_out(blobs, large), lambda: read_plain(plain)),
    ]


def main() -> None:
    """Print one JSON object; the files lie in a temporary folder beside the working one."""
    folder = Path(tempfile.mkdtemp(prefix="clew-bench-", dir=Path.cwd()))
    try:
        figures = measure(folder)
    finally:
        shutil.rmtree(folder)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(json.dumps({"machine": machine, "figures": figures}, indent=1))


if __name__ == "__main__":
    main()
