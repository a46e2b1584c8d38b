"""Verifying after embedding: whether the mark is still read when the clip has gone through what a policy names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from sayso.audio.signal import Signal
from sayso.marking.chains import NONE, Chain
from sayso.marking.detector import PRESENT_LOG10_P, Detector
from sayso.marking.mark import Mark
from sayso.marking.strength import ROBUST, Strength

MOST_STEPS: Final = 2
"""A clip is written more firmly at most so often, and never beyond the reach of the profile *robust*."""

_FIRMER: Final = 1.25


@dataclass(frozen=True, slots=True)
class Checked:
    """One chain that a marked clip was sent through. ``margin`` is in decades of p beyond what presence asks for.

    Where the chain does not run here, ``has_run`` and ``is_readable`` are False: nothing is known.
    """

    chain: str
    has_run: bool
    is_readable: bool
    margin: float

    def as_json(self) -> dict[str, Any]:
        """Return the JSON shape."""
        return {
            "chain": self.chain,
            "run": self.has_run,
            "readable": self.is_readable,
            "margin": round(self.margin, 1) if self.has_run else None,
        }


def check(detector: Detector, signal: Signal, mark: Mark, chain: Chain) -> Checked:
    """Return whether ``mark``, and no other, is read from ``signal``, a whole clip, after ``chain``."""
    if not chain.runs_here:
        return Checked(chain.name, has_run=False, is_readable=False, margin=0.0)
    found = detector.read_at(signal if chain is NONE else chain.heard(signal), 0)
    is_read = found.present and found.mark == mark
    return Checked(chain.name, has_run=True, is_readable=is_read, margin=PRESENT_LOG10_P - found.log10_p)


def firmer(strength: Strength) -> Strength | None:
    """Return the next firmer strength, or None at the floor of quality, the reach of the profile *robust*."""
    if strength.reach >= ROBUST.reach:
        return None
    reach = min(ROBUST.reach, _FIRMER * strength.reach)
    factor = reach / strength.reach
    return replace(strength, data_db=factor * strength.data_db, pilot_db=factor * strength.pilot_db, reach=reach)
