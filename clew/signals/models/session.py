"""Runs a model's ONNX file on the CPU: one thread, one picture at a time, so that a picture's vector never depends on others."""

import importlib.util
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clew.kernel.errors import Unavailable
from clew.media.opened import Pixels
from clew.signals.models.installed import Installed, chosen

RUNTIME = "The extra 'models' (onnxruntime) is not installed, so learned models are off: pip install 'clew[models]'"
TAG = 4
_QUIET = 3  # errors only
Vector = NDArray[np.float32]


class Model:
    """An opened model. `tag` tells its vectors from those of other weights. Safe to use from many threads."""

    def __init__(self, installed: Installed) -> None:
        import onnxruntime  # noqa: PLC0415 - an extra, and a second to load

        options = onnxruntime.SessionOptions()
        # Workers are processes already, and two threads on two busy cores were measured four times slower than one.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = _QUIET
        options.use_deterministic_compute = True
        self.card, self.version = installed.card, installed.version
        self.tag = bytes.fromhex(installed.sha256)[:TAG]
        self._session: Any = onnxruntime.InferenceSession(str(installed.path), options, providers=["CPUExecutionProvider"])

    def vector(self, pixels: Pixels) -> Vector:
        """Return the unit vector, float32 of the card's size, of (height, width, 3) pixels."""
        out = self._session.run([self.card.output.name], {self.card.input.name: self.card.prepared(pixels)})[0][0]
        if out.shape != (self.card.output.size,) or not np.isfinite(out).all():
            raise Unavailable(f"{self.card.name} did not answer as its card says. Run: clew models check")
        vector: Vector = out.astype(np.float32) / np.float32(max(float(np.linalg.norm(out)), 1e-12))
        return vector


def opened(purpose: str) -> Model:
    """Return the model that is on for a purpose, opened once a process; raise Unavailable with what to do."""
    return _kept(chosen(purpose))


@lru_cache(maxsize=4)
def _kept(installed: Installed) -> Model:
    return open_model(installed)


def open_model(installed: Installed) -> Model:
    """Open a model and run it once; raise Unavailable when it does not fit its card."""
    if importlib.util.find_spec("onnxruntime") is None:
        raise Unavailable(RUNTIME)
    try:
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
        opened(purpose)
    except Unavailable as problem:
        return problem.message
    return ""
