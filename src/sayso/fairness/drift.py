"""Drift in one stratum: a test that may be looked at after every sample, and says at once when it has found one.

For each sample a bet is made that its value lies below its speaker's baseline. While there is no drift, no bet gains on
average, whatever the distribution of the values; the sum over all moments at which a drift may have begun is a detector
whose mean time to a false alarm is at least its threshold (e-detectors: Shin, Ramdas and Rinaldo, arXiv 2203.03532;
Shiryaev and Roberts). Bets of several sizes are mixed, so that the size of the drift need not be known.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

THRESHOLD: Final = 100_000.0
"""Samples to a false alarm, on average at least."""

BETS: Final = (0.15, 0.4, 0.8)
"""Shares of what may be lost that are bet on each sample."""

_FLOOR: Final = -700.0  # exp of less is 0


@dataclass(slots=True)
class DriftDetector:
    """Watches for values below 0 on average, each at most ``reach`` away from it; larger ones count as ``reach``."""

    reach: float
    samples: int = 0
    alarm_at: int | None = None
    _logs: list[float] = field(default_factory=lambda: [-math.inf] * len(BETS))

    def add(self, below: float) -> bool:
        """Count one value; ``below`` says by how much it lies below its baseline. Return whether there is an alarm.

        After an alarm the detector stays as it is: somebody has to look.
        """
        if self.alarm_at is not None:
            return True
        self.samples += 1
        share = max(-1.0, min(1.0, below / self.reach))
        for place, bet in enumerate(BETS):
            started = float(_added(self._logs[place], 0.0))
            self._logs[place] = started + math.log1p(bet * share)
        if self.log_evidence >= math.log(THRESHOLD):
            self.alarm_at = self.samples
        return self.alarm_at is not None

    @property
    def log_evidence(self) -> float:
        """The natural logarithm of the evidence; an alarm from that of `THRESHOLD` on."""
        total = -math.inf
        for each in self._logs:
            total = _added(total, each)
        return total - math.log(len(BETS))


def _added(one: float, other: float) -> float:
    """Return the logarithm of the sum of two numbers given by theirs."""
    high, low = max(one, other), min(one, other)
    return high if low - high < _FLOOR or high == -math.inf else high + math.log1p(math.exp(low - high))
