"""No signal slips between snapshot and tail: interleaved commits, rebuilds, several processes, kills, other databases."""

import hashlib
import random
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as law
from hypothesis import strategies as some
from sqlalchemy import Connection, text

from clew.kernel.settings import Settings
from clew.signals import pdq
from clew.signals.indexes import hamming
from clew.signals.indexes import snapshot as folder_of
from clew.signals.indexes.hamming import HammingIndex
from clew.store import postgres, snapshots
from clew.store.db import Database, Work
from clew.store.shelves import Hashes
from clew.store.snapshots import SignalIndex

ROOT = Path(__file__).resolve().parents[2]
WRITERS, READERS = 3, 2


def hash_of(number: int) -> bytes:
    return hashlib.sha256(str(number).encode()).digest()


def add_media(conn: Connection) -> uuid.UUID:
    media = uuid.uuid4()
    conn.execute(text("INSERT INTO clew.media (id, sha256, sha1, md5, size, object_name) "
                      "VALUES (:id, :sha, 'a', 'b', 1, :name)"),
                 {"id": media, "sha": hashlib.sha256(media.bytes).digest(), "name": media.hex})
    return media


def write(conn: Connection, media: uuid.UUID, number: int) -> None:
    conn.execute(text("INSERT INTO clew.signals (media_id, matcher, version, value) VALUES (:media, 'pdq', 1, :value)"),
                 {"media": media, "value": hash_of(number)})


def finds(index: SignalIndex[HammingIndex], conn: Connection, numbers: set[int]) -> set[int]:
    """Return which of these signals the index does not find."""
    fresh = index.fresh(Work(conn))
    return {number for number in numbers if not len(fresh.lookup(np.frombuffer(hash_of(number), np.uint8), 0)[0])}


@pytest.fixture(scope="module")
def store(shared_database: Settings) -> Iterator[Database]:
    kept = Database(shared_database)
    yield kept
    kept.close()


@pytest.fixture(scope="module")
def media(store: Database) -> uuid.UUID:
    with store.engine(postgres.SYSTEM).begin() as conn:
        return add_media(conn)


class SoonFolded(Hashes):
    """Hashes whose tail is short, so that a few of them make a new snapshot."""

    def longest_tail(self, held: int) -> int:
        return 2


class Schedule:
    """Writers that begin, write, commit and roll back in any order, and readers that look in between."""

    def __init__(self, store: Database, media: uuid.UUID, folder: Path) -> None:
        self.store, self.media = store, media
        self.writers = [store.engine(postgres.SYSTEM).connect() for _ in range(WRITERS)]
        self.open: list[set[int]] = [set() for _ in range(WRITERS)]
        self.readers = [SignalIndex(folder, SoonFolded()) for _ in range(READERS)]
        self.committed: set[int] = set()
        self.fresh_numbers = iter(range(uuid.uuid4().int >> 64, 1 << 65))

    def step(self, act: str, who: int) -> None:
        writer = who % WRITERS
        if act == "write":
            number = next(self.fresh_numbers)
            write(self.writers[writer], self.media, number)
            self.open[writer].add(number)
        elif act == "commit":
            self.writers[writer].commit()
            self.committed |= self.open[writer]
            self.open[writer] = set()
        elif act == "undo":
            self.writers[writer].rollback()
            self.open[writer] = set()
        elif act == "restart":
            self.readers[who % READERS] = SignalIndex(self.readers[0].folder, SoonFolded())
        else:
            with self.store.engine(postgres.SYSTEM).connect() as conn:
                assert finds(self.readers[who % READERS], conn, self.committed) == set()

    def close(self) -> None:
        for writer in self.writers:
            writer.close()


@law(max_examples=25, deadline=None)
@given(steps=some.lists(some.tuples(
    some.sampled_from(("write", "write", "write", "commit", "commit", "undo", "look", "look", "restart")),
    some.integers(0, 5)), min_size=10, max_size=60))
def test_any_order_of_commits_and_looks_finds_everything(
        store: Database, media: uuid.UUID, tmp_path_factory: pytest.TempPathFactory,
        steps: list[tuple[str, int]]) -> None:
    run = Schedule(store, media, tmp_path_factory.mktemp("index"))
    try:
        for act, who in [*steps, ("commit", 0), ("commit", 1), ("commit", 2), ("look", 0), ("look", 1)]:
            run.step(act, who)
    finally:
        run.close()


def test_a_late_commit_is_found_though_others_were_read_before_it(store: Database, media: uuid.UUID,
                                                                  tmp_path: Path) -> None:
    """The case that "newer than the last" loses: early number, late commit, a snapshot cut in between."""
    index, engine = SignalIndex(tmp_path, Hashes()), store.engine(postgres.SYSTEM)
    with engine.connect() as early, engine.connect() as reading:
        write(early, media, 1)
        with engine.begin() as late:
            write(late, media, 2)
        assert finds(index, reading, {2}) == set()
        index.built_anew(Work(reading))
        assert finds(index, reading, {1, 2}) == {1}
        early.commit()
        assert finds(index, reading, {1, 2}) == set()


READER = """
import sys, time
from pathlib import Path
import numpy as np
from sqlalchemy import text
from clew.kernel.settings import Settings
from clew.store import postgres
from clew.store.db import Database, Work
from clew.store.shelves import Hashes
from clew.store.snapshots import SignalIndex
home, keys, dsn, folder, until = sys.argv[1:]
Hashes.longest_tail = lambda self, held: 3
index = SignalIndex(Path(folder), Hashes())
engine = Database(Settings(home=Path(home), keys=Path(keys), dsn=dsn)).engine(postgres.SYSTEM)
looks = 0
while not Path(until).exists() or not looks:
    with engine.connect() as conn:
        due = conn.execute(text("SELECT id, value FROM clew.signals WHERE matcher = 'pdq'")).all()
        fresh = index.fresh(Work(conn))
        for row in due:
            ids, _ = fresh.lookup(np.frombuffer(bytes(row.value), np.uint8), 0)
            assert row.id in ids, f"{row.id} was committed and is not found"
    looks += 1
print(looks, len(fresh.snapshot.ids))
"""


def start_reader(at: Settings, folder: Path, program: Path, until: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen([sys.executable, str(program), str(at.home), str(at.keys), at.dsn, str(folder), str(until)],
                            cwd=ROOT, env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_several_processes_that_build_and_are_killed_find_everything(database: Settings, tmp_path: Path) -> None:
    """Each reader asks the table what is committed, then its index, which must know all of it; builders are killed."""
    dice, until, program, folder = random.Random(5), tmp_path / "stop", tmp_path / "reader.py", tmp_path / "index"
    program.write_text(READER)
    engine = Database(database).engine(postgres.SYSTEM)
    with engine.begin() as conn:
        media = add_media(conn)
    readers = [start_reader(database, folder, program, until) for _ in range(3)]
    writers = [engine.connect() for _ in range(WRITERS)]
    for number in range(400):
        writer = dice.choice(writers)
        write(writer, media, number)
        if dice.random() < 0.3:
            writer.commit()
        if number % 80 == 40:
            victim = dice.randrange(len(readers))
            if readers[victim].poll() is None:
                readers[victim].send_signal(signal.SIGKILL)
            problem = readers[victim].communicate()[1]
            assert readers[victim].returncode == -signal.SIGKILL, problem
            readers[victim] = start_reader(database, folder, program, until)
        time.sleep(0.01)
    for writer in writers:
        writer.commit()
        writer.close()
    until.touch()
    for reader in readers:
        said, problem = reader.communicate(timeout=120)
        assert reader.returncode == 0, problem
        assert int(said.split()[0]) >= 1
    with engine.connect() as conn:
        assert finds(SignalIndex(folder, Hashes()), conn, set(range(400))) == set()
    engine.dispose()


def test_an_index_of_another_database_is_built_again(store: Database, media: uuid.UUID, tmp_path: Path) -> None:
    with store.engine(postgres.SYSTEM).begin() as conn:
        write(conn, media, 10)
        hamming.build(tmp_path, np.empty((0, 32), np.uint8), np.empty(0, np.int64), mark={"since": str(1 << 60)})
        assert finds(SignalIndex(tmp_path, Hashes()), conn, {10}) == set()


def test_signals_of_a_version_that_cannot_be_compared_lie_in_no_index(
        store: Database, media: uuid.UUID, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.engine(postgres.SYSTEM).begin() as conn:
        write(conn, media, 21)
        assert finds(SignalIndex(tmp_path, Hashes()), conn, {21}) == set()
        monkeypatch.setattr(pdq, "VERSION", 2)
        assert finds(SignalIndex(tmp_path, Hashes()), conn, {21}) == {21}
        monkeypatch.setattr(pdq, "READS", (1,), raising=False)
        assert finds(SignalIndex(tmp_path, Hashes()), conn, {21}) == set()


def test_a_damaged_and_an_emptied_folder_are_built_again(store: Database, media: uuid.UUID, tmp_path: Path) -> None:
    with store.engine(postgres.SYSTEM).begin() as conn:
        write(conn, media, 11)
    with store.engine(postgres.SYSTEM).connect() as conn:
        index = SignalIndex(tmp_path, Hashes())
        assert finds(index, conn, {11}) == set()
        place = tmp_path / folder_of.current_name(tmp_path)
        for file in place.iterdir():
            if file.name != folder_of.MANIFEST:
                file.write_bytes(file.read_bytes()[:-1] + b"?")
        assert finds(SignalIndex(tmp_path, Hashes()), conn, {11}) == set()
        (tmp_path / "current").unlink()
        assert finds(index, conn, {11}) == set()


def test_the_first_build_of_another_process_is_waited_for(store: Database, media: uuid.UUID, tmp_path: Path) -> None:
    with store.engine(postgres.SYSTEM).begin() as conn:
        write(conn, media, 12)
    missing: list[set[int]] = []

    def look() -> None:
        with store.engine(postgres.SYSTEM).connect() as conn:
            missing.append(finds(SignalIndex(tmp_path, Hashes()), conn, {12}))

    with folder_of.building(tmp_path):  # somebody else has begun, and nothing is published yet
        waiting = threading.Thread(target=look)
        waiting.start()
        time.sleep(3 * snapshots.WAIT)
        assert waiting.is_alive()
    waiting.join(60)
    assert missing == [set()]
