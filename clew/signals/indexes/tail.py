"""What came after the snapshot, in memory: newer entries, scanned one by one, and ids that must no longer be found."""

from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clew.kernel.errors import BadInput
from clew.signals.indexes.build import Ids, as_ids
from clew.signals.indexes.compiled import compiled
from clew.signals.indexes.rows import Words, as_rows, as_words, read_only
from clew.signals.indexes.snapshot import Snapshot


@dataclass(frozen=True)
class TailState:
    """The tail at one moment: `rows` (n, 4), `ids` (n,), and `erased` ids in order."""

    rows: Words
    ids: Ids
    erased: Ids


class Tail:
    """Entries and erasures since a snapshot. Giving one twice changes nothing, so a reader may overlap its readings."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._rows, self._ids = np.empty((1024, 4), np.uint64), np.empty(1024, snapshot.ids.dtype)
        self._seen: set[bytes] = set()
        self._lock = Lock()
        self.state = self._view(0, np.empty(0, snapshot.ids.dtype))

    def __len__(self) -> int:
        return len(self.state.rows)

    def append(self, hashes: bytes | NDArray[Any], ids: Any) -> int:
        """Add newer entries, found from now on; return how many neither the snapshot nor the tail had."""
        rows = as_rows(as_words(hashes))
        numbers = self._fitting(ids, len(rows))
        fresh = ~_known(rows, numbers, self._snapshot.rows, self._snapshot.starts, self._snapshot.ids)
        with self._lock:
            fresh &= self._unseen(rows, numbers)
            count, added = len(self), int(fresh.sum())
            self._make_room(count + added)
            self._rows[count:count + added], self._ids[count:count + added] = rows[fresh], numbers[fresh]
            self.state = self._view(count + added, self.state.erased)
        return added

    def erase(self, ids: Any) -> None:
        """Let nothing with these ids be found any more, at once, wherever it is and whenever it comes."""
        numbers = self._fitting(ids, np.size(ids))
        with self._lock:
            self.state = self._view(len(self), np.union1d(self.state.erased, numbers))

    def restore(self, ids: Any) -> None:
        """Let entries with these ids be found again."""
        numbers = self._fitting(ids, np.size(ids))
        with self._lock:
            self.state = self._view(len(self), np.setdiff1d(self.state.erased, numbers))

    def _fitting(self, ids: Any, count: int) -> Ids:
        numbers = as_ids(ids, count)
        if numbers.size and numbers.dtype != self._snapshot.ids.dtype:
            raise BadInput(f"This index was built with {self._snapshot.ids.dtype} ids; give the same type.")
        return numbers.astype(self._snapshot.ids.dtype)

    def _unseen(self, rows: Words, ids: Ids) -> NDArray[np.bool_]:
        """Tell which entries are not in the tail yet, and take note of them."""
        fresh = np.zeros(len(rows), bool)
        for i, (row, number) in enumerate(zip(rows, ids, strict=True)):
            entry = row.tobytes() + number.tobytes()
            fresh[i] = entry not in self._seen
            self._seen.add(entry)
        return fresh

    def _make_room(self, count: int) -> None:
        """Grow by doubling into new arrays: views already given out keep the old ones."""
        if count > len(self._rows):
            rows, ids = np.empty((2 * count, 4), np.uint64), np.empty(2 * count, self._ids.dtype)
            held = len(self)
            rows[:held], ids[:held] = self._rows[:held], self._ids[:held]
            self._rows, self._ids = rows, ids

    def _view(self, count: int, erased: Ids) -> TailState:
        return TailState(read_only(self._rows[:count]), read_only(self._ids[:count]), read_only(erased))


@compiled
def _less(a: Any, i: int, b: Any, j: int) -> bool:
    for word in range(4):
        if a[i, word] != b[j, word]:
            return bool(a[i, word] < b[j, word])
    return False


@compiled
def _known(rows: Any, ids: Any, held: Any, starts: Any, held_ids: Any) -> NDArray[np.bool_]:
    """Tell for each entry whether the snapshot has it: find its row by halving, then its id among that row's ids."""
    known = np.zeros(len(rows), np.bool_)
    for i in range(len(rows)):
        low, high = 0, len(held)
        while low < high:
            middle = (low + high) // 2
            if _less(held, middle, rows, i):
                low = middle + 1
            else:
                high = middle
        if low < len(held) and not _less(rows, i, held, low):
            first, last = np.int64(starts[low]), np.int64(starts[low + 1])
            place = first + np.searchsorted(held_ids[first:last], ids[i])
            known[i] = place < last and held_ids[place] == ids[i]
    return known
