"""Which model is on at this node: one record a purpose in <home>/models, and the weights it stands for.

Weights of a package stay in the package, unmodified and uncopied; a file the operator names is copied beside the
record. Nothing is on before its hash was checked, and a package that changed or went turns its model off.
"""

import hashlib
import importlib.util
import json
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from clew.kernel.errors import BadInput, Unavailable
from clew.kernel.settings import settings
from clew.signals.models.card import Card
from clew.signals.models.registry import cards, get_card

LARGEST = 2 << 30
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
        return self.card.version if self.card.source.sha256 else OWN_VERSIONS + int(self.sha256[:6], 16)


def install(name: str, file: Path | None = None) -> Installed:
    """Turn a model on at this node, in the place of another of its purpose.

    Takes the weights from the installed package, or from `file`. Raises BadInput when the file is not the one the
    card stands for, Unavailable when the package is missing.
    """
    card = get_card(name)
    if card.source.package:
        if file is not None:
            raise BadInput(f"{name} is taken from the package {card.source.package}; leave --file away.")
        found = Installed(card, in_package(card), card.source.sha256)
        _proven(found)
    else:
        found = _copied(card, file)
    _record(found)
    return found


def in_package(card: Card) -> Path:
    """Return the weights inside the card's installed package; raise Unavailable with how to get it."""
    spec = importlib.util.find_spec(card.source.module)
    if spec is None or spec.origin is None:
        raise Unavailable(f"{card.name} is off: its package is not installed. {card.source.get}")
    path = Path(spec.origin).parent / card.source.file
    if not path.is_file():
        raise Unavailable(f"{card.name} is off: the installed {card.source.package} does not hold it. {card.source.get}")
    return path


def chosen(purpose: str) -> Installed:
    """Return the model that is on for a purpose; raise Unavailable with what to do when there is none."""
    try:
        kept = json.loads((_folder() / f"{purpose}.json").read_text("utf-8"))
        card = next(card for card in cards() if card.name == kept["card"] and card.purpose == purpose)
        sha256 = str(kept["sha256"])
    except FileNotFoundError:
        raise Unavailable(f"No model for {purpose} is installed, so it is off. See: clew models list") from None
    except (ValueError, KeyError, TypeError, StopIteration):
        raise Unavailable(f"The record of the model for {purpose} cannot be read. Install the model again.") from None
    if card.source.sha256 not in ("", sha256):
        raise Unavailable(f"{card.name} has changed with this version of Clew. Run: clew models install {card.name}")
    found = Installed(card, in_package(card) if card.source.package else _folder() / f"{card.name}.onnx", sha256)
    _proven(found)
    return found


def _folder() -> Path:
    return settings().home / "models"


def _proven(found: Installed) -> None:
    """Raise Unavailable unless the weights are those of the record. Hashed again only when the file was touched."""
    try:
        about = found.path.stat()
    except FileNotFoundError:
        raise Unavailable(f"The weights of {found.card.name} are gone. Install the model again.") from None
    if hashed(found.path, about.st_size, about.st_mtime_ns) != found.sha256:
        raise Unavailable(f"The weights of {found.card.name} are not those its card stands for, so it is off. "
                          f"{found.card.source.get}")


@lru_cache(maxsize=16)
def hashed(path: Path, size: int, touched: int) -> str:
    """Return the SHA-256 of a file in hex; `size` and `touched` say when it has to be read again."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copied(card: Card, file: Path | None) -> Installed:
    """Copy the operator's file beside the record and take down its hash."""
    if file is None or not file.is_file() or not 0 < file.stat().st_size <= LARGEST:
        raise BadInput(f"{card.name} needs a file: {card.source.get}")
    about = file.stat()
    sha256 = hashed(file, about.st_size, about.st_mtime_ns)
    if card.source.sha256 not in ("", sha256):
        raise BadInput(f"This file is not the one {card.name} stands for. {card.source.get}")
    place, fresh = _place(f"{card.name}.onnx")
    with file.open("rb") as source, os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as copy:
        shutil.copyfileobj(source, copy, 1 << 20)
        copy.flush()
        os.fsync(copy.fileno())
    fresh.replace(place)
    return Installed(card, place, sha256)


def _record(found: Installed) -> None:
    place, fresh = _place(f"{found.card.purpose}.json")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump({"card": found.card.name, "sha256": found.sha256}, file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(place)


def _place(name: str) -> tuple[Path, Path]:
    """Return where a file of the models' folder belongs, and where it is written first."""
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(PermissionError):
        folder.chmod(0o700)
    return folder / name, folder / f"{name}.new"
