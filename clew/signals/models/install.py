"""Turns a model on at this node. It takes weights from this machine alone and downloads nothing.

Weights of a package stay in the package, unmodified and uncopied; a file the operator names is copied into the data
folder. A model is on only after its hash was checked and it ran once: one that does not run never displaces another.
"""

import json
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from clew.kernel.errors import BadInput
from clew.signals.models.card import Card, Export
from clew.signals.models.export import make
from clew.signals.models.installed import Installed, exported_name, hashed, in_package, models_folder, proven
from clew.signals.models.registry import get_card
from clew.signals.models.session import open_model

LARGEST = 2 << 30


def install(name: str, file: Path | None = None, python: Path | None = None) -> Installed:
    """Turn a model on at this node, in the place of another of its purpose.

    Takes the weights from the installed package, or from `file`; networks are exported from those that the Python named
    by `python` finds (this one, unless told). Raises BadInput when the file is not one the card
    stands for, Unavailable when the package or the runtime is missing or the model does not run.
    """
    card = get_card(name)
    if python is not None and card.export is None:
        raise BadInput(f"{name} is not exported; leave --python away.")
    if not card.source.package:
        return _copied(card, file)
    if file is not None:
        raise BadInput(f"{name} is taken from the package {card.source.package}; leave --file away.")
    if card.export is not None:
        return _exported(card, card.export, python)
    found = Installed(card, in_package(card), card.source.sha256)
    proven(found)
    open_model(found)
    _record(found)
    return found


def _exported(card: Card, wanted: Export, python: Path | None) -> Installed:
    """Have the networks made, take down the hash of their file, and see that they answer here as they did there."""
    place, fresh = _place(exported_name(card))
    try:
        _private(fresh).close()
        make(card, wanted, fresh, python)
        about = fresh.stat()
        sha256 = hashed(fresh, about.st_size, about.st_mtime_ns)
        open_model(Installed(card, fresh, sha256))
        fresh.replace(place)
    finally:
        fresh.unlink(missing_ok=True)
    found = Installed(card, place, sha256)
    _record(found)
    return found


def _copied(card: Card, file: Path | None) -> Installed:
    """Copy the operator's file beside the record and take down its hash."""
    if file is None or not file.is_file() or not 0 < file.stat().st_size <= LARGEST:
        raise BadInput(f"{card.name} needs a file: {card.source.get}")
    place, fresh = _place(f"{card.name}.onnx")
    with file.open("rb") as source, _private(fresh) as copy:
        shutil.copyfileobj(source, copy, 1 << 20)
    try:
        about = fresh.stat()
        sha256 = hashed(fresh, about.st_size, about.st_mtime_ns)
        if card.source.sha256 not in ("", sha256):
            raise BadInput(f"This file is not the one {card.name} stands for. {card.source.get}")
        open_model(Installed(card, fresh, sha256))
        fresh.replace(place)
    finally:
        fresh.unlink(missing_ok=True)
    found = Installed(card, place, sha256)
    _record(found)
    return found


def _record(found: Installed) -> None:
    place, fresh = _place(f"{found.card.purpose}.json")
    with _private(fresh) as file:
        told = {"card": found.card.name, "sha256": found.sha256}
        file.write(json.dumps(told | ({"weights": found.card.export.digest} if found.card.export else {})).encode())
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(place)


def _private(path: Path) -> BinaryIO:
    """Open a file for writing that only its owner may read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _place(name: str) -> tuple[Path, Path]:
    """Return where a file of the models' folder belongs, and where it is written first."""
    folder = models_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(PermissionError):
        folder.chmod(0o700)
    return folder / name, folder / f"{name}.new"
