"""DistillMOS: what a listener would say of sound, by a network that nothing of Sayso asks (1 to 5).

It runs in an interpreter of its own, that has the package distillmos (MIT; torch, and its weights inside).
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile

RATE = 16_000

_LINE = """
import sys, torch, soundfile, distillmos
torch.set_num_threads(1)
model = distillmos.ConvTransformerSQAModel().eval()
print("ready", flush=True)
for line in sys.stdin:
    samples, _ = soundfile.read(line.strip(), dtype="float32")
    with torch.no_grad():
        print(float(model(torch.tensor(samples)[None])[0, 0]), flush=True)
"""


def distillmos(recordings: list[np.ndarray], python: str) -> list[float]:
    """Return what DistillMOS, run by the interpreter ``python``, says of each of ``recordings`` (16 kHz, mono)."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, f"{place}.wav") for place in range(len(recordings))]
        for file, samples in zip(files, recordings, strict=True):
            soundfile.write(file, samples, RATE)
        told = subprocess.run(
            [python, "-c", _LINE], input="\n".join(map(str, files)), stdout=subprocess.PIPE, text=True, check=True
        ).stdout
    return [float(line) for line in told.split("ready", 1)[1].split()]
