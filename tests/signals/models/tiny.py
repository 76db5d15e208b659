"""A copy embedding small enough to be made in a test: an 8x8 colour mosaic, mixed into 512 numbers."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def tiny_model(path: Path, *, size: int = 512, seed: int = 5, name: str = "image") -> Path:
    """Write an ONNX file that fits the card `likeness-own`: (1, 3, 288, 288) float32 to (1, size)."""
    mix = np.random.default_rng(seed).normal(size=(192, size)).astype(np.float32)
    nodes = [
        helper.make_node("AveragePool", [name], ["small"], kernel_shape=[36, 36], strides=[36, 36]),
        helper.make_node("Flatten", ["small"], ["flat"]),
        helper.make_node("MatMul", ["flat", "mix"], ["embedding"])]
    graph = helper.make_graph(
        nodes, "tiny", [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", 3, 288, 288])],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", size])],
        [numpy_helper.from_array(mix, "mix")])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), str(path))
    return path
