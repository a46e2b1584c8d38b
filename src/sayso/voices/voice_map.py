"""The map from a style space to how a voice sounds, drawn from renders and redrawn after each.

A Gaussian process with one squared-exponential kernel for all numbers of a sound (Rasmussen and Williams, "Gaussian
Processes for Machine Learning", 2006, equations 2.25 and 2.26): between points that were heard it tells how a point
will sound, far from them it falls back to the average voice, which keeps a search near what is known to sound like
speech.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Point = NDArray[np.float64]
Vector = NDArray[np.float64]

MEASURED_NOISE: Final = 0.25
HEARD_NOISE: Final = 0.20
"""Variance that a sentence adds to a sound, in parts of the variance between voices."""

PITCH_PRICE: Final = 1.0
"""What the square of a pitch that is off costs, in similarity: 0.02 for four semitones."""

PITCH_FREE: Final = 0.09
"""How far the pitch may be off at no price, in nepers: a semitone and a half, as far as it wanders from day to day."""

MAX_COORDINATE: Final = 3.0
_PRIOR: Final = 2e-5
_STEPS: Final = 40


class VoiceMap:
    """What is known of a style space: rows of points, and of what was heard there.

    A sound is an embedding with the natural logarithm of the pitch in Hz as one more, last number.
    """

    def __init__(self, points: Point, sounds: Vector, weights: Sequence[float]) -> None:
        """Start from what was measured beforehand: ``points`` (rows, dimensions), ``sounds`` (rows, numbers)."""
        from scipy import linalg  # noqa: PLC0415 - scipy is slow to load

        self.measured_points = points
        self.measured_sounds = sounds
        self._linalg = linalg
        self.scale = np.asarray(weights, dtype=np.float64)
        scaled = points * self.scale
        self.scale = self.scale / np.sqrt((scaled**2).sum(axis=1).mean())
        self._known = points * self.scale
        self._num_measured = len(points)
        self.mean = sounds.mean(axis=0)
        self.shift: Vector = np.zeros_like(self.mean)
        gram = _kernel(self._known, self._known) + MEASURED_NOISE * np.eye(len(points))
        self._factor = linalg.cho_factor(gram, lower=True)
        self._measured_share = linalg.cho_solve(self._factor, sounds - self.mean)
        self._share = self._measured_share
        self._solved = np.zeros((len(points), 0))
        self._heard: list[Vector] = []

    def hear(self, point: Point, sound: Vector) -> None:
        """Take in that ``point`` sounds like ``sound``; `redraw` makes it count."""
        scaled = point * self.scale
        column = _kernel(self._known[: self._num_measured], scaled[None])
        self._solved = np.hstack([self._solved, self._linalg.cho_solve(self._factor, column)])
        self._known = np.vstack([self._known, scaled])
        self._heard.append(sound)

    def rehear(self, sounds: Sequence[Vector], shift: Vector) -> None:
        """Replace all that was heard, and shift what was measured beforehand: the sound after it was corrected."""
        self._heard = list(sounds)
        self.shift = shift

    def distance(self, point: Point, other: Point) -> float:
        """Return how far apart two points are, in lengths over which voices are alike."""
        return float(np.linalg.norm((point - other) * self.scale))

    def redraw(self) -> None:
        """Bring the map up to what was heard."""
        count = self._num_measured
        heard = self._known[count:]
        cross = _kernel(self._known[:count], heard)
        expected = self.mean + self.shift + cross.T @ self._measured_share
        spread = _kernel(heard, heard) - cross.T @ self._solved + HEARD_NOISE * np.eye(len(heard))
        share = np.linalg.solve(spread, np.asarray(self._heard) - expected)
        self._share = np.vstack([self._measured_share - self._solved @ share, share])

    def expected(self, point: Point) -> Vector:
        """Return the sound expected at ``point``; its embedding is shorter than 1, the more the less is known."""
        near = _kernel(self._known[: len(self._share)], (point * self.scale)[None])[:, 0]
        return np.asarray(self.mean + self.shift + near @ self._share)

    def nearest(self, target: Vector, starts: Iterable[Point]) -> Point:
        """Return the point expected to sound most like ``target``, climbing from each of ``starts``."""
        from scipy.optimize import minimize  # noqa: PLC0415 - scipy is slow to load

        climbs = [
            minimize(
                self.unlikeness,
                start,
                (target,),
                jac=True,
                method="L-BFGS-B",
                bounds=[(-MAX_COORDINATE, MAX_COORDINATE)] * len(start),
                options={"maxiter": _STEPS},
            )
            for start in starts
        ]
        return np.asarray(min(climbs, key=lambda climb: float(climb.fun)).x, dtype=np.float64)

    def unlikeness(self, point: Point, target: Vector) -> tuple[float, Point]:
        """Return minus the expected cosine, plus prices for pitch and for leaving the middle, and its gradient."""
        apart = point * self.scale - self._known[: len(self._share)]
        near = np.exp(-0.5 * (apart * apart).sum(axis=1))
        expected = self.mean + self.shift + near @ self._share
        embedding, aim = expected[:-1], target[:-1]
        length = float(np.linalg.norm(embedding))
        cosine = float(embedding @ aim) / length
        apart_by = float(expected[-1] - target[-1])
        off = float(np.sign(apart_by)) * max(0.0, abs(apart_by) - PITCH_FREE)
        wish = np.append(aim / length - embedding * (cosine / length**2), -2.0 * PITCH_PRICE * off)
        slope = -((near * (self._share @ wish)) @ apart) * self.scale
        price = _PRIOR * float(point @ point) + PITCH_PRICE * off**2
        return price - cosine, 2.0 * _PRIOR * point - slope


def _kernel(rows: Point, others: Point) -> Vector:
    squared = (rows * rows).sum(axis=1)[:, None] + (others * others).sum(axis=1) - 2.0 * rows @ others.T
    return np.asarray(np.exp(-0.5 * np.maximum(squared, 0.0)))
