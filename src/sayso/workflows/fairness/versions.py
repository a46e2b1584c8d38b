"""The versions that are here: the digest of an engine, a model, a watermark profile, the repair chain, a check."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

from sayso.engines.protocol import Engine
from sayso.engines.registry import engine, installed
from sayso.fairness.errors import SubjectInvalid
from sayso.fairness.subject import JudgedVersion, SubjectKind, SubjectName
from sayso.mark.profiles import strength_of
from sayso.mark.strength import PROFILES
from sayso.models import cards
from sayso.restoration.enhancers import enhancer
from sayso.restoration.repair.planner import ENHANCER

REPAIR: Final = "repair"
"""The repair chain as everybody gets it."""

FULLER: Final = "fuller"
"""The repair chain that takes more of noise and voice: always, or as ``fuller:GAIN`` where it gains less DNSMOS."""


SPEAKER: Final = "speaker"
"""The check of an enrolment whether one person speaks in statement and samples."""

_HEARS: Final = ("silero-vad", "campplus", "ge2e")
"""The models that the check of one speaker hears with."""


def fuller_below(name: str) -> float | None:
    """Return below which gain the repair chain ``name`` is fuller, None for never; raise `SubjectInvalid`."""
    kind, _, gain = name.partition(":")
    if name == REPAIR:
        return None
    try:
        found = math.inf if name == FULLER else float(gain)
    except ValueError:
        found = math.nan
    if kind != FULLER or math.isnan(found):
        kinds = ", ".join(f"{SubjectKind.RESTORATION}:{each}" for each in (REPAIR, FULLER, f"{FULLER}:GAIN"))
        raise SubjectInvalid(f"got {SubjectKind.RESTORATION}:{name[:40]}, expected one of {kinds}")
    return found


def version_of(subject: SubjectName) -> JudgedVersion:
    """Return the version that is here; raise `EngineUnknown`, `ProfileUnknown` or `SubjectInvalid`."""
    match subject.kind:
        case SubjectKind.ENGINE:
            return JudgedVersion(subject, engine(subject.name).digest())
        case SubjectKind.MODEL:
            return JudgedVersion(subject, _model(subject.name))
        case SubjectKind.MARK:
            strength = json.dumps(asdict(strength_of(subject.name)), sort_keys=True)
            return JudgedVersion(subject, _joined(_source("sayso.mark"), strength))
        case SubjectKind.RESTORATION:
            below = fuller_below(subject.name)
            told = () if below is None else (repr(below),)
            return JudgedVersion(subject, _joined(_source("sayso.restoration"), enhancer(ENHANCER).digest(), *told))
        case SubjectKind.ENROLLMENT:
            return JudgedVersion(subject, _check(subject.name))


def engine_version(engine: Engine) -> JudgedVersion:
    """Return the version of a loaded engine."""
    return JudgedVersion(SubjectName(SubjectKind.ENGINE, engine.name), engine.digest())


def versions_here() -> list[JudgedVersion]:
    """Return what can be judged here: each engine and watermark profile, the repair chain, the check of one speaker."""
    engines = [SubjectName(SubjectKind.ENGINE, one.name) for one in installed() if not one.problem]
    marks = [SubjectName(SubjectKind.MARK, name) for name in PROFILES]
    rest = (SubjectName(SubjectKind.RESTORATION, REPAIR), SubjectName(SubjectKind.ENROLLMENT, SPEAKER))
    return [version_of(each) for each in (*engines, *marks, *rest)]


def _check(name: str) -> str:
    if name != SPEAKER:
        raise SubjectInvalid(f"got the check {name[:40]!r}, expected {SubjectKind.ENROLLMENT}:{SPEAKER}")
    return _joined(_source("sayso.enrollment"), _source("sayso.voices"), *(cards()[one].sha256 for one in _HEARS))


def _model(name: str) -> str:
    if name not in cards():
        raise SubjectInvalid(f"got the model {name[:40]!r}, expected one of {', '.join(sorted(cards()))}")
    return cards()[name].sha256


@cache
def _source(package: str) -> str:
    """Return the SHA-256 of a package's files: code and what it reads decide together how it works."""
    parts = sorted(_files(resources.files(package), ""))
    return _joined(*(f"{name} {hashlib.sha256(data).hexdigest()}" for name, data in parts))


def _files(folder: Traversable, place: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for each in folder.iterdir():
        name = f"{place}/{each.name}"
        if each.is_dir() and each.name != "__pycache__":
            found += _files(each, name)
        elif each.is_file() and not each.name.endswith((".pyc", ".md")):
            found.append((name, each.read_bytes()))
    return found


def _joined(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
