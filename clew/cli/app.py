"""Every command of `clew`, one line each; a command's module is imported only when it is asked for."""

import sys
from collections.abc import Callable
from importlib import import_module

import typer

COMMANDS = {
    "init": "node:init", "serve": "node:serve", "work": "node:work", "demo": "node:demo",
    "doctor": "doctor:doctor", "retry": "upkeep:retry", "check": "upkeep:check",
    "audit": "upkeep:audit", "backup": "upkeep:backup_node",
    "restore": "upkeep:restore_node", "upgrade": "upkeep:upgrade",
    "login": "officers:login", "logout": "officers:logout", "enrol": "officers:enrol", "agency": "officers:agency",
    "officer": "officers:officer", "case": "cases:case", "ingest": "ingest:ingest", "overlap": "cases:overlap",
    "links": "cases:links", "judge": "cases:judge", "withdraw": "cases:withdraw", "search": "cases:search",
    "hash": "files:hash_files", "compare": "files:compare", "evaluate": "measure:evaluate", "bench": "measure:bench",
    "models": "models:models",
}


def build(asked: str | None) -> typer.Typer:
    """Return the command line with the command that is asked for, or with all of them (for help)."""
    app = typer.Typer(name="clew", help="Find what is known, by whom, and who can act.", no_args_is_help=True,
                      pretty_exceptions_enable=False, add_completion=False)
    app.callback()(_root)
    for name in [asked] if asked in COMMANDS else COMMANDS:
        module, _, member = COMMANDS[name].partition(":")
        found: typer.Typer | Callable[..., None] = getattr(import_module(f"clew.cli.{module}"), member)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name)(found)
    return app


def _root() -> None:
    """Find what is known, by whom, and who can act."""


def run() -> None:
    """Run what was asked for."""
    build(sys.argv[1] if len(sys.argv) > 1 else None)()
