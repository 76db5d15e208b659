"""Makes the n-th step of an act fail: each database statement, commit and file operation is one step."""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, make_url, text

from clew.kernel.settings import Settings
from clew.store import uploads
from clew.store.blobs import local

DATABASE = ((psycopg.Cursor, "execute"), (psycopg.Connection, "commit"))
FILES = ((local.SpoolFile, "__init__"), (local.SpoolFile, "write"), (local.SpoolFile, "flush"),
         (local.LocalFolder, "settle"), (local.LocalFolder, "drop"), (local, "flush_folder"),
         (uploads.Partial, "add"), (uploads.Partial, "settle"), (uploads.Uploads, "drop"))


class Steps:
    """Counts steps and breaks the n-th; with `after`, the step is done and only its answer is lost.

    A statement whose answer is lost is the same as the next one failing, so that only the rest is counted then.
    """

    def __init__(self, broken: int, *, after: bool) -> None:
        self.broken, self.after, self.count, self.fired = broken, after, 0, ""

    def wrap(self, owner: Any, name: str, problem: Callable[[], Exception]) -> Callable[..., Any]:
        real = getattr(owner, name)

        def step(*args: Any, **kwargs: Any) -> Any:
            self.count += not (self.after and name == "execute")
            if self.fired or self.count != self.broken:
                return real(*args, **kwargs)
            self.fired = name
            if self.after:
                real(*args, **kwargs)
            raise problem()

        return step


@contextmanager
def failing(broken: int, *, after: bool = False) -> Iterator[Steps]:
    """Let the step of this number fail in this process."""
    steps = Steps(broken, after=after)
    with pytest.MonkeyPatch.context() as patch:
        for places, problem in ((DATABASE, lambda: psycopg.OperationalError("the test broke this statement")),
                                (FILES, lambda: OSError(errno.EIO, "the test broke this file"))):
            for owner, name in places:
                patch.setattr(owner, name, steps.wrap(owner, name, problem))
        yield steps


class Tables:
    """All rows of a node as one value, read by the database's administrator."""

    def __init__(self, at: Settings, admin: str) -> None:
        self._engine = create_engine(make_url(admin).set(drivername="postgresql+psycopg"))
        self._at = at

    def read(self, *, but: frozenset[str] = frozenset()) -> dict[str, str]:
        """Return a digest of every table."""
        with self._engine.connect() as conn:
            names = conn.execute(text("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = "
                                      "'clew'::regnamespace ORDER BY 1")).scalars()
            return {name: conn.execute(text(
                f"SELECT count(*) || ' ' || md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) "
                f'FROM clew."{name}" t')).scalar_one() for name in names if name not in but}

    def close(self) -> None:
        self._engine.dispose()


def broken_everywhere(tables: Tables, act: Callable[[int], Callable[[], Any]], proof: Callable[[int, Any], None],
                      *, whole: bool = True) -> int:
    """Break each step of a fresh act in turn, both ways; return how many were broken.

    `act(n)` prepares the n-th trial and returns the act itself. After a break nothing has changed, or all of it
    (`whole`: the act is one transaction); then the same act is repeated unbroken and `proof` looks at its outcome.
    """
    trial = broken_steps = 0
    for after in (False, True):
        step = 0
        while True:
            trial, step = trial + 1, step + 1
            run = act(trial)
            before = tables.read()
            with failing(step, after=after) as steps, suppress(Exception):
                run()
            broken = tables.read()
            answer = run()
            repeated = tables.read()
            if whole and steps.fired:
                changed = {name for name in before if before[name] != broken[name]}
                again = {name for name in before if broken[name] != repeated[name]}
                # All at once or nothing: what was done before the break is not done again, except to say so.
                assert not changed & (again - NOTED), (step, steps.fired, changed, again)
            proof(trial, answer)
            if not steps.fired:
                break
            broken_steps += 1
    return broken_steps


NOTED = frozenset({"events", "sessions"})
