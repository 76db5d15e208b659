"""A whole node for a benchmark, thrown away at the end: embedded PostgreSQL with its flushes, web and worker processes."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from clew.cli.client import Stored, client, store
from clew.cli.node import prepare
from clew.domain.accounts import door
from clew.domain.cases import service as cases
from clew.kernel.settings import Settings, use_settings
from clew.kernel.viewer import Viewer
from clew.store import postgres
from clew.store.db import database
from tests.node import PASSWORD, Node, make_test_node

ROOT = Path(__file__).resolve().parents[1]


@dataclass
class Running:
    """A node that answers at `address`; `viewer` works on case `reference` with `token`."""

    at: Settings
    viewer: Viewer
    token: str
    case_id: str
    reference: str = "BENCH-1"
    parts: dict[str, int] = field(default_factory=dict)
    """Process ids of serve, work and the database, whose children work for them."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.at.port}"

    def chosen(self) -> "Running":
        """Let this process's client commands speak with this node from now on."""
        use_settings(self.at)
        store(Stored(self.address, self.token, self.viewer.name))
        client.cache_clear()
        return self


    def spent(self) -> dict[str, float]:
        """Return the processor seconds of each part so far, children and ended children included."""
        seconds = {"client": sum(os.times()[:2])}
        for part, pid in self.parts.items():
            top = psutil.Process(pid)
            seconds[part] = sum(_seconds(one) for one in (top, *top.children(recursive=True)))
        return seconds


def _seconds(process: psutil.Process) -> float:
    try:
        return float(sum(process.cpu_times()[:4]))
    except psutil.Error:
        return 0.0


def free_port() -> int:
    with closing(socket.socket()) as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


@contextmanager
def running_node(*, worker: bool = True) -> Iterator[Running]:
    """Make a node of one agency with one case, start its processes, and end everything."""
    with tempfile.TemporaryDirectory(prefix="clew-bench-", dir="/var/tmp", ignore_cleanup_errors=True) as name:
        place = Path(name)
        place.chmod(0o755)
        at = Settings(home=place / "home", keys=place / "keys", postgres_folder=place / "postgres", port=free_port())
        use_settings(at)
        prepare(at)
        processes: list[subprocess.Popen[bytes]] = []
        try:
            node = _filled(make_test_node(at))
            environment = os.environ | {"CLEW_HOME": str(at.home), "CLEW_KEYS": str(at.keys), "CLEW_PORT": str(at.port),
                                        "CLEW_POSTGRES_FOLDER": str(at.postgres_folder)}
            with (place / "log").open("wb") as log:
                for command in ("serve", "work") if worker else ("serve",):
                    processes.append(subprocess.Popen([sys.executable, "-m", "clew", command], cwd=ROOT, env=environment,
                                                      stdout=log, stderr=log))
                    node.parts[command] = processes[-1].pid
            node.parts["database"] = int((postgres.embedded(at).folder / "data" / "postmaster.pid").read_text().split()[0])
            _answers(node.address, place / "log")
            yield node.chosen()
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(60)
            database().close()
            postgres.stop(at)


def _filled(node: Node) -> Running:
    node.agency("XA")
    viewer = node.officer("XA", "ada")
    case = cases.open_case(viewer, Running.reference, title="Benchmark")
    login = node.logins["ada"]
    opened = door.log_in("ada", PASSWORD, login.code(), kind="command-line")
    return Running(node.at, viewer, opened.token, str(case.id))


def _answers(address: str, log: Path) -> None:
    for _ in range(300):
        try:
            if httpx.get(f"{address}/login").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise SystemExit(f"The node did not start:\n{log.read_text()[-3000:]}")


def fill(node: Running, rows: int, case_id: str = "") -> None:
    """Write `rows` described and matched exhibits straight into the tables: no bytes, hashes as good as random."""
    import psycopg  # noqa: PLC0415

    with psycopg.connect(postgres.embedded(node.at).admin_dsn(postgres.DATABASE), autocommit=True) as conn:
        conn.execute("SET session_replication_role = replica")  # no triggers: only what bulk needs
        conn.execute(_FILL.format(rows=int(rows), case=case_id or node.case_id, officer=node.viewer.officer_id,
                                  agency=node.viewer.agency_id))
        conn.execute("VACUUM ANALYZE")


_FILL = """
DO $$
DECLARE delivery uuid := gen_random_uuid();
BEGIN
    INSERT INTO clew.contributions (id, case_id, officer_id, source, closed_at)
        VALUES (delivery, '{case}', '{officer}', 'filled', now());
    CREATE TEMP TABLE made ON COMMIT DROP AS
        SELECT n, gen_random_uuid() AS media, gen_random_uuid() AS exhibit, sha256(('clew bench {case} ' || n)::bytea) AS sha
        FROM generate_series(1, {rows}) AS n;
    INSERT INTO clew.media (id, sha256, sha1, md5, size, object_name, kind, media_type, width, height, safe_thumbnail,
                            described_at, matched_at)
        SELECT media, sha, substring(sha FOR 20), substring(sha FOR 16), 300000, encode(sha, 'hex'), 'picture',
               'image/jpeg', 1152, 864, sha || sha, now(), now() FROM made;
    INSERT INTO clew.media_keys SELECT media, '{agency}', sha || sha FROM made;
    INSERT INTO clew.exhibits (id, case_id, contribution_id, media_id, path, state, compared)
        SELECT exhibit, '{case}', delivery, media, 'filled/' || n || '.jpg', 'imported', true FROM made;
    INSERT INTO clew.files (id, contribution_id, case_id, path, size, sha256, status, exhibit_id, matched, in_depth,
                            done_at)
        SELECT gen_random_uuid(), delivery, '{case}', 'filled/' || n || '.jpg', 300000, sha, 'imported', exhibit, true,
               'done', now() FROM made;
    INSERT INTO clew.described SELECT media, matcher, 1 FROM made, unnest(ARRAY['exact', 'pdq']) AS matcher;
    INSERT INTO clew.signals (media_id, matcher, version, value)
        SELECT media, 'pdq', 1, sha256(sha || '0') || sha256(sha || '1') || sha256(sha || '2') || sha256(sha || '3')
            || sha256(sha || '4') || sha256(sha || '5') || sha256(sha || '6') || sha256(sha || '7') FROM made;
END $$"""
