"""The only way to publish a service function: role, viewer, transaction and event around every call."""

import hashlib
from collections.abc import Callable
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, get_type_hints

from pydantic import TypeAdapter

from clew.access.answers import claim, keep
from clew.access.permissions import RIGHTS
from clew.access.roles import demand
from clew.kernel.errors import BadInput, ClewError, Conflict, NotFound, NotYourRole, Taken, TooMany
from clew.kernel.events import Event
from clew.kernel.viewer import Viewer
from clew.store.db import Work, database

P = ParamSpec("P")
R = TypeVar("R")

VERBS: dict[str, "Verb[..., Any]"] = {}


_TOLD = ("This was done before, and its answer held a code that is told only once. To get a new code, reset the login "
         "under a new Idempotency-Key.")


class Verb(Generic[P, R]):
    """A published act. Calling it opens a transaction; `within` joins one; `once` is safe to repeat.

    `secret`: its answer holds what is told once and kept nowhere, so a repeat is told only that it was done.
    """

    def __init__(self, name: str, right: str, run: Callable[Concatenate[Work, Viewer, P], R], *,
                 secret: bool = False) -> None:
        if right not in RIGHTS or name in VERBS:
            raise ValueError(f"verb {name}: unknown right or name taken")
        self.name, self.right, self.secret, self._run = name, right, secret, run
        self.__doc__ = run.__doc__
        VERBS[name] = self

    def __call__(self, viewer: Viewer, *args: P.args, **kwargs: P.kwargs) -> R:
        """Act in a transaction of its own; a refusal is written down in another."""
        try:
            with database().viewer_work(viewer.token) as (work, fresh):
                return self.within(work, fresh, *args, **kwargs)
        except (NotFound, NotYourRole, TooMany, Taken) as refusal:
            self._write_down(viewer, refusal)
            raise

    def within(self, work: Work, viewer: Viewer, *args: P.args, **kwargs: P.kwargs) -> R:
        """Act in a running transaction of the same viewer."""
        demand(viewer, self.right)
        before = len(work.events)
        result = self._run(work, viewer, *args, **kwargs)
        if len(work.events) == before:
            work.record(event(viewer, self.name))
        return result

    def once(self, key: str | None, viewer: Viewer, *args: P.args, **kwargs: P.kwargs) -> R:
        """Act at most once for an idempotency key; a repeat gets the first answer again.

        Raises Conflict for a key of another request and for a repeat whose first answer held a secret; NotFound, as
        for a new key, when the viewer may no longer know what the first answer tells of.
        """
        return self.once_or_again(key, viewer, *args, **kwargs)[0]

    def once_or_again(self, key: str | None, viewer: Viewer, *args: P.args, **kwargs: P.kwargs) -> tuple[R, bool]:
        """Act as `once` does, and say whether the answer is that of an earlier request."""
        if key is None:
            return self(viewer, *args, **kwargs), False
        if not 8 <= len(key) <= 200:
            raise BadInput("An Idempotency-Key has 8 to 200 characters.")
        answer_type: TypeAdapter[R] = TypeAdapter(get_type_hints(self._run)["return"])
        asked = hashlib.sha256(repr((self.name, args, sorted(kwargs.items()))).encode()).digest()
        try:
            with database().viewer_work(viewer.token) as (work, fresh):
                demand(fresh, self.right)
                known = claim(work, fresh, key, self.name, self.right, asked)
                if known is not None:
                    if self.secret:
                        raise Conflict(_TOLD)
                    return answer_type.validate_json(known), True
                result = self.within(work, fresh, *args, **kwargs)
                keep(work, fresh, key, self.name, self.right, asked,
                     "null" if self.secret else answer_type.dump_json(result).decode())
                return result, False
        except (NotFound, NotYourRole, TooMany, Taken) as refusal:
            self._write_down(viewer, refusal)
            raise

    def _write_down(self, viewer: Viewer, refusal: ClewError) -> None:
        """Record a refusal, the same for missing and hidden."""
        name = "login_taken" if isinstance(refusal, Taken) else "refused"
        with database().viewer_work(viewer.token) as (work, fresh):
            work.record(event(fresh, name, subject=self.name, detail={"why": refusal.code}))


def event(viewer: Viewer, name: str, **fields: Any) -> Event:
    """Return an event of this viewer."""
    return Event(verb=name, officer_id=viewer.officer_id, agency_id=viewer.agency_id, **fields)


def verb(name: str, *, right: str,
         secret: bool = False) -> Callable[[Callable[Concatenate[Work, Viewer, P], R]], Verb[P, R]]:
    """Publish a service function under the officer's word for it and the right it needs."""
    return lambda run: Verb(name, right, run, secret=secret)
