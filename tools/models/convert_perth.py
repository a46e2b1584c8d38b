"""Convert the decoder of Perth for `sayso.enrollment.perth`: run once, the result is kept in the package.

Needs torch and onnx, which Sayso does not: make an environment of its own for this script. Example::

    python tools/models/convert_perth.py perth_net_250000.pth.tar src/sayso/models/files/perth.onnx

The state lies in the wheel resemble-perth 1.0.1 as perth/perth_net/pretrained/implicit/perth_net_250000.pth.tar (MIT,
Resemble AI); it is read as tensors alone (``weights_only``). The decoder there has three stacks of seven convolutions,
which hear the sound slower, as it is, and faster. Two of them tell the same of every sound: 0.06200 and 0.03701, sure
-0.04475 and -0.07922, with deviations below 0.00001 over 4,700 sounds, marked and not, where the third's is 2.4. Only
the one that hears the sound as it is is kept, in half precision.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

STATE_SHA256 = "a15bce457ebc53ce5e6c9c3f11df78cf7ee2bf9cdab0a798902135b4c4027670"
LAYERS = 7
BINS = 128
SLOPE = 0.01
"""Of torch's leaky rectifier, by default."""
OPSET = 17

Floats = NDArray[np.float32]


def main() -> None:
    """Read the state, write the graph, print its digest."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("state", type=Path)
    parser.add_argument("output", type=Path)
    arguments = parser.parse_args()
    found = hashlib.sha256(arguments.state.read_bytes()).hexdigest()
    if found != STATE_SHA256:
        raise SystemExit(f"got SHA-256 {found}, expected {STATE_SHA256}")
    state = torch.load(arguments.state, map_location="cpu", weights_only=True)["model"]
    data = graph({name: tensor.numpy() for name, tensor in state.items()}).SerializeToString(deterministic=True)
    arguments.output.write_bytes(data)
    print(f"{arguments.output}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


def graph(state: dict[str, Floats]) -> onnx.ModelProto:
    """Return the decoder: ``levels`` float32 (1, 128, frames) to ``told`` float32 (1, 2, frames)."""
    nodes: list[onnx.NodeProto] = []
    weights: list[onnx.TensorProto] = []
    below = "levels"
    for layer in range(LAYERS):
        conv = f"decoder.normal_layers.{layer}.conv"
        is_last = layer == LAYERS - 1
        nodes += _layer(below, layer, state[f"{conv}.weight"].shape[2], is_last=is_last)
        weights += [_half(f"{part}{layer}", state[f"{conv}.{part}"]) for part in ("weight", "bias")]
        below = f"out{layer}"
    nodes[-1].output[0] = "told"
    taken = [helper.make_tensor_value_info("levels", TensorProto.FLOAT, [1, BINS, "frames"])]
    made = [helper.make_tensor_value_info("told", TensorProto.FLOAT, [1, 2, "frames"])]
    body = helper.make_graph(nodes, "perth", taken, made, weights)
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="sayso")
    model.ir_version = 8
    onnx.checker.check_model(model)
    return model


def _layer(below: str, layer: int, width: int, *, is_last: bool) -> list[onnx.NodeProto]:
    """Return a convolution that gives as many frames as come in, and its rectifier but for the last."""
    nodes = [
        helper.make_node("Cast", [f"{part}{layer}"], [f"full {part}{layer}"], to=TensorProto.FLOAT)
        for part in ("weight", "bias")
    ]
    taken = [below, f"full weight{layer}", f"full bias{layer}"]
    nodes.append(helper.make_node("Conv", taken, [f"sum{layer}"], pads=[width // 2, width // 2]))
    if not is_last:
        nodes.append(helper.make_node("LeakyRelu", [f"sum{layer}"], [f"out{layer}"], alpha=SLOPE))
    return nodes


def _half(name: str, value: Floats) -> onnx.TensorProto:
    return numpy_helper.from_array(np.ascontiguousarray(value, np.float16), name)


if __name__ == "__main__":
    main()
