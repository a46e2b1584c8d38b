"""hibari's spectra become sound: whole, as its package does it, or block by block, so that the first is there early.

The net gives five spectra and the pitch for each frame of 12.5 ms. What stands in ``hibari.dsp`` for all frames at once
is done here for some at a time: the frames overlap by 37.5 ms, which each block hands to the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

_HOP: Final = 300
_SIZE: Final = 1200
_OVERLAP: Final = _SIZE // _HOP - 1
_EDGE: Final = _SIZE // 2 // _HOP
_FIRST: Final = 40
_NEXT: Final = 120
"""Frames of the first block and of those after it: half a second, a second and a half."""

Floats = NDArray[np.float32]


def whole(spectra: Sequence[Floats], noise: np.random.Generator) -> Floats:
    """Return the samples of ``spectra``: five of (601, frames), then the pitch (frames,)."""
    from hibari import dsp  # noqa: PLC0415 - brings scipy, which most commands do not need

    return np.asarray(dsp.synth(*spectra, noise), np.float32)


def blocks(spectra: Sequence[Floats], noise: np.random.Generator) -> Iterator[Floats]:
    """Yield what `whole` returns, but for the rounding of floats, in blocks."""
    from hibari import dsp  # noqa: PLC0415 - as above

    *parts, pitch = spectra
    bins, frames = parts[0].shape
    tone = np.pad(dsp.pulses(pitch), _SIZE // 2, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(tone, _SIZE)[::_HOP][:frames]
    breath = noise.standard_normal((bins, 2 * frames), dtype=np.float32).view(np.complex64)
    scale = _scale(frames, dsp.WIN)
    carried = np.zeros((_OVERLAP, _HOP), np.float32)
    for start, end in _cuts(frames):
        voiced = np.ascontiguousarray(dsp.rfft(windows[start:end] * dsp.WIN_SRC, 1).T)
        spectrum = _spectrum(voiced, breath[:, start:end], [part[:, start:end] for part in parts])
        added = _overlapped(dsp.irfft(spectrum.T, _SIZE, 1) * dsp.WIN, carried)
        ready = end - start + (_EDGE if end == frames else 0)
        first = _EDGE if start == 0 else 0
        yield (added[first:ready] * scale[start + first : start + ready]).reshape(-1)
        carried = added[end - start :]


def _cuts(frames: int) -> list[tuple[int, int]]:
    edges = [0, *range(_FIRST, frames - _FIRST // 2, _NEXT), frames]
    return list(pairwise(edges))


def _spectrum(
    voiced: NDArray[np.complex64], breath: NDArray[np.complex64], parts: Sequence[Floats]
) -> NDArray[np.complex64]:
    """Return pulses filtered by the harmonic branch, shaped noise, and the branch of free phase, added."""
    from hibari import dsp  # noqa: PLC0415 - as above

    harmonic, angle, noisy, free, phase = parts
    turned = np.exp(1j * np.pi * np.tanh(angle)) * dsp.ex(harmonic)
    spectrum = voiced * turned + breath * dsp.ex(noisy) + np.exp(1j * phase) * dsp.ex(free)
    return np.asarray(spectrum, np.complex64)


def _overlapped(frames: Floats, carried: Floats) -> Floats:
    """Return the sum of ``frames`` (count, 1200), each 300 after the last, over ``carried``: (count + 3, 300)."""
    count = len(frames)
    parts = frames.reshape(count, _OVERLAP + 1, _HOP)
    added = np.zeros((count + _OVERLAP, _HOP), np.float32)
    added[:_OVERLAP] = carried
    for place in range(_OVERLAP + 1):
        added[place : place + count] += parts[:, place]
    return added


def _scale(frames: int, window: Floats) -> Floats:
    """Return one over the sum of the squared windows at each sample: (frames + 3, 300)."""
    squared = np.tile(np.square(window), (frames, 1))
    added = _overlapped(squared, np.zeros((_OVERLAP, _HOP), np.float32))
    return np.asarray(1.0 / np.maximum(added, 1e-11), np.float32)
