"""Two networks small enough to be made in a test: bright spots are points, and alike surroundings are pairs."""

import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

DESCRIPTOR = 64


def tiny_networks(folder: Path, *, wrong: str = "") -> Path:
    """Write points.onnx, pairs.onnx and trial.npz; `wrong`: the answer in the trial that is not what the network says."""
    folder.mkdir(exist_ok=True)
    chance = np.random.default_rng(3)
    trial: dict[str, np.ndarray] = {}
    for name, model, question in (("points", _points(), _picture(chance)), ("pairs", _pairs(), _two_sides(chance))):
        onnx.save(model, str(folder / f"{name}.onnx"))
        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        answers = session.run(None, question)
        trial |= question | dict(zip((one.name for one in session.get_outputs()), answers, strict=True))
    if wrong:
        trial[wrong] = trial[wrong] + 1
    np.savez(folder / "trial.npz", **trial)
    return folder


def zipped(folder: Path, into: Path) -> Path:
    """Put the files of a folder together as an export does."""
    with zipfile.ZipFile(into, "w") as held:
        for one in ("points.onnx", "pairs.onnx", "trial.npz"):
            held.write(folder / one, one)
    return into


def _picture(chance: np.random.Generator) -> dict[str, np.ndarray]:
    return {"x": chance.random((1, 1, 64, 96), np.float32)}


def _two_sides(chance: np.random.Generator) -> dict[str, np.ndarray]:
    return {f"{what}{side}": chance.normal(size=(1, count, size)).astype(np.float32)
            for side, count in ((0, 5), (1, 4)) for what, size in (("places", 2), ("descriptors", DESCRIPTOR))}


def _points() -> onnx.ModelProto:
    """Corners are the pixels of each cell of eight; features, 64 mixtures of the cells around; equally sure everywhere."""
    cell = np.zeros((65, 1, 8, 8), np.float32)
    cell[np.arange(64), 0, np.arange(64) // 8, np.arange(64) % 8] = 40
    mix = np.random.default_rng(5).normal(size=(DESCRIPTOR, 1, 24, 24)).astype(np.float32)
    mix -= mix.mean(axis=(1, 2, 3), keepdims=True)
    made = [numpy_helper.from_array(cell, "cell"), numpy_helper.from_array(mix, "mix"),
            numpy_helper.from_array(np.zeros((1, 1, 8, 8), np.float32), "none")]
    nodes = [helper.make_node("Conv", ["x", "mix"], ["features"], strides=[8, 8], pads=[8, 8, 8, 8]),
             helper.make_node("Conv", ["x", "cell"], ["corners"], strides=[8, 8]),
             helper.make_node("Conv", ["x", "none"], ["nothing"], strides=[8, 8]),
             helper.make_node("Sigmoid", ["nothing"], ["sure"])]
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, size, "h", "w"])
               for name, size in (("features", DESCRIPTOR), ("corners", 65), ("sure", 1))]
    return _model(nodes, [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1, "height", "width"])], outputs, made)


def _pairs() -> onnx.ModelProto:
    """The two softmaxes of how alike descriptors are; where points lie counts for nothing."""
    sides = [(f"{what}{side}", size, word) for side, word in ((0, "n"), (1, "m")) for what, size in (("places", 2),
                                                                                                 ("descriptors", DESCRIPTOR))]
    nodes = [helper.make_node("Transpose", ["descriptors1"], ["across"], perm=[0, 2, 1]),
             helper.make_node("MatMul", ["descriptors0", "across"], ["alike"]),
             helper.make_node("Mul", ["alike", "sharp"], ["sharper"]),
             helper.make_node("LogSoftmax", ["sharper"], ["rows"], axis=2),
             helper.make_node("LogSoftmax", ["sharper"], ["columns"], axis=1),
             helper.make_node("Add", ["rows", "columns"], ["scores_alone"]),
             helper.make_node("ReduceSum", ["places0", "all"], ["one"], keepdims=1),
             helper.make_node("ReduceSum", ["places1", "all"], ["other"], keepdims=1),
             helper.make_node("Add", ["one", "other"], ["both"]), helper.make_node("Mul", ["both", "zero"], ["no"]),
             helper.make_node("Add", ["scores_alone", "no"], ["scores"])]
    made = [numpy_helper.from_array(np.array(40, np.float32), "sharp"), numpy_helper.from_array(np.array(0, np.float32), "zero"),
            numpy_helper.from_array(np.array([0, 1, 2], np.int64), "all")]
    inputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, word, size]) for name, size, word in sides]
    return _model(nodes, inputs, [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, "n", "m"])], made)


def _model(nodes: list[onnx.NodeProto], inputs: list[onnx.ValueInfoProto], outputs: list[onnx.ValueInfoProto],
           made: list[onnx.TensorProto]) -> onnx.ModelProto:
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, made)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def read(path: Path) -> dict[str, bytes]:
    """Return what lies in a file of networks."""
    with zipfile.ZipFile(BytesIO(path.read_bytes())) as held:
        return {name: held.read(name) for name in held.namelist()}
