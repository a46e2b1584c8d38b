"""Scorers: judges of a recording, plugins of the entry point group ``sayso.scorers``; DNSMOS comes with Sayso."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import entry_points
from typing import Final, Protocol, runtime_checkable

from sayso.audio.quality import dnsmos
from sayso.audio.signal import Signal
from sayso.errors import Conflict, NotFound
from sayso.models import cards
from sayso.plugins import plugged_in

GROUP: Final = "sayso.scorers"


class ScorerUnknown(NotFound):
    """No scorer of this name is installed."""


class ScorerUnfit(Conflict):
    """An installed scorer does not do what a scorer must; update or remove its package."""


@runtime_checkable
class Scorer(Protocol):
    """Judges a recording by numbers, the higher the better; beside a reference where it ``needs_reference``."""

    @property
    def name(self) -> str:
        """Return the name of its entry point."""
        ...

    @property
    def licence(self) -> str:
        """Return the SPDX licence of its weights."""
        ...

    @property
    def needs_reference(self) -> bool:
        """Return whether it compares with a reference."""
        ...

    def digest(self) -> str:
        """Return the SHA-256, in hex, of what decides its numbers."""
        ...

    def score(self, signal: Signal, reference: Signal | None = None) -> Mapping[str, float]:
        """Return the numbers for ``signal``, finite, the same names each time. Deterministic; changes nothing."""
        ...


class DnsmosScorer:
    """DNSMOS P.835: speech, background and both together."""

    name: Final = "dnsmos"
    licence: Final = "MIT"
    needs_reference: Final = False

    def digest(self) -> str:
        """Return the digest of the network."""
        return cards()["dnsmos"].sha256

    def score(self, signal: Signal, reference: Signal | None = None) -> Mapping[str, float]:  # noqa: ARG002
        """Return the scores of ``signal``; a reference is not needed."""
        found = dnsmos(signal)
        return {"signal": found.sig, "background": found.bak, "overall": found.ovr}


_OWN: Final[Mapping[str, Callable[[], Scorer]]] = {"dnsmos": DnsmosScorer}


@cache
def scorer(name: str) -> Scorer:
    """Return the scorer ``name``; raise `ScorerUnknown`, which names those installed, or `ScorerUnfit`."""
    if name in _OWN:
        return _OWN[name]()
    points = {point.name: point for point in entry_points(group=GROUP)}
    if name not in points:
        known = ", ".join(scorer_names())
        raise ScorerUnknown(f"got the scorer {name[:40]!r}, expected one that is installed: {known}")
    return plugged_in(points[name], Scorer, ScorerUnfit)  # type: ignore[type-abstract]


def scorer_names() -> list[str]:
    """Return the names of the scorers that are installed."""
    return sorted({*_OWN, *(point.name for point in entry_points(group=GROUP))})
