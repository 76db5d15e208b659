"""How the command line speaks: text for people, one JSON value for programs, errors with what to do next."""

import dataclasses
import json
import sys
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from clew.kernel.errors import ClewError

P = ParamSpec("P")
R = TypeVar("R")
SILENCE = 60.0  # seconds
console = Console()
complaints = Console(stderr=True)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return str(value)


def emit(value: Any) -> None:
    """Print one JSON value on a line of its own."""
    sys.stdout.write(json.dumps(value, default=_plain, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def show(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], *, empty: str) -> None:
    """Print rows as a table, or a sentence when there are none."""
    table = Table(box=None, pad_edge=False)
    for column in columns:  # an identifier is folded rather than cut: half a reference is worth nothing
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row.get(column)) for column in columns))
    wide = console if console.is_terminal else Console(width=400)
    wide.print(table if table.row_count else empty, highlight=False, markup=False)


def _cell(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_cell(one) for one in value)
    return "" if value is None else _harmless(str(value))


def _harmless(text: str) -> str:
    """Return text that a terminal shows and does not obey: a file's name may hold its control characters."""
    return "".join(letter if letter == "\n" or not unicodedata.category(letter).startswith("C") else f"%{ord(letter):02X}"
                   for letter in text)


def say(text: str) -> None:
    """Print a sentence."""
    console.print(_harmless(text), highlight=False, markup=False, soft_wrap=True)


def complain(text: str) -> None:
    """Print a problem on the error stream."""
    complaints.print(_harmless(text), highlight=False, markup=False, soft_wrap=True)


class Stillness:
    """Notices that what is waited for does not move, and says once what to look at."""

    def __init__(self) -> None:
        self._since, self._seen, self._said = time.monotonic(), None, False

    def look(self, state: Any) -> None:
        """Be told how things stand."""
        if state != self._seen:
            self._since, self._seen, self._said = time.monotonic(), state, False
        elif not self._said and time.monotonic() - self._since > SILENCE:
            complain("Nothing has moved for a minute. Is `clew work` running on the node? `clew doctor` says what it lacks.")
            self._said = True


@contextmanager
def counted(what: str, unit: str = "files", *, quiet: bool = False) -> Iterator[Callable[[int, int], None]]:
    """Show how far a long act is, its rate and the time left; off a terminal there is one line, at its end.

    Lends a function to be told how many are done, and of how many. What was done at the first telling is not in the rate.
    """
    began, first = time.monotonic(), -1
    with Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
                  TimeElapsedColumn(), TimeRemainingColumn(), console=complaints, disable=quiet) as bar:
        task = bar.add_task(what, total=None, rate="")

        def tell(done: int, of: int) -> None:
            nonlocal first
            first = done if first < 0 else first
            rate = (done - first) / max(0.1, time.monotonic() - began)
            bar.update(task, total=of, completed=done, rate=f"{rate:.1f} {unit}/s")

        yield tell


def careful(run: Callable[P, R]) -> Callable[P, R]:
    """Turn every error that is to be expected into one line that says what to do, and exit code 1."""
    @wraps(run)
    def command(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return run(*args, **kwargs)
        except BrokenPipeError:
            raise  # whoever read along has seen enough; typer ends quietly
        except Exception as problem:
            words = in_words(problem)
            if not words:
                raise
            complain(words)
            raise typer.Exit(1) from None

    return command


def in_words(problem: Exception) -> str:
    """Return what an expected problem says to whoever typed the command; nothing for a fault of Clew's own."""
    if isinstance(problem, ClewError):
        return problem.message
    if isinstance(problem, OSError) and problem.filename is not None:
        return f"{problem.filename}: {problem.strerror}. Check the path and who may use it, then try again."
    if isinstance(problem, OSError):
        return f"The system says: {problem.strerror or problem}. Make room or give leave, then try again."
    # Told by name: a command that needs no database must not wait for its libraries.
    names = {kind.__name__ for kind in type(problem).__mro__ if kind.__module__.startswith(("psycopg", "sqlalchemy"))}
    if "OperationalError" in names:
        return "The database does not answer or lets nobody in. Run: clew doctor"
    if "ProgrammingError" in names:
        return "The database is not as this Clew made it. Run: clew doctor - it says whether it must be upgraded."
    return ""
