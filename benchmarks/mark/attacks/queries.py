"""Attacks by who may ask the published detector as often as they like, and knows nothing else of it.

"square": Square Attack (Andriushchenko et al. 2020, section 3.3, the L-infinity one) on the log-magnitudes of the
spectrogram: random patches are made louder or softer by at most `MOST_DB`; what makes the detector less sure is kept.
It needs the p-value that the detector tells. "boundary": HopSkipJump (Chen, Jordan and Wainwright 2020, algorithm 2,
the L2 one) on the samples, which needs but yes or no: from a copy so noisy that nothing is found, it walks along the
border of what is found, ever nearer to the clip. It always ends without a mark, so its figure is how the result sounds.
Both stop when the asked number of queries is spent, the square one as soon as nothing is found.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.signal import istft, stft

PRESENT_LOG10_P = -6.0
MOST_DB = 3.0  # what a patch is made louder or softer by, at most
SIZE, HOP = 512, 256
FIRST_SHARE = 0.05  # of the spectrogram, the first patches
HALVINGS = (10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000)  # of 10,000 queries, where the patches halve: section 4
DIRECTIONS = 20  # of the first estimate of the border's slope; the n-th takes sqrt(n) times as many
TOLERANCE = 0.01  # of the distance, to which the border is found

Score = Callable[[np.ndarray], float]


class Detector:
    """The published detector, asked at most ``count`` times."""

    def __init__(self, score: Score, count: int) -> None:
        self._score, self.left = score, count

    def log10_p(self, samples: np.ndarray) -> float:
        self.left -= 1
        return self._score(samples.astype(np.float32))

    def is_silent(self, samples: np.ndarray) -> bool:
        return self.log10_p(samples) > PRESENT_LOG10_P


def square(samples: np.ndarray, detector: Detector, rng: np.random.Generator) -> np.ndarray:
    """Return ``samples`` with patches of its spectrogram changed until nothing is found, or no query is left."""
    spectrum, asked = _spectrum(samples), detector.left
    change = np.repeat(rng.choice((-1.0, 1.0), size=(spectrum.shape[0], 1)), spectrum.shape[1], axis=1)
    best = _sounding(spectrum, change, samples.size)
    score = detector.log10_p(best)
    while detector.left > 0 and score <= PRESENT_LOG10_P:
        tried = _patched(change, _share(asked - detector.left, asked), rng)
        heard = _sounding(spectrum, tried, samples.size)
        now = detector.log10_p(heard)
        if now > score:
            change, best, score = tried, heard, now
    return best


def _spectrum(samples: np.ndarray) -> np.ndarray:
    return stft(samples, nperseg=SIZE, noverlap=SIZE - HOP)[2]


def _sounding(spectrum: np.ndarray, change: np.ndarray, count: int) -> np.ndarray:
    return istft(spectrum * 10 ** (MOST_DB / 20 * change), nperseg=SIZE, noverlap=SIZE - HOP)[1][:count]


def _share(done: int, asked: int) -> float:
    return FIRST_SHARE / 2 ** sum(done / asked * 10_000 >= step for step in HALVINGS)


def _patched(change: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    side = max(1, round(np.sqrt(share * change.size)))
    high, wide = min(side, change.shape[0]), min(side, change.shape[1])
    row, column = (rng.integers(whole - part + 1) for whole, part in zip(change.shape, (high, wide), strict=True))
    tried = change.copy()
    tried[row : row + high, column : column + wide] = rng.choice((-1.0, 1.0))
    return tried


def boundary(samples: np.ndarray, detector: Detector, rng: np.random.Generator) -> np.ndarray:
    """Return the sound nearest to ``samples`` that was found in which the detector finds nothing."""
    clip = samples.astype(np.float64)
    heard = _nearest(clip, _noisy(clip, detector, rng), detector)
    for turn in range(1, 1 + detector.left):
        directions = round(DIRECTIONS * np.sqrt(turn))
        if detector.left < directions + 20:
            break
        distance = float(np.linalg.norm(heard - clip))
        slope = _slope(heard, distance / np.sqrt(clip.size), directions, detector, rng)
        step = distance / np.sqrt(turn)
        while detector.left > 12 and not detector.is_silent(heard + step * slope):
            step /= 2
        if detector.left > 12:
            heard = _nearest(clip, heard + step * slope, detector)
    return heard


def _noisy(clip: np.ndarray, detector: Detector, rng: np.random.Generator) -> np.ndarray:
    """Return ``clip`` in noise just loud enough that nothing is found, to 3 dB."""
    noise = rng.standard_normal(clip.size) * np.std(clip)
    for snr_db in range(30, -60, -3):
        heard = clip + noise * 10 ** (-snr_db / 20)
        if detector.is_silent(heard):
            break
    return heard


def _nearest(clip: np.ndarray, silent: np.ndarray, detector: Detector) -> np.ndarray:
    """Return the sound between the two, as near to ``clip`` as nothing is found in."""
    low, high = 0.0, 1.0
    while high - low > TOLERANCE and detector.left > 0:
        middle = (low + high) / 2
        if detector.is_silent(clip + middle * (silent - clip)):
            high = middle
        else:
            low = middle
    return clip + high * (silent - clip)


def _slope(heard: np.ndarray, reach: float, count: int, detector: Detector, rng: np.random.Generator) -> np.ndarray:
    """Return the direction (of length one) in which the detector finds less, by ``count`` tries around ``heard``."""
    total, weights, whole = np.zeros(heard.size), [], np.zeros(heard.size)
    for _ in range(count):
        way = rng.standard_normal(heard.size)
        weight = 1.0 if detector.is_silent(heard + reach * way) else -1.0
        total, whole = total + weight * way, whole + way
        weights.append(weight)
    slope = total - np.mean(weights) * whole if len(set(weights)) > 1 else total
    return slope / np.linalg.norm(slope)


WAYS = {"square": square, "boundary": boundary}
