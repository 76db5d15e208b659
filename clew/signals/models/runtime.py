"""How onnxruntime opens a network here: on the CPU, on one thread, the same answer each time."""

from typing import Any, Final

RUNTIME: Final = "The extra 'models' (onnxruntime) is not installed, so learned models are off: pip install 'clew[models]'"
_QUIET: Final = 3  # errors only


def open_session(what: str | bytes) -> Any:
    """Return an onnxruntime session of a file's path or its bytes."""
    import onnxruntime  # noqa: PLC0415 - an extra, and a second to load

    options = onnxruntime.SessionOptions()
    # Workers are processes already, and two threads on two busy cores were measured four times slower than one.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = _QUIET
    options.use_deterministic_compute = True
    return onnxruntime.InferenceSession(what, options, providers=["CPUExecutionProvider"])
