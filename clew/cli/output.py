"""How the command line speaks: text for people, one JSON value for programs, errors with what to do next."""

import dataclasses
import json
import sys
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from clew.kernel.errors import ClewError

P = ParamSpec("P")
R = TypeVar("R")
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


def careful(run: Callable[P, R]) -> Callable[P, R]:
    """Turn every error meant for people into one line and exit code 1."""
    @wraps(run)
    def command(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return run(*args, **kwargs)
        except ClewError as problem:
            complain(problem.message)
            raise typer.Exit(1) from None

    return command
