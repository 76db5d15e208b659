"""Logging in and out, agencies and officers."""

from pathlib import Path
from typing import Annotated

import typer

from clew.cli.client import Client, Stored, client, default_server, forget, store, stored, usable
from clew.cli.output import careful, emit, say
from clew.kernel.errors import BadInput, ClewError

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
agency = typer.Typer(help="Agencies of the network.", no_args_is_help=True)
officer = typer.Typer(help="Officers of an agency.", no_args_is_help=True)


def _secret(path: Path | None, prompt: str, *, hidden: bool) -> str:
    """Return a secret from a file, or ask for it."""
    if path is None:
        return str(typer.prompt(prompt, hide_input=hidden))
    try:
        return path.read_text().strip()
    except OSError:
        raise BadInput(f"Cannot read {path}. Give a file that holds the secret and nothing else.") from None


@careful
def login(name: Annotated[str, typer.Argument(help="Your login.")],
          server: Annotated[str, typer.Option(help="Address of the node.")] = "",
          password_file: Annotated[Path | None, typer.Option(help="File with the password.")] = None,
          code_file: Annotated[Path | None, typer.Option(help="File with the one-time code.")] = None,
          as_json: Json = False) -> None:
    """Log in; the session is kept until `clew logout`, an administrator's revoking, or its end."""
    address = usable(server or default_server())
    answer = Client(address).ask("POST", "/login", json={
        "login": name, "password": _secret(password_file, "Password", hidden=True),
        "code": _secret(code_file, "One-time code", hidden=False), "kind": "command-line"})
    store(Stored(address, answer["token"], answer["login"]))
    if as_json:
        emit({"login": answer["login"], "server": address})
    else:
        say(f"Logged in as {answer['login']} at {address}.")


@careful
def enrol(name: Annotated[str, typer.Argument(help="Your login.")],
          server: Annotated[str, typer.Option(help="Address of the node.")] = "",
          enrolment_file: Annotated[Path | None, typer.Option(help="File with the enrolment code.")] = None,
          password_file: Annotated[Path | None, typer.Option(help="File with the new password.")] = None,
          secret_file: Annotated[Path | None, typer.Option(
              help="File with your own base32 one-time-code secret; without it one is made and shown.")] = None,
          code_file: Annotated[Path | None, typer.Option(help="File with a one-time code of it.")] = None) -> None:
    """Set password and one-time codes with the enrolment code you were given."""
    node = Client(usable(server or default_server()))
    if secret_file is None:
        fresh = node.ask("POST", "/enrol/secret", json={"login": name})
        say(f"Put this into your authenticator: {fresh['secret']}\n{fresh['address']}")
        secret = fresh["secret"]
    else:
        secret = _secret(secret_file, "", hidden=True)
    node.ask("POST", "/enrol", json={
        "login": name, "enrolment": _secret(enrolment_file, "Enrolment code", hidden=False),
        "password": _secret(password_file, "New password", hidden=True), "secret": secret,
        "code": _secret(code_file, "One-time code", hidden=False)})
    say(f"Enrolled. Log in with: clew login {name}")


@careful
def logout() -> None:
    """End the kept session on the node and forget it here."""
    kept = stored()
    try:
        Client(kept.server, kept.token).ask("POST", "/logout")
    except ClewError as gone:
        say(f"The node did not end the session ({gone.message}) It is forgotten here.")
    forget()
    say("Logged out.")


@agency.command("add")
@careful
def add_agency(code: Annotated[str, typer.Argument(help="Code, for example XA-VIU.")],
               name: Annotated[str, typer.Option(help="Full name.")],
               country: Annotated[str, typer.Option(help="Two letters.")],
               administrator: Annotated[str, typer.Option(help="Login of its first administrator.")],
               administrator_name: Annotated[str, typer.Option(help="His full name.")] = "",
               kind: Annotated[str, typer.Option(help="unit, bureau or coordination.")] = "unit",
               contact: Annotated[str, typer.Option(help="How to reach the agency.")] = "",
               as_json: Json = False) -> None:
    """Add an agency and appoint its first administrator (system administrator)."""
    made = client().ask("POST", "/agencies", json={
        "code": code, "name": name, "country": country, "kind": kind, "contact": contact})
    invited = client().ask("POST", f"/agencies/{made['id']}/officers", json={
        "login": administrator, "full_name": administrator_name or administrator, "roles": ["agency_administrator"]})
    if as_json:
        emit({"agency": made, "invitation": invited})
    else:
        say(f"Added {made['code']}. Give {invited['login']} this enrolment code (7 days): {invited['code']}")


@officer.command("add")
@careful
def add_officer(name: Annotated[str, typer.Argument(help="Login.")],
                full_name: Annotated[str, typer.Option(help="Full name.")],
                role: Annotated[list[str], typer.Option(help="investigator, analyst or agency_administrator.")],
                as_json: Json = False) -> None:
    """Add an officer to your own agency (agency administrator)."""
    invited = client().ask("POST", "/officers", json={"login": name, "full_name": full_name, "roles": role})
    if as_json:
        emit(invited)
    else:
        say(f"Give {invited['login']} this enrolment code (7 days): {invited['code']}")
