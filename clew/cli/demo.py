"""clew demo: a whole node with the demo world, in one command; a second start finds everything there."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import httpx
from rich.table import Table

from clew.cli.output import complain, console, counted, say
from clew.demo.people import DemoLogin, code_of, fill, logins
from clew.demo.world import make_world
from clew.kernel.errors import ClewError, Unavailable
from clew.kernel.settings import Settings, live_beside
from clew.store import postgres

READY = 60.0


def run_demo(prepare: Callable[[Settings], None], *, only_codes: bool, port: int) -> None:
    """Prepare, start web and worker, fill the world on the first start, and stay until stopped."""
    at = live_beside("clew-demo", port=port)
    if only_codes:
        _show(at, logins(at.home))
        return
    say("Preparing keys and database ...")
    prepare(at)
    crew = {name: _start(name) for name in ("serve", "work")}
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a service manager's stop is a person's Ctrl+C
    stop = threading.Event()
    watch = threading.Thread(target=_watch, args=(crew, stop), daemon=True)
    watch.start()
    try:
        _wait_for_web(at)
        if not (at.home / "demo-filled").exists():
            _fill(at)
        _show(at, logins(at.home))
        say("Ctrl+C stops the demo. New one-time codes: clew demo --codes")
        while True:
            time.sleep(60)
    except KeyboardInterrupt:
        say("Stopping ...")
    finally:
        stop.set()
        watch.join(10)
        for one in crew.values():
            one.terminate()
        for one in crew.values():
            one.wait(30)
        postgres.stop(at)


def _start(name: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "clew", name])  # noqa: S603  our own command


def _wait_for_web(at: Settings) -> None:
    until = time.monotonic() + READY
    while time.monotonic() < until:
        try:
            httpx.get(f"http://{at.host}:{at.port}/api/v1/me", timeout=2)
            return
        except httpx.TransportError:
            time.sleep(0.2)
    raise Unavailable(f"The pages did not start. Is port {at.port} taken? Try: clew demo --port 8421")


def _fill(at: Settings) -> None:
    """Make the world and bring it in; broken off, the next start goes on."""
    say("Making the demo world (once) ...")
    with counted("Pictures, films and sounds") as tell:
        world = make_world(at.home / "demo-world", progress=tell)
    say("Bringing it into the cases of three agencies ...")
    with counted("Opening and matching") as tell:
        fill(world, at.home, progress=tell)
    (at.home / "demo-filled").touch()


def _show(at: Settings, known: list[DemoLogin]) -> None:
    table = Table("login", "password", "code now", "who", box=None, pad_edge=False)
    for one in known:
        table.add_row(one.login, one.password, code_of(one.secret), one.who)
    console.print(table, highlight=False)
    say(f"\nClew is at http://{at.host}:{at.port}/ - log in with one of these; a code works once, for 30 to 60 seconds.")


def _watch(crew: dict[str, subprocess.Popen[bytes]], stop: threading.Event) -> None:
    """Keep both processes and the database alive."""
    while not stop.wait(1):
        try:
            postgres.ensure()
        except ClewError as problem:
            complain(problem.message)
        for name, one in crew.items():
            if one.poll() is not None and not stop.is_set():
                crew[name] = _start(name)
