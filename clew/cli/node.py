"""Making and running a node: init, serve, work, demo. These open the store themselves."""

from pathlib import Path
from typing import Annotated

import typer

from clew.cli.officers import Json
from clew.cli.output import careful, emit, say
from clew.domain.accounts.node import make_node
from clew.kernel.errors import BadInput
from clew.kernel.settings import Settings, home_folder, settings
from clew.store import postgres
from clew.store.keys import make_keys
from clew.store.migrate import migrate


@careful
def init(login: Annotated[str, typer.Option(help="Login of the first system administrator.")] = "root",
         name: Annotated[str, typer.Option(help="His full name.")] = "System administrator",
         country: Annotated[str, typer.Option(help="Country of the node, two letters.")] = "XZ",
         dsn: Annotated[str, typer.Option(help="A PostgreSQL server of your own: host=... dbname=...")] = "",
         admin_dsn_file: Annotated[Path | None, typer.Option(
             help="File with the address of a login that may create roles and databases (needed once with --dsn).")] = None,
         blobs: Annotated[str, typer.Option(help="Folder or s3://bucket/prefix for sealed content.")] = "",
         as_json: Json = False) -> None:
    """Make a node: keys, database, and its first administrator with a one-time enrolment code."""
    admin_dsn = admin_dsn_file.read_text().strip() if admin_dsn_file else ""
    _write_settings({"dsn": dsn, "blobs": blobs})
    at = settings() if not (dsn or blobs) else Settings()
    prepare(at, admin_dsn=admin_dsn)
    invitation = make_node(login, full_name=name, country=country)
    if as_json:
        emit({"login": invitation.login, "enrolment_code": invitation.code, "home": str(at.home), "keys": str(at.keys)})
    else:
        say(f"The node is made. Data: {at.home}. Keys: {at.keys} - copy them to a safe place; without them nothing opens.")
        say(f"Enrol within 7 days: login {invitation.login}, enrolment code {invitation.code}")
        say("Start it with: clew serve   and, beside it: clew work")


def _write_settings(given: dict[str, str]) -> None:
    """Keep what was chosen in clew.toml, so that every later command finds it."""
    lines = [f'{key} = "{value}"' for key, value in given.items() if value]
    if any('"' in value or "\n" in value for value in given.values()):
        raise BadInput("An address holds no quotes and no line breaks. Secrets belong into files.")
    if lines:
        path = home_folder() / "clew.toml"
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_text("\n".join([path.read_text().rstrip() if path.exists() else "", *lines]).lstrip() + "\n")
        path.chmod(0o600)


def prepare(at: Settings, *, admin_dsn: str = "") -> None:
    """Have folders, keys and a migrated database."""
    at.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    at.home.chmod(0o700)
    make_keys(at.keys, data=at.home)
    postgres.ensure(at, admin_dsn=admin_dsn)
    migrate(at)


@careful
def serve() -> None:
    """Serve pages and API until stopped."""
    # Imported by the command that needs it: a service that was killed is back the sooner.
    from granian import Granian  # noqa: PLC0415
    from granian.constants import Interfaces  # noqa: PLC0415

    at = settings()
    postgres.wake(at)
    _refuse_open_door(at)
    Granian(
        "clew.web.app:create_app", address=at.host, port=at.port, interface=Interfaces.ASGI, factory=True,
        workers=at.web_processes, respawn_failed_workers=True, log_access=False, websockets=False,
        ssl_cert=at.tls_certificate, ssl_key=at.tls_key).serve()


def _refuse_open_door(at: Settings) -> None:
    """Refuse to speak clear text beyond this machine, unless a proxy in front does the TLS."""
    if at.host not in {"127.0.0.1", "::1", "localhost"} and not at.tls_certificate and not at.origin.startswith("https://"):
        raise BadInput("Without TLS the node listens on 127.0.0.1 only. Set CLEW_TLS_CERTIFICATE and CLEW_TLS_KEY, "
                       "or CLEW_ORIGIN=https://... when a proxy in front does the TLS.")


@careful
def work() -> None:
    """Run the worker: opening, matching, searching, and the signed log."""
    from clew import worker  # noqa: PLC0415

    postgres.wake()
    worker.run()


@careful
def demo(codes: Annotated[bool, typer.Option(help="Only print the demo logins with current one-time codes.")] = False,
         port: Annotated[int, typer.Option(help="Port of the pages.")] = 8420) -> None:
    """Start a complete demo node with three agencies and their cases."""
    from clew.cli.demo import run_demo  # noqa: PLC0415

    run_demo(prepare, only_codes=codes, port=port)
