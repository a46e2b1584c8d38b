"""Traits: what an engine says of the way it works, so that a caller can choose without trying."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Early(IntEnum):
    """How much a listener waits for the first piece of a phrase; true where one waits."""

    NO = 0
    FIRST = 1  # nothing has been heard: as short as the engine can make it well
    NEXT = 2  # the phrase before is still heard, about half as long as this one or longer: it may be longer


class Streaming(StrEnum):
    """When the pieces of a phrase come."""

    NATIVE = "native"  # while the rest of the phrase is still being made
    CLAUSE = "clause"  # the phrase is cut, each part is made whole; with `early` the first part is short
    WHOLE = "whole"  # one piece, at the end


class Timing(StrEnum):
    """Whether the engine itself knows when it says which word."""

    NONE = "none"
    WORD = "word"


class Determinism(StrEnum):
    """What makes the samples repeat, on one machine with one version."""

    BITWISE = "bitwise"  # the same arguments give the same samples; the seed changes nothing, or little
    SEEDED = "seeded"  # as above, and the seed is another reading
    NONE = "none"  # no argument makes them repeat


class Control(StrEnum):
    """What a caller may set."""

    SPEED = "speed"  # 0.5 to 2.0; without it, only 1.0
    SEED = "seed"


@dataclass(frozen=True, slots=True)
class Traits:
    """The way an engine works.

    ``reference_s``: for `Capability.CLONE`, the least and the most seconds of speech that it clones from;
    ``thread_safe``: whether one object may speak in several threads at once.
    """

    streaming: Streaming
    timing: Timing
    determinism: Determinism
    controls: frozenset[Control]
    thread_safe: bool = False
    reference_s: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class WordTime:
    """A word as it is spoken: from ``start_s`` to ``end_s`` after the first sample of the phrase."""

    word: str
    start_s: float
    end_s: float
