"""A whole node for a journey: web server and worker as processes of their own, on a free port of this machine."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx

from clew.kernel.settings import Settings

READY = 60.0


def free_port() -> int:
    """Return a port nobody listens at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_node(at: Settings) -> Iterator[str]:
    """Start `clew serve` and `clew work` on a node's settings; return the address of its pages."""
    port = free_port()
    surroundings = os.environ | {
        "CLEW_HOME": str(at.home), "CLEW_KEYS": str(at.keys), "CLEW_DSN": at.dsn, "CLEW_PORT": str(port),
        "CLEW_WEB_PROCESSES": "1", "CLEW_WORK_PROCESSES": "1"}
    with ExitStack() as held:
        crew = [held.enter_context(_process(name, surroundings)) for name in ("serve", "work")]
        address = f"http://localhost:{port}"
        _await(address, crew[0])
        yield address


@contextmanager
def _process(name: str, surroundings: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-m", "clew", name], env=surroundings)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(address: str, web: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + READY
    while web.poll() is None and time.monotonic() < until:
        try:
            httpx.get(f"{address}/login", timeout=5)
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError("the web server did not start")
