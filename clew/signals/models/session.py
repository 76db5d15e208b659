"""Runs a model's ONNX file on the CPU: one thread, one picture at a time, so that a picture's vector never depends on others."""

import importlib.util
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clew.kernel.errors import Unavailable
from clew.media.opened import Pixels
from clew.signals.models.installed import Installed, chosen
from clew.signals.models.networks import Networks
from clew.signals.models.runtime import RUNTIME, open_session

Vector = NDArray[np.float32]


class Model:
    """An opened model. `tag` tells its vectors from those of other weights. Safe to use from many threads."""

    def __init__(self, installed: Installed) -> None:
        self.card, self.version = installed.card, installed.version
        self.tag = installed.tag
        self._session = open_session(str(installed.path))

    def vector(self, pixels: Pixels) -> Vector:
        """Return the unit vector, float32 of the card's size, of (height, width, 3) pixels."""
        given, made = self.card.ends
        out = self._session.run([made.name], {given.name: self.card.prepared(pixels)})[0][0]
        if out.shape != (made.size,) or not np.isfinite(out).all():
            raise Unavailable(f"{self.card.name} did not answer as its card says. Run: clew models check")
        vector: Vector = out.astype(np.float32) / np.float32(max(float(np.linalg.norm(out)), 1e-12))
        return vector


def opened(purpose: str) -> Model:
    """Return the model that is on for a purpose, opened once a process; raise Unavailable with what to do."""
    found = _kept(chosen(purpose))
    if not isinstance(found, Model):
        raise Unavailable(f"{found.card.name} makes no vectors of pictures.")
    return found


def networks(purpose: str) -> Networks:
    """Return the networks that are on for a purpose, opened once a process; raise Unavailable with what to do."""
    found = _kept(chosen(purpose))
    if not isinstance(found, Networks):
        raise Unavailable(f"{found.card.name} is one model, not several networks.")
    return found


@lru_cache(maxsize=4)
def _kept(installed: Installed) -> Model | Networks:
    return open_model(installed)


def open_model(installed: Installed) -> Model | Networks:
    """Open a model and run it once; raise Unavailable when it does not fit its card."""
    if importlib.util.find_spec("onnxruntime") is None:
        raise Unavailable(RUNTIME)
    try:
        if installed.card.export is not None:
            return Networks(installed)
        model = Model(installed)
        model.vector(np.zeros((2, 2, 3), np.uint8))
    except Unavailable:
        raise
    except Exception as problem:  # whatever onnxruntime finds wrong with the file
        raise Unavailable(f"{installed.card.name} cannot be used ({type(problem).__name__}): "
                          "its file is no ONNX that fits its card.") from None
    return model


def trouble(purpose: str) -> str:
    """Return why no model is on for a purpose; empty when one is and can be opened."""
    try:
        _kept(chosen(purpose))
    except Unavailable as problem:
        return problem.message
    return ""
