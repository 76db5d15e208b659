"""The API as the command line sees it: a stored, revocable token and no other way to be somebody."""

import json
import os
import time
import uuid
from dataclasses import asdict, dataclass
from functools import cache
from itertools import chain, repeat
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from clew.kernel.errors import BadInput, ClewError, Conflict, NotFound, NotLoggedIn, Unavailable
from clew.kernel.settings import settings


@dataclass(frozen=True)
class Stored:
    """Where one logged in, and the token told then."""

    server: str
    token: str
    login: str


def token_file() -> Path:
    """Return the officer's own token file (0600), outside the node's data."""
    return settings().keys / "login.json"


def store(stored: Stored) -> None:
    """Keep a login for the next commands."""
    path = token_file()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(asdict(stored), file)


def stored() -> Stored:
    """Return the kept login. Raises NotLoggedIn."""
    try:
        return Stored(**json.loads(token_file().read_text()))
    except (OSError, ValueError, TypeError):
        raise NotLoggedIn("You are not logged in. Run: clew login") from None


def forget() -> None:
    """Remove the kept login."""
    token_file().unlink(missing_ok=True)


def default_server() -> str:
    """Return the address of this machine's own node."""
    at = settings()
    scheme = "https" if at.tls_certificate else "http"
    return at.origin or f"{scheme}://{at.host}:{at.port}"


def usable(address: str) -> str:
    """Return the address of a node without its last slash. Raises BadInput where it is none, or would carry a token unsealed."""
    try:
        parts = urlsplit(address)
        named, _ = parts.hostname, parts.port
    except ValueError:
        named = None
    if not named or parts.scheme not in {"http", "https"} or parts.path.strip("/") or parts.query or parts.fragment:
        raise BadInput("The address of a node is its scheme, name and port alone, like https://clew.example or http://127.0.0.1:8420.")
    if parts.scheme == "http" and named not in {"127.0.0.1", "::1", "localhost"}:
        raise BadInput("A password would travel unsealed. Use the node's https:// address.")
    return address.rstrip("/")


PAGE = 500


def _id(line: dict[str, Any]) -> str:
    """Return the id of a line of a list, which may speak of a contribution or of a case's policy."""
    return str(line.get("case_id") if "policy" in line else line.get("contribution", line)["id"])


class Client:
    """One connection to a node's API; every refusal becomes the error it is."""

    def __init__(self, server: str, token: str = "") -> None:
        self.patience = 0.0  # seconds to go on asking a node that does not answer; at least twice
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(base_url=server, headers=headers, timeout=httpx.Timeout(120.0, connect=10.0))

    def ask(self, method: str, path: str, **options: Any) -> Any:
        """Return the JSON answer (None when empty); a write carries an idempotency key and is tried again once."""
        headers = dict(options.pop("headers", {}))
        if method in {"POST", "PUT", "DELETE"}:
            headers.setdefault("Idempotency-Key", uuid.uuid4().hex)
        answer = self._send(method, path, headers, options)
        return answer.json() if answer.content else None

    def ask_all(self, path: str) -> list[Any]:
        """Return a whole list, page by page."""
        found: list[Any] = []
        while True:
            last = {"after": _id(found[-1])} if found else {}
            page = self.ask("GET", path, params={"limit": PAGE, **last})
            found += page
            if len(page) < PAGE:
                return found

    def begin(self, path: str, headers: dict[str, str]) -> str:
        """Begin a resumable upload and return its path under the API."""
        answer = self._send("POST", path, headers, {})
        return answer.headers["location"].removeprefix("/api/v1")

    def offset(self, upload: str) -> int:
        """Return how far an upload is."""
        return int(self._send("HEAD", upload, {}, {}).headers["upload-offset"])

    def _send(self, method: str, path: str, headers: dict[str, str], options: dict[str, Any]) -> httpx.Response:
        give_up = time.monotonic() + self.patience
        for pause in chain((0.0, 0.2, 0.6, 1.4), repeat(3.0)):
            answer = self._try(method, path, headers, options)
            if isinstance(answer, httpx.Response):
                return answer
            if pause and time.monotonic() > give_up:
                raise answer
            time.sleep(pause)
        raise AssertionError

    def _try(self, method: str, path: str, headers: dict[str, str], options: dict[str, Any]) -> httpx.Response | Unavailable:
        """Return the answer, or why there was none; raise what the node refuses."""
        try:
            answer = self._http.request(method, f"/api/v1{path}", headers=headers, **options)
        except httpx.TransportError as broken:
            return Unavailable(f"The node does not answer ({type(broken).__name__}). Is `clew serve` running?")
        if answer.is_success:
            return answer
        problem = error_of(answer)
        if isinstance(problem, Unavailable) and self.patience:
            return problem
        raise problem


_KNOWN: dict[str, type[ClewError]] = {kind.code: kind for kind in (
    BadInput, NotLoggedIn, Unavailable)}


def error_of(answer: httpx.Response) -> ClewError:
    """Return the error an answer tells of."""
    try:
        said = answer.json()
        code, message = str(said["error"]), str(said["message"])
    except (ValueError, KeyError, TypeError):
        return Unavailable(f"The node answered with status {answer.status_code}. Look at its log.")
    if fields := said.get("fields"):  # as the API calls them, and nearly as the command line does
        options = ", ".join("--" + str(one).partition(".")[0].replace("_", "-") for one in fields)
        return BadInput(f"Not understood: {options}. Put --help after the command to see what it takes.")
    return NotFound() if code == NotFound.code else _KNOWN.get(code, ClewError)(message)


@cache
def client() -> Client:
    """Return the connection of the kept login."""
    kept = stored()
    return Client(kept.server, kept.token)


def told_id(given: str, problem: str) -> str:
    """Return an id that was given. Raises BadInput with `problem`, which says in the command's words what is wanted."""
    try:
        return str(uuid.UUID(given))
    except ValueError:
        raise BadInput(problem) from None


def case_id(reference: str) -> str:
    """Return the id of a case given by reference, AGENCY/reference or id."""
    try:
        return str(uuid.UUID(reference))
    except ValueError:
        return str(client().ask("GET", "/find-case", params={"reference": reference})["id"])


def managed_case_id(reference: str) -> str:
    """Return the id of a case whose policy one may set; who looks after an agency's cases need not see into them."""
    try:
        return str(uuid.UUID(reference))
    except ValueError:
        found = client().ask("GET", "/managed-cases", params={"reference": reference})
    if not found:
        raise NotFound
    if len(found) > 1:
        raise Conflict(f"{len(found)} cases have this reference: {', '.join(str(one['case_id']) for one in found)}. "
                       "Name the one you mean by its id.")
    return str(found[0]["case_id"])
