"""Perth (resemble-perth) on the other end of a line: runs in an environment of its own, where torch is."""

from __future__ import annotations

from line import serve  # first: it takes the line before the rival can print on it

# isort: split
import numpy as np
import perth
import torch

torch.set_num_threads(1)
machine = perth.PerthImplicitWatermarker()


def embed(samples: np.ndarray, rate_hz: int, _number: int) -> np.ndarray:
    return machine.apply_watermark(samples, sample_rate=rate_hz)


def score(samples: np.ndarray, rate_hz: int, _number: int) -> dict:
    """Return the confidence, 0 to 1: there is no payload."""
    confidence = float(np.mean(machine.get_watermark(samples, sample_rate=rate_hz, round=False)))
    return {"score": confidence if confidence == confidence else 0.0}  # noqa: PLR0124 - not a number, of silence


serve(embed, score)
