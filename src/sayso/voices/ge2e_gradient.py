"""GE2E that can be differentiated: the cosine to a speaker and its gradient, by hand.

The network is that of `embedding`: three recurrent layers (LSTM; Hochreiter and Schmidhuber, 1997) over 40 mel bands,
a projection, a rectifier. The gradient goes back through time (Werbos, "Backpropagation through time", 1990).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso import models
from sayso.models.onnx_file import read_onnx
from sayso.voices import embedding, filterbank
from sayso.voices.embedding import Embedding

_LAYERS: Final = 3
_SIZE: Final = 256
_FRAMES: Final = 160  # of a slice

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class GE2EJudge:
    """The cosine to ``target`` (256,), of length 1, and its gradient. Safe to share between threads."""

    target: Embedding

    def cosine(self, samples: Floats) -> tuple[float, Floats]:
        """Return the cosine of the embedding of ``samples`` (16 kHz mono), and its gradient by them.

        The level that soft speech is raised to counts as given.
        """
        starts = embedding.slice_starts(len(samples))
        gain = float(np.abs(embedding.levelled(samples)).max()) / max(float(np.abs(samples).max()), 1e-9)
        short = max(0, (starts[-1] + _FRAMES) * filterbank.HOP - len(samples))
        padded = np.pad(samples * np.float32(gain), (0, short))
        mels = embedding.mel_bands(padded)
        value, passes = np.stack([mels[start : start + _FRAMES] for start in starts], axis=1), []
        for layer in _weights():
            made = _Pass(layer, value)
            passes.append(made)
            value = made.hidden
        cosine, by_last = _compared(value[-1], self.target)
        by_value = np.zeros_like(value)
        by_value[-1] = by_last
        for made in reversed(passes):
            by_value = made.gradient(by_value)
        by_mels = np.zeros_like(mels)
        for place, start in enumerate(starts):
            by_mels[start : start + _FRAMES] += by_value[:, place]
        return cosine, gain * embedding.mel_gradient(padded, by_mels)[: len(samples)]


def _compared(last: Floats, target: Embedding) -> tuple[float, Floats]:
    """Return the cosine of what the slices' ``last`` hidden values (slices, 256) embed to, and its gradient."""
    weight, bias = _projection()
    open_part = np.maximum(last @ weight.T + bias, 0.0)
    lengths = np.linalg.norm(open_part, axis=1, keepdims=True) + 1e-9
    rows = open_part / lengths
    mean = rows.mean(axis=0)
    length = float(np.linalg.norm(mean))
    cosine = float(mean @ target) / length
    by_mean = (target - cosine * mean / length) / length / len(rows)
    by_open = (by_mean - rows * (rows @ by_mean)[:, None]) / lengths
    return cosine, np.asarray(np.where(open_part > 0.0, by_open, 0.0) @ weight, np.float32)


@dataclass(frozen=True, slots=True)
class _Layer:
    """Weights of one recurrent layer, gates in the order input, output, forget, cell."""

    inward: Floats
    again: Floats
    bias: Floats


class _Pass:
    """One layer over a sequence: ``hidden`` (time, slices, 256), and what its gradient needs."""

    def __init__(self, layer: _Layer, value: Floats) -> None:
        self._layer = layer
        self._gates = np.asarray(value @ layer.inward.T + layer.bias, np.float32)
        self.hidden = np.zeros((*value.shape[:2], _SIZE), np.float32)
        self._cells = np.zeros_like(self.hidden)
        hidden = cell = np.zeros((*value.shape[1:2], _SIZE), np.float32)
        for step in range(len(value)):
            gates = self._gates[step]  # a view: what is set here stays
            gates += hidden @ layer.again.T
            gates[:, : 3 * _SIZE] = 0.5 + 0.5 * np.tanh(0.5 * gates[:, : 3 * _SIZE])
            gates[:, 3 * _SIZE :] = np.tanh(gates[:, 3 * _SIZE :])
            enter, leave, keep, new = np.split(gates, 4, axis=1)
            cell = keep * cell + enter * new
            hidden = leave * np.tanh(cell)
            self._cells[step], self.hidden[step] = cell, hidden

    def gradient(self, by_hidden: Floats) -> Floats:
        """Return the gradient by the sequence that went in."""
        by_gates = np.empty_like(self._gates)
        by_next = by_cell = np.zeros_like(by_hidden[0])
        for step in range(len(by_hidden) - 1, -1, -1):
            enter, leave, keep, new = np.split(self._gates[step], 4, axis=1)
            before = self._cells[step - 1] if step else np.zeros_like(by_cell)
            bent = np.tanh(self._cells[step])
            by_now = by_hidden[step] + by_next
            by_cell = by_cell + by_now * leave * (1.0 - bent**2)
            sides = (by_cell * new * enter, by_now * bent * leave, by_cell * before * keep)
            slopes = (1.0 - enter, 1.0 - leave, 1.0 - keep)
            parts = [side * slope for side, slope in zip(sides, slopes, strict=True)]
            by_gates[step] = np.concatenate([*parts, by_cell * enter * (1.0 - new**2)], axis=1)
            by_next = by_gates[step] @ self._layer.again
            by_cell = by_cell * keep
        return np.asarray(by_gates @ self._layer.inward, np.float32)


@cache
def _weights() -> list[_Layer]:
    file = read_onnx(models.weights("ge2e"))
    found = []
    for place in range(_LAYERS):
        inward, again, bias = (np.asarray(file.array(f"{kind}{place}"), np.float32)[0] for kind in "wrb")
        found.append(_Layer(inward, again, bias[: 4 * _SIZE] + bias[4 * _SIZE :]))
    return found


@cache
def _projection() -> tuple[Floats, Floats]:
    file = read_onnx(models.weights("ge2e"))
    weight, bias = (np.asarray(file.array(name), np.float32) for name in ("linear_w", "linear_b"))
    return weight, bias
