"""What every decoder of marks must do: subclass the suite, name the decoder, run it with pytest or by itself."""

from __future__ import annotations

import math
import re
from typing import Final

import numpy as np

from sayso.audio.signal import Signal
from sayso.enrollment.decoders import MarkDecoder
from sayso.enrollment.errors import DecoderUnfit
from sayso.testing.restoration import voiced

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class MarkDecoderConformance:
    """The checks of the MarkDecoder protocol, one a method. Override `decoder`, and `marked` where a sound is at hand.

    pytest collects a subclass whose name starts with ``Test``. A check that fails raises `DecoderUnfit`.
    """

    def decoder(self) -> MarkDecoder:
        """Return the decoder to check."""
        raise NotImplementedError

    def marked(self) -> Signal | None:
        """Return a sound that carries the mark; None where there is none to test with."""
        return None

    def test_meets_the_protocol(self) -> None:
        """The decoder has every member, a name, a threshold that is a number, and the same digest each time."""
        found = self.decoder()
        _demand(isinstance(found, MarkDecoder), f"got a {type(found).__name__}, expected every member of MarkDecoder")
        _demand(bool(found.name), "got no name")
        _demand(math.isfinite(found.suspect), f"got the threshold {found.suspect}, expected a number")
        _demand(_DIGEST.fullmatch(found.digest()) is not None, "got a digest that is no SHA-256 in hex")
        _demand(found.digest() == self.decoder().digest(), "got another digest from another object")

    def test_the_same_sound_has_the_same_score(self) -> None:
        """Scores are finite, and the same each time."""
        first, again = self._score(_voice(16_000)), self._score(_voice(16_000))
        _demand(first == again, f"got {again} for a sound that had {first}")

    def test_sound_without_a_mark_is_below_the_threshold(self) -> None:
        """A voice, noise, silence and the shortest of sounds carry nothing."""
        noise = np.random.default_rng(0).normal(0, 0.05, 32_000).astype(np.float32)
        sounds = (_voice(16_000), *(Signal.mono(one, 16_000) for one in (noise, 0 * noise, noise[:1])))
        for sound in sounds:
            score = self._score(sound)
            _demand(score < self.decoder().suspect, f"got {score} without a mark, expected less than the threshold")

    def test_takes_any_rate_and_several_channels(self) -> None:
        """Telephone and studio rates, one channel and two."""
        for rate in (8_000, 48_000):
            sound = voiced(rate, 2)
            self._score(Signal(np.stack([sound, sound]), rate))

    def test_hears_the_mark(self) -> None:
        """What carries the mark reaches the threshold."""
        if (sound := self.marked()) is not None:
            score = self._score(sound)
            _demand(score >= self.decoder().suspect, f"got {score} with a mark, expected the threshold or more")

    def broken(self) -> list[str]:
        """Return a line for each check that fails, for who has no pytest."""
        told = []
        for name in (one for one in dir(self) if one.startswith("test_")):
            try:
                getattr(self, name)()
            except DecoderUnfit as error:
                told.append(f"{name}: {error}")
        return told

    def _score(self, sound: Signal) -> float:
        score = self.decoder().score(sound)
        _demand(math.isfinite(score), f"got the score {score}, expected a number")
        return score


def _voice(sample_rate: int) -> Signal:
    return Signal.mono(voiced(sample_rate), sample_rate)


def _demand(holds: bool, otherwise: str) -> None:
    if not holds:
        raise DecoderUnfit(otherwise)
