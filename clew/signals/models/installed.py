"""Which model is on at this node: one record a purpose in <home>/models, and the weights it stands for.

It only reads: install.py writes. A package or a file that changed or went turns its model off.
"""

import hashlib
import importlib.util
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from clew.kernel.errors import Unavailable
from clew.kernel.settings import settings
from clew.signals.models.card import Card
from clew.signals.models.registry import cards

TAG = 4
OWN_VERSIONS = 1000  # a file of the operator's own gets its version from its hash, above those of the cards


@dataclass(frozen=True, slots=True)
class Installed:
    """A model that is on: its card, the ONNX file, what that hashes to, and the version of signals made with it."""

    card: Card
    path: Path
    sha256: str

    @property
    def version(self) -> int:
        """Return a number that changes with the weights: signals of different weights are never compared."""
        known = self.card.source.sha256 or self.card.export
        return self.card.version if known else OWN_VERSIONS + int(self.sha256[:6], 16)

    @property
    def tag(self) -> bytes:
        """Return what tells its signals from those of other weights; the same wherever networks were exported."""
        return bytes.fromhex(self.card.export.digest if self.card.export else self.sha256)[:TAG]


def in_package(card: Card) -> Path:
    """Return the weights inside the card's installed package; raise Unavailable with how to get it."""
    spec = importlib.util.find_spec(card.source.module)
    if spec is None or spec.origin is None:
        raise Unavailable(f"{card.name} is off: its package is not installed. {card.source.get}")
    path = Path(spec.origin).parent / card.source.file
    if not path.is_file():
        raise Unavailable(f"{card.name} is off: the installed {card.source.package} does not hold it. {card.source.get}")
    return path


def recorded(purpose: str) -> str:
    """Return the name of the card that was installed for a purpose, whether or not it still works; else nothing."""
    try:
        return str(json.loads((models_folder() / f"{purpose}.json").read_text("utf-8"))["card"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def chosen(purpose: str) -> Installed:
    """Return the model that is on for a purpose; raise Unavailable with what to do when there is none."""
    try:
        kept = json.loads((models_folder() / f"{purpose}.json").read_text("utf-8"))
        card = next(card for card in cards() if card.name == kept["card"] and card.purpose == purpose)
        sha256 = str(kept["sha256"])
    except FileNotFoundError:
        raise Unavailable(f"No model for {purpose} is installed, so it is off. See: clew models list") from None
    except (ValueError, KeyError, TypeError, StopIteration):
        raise Unavailable(f"The record of the model for {purpose} cannot be read. Install the model again.") from None
    if card.source.sha256 not in ("", sha256) or kept.get("weights") != (card.export and card.export.digest):
        raise Unavailable(f"{card.name} has changed with this version of Clew. Run: clew models install {card.name}")
    found = Installed(card, _weights(card), sha256)
    proven(found)
    return found


def _weights(card: Card) -> Path:
    """Return where the weights lie: networks that were exported are kept together in one file."""
    if card.export is not None:
        return models_folder() / exported_name(card)
    return in_package(card) if card.source.package else models_folder() / f"{card.name}.onnx"


def exported_name(card: Card) -> str:
    """Return the name of the file that holds the networks made from a card's weights."""
    return f"{card.name}.networks"


def models_folder() -> Path:
    """Return where this node keeps its records of models."""
    return settings().home / "models"


def proven(found: Installed) -> None:
    """Raise Unavailable unless the weights are those of the record. Hashed again only when the file was touched."""
    try:
        about = found.path.stat()
    except FileNotFoundError:
        raise Unavailable(f"The weights of {found.card.name} are gone. Install the model again.") from None
    if hashed(found.path, about.st_size, about.st_mtime_ns) != found.sha256:
        again = f"Run: clew models install {found.card.name}" if found.card.export else found.card.source.get
        raise Unavailable(f"The weights of {found.card.name} are not those its card stands for, so it is off. {again}")


@lru_cache(maxsize=16)
def hashed(path: Path, size: int, touched: int) -> str:
    """Return the SHA-256 of a file in hex; `size` and `touched` say when it has to be read again."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
