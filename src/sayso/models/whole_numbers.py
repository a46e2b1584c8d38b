"""Convolutions in whole numbers: activations of 8 bits, weights of 7, made from a published network as it is opened.

Weights take 7 bits, not 8, because processors without VNNI add two products of 8 bits in 16 and would cut the sum off:
so every processor adds the same numbers. A channel's step is the one of a few that leaves the least square error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.models.onnx_file import Array, Node, OnnxFile, encoded_array

_MOST_WEIGHT: Final = 63
_LEVELS: Final = 255
_PARTS: Final = np.linspace(0.7, 1.0, 13)
"""Parts of the step that the largest weight asks for: a few weights are cut off where the others gain by it."""

_ZERO: Final = "whole numbers: zero"

Floats = NDArray[np.float32]


def in_whole_numbers(file: OnnxFile, most: float, chain: Mapping[str, float]) -> None:
    """Turn a chain of convolutions of ``file``, each fed by the ReLU after the one before, in place.

    ``chain`` names their kernels, in order, and tells for each the most that comes out of its ReLU, ``most`` what goes
    into the first, which is 0 or more: what is above is cut off. Every kernel has a bias.
    """
    kernels, tops = list(chain), [most, *chain.values()]
    file.initializers[_ZERO] = encoded_array(_ZERO, np.array(0, np.uint8))
    for place, top in enumerate(tops):
        file.initializers[_step(place)] = encoded_array(_step(place), np.array(top / _LEVELS, np.float32))
    nodes: list[Node] = []
    turned: dict[str, int] = {}
    for node in file.nodes:
        if node.op == "Conv" and node.inputs[1] in chain:
            place = kernels.index(node.inputs[1])
            if not place:
                nodes.append(Node("QuantizeLinear", [node.inputs[0], _step(0), _ZERO], [_told(0)]))
            nodes.append(_convolution(file, node, place, tops[place] / _LEVELS))
            turned[node.outputs[0]] = place + 1
        elif node.op == "Relu" and node.inputs[0] in turned:
            # Whole numbers begin at 0: the convolution has cut off what is below.
            if turned[node.inputs[0]] == len(kernels):
                nodes.append(Node("DequantizeLinear", [_told(len(kernels)), _step(len(kernels)), _ZERO], node.outputs))
        else:
            nodes.append(node)
    file.nodes = nodes


def _step(place: int) -> str:
    return f"whole numbers: step {place}"


def _told(place: int) -> str:
    return f"whole numbers: {place}"


def _convolution(file: OnnxFile, node: Node, place: int, step: float) -> Node:
    """Return the convolution ``node`` in whole numbers, put into ``file``; ``step`` is that of what it takes."""
    kernel, bias = node.inputs[1:]
    weights, steps = seven_bits(np.asarray(file.array(kernel), np.float32))
    shift = np.rint(np.asarray(file.array(bias), np.float64) / (steps.astype(np.float64) * step)).astype(np.int32)
    parts: dict[str, Array] = {
        "weights": weights,
        "steps": steps,
        "zeros": np.zeros(len(steps), np.int8),
        "bias": shift,
    }
    for name, array in parts.items():
        file.initializers[f"{kernel} {name}"] = encoded_array(f"{kernel} {name}", array)
    taken = [f"{kernel} {name}" for name in ("weights", "steps", "zeros")]
    inputs = [_told(place), _step(place), _ZERO, *taken, _step(place + 1), _ZERO, f"{kernel} bias"]
    return Node("QLinearConv", inputs, [_told(place + 1)], attributes=node.attributes)


def seven_bits(kernel: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Return a kernel, shape (channels, ...), as whole numbers of -63 to 63, and the step of each channel."""
    found = list(_tried(kernel))
    best = np.argmin([error for _, _, error in found], axis=0)
    weights = np.stack([found[place][0][channel] for channel, place in enumerate(best.tolist())])
    steps = np.array([found[place][1][channel] for channel, place in enumerate(best.tolist())], np.float32)
    return weights.astype(np.int8), steps


def _tried(kernel: Floats) -> Iterator[tuple[Floats, Floats, Floats]]:
    """Yield weights, steps and square errors of the channels for each part of the largest step."""
    axes = tuple(range(1, kernel.ndim))
    largest = np.maximum(np.abs(kernel).max(axis=axes), np.float32(1e-12)) / _MOST_WEIGHT
    for part in _PARTS.tolist():
        steps = np.asarray(largest * np.float32(part), np.float32)
        wide = steps.reshape(-1, *[1] * len(axes))
        weights = np.clip(np.rint(kernel / wide), -_MOST_WEIGHT, _MOST_WEIGHT)
        yield weights, steps, np.square(weights * wide - kernel).sum(axis=axes)
