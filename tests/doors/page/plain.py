"""The plain search, written a second time, in numpy and slowly: what the page must find, whatever else Python searches.

Four offsets, two ways to weigh the cells, all 288 places, windows of two periods in what is longer than 10 s, two
refinements, the union bound over all of it; then the stretches in which the pattern shows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from sayso.mark.evidence import log10_tail
from sayso.mark.pattern import BANDS, PERIOD_FRAMES, Pattern

HOP, FRAME, RATE = 256, 512, 24_000


@dataclass
class Place:
    """A place of the pattern: frame ``t`` of ``cells`` carries the signs of frame ``phase + t`` of the period."""

    offset: int
    strictly: bool
    phase: int
    span: tuple[int, int]
    statistic: float
    cells: np.ndarray


def cells_of(samples: np.ndarray, offset: int, *, strictly: bool) -> np.ndarray:
    """Return the weighted residuals, shape (frames, bands), of samples of shape (channels, n)."""
    count = 1 + (samples.shape[1] - offset - FRAME) // HOP
    window = np.sin(np.pi * (np.arange(FRAME) + 0.5) / FRAME)
    frames = np.stack([samples[:, offset + t * HOP : offset + t * HOP + FRAME] for t in range(count)], axis=1)
    power = np.abs(np.fft.rfft(frames * window)[..., 6 : 6 + 2 * BANDS]) ** 2
    energy = power.reshape(*power.shape[:2], BANDS, 2).sum(axis=(0, 3)) + 1e-9
    level = 10 * np.log10(energy)
    near = np.pad(level, 2, mode="edge")
    rows, columns = slice(2, -2), slice(2, -2)
    taken = 0.2 * (near[1:-3, columns] + near[3:-1, columns])
    taken += 0.15 * (near[rows, 1:-3] + near[rows, 3:-1] + near[rows, :-4] + near[rows, 4:])
    floor = 10 ** (np.percentile(level, 10, axis=0) / 10)
    if strictly:
        over = np.maximum(mean(mean(energy, 3, 0), 5, 1) / mean(3.8 * floor, 9, 0) - 1, 0)
        worth = np.maximum(over / (1 + over), 0.02)
    else:
        worth = np.clip(1 - 0.7 * floor / energy, 0.2, 1)
    heard = level > max(level.max() - 80, -67)
    return np.clip(level - taken, -7, 7) * worth * heard


def mean(values: np.ndarray, width: int, axis: int) -> np.ndarray:
    """Return the mean of each ``width`` values along ``axis``, the edges continued."""
    ends = [(width // 2, width // 2) if a == axis else (0, 0) for a in range(values.ndim)]
    return np.lib.stride_tricks.sliding_window_view(np.pad(values, ends, mode="edge"), width, axis).mean(axis=-1)


def statistics(cells: np.ndarray, signs: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """Return T of cells for each row of signs, cells of the same place of the period added first."""
    folded = np.zeros((PERIOD_FRAMES, BANDS))
    for start in range(0, len(cells), PERIOD_FRAMES):
        part = cells[start : start + PERIOD_FRAMES]
        folded[: len(part)] += part
    flat = folded.ravel()
    return (signs @ flat) / np.sqrt(np.maximum(masks @ flat**2, 1e-6))


@cache
def rolled(pattern: Pattern) -> tuple[np.ndarray, np.ndarray]:
    """Return the signs of a period that begins at each of its places, a row a place, and where there are any."""
    signs = np.stack([np.roll(pattern.pilot, -phase, axis=0).ravel() for phase in range(PERIOD_FRAMES)]).astype(float)
    return signs, np.abs(signs)


def search(samples: np.ndarray, pattern: Pattern) -> tuple[int, Place]:
    """Return how many statistics were looked at, and the likeliest place."""
    looked, found = 0, []
    for offset in (0, 64, 128, 192):
        for strictly in (False, True):
            cells = cells_of(samples, offset, strictly=strictly)
            for first, stop in spans(len(cells)):
                along = statistics(cells[first:stop], *rolled(pattern))
                looked += len(along)
                for phase in np.argsort(along)[-4:]:
                    at = int(phase - first) % PERIOD_FRAMES
                    found.append(Place(offset, strictly, at, (first, stop), float(along[phase]), cells))
    best: list[Place] = []
    for place in sorted(found, key=lambda one: -one.statistic):
        if all(apart(place, other) > 160 for other in best):
            best.append(place)
        if len(best) == 4 or best[0].statistic > 9:
            break
    refined = []
    for place in best:
        better, count = refine(samples, pattern, place)
        refined.append(better)
        looked += count
    return looked, max(refined, key=lambda one: one.statistic)


def spans(count: int) -> list[tuple[int, int]]:
    """Return the stretches that are searched of so many frames."""
    starts = range(0, count - PERIOD_FRAMES, PERIOD_FRAMES) if count > 940 else ()
    return [(0, count), *((start, min(start + 2 * PERIOD_FRAMES, count)) for start in starts)]


def apart(one: Place, other: Place) -> int:
    """Return how many samples of the period lie between two places."""
    period = PERIOD_FRAMES * HOP
    distance = ((one.phase - other.phase) * HOP - one.offset + other.offset) % period
    return min(distance, period - distance)


def refine(samples: np.ndarray, pattern: Pattern, place: Place) -> tuple[Place, int]:
    """Return the best of the places 32 and then 16 samples beside, and how many were looked at."""
    best, looked = place, 0
    for step in (32, 16):
        centre = best
        for shift in (-step, step):
            offset, phase = centre.offset + shift, centre.phase
            if offset < 0:
                offset, phase = offset + HOP, phase + 1
            if samples.shape[1] < offset + FRAME:
                continue
            cells = cells_of(samples, offset, strictly=best.strictly)
            row = (phase + centre.span[0]) % PERIOD_FRAMES
            signs, masks = (rows[row : row + 1] for rows in rolled(pattern))
            value = float(statistics(cells[slice(*centre.span)], signs, masks)[0])
            looked += 1
            if value > best.statistic:
                best = Place(offset, best.strictly, phase % PERIOD_FRAMES, centre.span, value, cells)
    return best, looked


def detect(samples: np.ndarray, pattern: Pattern) -> tuple[float, float, list[tuple[float, float]]]:
    """Return the statistic, log10 of the p-value after the search, and the segments in seconds."""
    if samples.shape[1] < FRAME + HOP:
        return 0.0, 0.0, []
    looked, best = search(samples.astype(float), pattern)
    log10_p = min(0.0, log10_tail(best.statistic) + math.log10(looked))
    return best.statistic, log10_p, segments(best, pattern) if log10_p <= -6 else []


def segments(best: Place, pattern: Pattern) -> list[tuple[float, float]]:
    """Return the stretches in which the pattern shows over one second."""
    signs = pattern.pilot[(best.phase + np.arange(len(best.cells))) % PERIOD_FRAMES].astype(float)
    second = np.ones(94)
    gain = np.convolve((signs * best.cells).sum(axis=1), second, "same")[: len(signs)]
    power = np.convolve((np.abs(signs) * best.cells**2).sum(axis=1), second, "same")[: len(signs)]
    inside = np.concatenate([[False], gain > 3 * np.sqrt(power + 1e-6), [False]])
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    at = (best.offset + edges * HOP) / RATE
    return [(start, stop + HOP / RATE) for start, stop in zip(at[::2], at[1::2], strict=True)]
