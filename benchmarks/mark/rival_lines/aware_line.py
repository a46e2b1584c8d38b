"""AWARE (aware, 20 bits a clip, at 16 kHz) on the other end of a line: its network is random and needs no weights."""

from __future__ import annotations

from line import serve  # first: it takes the line before the rival can print on it

# isort: split
import librosa
import numpy as np
import torch
from aware.service import detect_watermark, embed_watermark
from aware.utils.models import load

torch.set_num_threads(1)
RATE_HZ, BITS = 16_000, 20
embedder, detector = load(name="AWARE")


def _bits(number: int) -> np.ndarray:
    return np.random.default_rng([11, number]).integers(0, 2, BITS).astype(np.int32)


def embed(samples: np.ndarray, rate_hz: int, number: int) -> np.ndarray:
    """Return the clip marked; what lies above 8 kHz is kept from the host, so that quality is of the mark alone."""
    low = librosa.resample(samples, orig_sr=rate_hz, target_sr=RATE_HZ)
    marked = embed_watermark(low, RATE_HZ, _bits(number), embedder)
    change = np.zeros_like(low)
    change[: len(marked)] = marked[: len(low)] - low[: len(marked)]
    back = librosa.resample(change, orig_sr=RATE_HZ, target_sr=rate_hz)
    return samples + np.resize(back, samples.size)


def score(samples: np.ndarray, rate_hz: int, number: int) -> dict:
    """Return the confidence, 0 to 1, and whether all 20 bits are right."""
    bits, confidence = detect_watermark(
        librosa.resample(samples, orig_sr=rate_hz, target_sr=RATE_HZ), RATE_HZ, detector
    )
    return {"score": float(confidence), "id": bool(np.array_equal(bits, _bits(number)))}


serve(embed, score)
