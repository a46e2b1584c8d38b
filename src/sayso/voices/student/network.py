"""hibari's decoder in JAX, from inputs to sound, so that its weights can be learned.

The decoder is that of Vocos (Siuzdak, ICLR 2024): eight ConvNeXt blocks (Liu et al., CVPR 2022) and one layer that
gives five spectra. The loss is of magnitudes at four resolutions (Yamamoto et al., ICASSP 2020), linear and mel.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np
from jax.nn import gelu

from sayso.engines.hibari_student import BLOCKS
from sayso.voices.student.lesson import HOP, RATE

Array = jax.Array
Weights = Mapping[str, Any]

SIZE: Final = 1200
BINS: Final = SIZE // 2 + 1
EDGE: Final = 2
"""Frames at each end of a cut that are not compared, since neighbours of theirs are missing."""

_LOUDEST: Final = 7.0
_RESOLUTIONS: Final = {2048: 80, 1024: 60, 512: 40, 256: 0}
"""Samples of a window, and its mel bands."""

_FLOOR: Final = 1e-3
_WINDOW: Final = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(SIZE) / SIZE)).astype(np.float32)
_OVERLAP: Final = SIZE // HOP
_SQUARES: Final = 1.5
"""The sum of the squared windows."""


def loss(weights: Weights, inputs: Array, pulses: Array, noise: Array, sound: Array) -> Array:
    """Return how far the student is from ``sound``: 0 for none, about 4 for a voice that has been learned.

    ``inputs`` (batch, frames, 130); ``pulses`` (batch, (frames + 3) * 300) from half a window before the first frame;
    ``noise`` (batch, frames, 601) complex; ``sound`` (batch, (frames - 5) * 300) from the third frame.
    """
    made = said(weights, inputs, pulses, noise)
    return sum((_apart(made, sound, size) for size in _RESOLUTIONS), start=jnp.zeros(()))


def said(weights: Weights, inputs: Array, pulses: Array, noise: Array) -> Array:
    """Return the samples between the edges: (batch, (frames - 5) * 300)."""
    harmonic, angle, noisy, free, phase = spectra(weights, inputs)
    voiced = jnp.fft.rfft(_framed(pulses, SIZE, HOP) * (_WINDOW / (SIZE / 4)))
    spectrum = voiced * _loud(harmonic) * jnp.exp(1j * jnp.pi * jnp.tanh(angle))
    spectrum += noise * _loud(noisy) + _loud(free) * jnp.exp(1j * phase)
    parts = (jnp.fft.irfft(spectrum, SIZE) * _WINDOW).reshape(*spectrum.shape[:2], _OVERLAP, HOP)
    last = _OVERLAP - 1
    added = sum(jnp.pad(parts[:, :, k], ((0, 0), (k, last - k), (0, 0))) for k in range(_OVERLAP))
    samples = jnp.asarray(added).reshape(len(parts), -1) / _SQUARES
    return samples[:, SIZE // 2 + EDGE * HOP : SIZE // 2 + (spectrum.shape[1] - last) * HOP]


def spectra(weights: Weights, inputs: Array) -> list[Array]:
    """Return the five spectra of (batch, frames, 130): each (batch, frames, 601)."""
    kernel = weights["dec_in.weight"].transpose(2, 1, 0)
    size = len(kernel)
    around = jnp.concatenate(_shifted(inputs, size), -1)
    x = around @ kernel.reshape(-1, kernel.shape[2]) + weights["dec_in.bias"]
    for block in range(BLOCKS):
        x += _block(weights, f"dec.{block}", x)
    last = _normed(x, weights["dec_norm.weight"], weights["dec_norm.bias"])
    return jnp.split(last @ weights["/head/Transpose_output_0"] + weights["head.bias"], 5, -1)


def _block(weights: Weights, name: str, x: Array) -> Array:
    kernel = weights[f"{name}.dw.weight"][:, 0]
    moved = _shifted(x, kernel.shape[1])
    mixed = sum(one * kernel[:, place] for place, one in enumerate(moved)) + weights[f"{name}.dw.bias"]
    normed = _normed(mixed, weights[f"{name}.norm.weight"], weights[f"{name}.norm.bias"])
    wide = gelu(normed @ weights[f"/{name}/pw1/Transpose_output_0"] + weights[f"{name}.pw1.bias"], approximate=False)
    narrow = wide @ weights[f"/{name}/pw2/Transpose_output_0"] + weights[f"{name}.pw2.bias"]
    return jnp.asarray(weights[f"{name}.gamma"] * narrow)


def _shifted(x: Array, size: int) -> list[Array]:
    """Return ``x`` (batch, frames, channels) as each place of a kernel of that ``size`` sees it."""
    padded = jnp.pad(x, ((0, 0), (size // 2, size // 2), (0, 0)))
    return [padded[:, place : place + x.shape[1]] for place in range(size)]


def _normed(x: Array, weight: Array, bias: Array) -> Array:
    mean = x.mean(-1, keepdims=True)
    spread = jnp.square(x - mean).mean(-1, keepdims=True)
    return (x - mean) / jnp.sqrt(spread + 1e-5) * weight + bias


def _loud(logs: Array) -> Array:
    return jnp.exp(jnp.minimum(logs, _LOUDEST))


def _apart(made: Array, sound: Array, size: int) -> Array:
    """Return how far magnitudes are apart: by logarithms, by squares beside the whole, and by mel bands twice."""
    one, other = _magnitudes(made, size), _magnitudes(sound, size)
    squares = jnp.linalg.norm(one - other) / (jnp.linalg.norm(other) + _FLOOR)
    apart = _by_logs(one, other) + 0.5 * squares
    if _RESOLUTIONS[size]:
        filters = jnp.asarray(mel_bands(size, _RESOLUTIONS[size]))
        apart += 2 * _by_logs(one @ filters, other @ filters)
    return jnp.asarray(apart)


def _by_logs(one: Array, other: Array) -> Array:
    return jnp.abs(jnp.log(one + _FLOOR) - jnp.log(other + _FLOOR)).mean()


def _magnitudes(samples: Array, size: int) -> Array:
    spectrum = jnp.fft.rfft(_framed(samples, size, size // 4) * jnp.hanning(size + 1)[:size])
    return jnp.sqrt(jnp.square(spectrum.real) + jnp.square(spectrum.imag) + 1e-7)


def _framed(samples: Array, size: int, hop: int) -> Array:
    count = (samples.shape[1] - size) // hop + 1
    return samples[:, np.arange(count)[:, None] * hop + np.arange(size)]


def mel_bands(size: int, count: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return triangles evenly spaced by mel from 30 to 11,500 Hz: (bins, count)."""
    hz = np.linspace(0, RATE / 2, size // 2 + 1)[:, None]
    ends = 2595 * np.log10(1 + np.asarray([30.0, 11_500.0]) / 700)
    edges = 700 * (10 ** (np.linspace(float(ends[0]), float(ends[1]), count + 2) / 2595) - 1)
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    rising, falling = (hz - low) / (middle - low), (high - hz) / (high - middle)
    return np.asarray(np.maximum(0.0, np.minimum(rising, falling)), np.float32)


State = tuple[Weights, Weights, Weights]
"""Weights, and the running means of their gradients and of the squares of those."""


@partial(jax.jit, donate_argnums=0)
def step(state: State, place: Array, rate: Array, cut: tuple[Array, Array, Array, Array]) -> tuple[State, Array]:
    """Return the state after one step of Adam (Kingma and Ba, ICLR 2015) on ``cut``, and the loss before it.

    ``place`` counts from 1. A gradient longer than 1 is made as long as that.
    """
    weights, means, squares = state
    lost, gradient = jax.value_and_grad(loss)(weights, *cut)
    length = jnp.sqrt(sum(jnp.sum(jnp.square(one)) for one in jax.tree.leaves(gradient)))
    gradient = jax.tree.map(lambda one: one / jnp.maximum(1.0, length), gradient)
    means = jax.tree.map(lambda mean, one: 0.9 * mean + 0.1 * one, means, gradient)
    squares = jax.tree.map(lambda square, one: 0.99 * square + 0.01 * one * one, squares, gradient)
    first, second = 1 - 0.9**place, 1 - 0.99**place

    def moved(weight: Array, mean: Array, square: Array) -> Array:
        return weight - rate * (mean / first) / (jnp.sqrt(square / second) + 1e-8)

    return (jax.tree.map(moved, weights, means, squares), means, squares), lost


def begun(weights: Weights) -> State:
    """Return the state before the first step."""
    here = {name: jnp.asarray(array) for name, array in weights.items()}
    return here, jax.tree.map(jnp.zeros_like, here), jax.tree.map(jnp.zeros_like, here)
