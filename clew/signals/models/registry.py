"""The cards that come with Clew: one TOML file each in clew/signals/cards. Weights never lie there."""

from functools import cache
from importlib.resources import files

from clew.kernel.errors import BadInput
from clew.signals.models.card import Card, read_card


@cache
def cards() -> tuple[Card, ...]:
    """Return every card by name."""
    found = [read_card(one.read_text("utf-8")) for one in files("clew.signals").joinpath("cards").iterdir()
             if one.name.endswith(".toml")]
    return tuple(sorted(found, key=lambda card: card.name))


def get_card(name: str) -> Card:
    """Return one card; an unknown name raises BadInput."""
    for card in cards():
        if card.name == name:
            return card
    raise BadInput(f"There is no such model here. Choose one of: {', '.join(card.name for card in cards())}.")
