"""Reference recordings for tests of what takes them, and a permit to clone from anything."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from sayso.audio.signal import Signal
from sayso.ids import VoiceId
from sayso.voices import CloningPermit, Reference


class Gate:
    """A gate that counts how often it is asked, and refuses once ``refusal`` is set."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.refusal: Exception | None = None

    def check(self, _permit: Any, _action: Any, **words: Any) -> None:
        self.asked.append(words)
        if self.refusal is not None:
            raise self.refusal


def permitted(gate: Any = None) -> CloningPermit:
    """Return a permit to clone that ``gate``, or one that lets everything through, is asked about."""
    permit: Any = SimpleNamespace(speaker="spk_aaaaaaaaaaaaaaaa")
    return CloningPermit(
        gate or Gate(), permit, VoiceId("voi_aaaaaaaaaaaaaaaa"), commit=lambda digests: b" ".join(digests).hex()
    )


def references(*signals: Signal) -> list[Reference]:
    """Return ``signals`` as recordings that nothing was repaired in."""
    return [Reference(b"", bytes([place]), signal, ()) for place, signal in enumerate(signals)]
