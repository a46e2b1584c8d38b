"""Verifying after embedding: whether the mark is still read when the clip has gone through what a policy names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sayso.audio.signal import Signal
from sayso.mark.chains import NONE, Chain, chains_named
from sayso.mark.detector import PRESENT_LOG10_P, Detector
from sayso.mark.errors import MarkWeak
from sayso.mark.mark import Mark
from sayso.mark.profiles import strength_of
from sayso.mark.strength import ROBUST, Strength

MOST_STEPS: Final = 2
"""A clip is written more firmly at most so often, and never beyond the reach of the profile *robust*."""

_FIRMER: Final = 1.25


@dataclass(frozen=True, slots=True)
class MarkPolicy:
    """How firmly to mark, which chains of codecs the mark must survive, and whether a weak mark is refused or told.

    Raise `ProfileUnknown` or `ChainUnknown`. A mark is always read back from the clip itself, first.
    """

    profile: str = "standard"
    chains: tuple[str, ...] = ()
    refuse_weak: bool = False

    def __post_init__(self) -> None:
        """Refuse names that nothing has."""
        strength_of(self.profile)
        chains_named(self.chains)

    @property
    def checked(self) -> tuple[Chain, ...]:
        """Return the chains to send a clip through, *none* first."""
        return NONE, *(chain for chain in chains_named(self.chains) if chain is not NONE)

    def strengths(self) -> Iterator[Strength]:
        """Yield the profile's strength, then the next firmer ones, to be tried while a clip is weak."""
        strength: Strength | None = strength_of(self.profile)
        for _ in range(1 + MOST_STEPS):
            if strength is None:
                return
            yield strength
            strength = firmer(strength)

    def judge(self, checks: Sequence[ChainCheck]) -> None:
        """Raise `MarkWeak` where a mark was lost, or could not be checked, and this policy refuses such."""
        lost = lost_in(checks)
        if lost and self.refuse_weak:
            raise MarkWeak(
                f"the mark is not read after {', '.join(lost)}; use longer or louder sound, or another profile"
            )


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """One chain that a marked clip was sent through. ``margin`` is in decades of p beyond what presence asks for.

    Where the chain does not run here, ``has_run`` and ``is_readable`` are False: nothing is known.
    """

    chain: str
    has_run: bool
    is_readable: bool
    margin: float


def check(detector: Detector, signal: Signal, mark: Mark, chain: Chain) -> ChainCheck:
    """Return whether ``mark``, and no other, is read from ``signal``, a whole clip, after ``chain``."""
    if not chain.runs_here:
        return ChainCheck(chain.name, has_run=False, is_readable=False, margin=0.0)
    found = detector.read_at(signal if chain is NONE else chain.heard(signal), 0)
    is_read = found.present and found.mark == mark
    return ChainCheck(chain.name, has_run=True, is_readable=is_read, margin=PRESENT_LOG10_P - found.log10_p)


def checked(detector: Detector, signal: Signal, mark: Mark, chains: Sequence[Chain]) -> tuple[ChainCheck, ...]:
    """Return what became of ``mark`` in each of ``chains``."""
    return tuple(check(detector, signal, mark, chain) for chain in chains)


def lasts(checks: Sequence[ChainCheck]) -> bool:
    """Return whether the mark was read after every chain that runs here."""
    return all(one.is_readable or not one.has_run for one in checks)


def lost_in(checks: Sequence[ChainCheck]) -> list[str]:
    """Return the names of the chains after which the mark was not read, or that do not run here."""
    return [one.chain for one in checks if not one.is_readable]


def firmer(strength: Strength) -> Strength | None:
    """Return the next firmer strength, or None at the floor of quality, the reach of the profile *robust*."""
    if strength.reach >= ROBUST.reach:
        return None
    reach = min(ROBUST.reach, _FIRMER * strength.reach)
    factor = reach / strength.reach
    return replace(strength, data_db=factor * strength.data_db, pilot_db=factor * strength.pilot_db, reach=reach)
