"""Perth (resemble-perth) on the other end of a line: runs in an environment of its own, where torch is."""

from __future__ import annotations

import numpy as np
import perth
import torch
from line import serve

torch.set_num_threads(1)
machine = perth.PerthImplicitWatermarker()


def embed(samples: np.ndarray, rate_hz: int, _number: int) -> np.ndarray:
    return machine.apply_watermark(samples, sample_rate=rate_hz)


def score(samples: np.ndarray, rate_hz: int, _number: int) -> dict:
    """Return the confidence, 0 to 1: there is no payload."""
    return {"score": float(np.mean(machine.get_watermark(samples, sample_rate=rate_hz, round=False)))}


serve(embed, score)
