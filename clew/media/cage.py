"""How the warm parent is started inside bubblewrap: what it can see, and how doctor learns that it works."""

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from clew.kernel.errors import Unavailable
from clew.media import seccomp

INSTALL_LINE = "apt-get install bubblewrap"
# Ubuntu 24.04 and containers forbid new user namespaces to programs without leave.
NAMESPACE_LINE = "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 (see docs/media.md)"
_START_SECONDS = 30.0
_PACKAGES = ("PIL", "pillow_heif", "av", "numpy", "py7zr")
_HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Cage:
    """What runs in the sandbox: `entry` (module) with `extra` folders of code to see, both only for tests."""

    entry: str = "clew.media.inside.warm"
    extra: tuple[Path, ...] = ()

    def start(self) -> tuple[subprocess.Popen[bytes], socket.socket]:
        """Start the warm parent; return it and the socket for requests. Raises Unavailable."""
        program = shutil.which("bwrap")
        if program is None:
            raise Unavailable(f"Bubblewrap is missing, so no file is opened. Install it: {INSTALL_LINE}")
        if not seccomp.supported():
            raise Unavailable("This processor has no system call filter yet, so no file is opened.")
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        rules = os.memfd_create("filter")
        os.write(rules, seccomp.warm_filter())
        os.lseek(rules, 0, os.SEEK_SET)
        with theirs, tempfile.TemporaryFile() as errors:
            # The program is a fixed list of ours; nothing of it comes from outside.
            process = subprocess.Popen(  # noqa: S603
                [program, *self.arguments(rules, theirs.fileno())], stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=errors, pass_fds=(rules, theirs.fileno()), env={})
            os.close(rules)
            theirs.close()
            _await_ready(process, ours, errors.fileno())
        return process, ours

    def arguments(self, rules: int, control: int) -> Iterator[str]:
        """Yield the command line of bubblewrap and of Python in it."""
        yield from ("--unshare-all", "--unshare-user", "--uid", "65534", "--gid", "65534")
        yield from ("--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv")
        yield from ("--setenv", "MALLOC_ARENA_MAX", "2", "--setenv", "OPENBLAS_NUM_THREADS", "1")
        places = ["/code"]
        for packages in sorted({str(_package_folder(name)) for name in _PACKAGES}):
            places.append(packages)
            yield from ("--ro-bind", packages, packages)
        yield from _python_and_libraries()
        yield from ("--ro-bind", str(_HERE.parent / "__init__.py"), "/code/clew/__init__.py")
        yield from ("--ro-bind", str(_HERE), "/code/clew/media")
        for at, folder in enumerate(self.extra):
            places.append(f"/extra{at}")
            yield from ("--ro-bind", str(folder), f"/extra{at}")
        yield from ("--remount-ro", "/", "--chdir", "/", "--seccomp", str(rules))
        start = (f"import sys; sys.path += {places!r}; import importlib; "
                 f"importlib.import_module({self.entry!r}).main({control})")
        yield from ("--", str(_python()), "-I", "-S", "-B", "-c", start)


def _package_folder(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise Unavailable(f"The Python package {name} is missing, so no file is opened. Install Clew again.")
    return Path(spec.origin).resolve().parent.parent


def _python() -> Path:
    return Path(getattr(sys, "_base_executable", None) or sys.executable).resolve()


def _python_and_libraries() -> Iterator[str]:
    """Yield binds of the interpreter, its standard library and the system's libraries, read-only."""
    base = Path(sys.base_prefix)
    seen = {str(_python())}
    folders = {"/usr/lib", "/usr/lib64", "/usr/local/lib", str(base / "lib"), str(base / "lib64")}
    folders |= {"/lib", "/lib64"}
    yield from ("--ro-bind", str(_python()), str(_python()))
    for folder in sorted(folders, key=len):
        place = Path(folder)
        if place.is_symlink():
            yield from ("--symlink", str(place.readlink()), folder)
        elif place.is_dir() and folder not in seen:
            yield from ("--ro-bind", folder, folder)
    yield from ("--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache")


def _await_ready(process: subprocess.Popen[bytes], control: socket.socket, errors: int) -> None:
    control.settimeout(_START_SECONDS)
    try:
        word = control.recv(16)
    except TimeoutError:
        word = b""
    if word != b"ready":
        process.kill()
        process.wait()
        control.close()
        raise Unavailable(_reason(os.pread(errors, 4096, 0).decode(errors="replace")))
    control.settimeout(None)


def _reason(said: str) -> str:
    """Return what to do about a cage that does not start, from what it said."""
    last = (said.strip().splitlines() or ["nothing"])[-1][:200]
    if last.startswith("bwrap:") and ("uid map" in last or "namespace" in last or "not permitted" in last):
        return ("This system does not let bubblewrap make its own namespaces, so no file is opened. "
                f"Allow it: {NAMESPACE_LINE}")
    return f"The sandbox does not start, so no file is opened. Run clew doctor. It said: {last}"


def probe() -> str | None:
    """Return None when the sandbox works here, else a sentence that says what to do (for doctor)."""
    try:
        process, control = Cage().start()
    except Unavailable as why:
        return why.message
    control.close()
    process.kill()
    process.wait()
    return None
