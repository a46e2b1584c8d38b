"""hibari's spectra become sound: whole, as its package does it, or block by block, so that the first is there early.

The net gives five spectra and the pitch for each frame of 12.5 ms. What stands in ``hibari.dsp`` for all frames at once
is done here for some at a time: the frames overlap by 37.5 ms, which each block hands to the next.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

_HOP: Final = 300
_SIZE: Final = 1200
_OVERLAP: Final = _SIZE // _HOP - 1
_EDGE: Final = _SIZE // 2 // _HOP
_BINS: Final = _SIZE // 2 + 1
_BEGUN: Final = 16
_UNVOICED: Final = 40
_NEXT: Final = 120
"""Frames of the first block, beyond the silence before the first voiced one (without any, in all): a fifth of a second,
with which the next block is never late, and half a second. Then of those after it: a second and a half."""

_VOICED_HZ: Final = 40

Floats = NDArray[np.float32]


def whole(spectra: Sequence[Floats], noise: np.random.Generator) -> Floats:
    """Return the samples of ``spectra``: five of (601, frames), then the pitch (frames,)."""
    from hibari import dsp  # noqa: PLC0415 - brings scipy, which most commands do not need

    return np.asarray(dsp.synth(*spectra, noise), np.float32)


class Breath:
    """The noise of a breath, as ``noise`` gives it, drawn in another thread while the net works; used by one thread."""

    def __init__(self, noise: np.random.Generator) -> None:
        """Take where it comes from; nothing is drawn yet."""
        self._noise = noise
        self._drawn = np.zeros(0, np.float32)
        self._drawing: threading.Thread | None = None

    def expect(self, frames: int) -> None:
        """Begin to draw what about so many frames will take; what they do not take is left for those after them."""
        self._drawing = threading.Thread(target=self._draw, args=(_values(frames),), daemon=True)
        self._drawing.start()

    def take(self, frames: int) -> NDArray[np.complex64]:
        """Return the noise of the next ``frames`` frames, (601, frames)."""
        if self._drawing is not None:
            self._drawing.join()
        count = _values(frames)
        self._draw(count)
        found, self._drawn = self._drawn[:count], self._drawn[count:]
        return found.reshape(_BINS, 2 * frames).view(np.complex64)

    def _draw(self, count: int) -> None:
        """Have ``count`` values at least."""
        missing = count - len(self._drawn)
        if missing > 0:
            self._drawn = np.concatenate([self._drawn, self._noise.standard_normal(missing, dtype=np.float32)])


def _values(frames: int) -> int:
    return 2 * _BINS * frames


def blocks(spectra: Sequence[Floats], breath: Breath) -> Iterator[Floats]:
    """Yield what `whole` returns, but for the rounding of floats, in blocks."""
    from hibari import dsp  # noqa: PLC0415 - as above

    *parts, pitch = spectra
    frames = parts[0].shape[1]
    noise = breath.take(frames)
    scale = _scale(frames, dsp.WIN)
    carried = np.zeros((_OVERLAP, _HOP), np.float32)
    begun = _begun(pitch)
    for start, end in _cuts(frames, begun):
        if start <= begun:  # nobody waits for the pulses of all that follows before the first block is out
            windows = _windows(pitch if start else pitch[: end + _EDGE])
        voiced = np.ascontiguousarray(dsp.rfft(windows[start:end] * dsp.WIN_SRC, 1).T)
        spectrum = _spectrum(voiced, noise[:, start:end], [part[:, start:end] for part in parts])
        added = _overlapped(dsp.irfft(spectrum.T, _SIZE, 1) * dsp.WIN, carried)
        ready = end - start + (_EDGE if end == frames else 0)
        first = _EDGE if start == 0 else 0
        yield (added[first:ready] * scale[start + first : start + ready]).reshape(-1)
        carried = added[end - start :]


def _windows(pitch: Floats) -> Floats:
    """Return the pulses of ``pitch`` in frames that overlap, (frames, 1200); the last two need those after them."""
    from hibari import dsp  # noqa: PLC0415 - as above

    tone = np.pad(dsp.pulses(pitch), _SIZE // 2, mode="reflect")
    return np.asarray(np.lib.stride_tricks.sliding_window_view(tone, _SIZE)[::_HOP])


def _begun(pitch: Floats) -> int:
    """Return after how many frames there is something to hear, which is after 0.2 to 0.3 s of silence mostly."""
    voiced = np.flatnonzero(pitch > _VOICED_HZ)
    return int(voiced[0]) + _BEGUN if len(voiced) else _UNVOICED


def _cuts(frames: int, begun: int) -> list[tuple[int, int]]:
    """Return where blocks start and end; the last one is longer than what there is to hear in the first."""
    starts = [0, *(start for start in range(begun, frames, _NEXT) if start < frames - _BEGUN)]
    return list(pairwise([*starts, frames]))


def _spectrum(
    voiced: NDArray[np.complex64], breath: NDArray[np.complex64], parts: Sequence[Floats]
) -> NDArray[np.complex64]:
    """Return pulses filtered by the harmonic branch, shaped noise, and the branch of free phase, added."""
    from hibari import dsp  # noqa: PLC0415 - as above

    harmonic, angle, noisy, free, phase = parts
    spectrum: NDArray[np.complex64] = voiced * (_turned(np.tanh(angle) * np.float32(np.pi)) * dsp.ex(harmonic))
    spectrum += breath * dsp.ex(noisy)
    spectrum += _turned(phase) * dsp.ex(free)
    return spectrum


def _turned(angle: Floats) -> NDArray[np.complex64]:
    """Return the unit vectors at the angles: in halves, which takes a third of the time of a complex exponential."""
    found = np.empty(angle.shape, np.complex64)
    np.cos(angle, out=found.real)
    np.sin(angle, out=found.imag)
    return found


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
