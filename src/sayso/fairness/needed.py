"""How many speakers of each group a decision takes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from scipy import special

from sayso.fairness.effect import Effect
from sayso.fairness.gap import LEVEL, Gap

MIN_SPEAKERS: Final = 10
"""A group of fewer speakers never passes."""

POWER: Final = 0.90
POWERED: Final = 0.70
"""The power from which a gap that is found, and cannot be shown to be harmless, counts as a failure."""

_MOST: Final = 1_000_000


def is_powered(gap: Gap, margin: float) -> bool:
    """Return whether a true gap of ``margin`` would be found with a chance of `POWERED` or more."""
    return margin >= float(special.ndtri(1 - LEVEL / 2) + special.ndtri(POWERED)) * gap.error


def speakers_needed(one: Effect, others: Sequence[Effect], margin: float) -> int | None:
    """Return how many speakers of each group show with a chance of `POWER` that there is no gap, if there is none.

    Equal groups with the variance that was measured, both one-sided tests at `LEVEL`. None where no number does:
    the margin is 0, or a group has one speaker, whose spread is unknown.
    """
    spread = one.spread + math.fsum(other.spread for other in others) / len(others) ** 2
    if not margin or not math.isfinite(spread):
        return None
    count = MIN_SPEAKERS
    for _ in range(8):  # the quantiles depend on the number; it settles in a few steps
        freedom = (1 + len(others)) * (count - 1)
        reach = sum(float(special.stdtrit(freedom, share)) for share in (1 - LEVEL, 1 - (1 - POWER) / 2))
        count = max(MIN_SPEAKERS, math.ceil(min(_MOST, reach**2 * spread / margin**2)))
    return count
