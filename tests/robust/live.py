"""A real node in processes of its own: embedded PostgreSQL, `clew serve` and `clew work`, watched like a service."""

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from clew.cli.node import prepare
from clew.kernel.settings import Settings
from clew.store import postgres
from tests.node import Node, make_test_node

ROOT = Path(__file__).resolve().parents[2]
READY = 240.0  # on a machine under any load; what it took is told, not tested


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


@dataclass
class Service:
    """One program that is started again whenever it has ended, as a service manager does."""

    name: str
    env: dict[str, str]
    log: Path
    starts: int = 0
    process: subprocess.Popen[bytes] | None = None

    def look(self) -> None:
        if self.process is None or self.process.poll() is not None:
            with self.log.open("ab") as log:
                self.process = subprocess.Popen([sys.executable, "-m", "clew", self.name], cwd=ROOT, env=self.env,
                                                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            self.starts += 1

    def tree(self) -> list[psutil.Process]:
        """Return the program and the processes it made itself, itself first; the sandbox's are not among them."""
        if self.process is None:
            return []
        with suppress(psutil.Error):
            own = psutil.Process(self.process.pid)
            return [own, *(child for child in own.children() if _is_python(child))]
        return []


def _is_python(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        line = " ".join(process.cmdline())
        return "python" in line and "resource_tracker" not in line
    return False


@dataclass
class LiveNode:
    """A running node; `node` enrols people on it from this process."""

    at: Settings
    services: dict[str, Service]
    node: Node
    _stop: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        return f"http://{self.at.host}:{self.at.port}"

    def watch(self) -> None:
        while not self._stop.wait(0.2):
            for service in self.services.values():
                service.look()

    def postgres(self) -> list[psutil.Process]:
        """Return the database's processes, the postmaster first."""
        with suppress(psutil.Error, OSError, ValueError, IndexError):
            pid_file = postgres.embedded(self.at).data / "postmaster.pid"
            parent = psutil.Process(int(pid_file.read_text().splitlines()[0]))
            return [parent, *parent.children()]
        return []

    def ready(self) -> bool:
        """Say whether pages answer and the database behind them too: a token that is none is told so."""
        with suppress(httpx.TransportError):
            answer = httpx.get(f"{self.address}/api/v1/me", headers={"Authorization": "Bearer none"}, timeout=5)
            return answer.status_code == 401
        return False

    def until_ready(self) -> float:
        """Wait and return the seconds it took."""
        began = time.monotonic()
        while not self.ready():
            assert time.monotonic() < began + READY, "the node did not come back"
            time.sleep(0.05)
        return time.monotonic() - began

    def words(self) -> str:
        """Return the ends of all logs, for a failed test."""
        return "\n".join(f"--- {one.name}\n{one.log.read_text()[-4000:]}" for one in self.services.values())

    def end(self) -> None:
        self._stop.set()
        for service in self.services.values():
            if service.process is not None:
                service.process.terminate()
        for service in self.services.values():
            if service.process is not None:
                with suppress(subprocess.TimeoutExpired):
                    service.process.wait(30)
                service.process.kill()


@contextmanager
def live_node(*, web: int = 2, work: int = 1) -> Iterator[LiveNode]:
    """Make and run a node in a folder that PostgreSQL's own user may enter (pytest's folders are closed to it)."""
    with tempfile.TemporaryDirectory(prefix="clew-live-", dir="/var/tmp", ignore_cleanup_errors=True) as name:
        place = Path(name)
        place.chmod(0o755)
        at = Settings(home=place / "home", keys=place / "keys", postgres_folder=place / "postgres", port=free_port(),
                      web_processes=web, work_processes=work)
        prepare(at)
        env = {"PATH": os.environ["PATH"], "HOME": str(place), "PYTHONPATH": str(ROOT),
               **{f"CLEW_{key.upper()}": str(getattr(at, key))
                  for key in ("home", "keys", "postgres_folder", "port", "web_processes", "work_processes")}}
        services = {one: Service(one, env, place / f"{one}.log") for one in ("serve", "work")}
        running = LiveNode(at, services, make_test_node(at))
        watcher = threading.Thread(target=running.watch, daemon=True)
        watcher.start()
        try:
            running.until_ready()
            yield running
        finally:
            running.end()
            watcher.join(10)
            postgres.stop(at)
