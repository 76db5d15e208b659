"""Has a card's networks made by its recipe, in a process and a Python that has what Clew does without (torch).

The recipe checks the hash of each of the package's weights before it reads one. Nothing is downloaded.
"""

import json
import subprocess
import sys
import tempfile
import zipfile
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from clew.kernel.errors import Unavailable
from clew.signals.models.card import Card, Export
from clew.signals.models.networks import TRIAL

LONGEST: Final = 3600
"""Seconds: on one busy core the slower network of XFeat took three minutes."""


def make(card: Card, wanted: Export, into: Path, python: Path | None = None) -> None:
    """Write the file that `Networks` opens; raise Unavailable with what is missing in that Python."""
    program = str(files("clew.signals.models.recipes").joinpath(f"{wanted.recipe}.py"))
    with tempfile.TemporaryDirectory(prefix="clew-export-") as folder:
        asked = {"module": card.source.module, "weights": {one.name: [one.file, one.sha256] for one in wanted.weights},
                 "into": folder}
        try:
            ran = subprocess.run([str(python or sys.executable), program],  # noqa: S603 - the operator's own Python
                                 input=json.dumps(asked), text=True, capture_output=True, timeout=LONGEST, check=False)
        except (OSError, subprocess.TimeoutExpired) as problem:
            raise Unavailable(f"The export of {card.name} could not be run ({type(problem).__name__}). "
                              "Name a Python with --python that works and has time.") from None
        if ran.returncode:
            raise Unavailable(_says(card, ran.stderr))
        with zipfile.ZipFile(into, "w", zipfile.ZIP_STORED) as held:
            for name in (*(f"{one.name}.onnx" for one in wanted.weights), TRIAL):
                if not Path(folder, name).is_file():
                    raise Unavailable(f"The export of {card.name} left no {name}. {card.source.get}")
                held.write(Path(folder, name), name)


def _says(card: Card, complaint: str) -> str:
    """Return what to do about a recipe's last words: a JSON object, or whatever torch said."""
    last = (complaint.strip().splitlines() or [""])[-1]
    try:
        told: dict[str, Any] = json.loads(last)
    except ValueError:
        return f"The export of {card.name} failed: {last[:200]}. It was tried with what this installs - {card.source.get}"
    if "missing" in told:
        return (f"To make {card.name} for this node, {', '.join(told['missing'])} must be installed, once and not here: "
                f"{card.source.get}; then: clew models install {card.name} --python PYTHON-OF-THAT-ENVIRONMENT")
    return f"{told.get('changed')} in the installed {card.source.package} is not what the card stands for. {card.source.get}"
