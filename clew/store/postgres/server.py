"""The embedded PostgreSQL: one folder, one socket, no network, passwords for every login.

It lives outside CLEW_HOME and is started again by whoever finds it dead. No login is trusted because of
the operating-system user it comes from: pg_hba asks everybody for a SCRAM password.
"""

import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from psycopg import pq

from clew.kernel.errors import BadInput, Unavailable
from clew.store.postgres.logins import dsn, password
from clew.store.postgres.program import MAJOR, run_program, server_programs, system_user

ADMIN = "clew_admin"
ROOT_FOLDER = Path("/var/lib/clew-postgres")
LONGEST_SOCKET = 90  # bytes; the system's limit is 107 with the socket's own name
PATIENCE = 60.0  # seconds for a start with crash recovery
HBA = "local replication all reject\nlocal all all scram-sha-256\n"
CONFIGURATION = """\
listen_addresses = ''
unix_socket_directories = '{socket}'
unix_socket_permissions = 0777  # the folder and the passwords decide who comes in
max_connections = 130
shared_buffers = 256MB
max_wal_size = 2GB
fsync = on
full_page_writes = on
synchronous_commit = on
timezone = 'UTC'
log_timezone = 'UTC'
log_min_error_statement = panic  # statements hold case data: they stay out of the log
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
"""


@dataclass(frozen=True)
class Server:
    """One embedded server; `folder` is its own and `keys` holds the passwords."""

    folder: Path
    keys: Path

    @classmethod
    def of_home(cls, home: Path, keys: Path, folder: Path | None = None) -> "Server":
        """Return the server that belongs to a data folder; by default beside it, for root in /var/lib."""
        mark = hashlib.sha256(str(home.absolute()).encode()).hexdigest()[:8]
        beside = home.absolute().with_name(f"{home.name}-postgres")
        return cls(folder or (ROOT_FOLDER / f"{home.name}-{mark}" if os.geteuid() == 0 else beside), keys)

    @property
    def data(self) -> Path:
        """Return PostgreSQL's data folder."""
        return self.folder / "data"

    @property
    def socket(self) -> Path:
        """Return the folder of the socket: ours, or a short one when ours is too long for the system."""
        own = self.folder.absolute() / "socket"
        if len(os.fsencode(own)) <= LONGEST_SOCKET:
            return own
        mark = hashlib.sha256(os.fsencode(own)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"clew-{os.geteuid()}-{mark}"

    def place(self, database: str) -> str:
        """Return the address of a database without any login."""
        return f"host={self.socket} dbname={database}"

    def admin_dsn(self, database: str = "postgres") -> str:
        """Return the administrator's address: for init, backup and tests only."""
        return dsn(self.place(database), ADMIN, password(self.keys, ADMIN, make=False))

    def running(self) -> bool:
        """Say whether the server takes logins."""
        return self._ping() == pq.Ping.OK

    def _ping(self) -> pq.Ping:
        return pq.Ping(pq.PGconn.ping(self.place("postgres").encode()))

    def start(self) -> None:
        """Have the server running, made on first use. Raises Unavailable with what to do."""
        if (self.data / "PG_VERSION").exists() and self.running():
            return
        self._make_folders()
        with self._alone():
            if not (self.data / "PG_VERSION").exists():
                self._initialise()
            self._check_version()
            if not self.running():
                self._configure()
                self._launch()

    def stop(self) -> None:
        """Stop the server after its present statements; nothing happens when it is not running."""
        if not (self.data / "postmaster.pid").exists():
            return
        with self._alone():
            run_program(server_programs(self.folder) / "pg_ctl", "stop", "-D", self.data, "-m", "fast", "-w")

    def _make_folders(self) -> None:
        """Make the folder; refuse one that the server's user cannot reach instead of opening its parents."""
        user = system_user()
        self.folder.mkdir(mode=0o755 if user else 0o700, parents=True, exist_ok=True)
        if user and any(not parent.stat().st_mode & 0o001 for parent in self.folder.absolute().parents):
            raise BadInput("PostgreSQL cannot run as root, and its user cannot enter this PostgreSQL folder. "
                           f"Set CLEW_POSTGRES_FOLDER to a folder such as {ROOT_FOLDER}/clew.")
        self.folder.chmod(0o755 if user else 0o700)
        for path, mode in ((self.data, 0o700), (self.socket, 0o755 if user else 0o700)):
            path.mkdir(mode=mode, exist_ok=True)
            if path.lstat().st_uid not in {os.geteuid(), user.pw_uid if user else os.geteuid()}:
                raise Unavailable("A folder of the embedded PostgreSQL belongs to another user. Remove it.")
            path.chmod(mode)
            if user:
                os.chown(path, user.pw_uid, user.pw_gid)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep two processes from initialising or starting at once."""
        with (self.folder / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _initialise(self) -> None:
        """Run initdb with a random administrator's password and no trusted login at any moment."""
        user = system_user()
        handle, name = tempfile.mkstemp(dir=self.folder)
        secret_file = Path(name)
        try:
            os.write(handle, password(self.keys, ADMIN, make=True).encode())
            if user:
                os.fchown(handle, user.pw_uid, user.pw_gid)
            done = run_program(
                server_programs(self.folder) / "initdb", "-D", self.data, "-U", ADMIN, "--auth=scram-sha-256",
                f"--pwfile={secret_file}", "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8")
        finally:
            os.close(handle)
            secret_file.unlink()
        if done.returncode:
            raise Unavailable(f"The embedded PostgreSQL could not be made: {done.stderr.strip()[-300:]}")

    def _check_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != str(MAJOR):
            raise Unavailable(f"The data were made by PostgreSQL {found}, and this Clew brings {MAJOR}. "
                              "Back up with the former Clew and restore with this one.")

    def _configure(self) -> None:
        """Write our settings anew at each start, so that an upgrade of Clew brings its own."""
        own, main = self.data / "clew.conf", self.data / "postgresql.conf"
        own.write_text(CONFIGURATION.format(socket=self.socket))
        own.chmod(0o644)
        (self.data / "pg_hba.conf").write_text(HBA)
        if "include 'clew.conf'" not in main.read_text():
            with main.open("a") as lines:
                lines.write("include 'clew.conf'\n")

    def _launch(self) -> None:
        """Start until the server answers; a killed one may leave a pid file and dying children behind."""
        give_up = time.monotonic() + PATIENCE
        problem = ""
        while time.monotonic() < give_up:
            state = self._ping()
            if state == pq.Ping.OK:
                return
            if state != pq.Ping.REJECT:  # REJECT: alive and recovering
                self._forget_stale_pid()
                done = run_program(server_programs(self.folder) / "pg_ctl", "start", "-D", self.data,
                                   "-l", self.data / "server.log", "-w", "-t", "30")
                problem = done.stdout.strip()[-200:] if done.returncode else ""
            time.sleep(0.1)
        raise Unavailable("The embedded PostgreSQL does not start; its server.log says why. "
                          f"Free disk and memory, then try again. ({problem})")

    def _forget_stale_pid(self) -> None:
        """Remove a pid file whose number now belongs to some other program (usual in containers)."""
        pid_file = self.data / "postmaster.pid"
        with suppress(FileNotFoundError, ValueError, IndexError):
            pid = int(pid_file.read_text().splitlines()[0])
            with suppress(psutil.Error):
                process = psutil.Process(pid)
                if process.name() == "postgres" and str(self.data) in process.cmdline():
                    return
            pid_file.unlink()
