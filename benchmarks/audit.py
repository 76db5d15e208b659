"""Rates of the event log: appended, numbered and proved per second, beside bare rows in the same run."""

import json
import os
import platform
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, make_url, text

from clew.kernel.events import Event
from clew.kernel.settings import Settings
from clew.store import postgres
from clew.store.audit.checks.verify import verify
from clew.store.audit.record import record, record_many
from clew.store.audit.sequencer import sequence
from clew.store.migrate import migrate

RUNS, SINGLE, MANY = 5, 300, 10_000
BARE = text("""INSERT INTO clew.bare SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:verbs AS text[]),
    CAST(:officers AS uuid[]), CAST(:details AS text[])) AS t (id, verb, officer, detail)""")


def events(count: int) -> list[Event]:
    return [Event("reveal", uuid.uuid4(), uuid.uuid4(), uuid.uuid4(), uuid.uuid4(), f"exhibit {number}",
                  "identify the room", {"exhibits": [str(uuid.uuid4())], "page": number}) for number in range(count)]


def bare(conn: Connection, given: list[Event]) -> None:
    conn.execute(BARE, {"ids": [uuid.uuid4() for _ in given], "verbs": [event.verb for event in given],
                        "officers": [event.officer_id for event in given],
                        "details": [json.dumps(event.detail) for event in given]})


def rate(count: int, act: Callable[..., Any], *given: Any) -> float:
    start = time.perf_counter()
    act(*given)
    return count / (time.perf_counter() - start)


def one_by_one(engine: Engine, given: list[Event], write: Callable[[Connection, list[Event]], Any]) -> None:
    """One transaction an event, as a guarded read does it."""
    with engine.connect() as conn:
        for event in given:
            with conn.begin():
                write(conn, [event])


def at_once(engine: Engine, given: list[Event], write: Callable[[Connection, list[Event]], Any]) -> None:
    with engine.begin() as conn:
        write(conn, given)


def figure(name: str, unit: str, ours: list[float], peer: str = "",
           theirs: list[float] | None = None) -> dict[str, Any]:
    value = statistics.median(ours)
    against = statistics.median(theirs) if theirs else None
    ratio = round(value / against, 3) if against else None
    return {"name": name, "value": round(value, 1), "unit": unit, "better": "higher", "peer": peer,
            "peer_value": round(against, 1) if against else None, "ratio": ratio,
            "runs": len(ours), "spread": [round(min(ours), 1), round(max(ours), 1)]}


def measure(at: Settings) -> list[dict[str, Any]]:
    def engine(login: str) -> Engine:
        url = make_url(postgres.dsn_for(login, at)).set(drivername="postgresql+psycopg")
        return create_engine(url, connect_args={"prepare_threshold": 2})

    app, system, owner = engine("clew_app"), engine("clew_system"), engine("clew_owner")
    with owner.begin() as conn:
        conn.execute(text("CREATE TABLE clew.bare (id uuid PRIMARY KEY, verb text, officer uuid, detail text)"))
        conn.execute(text("GRANT INSERT, SELECT ON clew.bare TO clew_app"))

    def one(conn: Connection, given: list[Event]) -> None:
        record(conn, given[0], keys=at.keys)

    def many(conn: Connection, given: list[Event]) -> None:
        record_many(conn, given, keys=at.keys)

    rates: dict[str, list[float]] = {name: [] for name in ("one", "bare one", "many", "bare many", "sequence")}
    for _ in range(RUNS):
        few, lot = events(SINGLE), events(MANY)
        rates["one"].append(rate(SINGLE, one_by_one, app, few, one))
        rates["bare one"].append(rate(SINGLE, one_by_one, app, few, bare))
        rates["many"].append(rate(MANY, at_once, app, lot, many))
        rates["bare many"].append(rate(MANY, at_once, app, lot, bare))
        with system.connect() as conn:
            rates["sequence"].append(rate(SINGLE + MANY, lambda: sequence(
                conn, heads_path=at.heads_path, keys=at.keys)))
    proved, read = [], []
    for _ in range(3):
        with system.connect() as conn:
            total = RUNS * (SINGLE + MANY)
            start = time.perf_counter()
            report = verify(conn, {}, heads_path=at.heads_path, keys=at.keys)
            proved.append(total / (time.perf_counter() - start))
            assert report.ok and report.events == total
            read.append(rate(total, lambda: conn.execute(text("SELECT * FROM clew.events ORDER BY seq")).all()))
    return [figure("event appended, one transaction each", "events/s", rates["one"], "bare row", rates["bare one"]),
            figure("events appended in one transaction", "events/s", rates["many"], "bare rows", rates["bare many"]),
            figure("events numbered, hashed and signed", "events/s", rates["sequence"]),
            figure("events proved by verify", "events/s", proved, "reading the rows only", read)]


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="clew-bench-", dir="/var/tmp") as name:
        place = Path(name)
        place.chmod(0o755)
        at = Settings(home=place / "home", keys=place / "keys", postgres_folder=place / "server", dsn="")
        postgres.ensure(at)
        try:
            migrate(at)
            figures = measure(at)
        finally:
            postgres.stop(at)
    machine = {"cpus": os.cpu_count(), "processor": platform.machine(), "python": platform.python_version()}
    print(json.dumps({"machine": machine, "figures": figures}))


if __name__ == "__main__":
    main()
