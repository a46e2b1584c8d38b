"""Features: how the balance between neighbouring bands moves from moment to moment.

After Haitsma and Kalker (2002, A highly robust audio fingerprinting system): the sign of the difference, over bands and
over time, of energies. Here over a quarter of a second and 17 bands from 300 to 3,300 Hz, so that the telephone keeps
all of it, and a gain or an equaliser, being the same at both moments, takes no part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.rates import resampled
from sayso.audio.signal import Signal

RATE_HZ: Final = 8_000
FRAME_LENGTH: Final = 2048
HOP_LENGTH: Final = 256
BITS: Final = 16
LEAST_ROWS: Final = 12  # with the sound around them 0.75 s
_BESIDE_S: Final = 0.35  # of silence on each side of a short clip: more than a frame's 0.256 s

_LAG_FRAMES: Final = 4
_LOWEST_HZ: Final = 300.0
_HIGHEST_HZ: Final = 3300.0
_EDGES: Final = np.round(np.geomspace(_LOWEST_HZ, _HIGHEST_HZ, BITS + 2) * FRAME_LENGTH / RATE_HZ).astype(np.intp)
_WINDOW: Final = FRAME_LENGTH * np.hanning(FRAME_LENGTH).astype(np.float32)
"""With what ``norm="forward"`` divides by: see `mark.cells`, where it is done for speed as well."""
_FLOOR: Final = np.float32(1e-6)  # of a frame's energy: what a codec left out is not minus infinity
_SILENCE: Final = np.float32(1e-9)
_LOUD_SHARE: Final = 0.95
_AROUND_ROWS: Final = 30 * RATE_HZ // HOP_LENGTH  # with the next line as `mark.passages` cuts a long sound
_STEP_ROWS: Final = 24 * RATE_HZ // HOP_LENGTH
_BLOCK_FRAMES: Final = 64


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """``soft``: float32 of shape (rows, 16), positive for a bit of 1, far from 0 where it is sure; a row each 32 ms.

    ``level_db`` is how loud the bands are at each row, shape (rows,); ``loud_db``, of the same shape, how loud the loud
    rows of the half minute around it are, also where these rows are but stretches of it. ``short``: taken with silence
    on both sides, and comparable with such only.
    """

    soft: NDArray[np.float32]
    level_db: NDArray[np.float32]
    loud_db: NDArray[np.float32]
    short: bool = False

    def rows(self, rows: slice) -> Features:
        """Return some of the rows."""
        return replace(self, soft=self.soft[rows], level_db=self.level_db[rows], loud_db=self.loud_db[rows])

    def between(self, start_s: float, end_s: float) -> Features:
        """Return the rows that lie wholly within a stretch of time."""
        first = int(np.ceil(start_s * RATE_HZ / HOP_LENGTH))
        last = int((end_s * RATE_HZ - FRAME_LENGTH) / HOP_LENGTH) - _LAG_FRAMES + 1
        return self.rows(slice(max(first, 0), max(last, first, 0)))

    def first(self, seconds: float) -> Features:
        """Return the rows that begin in the first ``seconds``."""
        return self.rows(slice(round(seconds * RATE_HZ / HOP_LENGTH)))


def features_of(signal: Signal, *, tempo: float = 1.0, pitch: float = 1.0) -> Features:
    """Return the features of ``signal``, its channels mixed; no rows if it is shorter than 0.4 s.

    ``tempo`` and ``pitch``: how fast it plays and how high it sounds beside how it was made (`marking.warps`). The
    features, and the times of their rows, are then those of the sound as it was made.
    """
    samples = resampled(signal.mixed_in_phase().reshape(1, -1), signal.sample_rate, RATE_HZ)[0]
    if samples.size < FRAME_LENGTH + _LAG_FRAMES * HOP_LENGTH:
        nothing = np.zeros(0, dtype=np.float32)
        return Features(np.zeros((0, BITS), dtype=np.float32), nothing, nothing)
    hop = HOP_LENGTH / tempo
    places = np.round(hop * np.arange(1 + int((samples.size - FRAME_LENGTH) / hop))).astype(np.intp)
    edges = np.round(_EDGES * pitch).astype(np.intp)
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME_LENGTH)[places]
    power = _power(frames, slice(edges[0], min(edges[-1], FRAME_LENGTH // 2)))
    band = np.add.reduceat(power, edges[:-1] - edges[0], axis=1)
    total = band.sum(axis=1)
    log_band = np.log(band + _FLOOR * total[:, None] + _SILENCE)
    balance = np.diff(log_band, axis=1)
    soft = (balance[_LAG_FRAMES:] - balance[:-_LAG_FRAMES]).astype(np.float32)
    level_db = (10 * np.log10(total + _SILENCE)).astype(np.float32)
    lower_db = np.minimum(level_db[_LAG_FRAMES:], level_db[:-_LAG_FRAMES])
    return Features(soft, lower_db, _loud_around(lower_db))


def clip_features_of(signal: Signal, *, tempo: float = 1.0, pitch: float = 1.0) -> Features:
    """Return the features of a clip that stands alone, as a fingerprint has them: short ones where it is short."""
    features = features_of(signal, tempo=tempo, pitch=pitch)
    if len(features.soft) >= LEAST_ROWS:
        return features
    return short_features_of(signal, tempo=tempo, pitch=pitch)


def short_features_of(signal: Signal, *, tempo: float = 1.0, pitch: float = 1.0) -> Features:
    """Return the features of a clip too short to have `LEAST_ROWS`, with silence on both sides of it.

    How its beginning and its end rise and fall then counts as well: 0.4 s are told from other speech.
    """
    beside = round(_BESIDE_S * signal.sample_rate)
    alone = Signal(np.pad(signal.mixed_in_phase().reshape(1, -1), ((0, 0), (beside, beside))), signal.sample_rate)
    return replace(features_of(alone, tempo=tempo, pitch=pitch), short=True)


def _loud_around(level_db: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how loud the loud rows around each row are: in an hour, somebody else is always louder somewhere."""
    loud_db = np.empty_like(level_db)
    last = max(0, -(-(len(level_db) - _AROUND_ROWS) // _STEP_ROWS)) * _STEP_ROWS
    for start in range(0, last + 1, _STEP_ROWS):
        loud_db[start:] = np.quantile(level_db[start : start + _AROUND_ROWS], _LOUD_SHARE)
    return loud_db


def _power(frames: NDArray[np.float32], bins: slice) -> NDArray[np.float32]:
    """Return the power of each frame in these bins, shape (frames, bins).

    A few frames at a time stay in the processor's cache: three times as fast, and an hour of sound is never held whole.
    """
    starts = range(0, len(frames), _BLOCK_FRAMES)
    spectra = (
        np.fft.rfft(frames[start : start + _BLOCK_FRAMES] * _WINDOW, norm="forward")[:, bins] for start in starts
    )
    return np.concatenate([spectrum.real**2 + spectrum.imag**2 for spectrum in spectra])


def one_after_another(parts: Sequence[Features]) -> Features:
    """Return the rows of ``parts``, of which there is at least one, as one."""
    soft, level_db, loud_db = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("soft", "level_db", "loud_db")
    )
    return Features(soft, level_db, loud_db)
