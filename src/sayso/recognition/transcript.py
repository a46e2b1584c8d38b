"""What a recogniser tells of a sound."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word as it was heard, its times in seconds, and how sure the recogniser is, 0 to 1."""

    word: str
    start_s: float
    end_s: float
    probability: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was heard in a sound."""

    text: str
    words: tuple[HeardWord, ...]


@dataclass(frozen=True, slots=True)
class WeighedWord:
    """A word of a given text, with the mean natural log-probability of its tokens, 0 or less."""

    word: str
    log_probability: float
