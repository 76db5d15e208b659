"""Where somebody speaks in a sound, by Silero VAD (MIT), if the operator installed it; otherwise it is off and says so.

The weights lie in the package `silero-vad`, of which nothing is imported: it would pull in torch. They are refused when
they are not those named here. It tells voice from no voice; it knows no words and no speakers.
"""

import hashlib
import importlib.util
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from clew.kernel.errors import BadInput, Unavailable
from clew.media.opened import Sound
from clew.signals.sounds.spectrum import RATE

GET: Final = "pip install 'clew[models]' && pip install --no-deps silero-vad==6.2.3"
SHA256: Final = "9ccdacc4719d8aa7e45a77536bfabec45a03ba1f2fad5e241ab4060b24238a85"
_PACKAGE: Final = "silero_vad"
_FILE: Final = "data/silero_vad_16k_sequence.onnx"
_FRAME: Final = 512
_CONTEXT: Final = 64
_AT_ONCE: Final = 512
_BEGINS: Final = 0.5
_ENDS: Final = 0.35
_PAUSE: Final = 0.3
"""Seconds without voice that do not yet end what is spoken."""
_SHORTEST: Final = 0.25


def trouble() -> str:
    """Return why voices cannot be told here and what to do; empty when they can."""
    try:
        _session()
    except Unavailable as problem:
        return problem.message
    return ""


def spoken(sound: Sound) -> list[tuple[float, float]]:
    """Return the stretches of a sound at 16 kHz in which somebody speaks, as (start, end) seconds in order.

    Raises Unavailable with what to install while it is off.
    """
    likely = likelihoods(sound)
    step, stretches, start, last = _FRAME / RATE, [], -1.0, 0.0
    for number, value in enumerate(likely):
        if value >= (_BEGINS if start < 0 else _ENDS):
            start, last = (number * step if start < 0 else start), (number + 1) * step
        elif start >= 0 and number * step - last >= _PAUSE:
            stretches.append((start, last))
            start = -1.0
    if start >= 0:
        stretches.append((start, last))
    return [(round(a, 2), round(b, 2)) for a, b in stretches if b - a >= _SHORTEST]


def likelihoods(sound: Sound) -> NDArray[np.float32]:
    """Return how likely somebody speaks, 0..1, for each 32 ms of a sound."""
    if sound.rate != RATE:
        raise BadInput("Voices are told in sound at 16 kHz, as the sandbox hands it out.")
    count = -(-len(sound.samples) // _FRAME)
    padded = np.zeros(_CONTEXT + count * _FRAME, np.float32)
    padded[_CONTEXT:_CONTEXT + len(sound.samples)] = sound.samples
    if not count:
        return padded[:0]
    frames = np.lib.stride_tricks.sliding_window_view(padded, _CONTEXT + _FRAME)[::_FRAME]
    session = _session()
    state = cell = np.zeros((1, 1, 128), np.float32)
    found = []
    for start in range(0, count, _AT_ONCE):
        given = {"input": np.ascontiguousarray(frames[start:start + _AT_ONCE]), "h": state, "c": cell}
        likely, state, cell = session.run(["speech_probs", "hn", "cn"], given)
        found.append(likely)
    return np.concatenate(found)


@cache
def _session() -> Any:
    path = _weights()
    if importlib.util.find_spec("onnxruntime") is None:
        raise Unavailable(f"Telling voices is off: onnxruntime is not installed. {GET}")
    import onnxruntime  # noqa: PLC0415 - an extra, and a second to load

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _weights() -> Path:
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise Unavailable(f"Telling voices is off: its package is not installed. {GET}")
    path = Path(spec.origin).parent / _FILE
    if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != SHA256:
        raise Unavailable(f"Telling voices is off: the installed package is another than the one that was tried. {GET}")
    return path
