"""DNSMOS that can be differentiated: the overall score of a few seconds of sound, and its gradient by the samples.

The network is that of `sayso.models.quality_network`: the logarithms of the power of frames of 20 ms each 10 ms, seven
convolutions, the most that each of 64 features is anywhere, three dense layers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.quality import OVERALL_FIT, risen
from sayso.models import layers
from sayso.models.quality_network import FRAME, HOP, network_weights
from sayso.models.tape import Differentiated, Tape

_CONVOLUTIONS: Final = ("conv2d", *(f"conv2d_{place}" for place in range(1, 7)))
_HALVED: Final = _CONVOLUTIONS[3:6]
_DENSE: Final = tuple(f"mos_estimator_logpow/{name}/" for name in ("dense", "dense_1", "dense_3"))
_FEATURES: Final = 64
_OVERALL: Final = 2
_FLOOR: Final = 1e-12
_SOFT: Final = 1e-5
"""Of the loudest power: the gradient of what is softer than that is left out, the logarithm is too steep there."""

Floats = NDArray[np.float32]
Wide = NDArray[np.float64]


def overall_score(samples: Floats, threads: int = 1) -> tuple[float, Callable[[], Floats]]:
    """Return about the overall score that `sayso.audio.dnsmos` gives, and what returns its gradient.

    ``samples`` are of 16 kHz, mono, a third of a second or more, heard once and without repetition.
    """
    powers = _Powers.of(samples)
    network = _network(threads)
    features, kept = network.run(logs=powers.logs()[None, None])
    flat = features.reshape(_FEATURES, -1)
    places = np.arange(_FEATURES), flat.argmax(axis=1)
    score, by_most = _judged(flat[places].astype(np.float64))

    def gradient() -> Floats:
        by_flat = np.zeros_like(flat)
        by_flat[places] = by_most
        by_logs = network.gradients(by_flat.reshape(features.shape), kept)["logs"][0, 0]
        return powers.gradient(by_logs.astype(np.float64), len(samples))

    return risen(score, len(samples)), gradient


@dataclass(frozen=True, slots=True, eq=False)
class _Powers:
    """The power in each bin of each frame (frames, 161), of the ``parts`` that are in phase and a quarter off."""

    parts: tuple[Wide, Wide]
    power: Wide

    @classmethod
    def of(cls, samples: Floats) -> _Powers:
        frames = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float64), FRAME)[::HOP]
        real, imaginary = (frames @ waves.T for waves in _waves())
        return cls((real, imaginary), real**2 + imaginary**2)

    def logs(self) -> Floats:
        return np.log10(np.maximum(self.power, _FLOOR)).astype(np.float32)

    def gradient(self, by_logs: Wide, count: int) -> Floats:
        """Return the gradient by the ``count`` samples."""
        by_power = by_logs / np.log(10.0) / (self.power + max(_SOFT * float(self.power.max()), _FLOOR))
        by_frames = sum(2.0 * part * by_power @ waves for part, waves in zip(self.parts, _waves(), strict=True))
        out = np.zeros(count)
        for first in range(0, FRAME, HOP):
            column = np.asarray(by_frames)[:, first : first + HOP].reshape(-1)
            out[first : first + len(column)] += column
        return out.astype(np.float32)


def _judged(most: Wide) -> tuple[float, Wide]:
    """Return the overall score of the ``most`` of each feature, and its gradient."""
    passed, value = [], most
    for place, (weight, bias) in enumerate(_dense()):
        value = value @ weight + bias
        if place < len(_dense()) - 1:
            value = np.maximum(value, 0.0)
            passed.append(value > 0.0)
    by_value = np.zeros(len(value))
    by_value[_OVERALL] = np.polyval(np.polyder(OVERALL_FIT), value[_OVERALL])
    for (weight, _), is_open in zip(_dense()[:0:-1], passed[::-1], strict=True):
        by_value = (weight @ by_value) * is_open
    return float(np.polyval(OVERALL_FIT, value[_OVERALL])), _dense()[0][0] @ by_value


@cache
def _dense() -> list[tuple[Wide, Wide]]:
    found = network_weights()
    names = [[f"{layer}{kind}/ReadVariableOp/resource:0" for kind in ("MatMul", "BiasAdd")] for layer in _DENSE]
    return [(found[weight].astype(np.float64), found[bias].astype(np.float64)) for weight, bias in names]


@cache
def _waves() -> tuple[Wide, Wide]:
    real, imaginary = (network_weights()[f"time2freq/stft-{kind}/kernel:0"][:, :, 0] for kind in ("real", "imag"))
    return real.astype(np.float64), imaginary.astype(np.float64)


@cache
def _network(threads: int) -> Differentiated:
    found, tape = network_weights(), Tape()
    value = tape.input("logs", (1, 1, "frames", FRAME // 2 + 1), followed=True)
    for name in _CONVOLUTIONS:
        value = layers.relu(tape, layers.conv(tape, value, found[f"{name}/kernel:0"], found[f"{name}/bias:0"], pad=1))
        value = layers.halved(tape, value) if name in _HALVED else value
    return tape.differentiated(value, threads)
