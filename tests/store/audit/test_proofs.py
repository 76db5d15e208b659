"""Exported proofs hold elsewhere, with the public key alone, and only as they are."""

import json
import uuid
from typing import Any

import pytest

from clew.kernel.errors import BadInput, NotFound
from clew.store.audit.heads import public, read_file, sign
from clew.store.audit.keys import signing_key
from clew.store.audit.proofs import check_event_proof, check_growth_proof, prove_event, prove_growth
from tests.store.audit.log import Log, reveals


def spoilt(proof: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the proof with one thing changed, for each thing."""
    other = "11" * 32
    changes: list[dict[str, Any]] = [{"path": [other, *proof["path"][1:]]}, {"path": [*proof["path"], other]},
                                     {"path": "no list"}, {"head": None}, {"head": proof["head"] | {"size": 99}},
                                     {"head": proof["head"] | {"root": other}}]
    if "leaf" in proof:
        changes += [{"leaf": other}, {"index": proof["index"] + 1}, {"index": "1"}]
    return [proof | change for change in changes]


def test_an_event_is_proved_to_be_in_the_log(log: Log) -> None:
    made = log.append(*reveals(7))
    log.sequence()
    trusted = public(signing_key(log.keys))
    with log.system.connect() as conn:
        for event_id in made:
            proof = json.loads(json.dumps(prove_event(conn, event_id)))
            assert check_event_proof(proof, trusted)
            assert not any(check_event_proof(bad, trusted) for bad in spoilt(proof))
            assert not check_event_proof(proof, "00" * 32)
            assert "room" not in json.dumps(proof)


def test_an_unknown_or_waiting_event_has_no_proof(log: Log) -> None:
    waiting = log.append(*reveals(1))[0]
    with log.system.connect() as conn:
        for event_id in (waiting, uuid.uuid4()):
            with pytest.raises(NotFound):
                prove_event(conn, event_id)


def test_a_log_is_proved_to_continue_an_older_one(log: Log) -> None:
    for count in (3, 4, 6):
        log.append(*reveals(count))
        log.sequence()
    key = signing_key(log.keys)
    heads, _ = read_file(log.heads)
    with log.system.connect() as conn:
        for older in heads:
            proof = json.loads(json.dumps(prove_growth(conn, older)))
            assert check_growth_proof(proof, public(key))
        proof = prove_growth(conn, heads[0])
        assert not any(check_growth_proof(bad, public(key)) for bad in spoilt(proof))
        with pytest.raises(BadInput, match="shorter"):
            prove_growth(conn, sign(key, 99, b"x" * 32, 0, ""))
        forked = prove_growth(conn, sign(key, 3, b"x" * 32, 0, ""))
        assert not check_growth_proof(forked, public(key))
