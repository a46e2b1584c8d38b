"""Where words lie in sound that is heard while it is made: told phrase by phrase, before the phrase leaves.

The engine says when it will say each word of a phrase (`Engine.align`); what the joining takes off before the phrase is
taken off here too. An engine that cannot tell leaves its phrases without times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sayso.engines.protocol import Engine, VoiceAsset
from sayso.engines.traits import Early, Timing, WordTime
from sayso.units import samples_to_ms


@dataclass(frozen=True, slots=True)
class PlacedWord:
    """A word and where it is heard, in milliseconds after the first sample of the utterance."""

    word: str
    start_ms: int
    stop_ms: int


class WordPlaces:
    """The words of one utterance; `Renderer` tells it what is said, a listener asks `between` for what is heard."""

    def __init__(self, *, is_wanted: bool = True) -> None:
        """Take whether anybody wants to know: engines are not asked otherwise."""
        self._is_wanted = is_wanted
        self._engine: Engine | None = None
        self._voice: VoiceAsset | None = None
        self._speed = 1.0
        self._samples = 0
        self._expected: Sequence[WordTime] = ()
        self._placed: list[PlacedWord] = []

    def begin(self, engine: Engine, voice: VoiceAsset, *, speed: float) -> None:
        """Take who speaks; nothing is heard yet."""
        if self._is_wanted and engine.traits.timing is not Timing.NONE:
            self._engine, self._voice = engine, voice
        self._speed, self._samples, self._placed = speed, 0, []

    def expect(self, text: str, *, seed: int, early: Early) -> None:
        """Ask the engine about the phrase ``text``, which is spoken next."""
        self._expected = ()
        if self._engine is not None and self._voice is not None:
            self._expected = self._engine.align(text, self._voice, speed=self._speed, seed=seed, early=early)

    def place(self, cut: int) -> None:
        """Place the words of the phrase that begins now, of which ``cut`` samples were taken off."""
        if self._engine is None:
            return
        rate = self._engine.sample_rate
        first_ms, start_s = samples_to_ms(self._samples, rate), (self._samples - cut) / rate
        for each in self._expected:
            # A word whose beginning was too soft to be kept begins with the phrase.
            start, stop = (max(first_ms, round(1000 * (start_s + at_s))) for at_s in (each.start_s, each.end_s))
            self._placed.append(PlacedWord(each.word, start, stop))

    def hear(self, num_samples: int) -> None:
        """Note that so much is made."""
        self._samples += num_samples

    def between(self, start_ms: int, stop_ms: int) -> list[PlacedWord]:
        """Return the words that begin in this part of the utterance, in order."""
        return [each for each in list(self._placed) if start_ms <= each.start_ms < stop_ms]
