"""Binds events to the rows they set: hashes of rows now, and their comparison with what events say.

A registry names the tables: {"cases": "SELECT c.id, c.owner_agency_id, ... FROM clew.cases c"}; the query gives
`id` and every column that may only change with an event. Lists that belong to a row (a team, a deny list) are
best read into it as an ordered array, so that adding or removing a member behind our back changes its hash.
A query that gives just `id` and `hash` brings its own hash, made by the database, and is taken at its word.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import Connection, RowMapping, text

from clew.store.audit.canonical import DELETED, row_hash
from clew.store.audit.checks.report import Report

Registry = Mapping[str, str]


def _hash_of(row: RowMapping) -> str:
    """Return the hash of a registered row."""
    return str(row["hash"]) if set(row) == {"id", "hash"} else row_hash(dict(row))


def hash_rows(conn: Connection, registry: Registry, table: str,
              row_ids: Iterable[uuid.UUID | str]) -> dict[str, str]:
    """Return "table:id" -> hash for rows as they are now; a row that is gone reads as deleted.

    Call it after the write and in its transaction: the row is then locked, so that events follow the order
    of the changes.
    """
    wanted = list(row_ids)
    query = text(f"SELECT * FROM ({registry[table]}) AS r WHERE r.id = ANY (:ids)")  # noqa: S608 - registry is code
    found = {f"{table}:{row_id}": DELETED for row_id in wanted}
    return found | {f"{table}:{row['id']}": _hash_of(row)
                    for row in conn.execute(query, {"ids": wanted}).mappings()}


def _rows_now(conn: Connection, registry: Registry) -> Iterator[tuple[str, str]]:
    """Yield "table:id" and hash of every row of the registered tables."""
    for table, query in registry.items():
        for row in conn.execute(text(query), execution_options={"yield_per": 2000}).mappings():
            yield f"{table}:{row['id']}", _hash_of(row)


def check_rows(conn: Connection, registry: Registry, latest: Mapping[str, str], report: Report) -> None:
    """Compare all registered rows with the latest event of each; every difference is a finding."""
    expected = {name: value for name, value in latest.items() if name.partition(":")[0] in registry}
    for name, value in _rows_now(conn, registry):
        report.rows += 1
        said = expected.pop(name, None)
        if said is None:
            report.found("row_unrecorded", name, f"Row {name} is in the database, but no event made it.")
        elif said == DELETED:
            report.found("row_back", name, f"Row {name} is in the database, but its last event removed it.")
        elif said != value:
            report.found("row_changed", name, f"Row {name} is not as its last event left it.")
    for name, said in expected.items():
        if said != DELETED:
            report.found("row_missing", name, f"Row {name} is gone, but no event removed it.")
