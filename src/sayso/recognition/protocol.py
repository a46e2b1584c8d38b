"""What a recogniser can do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from sayso.audio import Signal
from sayso.recognition.transcript import Transcript, WeighedWord


class Recogniser(Protocol):
    """Hears words. Safe to call from one thread at a time."""

    name: str

    def hear(self, signal: Signal, language: str = "en") -> Transcript:
        """Return what is said in ``signal``."""
        ...

    def languages(self, signal: Signal) -> Mapping[str, float]:
        """Return how likely each language (ISO 639-1) is that of the first 30 s of ``signal``; they add up to 1."""
        ...

    def weigh(self, signal: Signal, text: str, language: str = "en") -> tuple[WeighedWord, ...]:
        """Return each word of ``text`` with how well it fits ``signal``, given the words before it.

        Raise `TooLongToWeigh`.
        """
        ...
