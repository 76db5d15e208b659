from pathlib import Path

from clew.signals.models.installed import in_package
from clew.signals.models.registry import cards, get_card
from tests.signals.models.real import needs_sscd


def test_every_card_is_found_by_its_name() -> None:
    for card in cards():
        assert get_card(card.name) is card
        assert card.source.get and card.licence


@needs_sscd
def test_the_package_holds_what_the_cards_stand_for(tmp_path: Path) -> None:
    import hashlib  # noqa: PLC0415

    for name in ("sscd", "sscd-distilled"):
        card = get_card(name)
        assert hashlib.sha256(in_package(card).read_bytes()).hexdigest() == card.source.sha256
