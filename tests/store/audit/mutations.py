"""A thousand ways to tamper with the log and the rows it binds, as the database's superuser. Fixed seeds.

Each builder takes the random source and what is stored, and returns statements that change something for good.
"""

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass

SQL = list[str]


@dataclass(frozen=True)
class Stored:
    """Ids that mutations choose from."""

    events: list[uuid.UUID]
    cases: list[uuid.UUID]
    officers: list[uuid.UUID]
    agencies: list[uuid.UUID]
    head_sizes: list[int]


def _hash(rng: random.Random) -> str:
    return f"decode('{rng.randbytes(32).hex()}', 'hex')"


def _flipped(column: str, rng: random.Random, size: int) -> str:
    """Return an expression with one bit of a bytea column turned over."""
    bit = rng.randrange(size * 8)
    return f"set_bit({column}, {bit}, 1 - get_bit({column}, {bit}))"


def event_column(rng: random.Random, at: Stored) -> SQL:
    """One column of one event."""
    word = rng.choice(["x", " ", "é", "' || chr(0x202e) || '"])
    new = {
        "id": f"'{uuid.UUID(int=rng.getrandbits(128))}'",
        "at": f"at + interval '{rng.choice([1, -1, 86400000000])} microseconds'",
        "verb": f"verb || '{word}'", "subject": f"subject || '{word}'", "purpose": f"'{word}' || purpose",
        "payload": rng.choice(["payload || '{\"more\": 1}'", "payload - 'row_hashes'", "'null'::jsonb", "NULL",
                               "jsonb_set(payload, '{detail,n}', '1e3')", "jsonb_set(payload, '{detail}', '[]')",
                               "jsonb_set(payload, '{detail,score}', '0.50')",
                               "jsonb_set(payload, '{detail,score}', to_jsonb(0.00000000000000000000001 + "
                               "(payload->'detail'->>'score')::numeric))"]),
        "salt": rng.choice([_flipped("salt", rng, 16), "NULL", "salt || '\\x00'"]),
        "commitment": _flipped("commitment", rng, 32), "seal": _flipped("seal", rng, 32),
        "arrival": str(rng.randrange(10_000)), "seq": rng.choice(["NULL", f"seq + {rng.randrange(1000, 9999)}"]),
    } | {name: rng.choice([f"'{uuid.UUID(int=rng.getrandbits(128))}'", f"CASE WHEN {name} IS NULL THEN "
                           f"'{uuid.UUID(int=5)}'::uuid END"])
         for name in ("officer_id", "agency_id", "case_id", "owner_agency_id")}
    column = rng.choice(list(new))
    return [f"UPDATE clew.events SET {column} = {new[column]} WHERE id = '{rng.choice(at.events)}'"]


def impossible_time(rng: random.Random, at: Stored) -> SQL:
    when = rng.choice(["infinity", "-infinity", "0044-03-15 BC", "294000-01-01"])
    return [f"UPDATE clew.events SET at = '{when}' WHERE id = '{rng.choice(at.events)}'"]


def deletion(rng: random.Random, at: Stored) -> SQL:
    """Some events, anywhere."""
    gone = ", ".join(f"'{event}'" for event in rng.sample(at.events, rng.choice([1, 1, 2, 5, len(at.events)])))
    return [f"DELETE FROM clew.events WHERE id IN ({gone})"]


def swap(rng: random.Random, at: Stored) -> SQL:
    """Two events change numbers, or words, or everything but the id."""
    one, two = rng.sample(at.events, 2)
    columns = rng.choice([["payload", "salt"], ["subject"], ["payload", "salt", "subject", "purpose", "commitment"]])
    if rng.random() < 0.5:
        return [f"UPDATE clew.events SET seq = seq + 100000 WHERE id IN ('{one}', '{two}')",
                f"UPDATE clew.events a SET seq = b.seq - 100000 FROM clew.events b WHERE (a.id, b.id) IN "
                f"(('{one}', '{two}'), ('{two}', '{one}'))"]
    values = ", ".join(f"{name} = b.{name}" for name in columns)
    return [f"UPDATE clew.events a SET {values} FROM clew.events b WHERE (a.id, b.id) IN "
            f"(('{one}', '{two}'), ('{two}', '{one}'))"]


def insertion(rng: random.Random, at: Stored) -> SQL:
    """A copy of an event under another id, at the end of the log or waiting, its own hashes kept or random."""
    seq = rng.choice(["NULL", "(SELECT max(seq) + 1 FROM clew.events)", "0 + 100000"])
    seal = rng.choice(["seal", _hash(rng)])
    return [f"INSERT INTO clew.events SELECT gen_random_uuid(), at, verb, officer_id, agency_id, case_id, "
            f"owner_agency_id, subject, purpose, payload, salt, commitment, {seal}, {seq}, NULL "
            f"FROM clew.events WHERE id = '{rng.choice(at.events)}'"]


def erasure(rng: random.Random, at: Stored) -> SQL:
    """Words removed without an erase event, or with one that the superuser wrote himself."""
    event = rng.choice(at.events)
    forged = (f"INSERT INTO clew.events (id, at, verb, payload, salt, commitment, seal) VALUES (gen_random_uuid(), "
              f"now(), 'erase', '{{\"detail\": {{\"events\": {{\"{event}\": {{}}}}}}}}', '\\x00', {_hash(rng)}, "
              f"{_hash(rng)})")
    blank = f"UPDATE clew.events SET payload = NULL, salt = NULL, subject = '', purpose = '' WHERE id = '{event}'"
    return rng.choice([[blank], [forged, blank]])


def cut_tail(rng: random.Random, at: Stored) -> SQL:
    """The end of the log with its heads, the state set back to an earlier signed head."""
    kept = rng.choice([0, *at.head_sizes[:-1]])
    state = (f"UPDATE clew.event_tree SET size = {kept}, peaks = "
             + ("''" if kept == 0 else "(SELECT root FROM clew.event_heads ORDER BY size DESC LIMIT 1)"))
    return [f"DELETE FROM clew.events WHERE seq > {kept}", f"DELETE FROM clew.event_heads WHERE size > {kept}", state]


def head(rng: random.Random, at: Stored) -> SQL:
    """One signed head changed, removed or invented."""
    size = rng.choice(at.head_sizes)
    column = rng.choice(["root", "previous", "signer"])
    return [rng.choice([
        f"UPDATE clew.event_heads SET {column} = {_flipped(column, rng, 32)} WHERE size = {size}",
        f"UPDATE clew.event_heads SET signature = {_flipped('signature', rng, 64)} WHERE size = {size}",
        f"UPDATE clew.event_heads SET at = at + interval '1 microsecond' WHERE size = {size}",
        f"UPDATE clew.event_heads SET at = 'infinity' WHERE size = {size}",
        f"UPDATE clew.event_heads SET size = size + 1000 WHERE size = {size}",
        f"DELETE FROM clew.event_heads WHERE size = {size}",
        f"INSERT INTO clew.event_heads SELECT {at.head_sizes[-1] + rng.randrange(1, 99)}, {_hash(rng)}, at, previous, "
        f"signer, signature FROM clew.event_heads WHERE size = {size}"])]


def tree_state(rng: random.Random, at: Stored) -> SQL:
    return [rng.choice([f"UPDATE clew.event_tree SET size = {rng.randrange(len(at.events))}",
                        f"UPDATE clew.event_tree SET peaks = {_flipped('peaks', rng, 32)}",
                        "DELETE FROM clew.event_tree"])]


def row_change(rng: random.Random, at: Stored) -> SQL:
    """An account, an agency or a policy, without an event."""
    one = rng.choice(at.officers)
    case = rng.choice(at.cases)
    return [rng.choice([
        f"UPDATE clew.officers SET roles = array_append(roles, 'auditor') WHERE id = '{one}'",
        f"UPDATE clew.officers SET suspended_at = now() WHERE id = '{one}'",
        f"UPDATE clew.officers SET full_name = full_name || 'x' WHERE id = '{one}'",
        f"UPDATE clew.agencies SET country = 'XZ' WHERE id = '{rng.choice(at.agencies)}'",
        f"UPDATE clew.agencies SET reveal_limit = reveal_limit + 1 WHERE id = '{rng.choice(at.agencies)}'",
        f"UPDATE clew.cases SET audience = 'network' WHERE id = '{case}'",
        f"UPDATE clew.cases SET expires = expires + 1 WHERE id = '{case}'",
        f"INSERT INTO clew.case_team SELECT '{case}', id FROM clew.officers o WHERE NOT EXISTS (SELECT FROM "
        f"clew.case_team t WHERE t.case_id = '{case}' AND t.officer_id = o.id) LIMIT 1",
        f"DELETE FROM clew.case_team WHERE case_id = '{case}'"])]


def row_insertion(rng: random.Random, at: Stored) -> SQL:
    return [rng.choice([
        "INSERT INTO clew.officers (id, agency_id, login, full_name) SELECT gen_random_uuid(), agency_id, "
        f"'ghost', 'Ghost' FROM clew.officers WHERE id = '{rng.choice(at.officers)}'",
        "INSERT INTO clew.cases (id, owner_agency_id, reference, expires, made_by) SELECT gen_random_uuid(), "
        f"owner_agency_id, 'ghost', expires, made_by FROM clew.cases WHERE id = '{rng.choice(at.cases)}'"])]


def row_deletion(rng: random.Random, at: Stored) -> SQL:
    case = rng.choice(at.cases)
    return [f"DELETE FROM clew.case_team WHERE case_id = '{case}'", f"DELETE FROM clew.cases WHERE id = '{case}'"]


BUILDERS: dict[Callable[[random.Random, Stored], SQL], int] = {
    event_column: 10, impossible_time: 1, deletion: 3, swap: 3, insertion: 3, erasure: 2, cut_tail: 2, head: 4,
    tree_state: 1, row_change: 5, row_insertion: 1, row_deletion: 1}


def mutation(rng: random.Random, at: Stored) -> SQL:
    """Return the statements of one random mutation."""
    [builder] = rng.choices(list(BUILDERS), list(BUILDERS.values()))
    return builder(rng, at)
