"""Enhancers by name: those of Sayso and those found by entry point; one that is broken is told of when asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import entry_points
from typing import Final

from sayso.errors import Conflict, NotFound
from sayso.plugins import plugged_in
from sayso.restoration.enhancers.deepfilternet import DEEPFILTERNET
from sayso.restoration.enhancers.duet import Duet
from sayso.restoration.enhancers.gtcrn import Gtcrn
from sayso.restoration.enhancers.hush import HUSH
from sayso.restoration.enhancers.protocol import Enhancer

GROUP: Final = "sayso.enhancers"
_OWN: Final[Mapping[str, Callable[[], Enhancer]]] = {
    "hush": lambda: HUSH,
    "deepfilternet": lambda: DEEPFILTERNET,
    "duet": Duet,
    "gtcrn": Gtcrn,
}


class EnhancerUnknown(NotFound):
    """No enhancer of this name is installed."""


class EnhancerUnfit(Conflict):
    """An installed enhancer does not do what an enhancer must; update or remove its package."""


@cache
def enhancer(name: str) -> Enhancer:
    """Return the enhancer ``name``; raise `EnhancerUnknown`, which names those installed, or `EnhancerUnfit`."""
    if name in _OWN:
        return _OWN[name]()
    points = {point.name: point for point in entry_points(group=GROUP)}
    if name not in points:
        known = ", ".join(enhancer_names())
        raise EnhancerUnknown(f"got the enhancer {name[:40]!r}, expected one that is installed: {known}")
    return plugged_in(points[name], Enhancer, EnhancerUnfit)  # type: ignore[type-abstract]


def enhancer_names() -> list[str]:
    """Return the names of the enhancers that are installed."""
    return sorted({*_OWN, *(point.name for point in entry_points(group=GROUP))})
