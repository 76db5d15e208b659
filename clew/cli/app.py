"""Every command of `clew`, one line each."""

from collections.abc import Callable

import typer

from clew.cli import cases, ingest, node, officers, upkeep

app = typer.Typer(name="clew", help="Find what is known, by whom, and who can act.", no_args_is_help=True,
                  pretty_exceptions_enable=False)
_COMMANDS: dict[str, Callable[..., None]] = {
    "init": node.init, "serve": node.serve, "work": node.work, "demo": node.demo, "doctor": upkeep.doctor,
    "check": upkeep.check, "backup": upkeep.backup_node, "restore": upkeep.restore_node, "upgrade": upkeep.upgrade,
    "login": officers.login, "logout": officers.logout, "enrol": officers.enrol, "ingest": ingest.ingest,
    "overlap": cases.overlap, "links": cases.links, "judge": cases.judge, "withdraw": cases.withdraw,
    "search": cases.search,
}
for _name, _command in _COMMANDS.items():
    app.command(_name)(_command)
app.add_typer(officers.agency, name="agency")
app.add_typer(officers.officer, name="officer")
app.add_typer(cases.case, name="case")
app.add_typer(upkeep.audit, name="audit")
