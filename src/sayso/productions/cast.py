"""The cast: who speaks with which voice, how the manuscript is read, and what is changed in single lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sayso.productions.errors import CastInvalid
from sayso.productions.script import NARRATOR

SLOWEST: Final = 0.5
FASTEST: Final = 2.0
LONGEST_PAUSE_MS: Final = 60_000


@dataclass(frozen=True, slots=True)
class CastPart:
    """How one character speaks: with which voice (an id or a stock name), and how fast."""

    voice: str
    speed: float = 1.0

    def __post_init__(self) -> None:
        """Refuse a voice without a name and a speed that no engine has."""
        if not self.voice:
            raise CastInvalid("voice: got nothing, expected the id of a voice, or the name of a stock voice")
        check_speed(self.speed)


@dataclass(frozen=True, slots=True)
class Change:
    """What is changed in one line: who says it, how fast, what follows, or the words themselves."""

    who: str | None = None
    speed: float | None = None
    pause_ms: int | None = None
    text: str | None = None

    def __post_init__(self) -> None:
        """Refuse what no line can have."""
        if self.speed is not None:
            check_speed(self.speed)
        if self.pause_ms is not None and not 0 <= self.pause_ms <= LONGEST_PAUSE_MS:
            raise CastInvalid(f"pause_ms: got {self.pause_ms}, expected 0 to {LONGEST_PAUSE_MS}")


@dataclass(frozen=True, slots=True)
class CastList:
    """Voices by character; whoever has none is read by the narrator.

    ``dialogue`` finds who speaks in quotations; ``notes`` reads footnotes, ``images`` the words that stand for images.
    ``lexicons`` are files with pronunciations, of the series first: of two entries for one word the last counts.
    """

    parts: Mapping[str, CastPart]
    dialogue: bool = False
    notes: bool = False
    images: bool = False
    lexicons: tuple[str, ...] = ()
    changes: Mapping[str, Change] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a cast without a narrator."""
        if NARRATOR not in self.parts:
            raise CastInvalid(f"{NARRATOR}: got no voice for the narrator, expected one")

    @classmethod
    def single(cls, voice: str, *, speed: float = 1.0) -> CastList:
        """Return the cast of a book that one voice reads."""
        return cls({NARRATOR: CastPart(voice, speed)})

    def part(self, who: str) -> CastPart:
        """Return how ``who`` speaks."""
        return self.parts.get(who, self.parts[NARRATOR])


def check_speed(speed: float) -> None:
    """Raise `CastInvalid` for a speed that no engine is asked for."""
    if not SLOWEST <= speed <= FASTEST:
        raise CastInvalid(f"speed: got {speed}, expected {SLOWEST} to {FASTEST}")
