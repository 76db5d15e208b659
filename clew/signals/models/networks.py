"""Several networks of one model, kept together in one file with a question and its answers; each opening asks it again.

The file is a plain zip of NAME.onnx for each of the card's weights and trial.npz, made by `export.py`.
"""

import zipfile
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from clew.kernel.errors import Unavailable
from clew.signals.models.installed import Installed
from clew.signals.models.runtime import open_session

TRIAL: Final = "trial.npz"
_APART: Final = 0.02
"""How far an answer may lie from the one that was told with the networks: processors round differently."""
Arrays = Mapping[str, NDArray[Any]]


class Networks:
    """Opened networks that answered as they did where they were made. Safe to use from many threads."""

    def __init__(self, installed: Installed) -> None:
        self.card, self.version, self.tag = installed.card, installed.version, installed.tag
        with zipfile.ZipFile(installed.path) as held:
            self._sessions = {one.name: open_session(held.read(f"{one.name}.onnx")) for one in self._made()}
            with np.load(BytesIO(held.read(TRIAL)), allow_pickle=False) as trial:
                self._prove({name: trial[name] for name in trial.files})

    def run(self, network: str, **given: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Return what one network answers, by the names of its outputs."""
        session = self._sessions[network]
        return dict(zip((one.name for one in session.get_outputs()), session.run(None, given), strict=True))

    def _made(self) -> Iterator[Any]:
        if self.card.export is not None:
            yield from self.card.export.weights

    def _prove(self, trial: Arrays) -> None:
        for name, session in self._sessions.items():
            said = self.run(name, **{one.name: trial[one.name] for one in session.get_inputs()})
            for output, value in said.items():
                if value.shape != trial[output].shape or not np.allclose(value, trial[output], atol=_APART, rtol=_APART):
                    raise Unavailable(f"The network {name} of {self.card.name} does not answer here as it did where it was "
                                      f"made, so it is off. Run: clew models install {self.card.name}")
