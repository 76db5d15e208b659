from dataclasses import replace

import numpy as np
import pytest

from clew.kernel.errors import Unavailable
from clew.signals.indexes.prints import index as indexes
from clew.signals.indexes.prints import stored
from clew.signals.indexes.prints.index import KIND
from clew.signals.indexes.prints.proof import prove
from tests.signals.indexes.prints.test_index import ENTRIES


def test_an_index_that_lost_postings_is_refused(tmp_path):
    given = KIND.build(tmp_path, ENTRIES, {}).snapshot.postings
    prove(given, given)
    moments = np.where(np.arange(len(given.moments)) % 3 == 0, 0, given.moments).astype(np.uint16)
    with pytest.raises(Unavailable, match="failed its own test"):
        prove(replace(given, moments=moments), given)


def test_a_build_that_fails_its_test_leaves_the_former_snapshot(tmp_path, monkeypatch):
    former = KIND.build(tmp_path, ENTRIES[:4], {"xid": 1})
    write = stored.write

    def wrongly(folder, postings, mark):
        return write(folder, replace(postings, entries=np.zeros_like(postings.entries)), mark)

    monkeypatch.setattr(indexes.stored, "write", wrongly)
    with pytest.raises(Unavailable, match="failed its own test"):
        former.rebuild({"xid": 2})
    assert former.is_current()
    assert KIND.open(tmp_path).mark == {"xid": 1}
    assert len(list(tmp_path.glob("snapshot-*"))) == 1
