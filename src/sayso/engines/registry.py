"""The registry: engines by name, found by entry point, never named elsewhere.

A plugin is imported when it is asked for. One that is broken is reported, and the others go on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from importlib.metadata import EntryPoint, entry_points
from inspect import signature
from typing import Final

from sayso.audio.signal import MAX_SAMPLE_RATE, MIN_SAMPLE_RATE
from sayso.engines.errors import EngineUnfit, EngineUnknown
from sayso.engines.protocol import Capability, Engine, Licence
from sayso.engines.traits import Traits
from sayso.errors import SaysoError

GROUP: Final = "sayso.engines"

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class InstalledEngine:
    """One plugin: its entry point, the package it comes from, and what is wrong with it ("" if nothing is)."""

    name: str
    package: str
    package_version: str
    problem: str
    licence: Licence | None = None
    capabilities: tuple[Capability, ...] = ()
    languages: tuple[str, ...] = ()


@cache
def engine(name: str, threads: int = 2) -> Engine:
    """Return the engine ``name``, the same object each time, not yet loaded; one render takes ``threads`` threads.

    A plugin whose maker has no argument ``threads`` decides for itself how many it takes.
    Raise `EngineUnknown`, which names those that are installed, or `EngineUnfit`, which lists what the plugin lacks.
    What a plugin itself raises on purpose, such as `ModelMissing`, passes through.
    """
    points = _points()
    if name not in points:
        known = ", ".join(sorted(points)) or "none; install Sayso with pip, which registers its own"
        raise EngineUnknown(f"got the engine {name[:40]!r}, expected one that is installed: {known}")
    return _built(points[name], threads)


def installed() -> list[InstalledEngine]:
    """Return every plugin by name, with what is wrong with it; nothing is loaded that costs time."""
    return [_described(point) for _, point in sorted(_points().items())]


def _points() -> dict[str, EntryPoint]:
    """Return the entry points by name, but for those of an extra that is not installed."""
    return {point.name: point for point in entry_points(group=GROUP) if all(map(_is_installed, _extras(point)))}


def _extras(point: EntryPoint) -> list[str]:
    """Return the extras that an entry point asks for; `EntryPoint.extras` takes a name at its hyphens apart."""
    _, _, names = point.value.partition("[")
    return re.findall(r"[\w.-]+", names)


def _is_installed(package: str) -> bool:
    """Return whether the package of an extra is there; an extra of Sayso has the name of its package."""
    try:
        metadata.version(package)
    except metadata.PackageNotFoundError:
        return False
    return True


def _described(point: EntryPoint) -> InstalledEngine:
    package = point.dist.name if point.dist else ""
    version = point.dist.version if point.dist else ""
    try:
        found = engine(point.name)
    except SaysoError as error:
        return InstalledEngine(point.name, package, version, error.message)
    return InstalledEngine(
        point.name,
        package,
        version,
        "",
        licence=found.licence,
        capabilities=tuple(sorted(found.capabilities)),
        languages=found.languages,
    )


def _built(point: EntryPoint, threads: int) -> Engine:
    try:
        make = point.load()
        built = make(threads=threads) if "threads" in signature(make).parameters else make()
        reasons = _shortcomings(built, point.name)
    except SaysoError:
        raise
    except Exception as error:
        raise EngineUnfit(
            f"engine {point.name}: {point.value} cannot be made ({type(error).__name__}: {error}); "
            f"update or remove its package"
        ) from error
    if reasons:
        raise EngineUnfit(
            f"engine {point.name}: {point.value} does not meet the Engine protocol: {'; '.join(reasons)}",
            hint="update or remove its package",
            reasons=reasons,
        )
    found: Engine = built
    return found


def _shortcomings(built: object, name: str) -> list[str]:
    if not isinstance(built, Engine):
        wanted = [word for word in _members() if not hasattr(built, word)]
        return [f"it has no {word}" for word in wanted]
    checks = (
        (built.name == name, f"its name is {built.name!r}, its entry point is {name!r}"),
        (isinstance(built.version, str) and built.version, "its version is no text"),
        (isinstance(built.licence, Licence), "its licence is no Licence"),
        (
            isinstance(built.sample_rate, int) and MIN_SAMPLE_RATE <= built.sample_rate <= MAX_SAMPLE_RATE,
            f"its sample rate is {built.sample_rate!r}",
        ),
        (
            isinstance(built.languages, tuple) and built.languages and all(map(_LANGUAGE.fullmatch, built.languages)),
            "its languages are no tuple of tags such as en-US",
        ),
        (
            built.capabilities and all(isinstance(known, Capability) for known in built.capabilities),
            "its capabilities are no set of Capability",
        ),
        (isinstance(built.traits, Traits), "its traits are no Traits"),
        (_DIGEST.fullmatch(built.digest()), "its digest is no SHA-256 in hex"),
    )
    return [reason for holds, reason in checks if not holds]


def _members() -> list[str]:
    return sorted(word for word in vars(Engine) if not word.startswith("_"))
