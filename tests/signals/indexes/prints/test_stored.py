from dataclasses import replace

import numpy as np
import pytest

from clew.kernel.errors import Unavailable
from clew.signals.indexes import files
from clew.signals.indexes.prints import stored
from clew.signals.indexes.prints.postings import made
from tests.signals.indexes.prints.test_index import ENTRIES, SIGNALS  # noqa: F401
from tests.signals.indexes.prints.test_votes import Peaks

ONE = made([4, 9], [Peaks(np.array([1, 5, 5], np.uint32), np.array([0, 2, 8], np.uint16), 9), Peaks(*np.zeros((2, 0), int), 3)])


def test_what_is_written_is_read(tmp_path):
    place = stored.write(tmp_path, ONE, {"xid": "12"})
    read = stored.read(place)
    assert read.mark == {"xid": "12"}
    for name in ("ids", "lengths", "starts", "entries", "moments"):
        assert np.array_equal(getattr(read.postings, name), getattr(ONE, name))
    with pytest.raises(ValueError, match="read-only"):
        read.postings.ids[0] = 1


@pytest.mark.parametrize("wrong", [
    {"entries": np.array([0, 0, 7], np.uint32)},
    {"moments": np.array([0, 2], np.uint16)},
    {"starts": np.zeros(3, np.int64)},
    {"ids": np.array([4], np.int64)},
])
def test_arrays_that_do_not_fit_are_refused(tmp_path, wrong):
    place = stored.write(tmp_path, replace(ONE, **wrong), {})
    with pytest.raises(Unavailable, match="damaged"):
        stored.read(place)


def test_a_snapshot_of_another_kind_is_refused(tmp_path):
    place = tmp_path / "snapshot-1"
    place.mkdir()
    files.write_manifest(place, {"format": 1, "kind": "hamming", "mark": {}, "arrays": {}})
    with pytest.raises(Unavailable, match="another version"):
        stored.read(place)
