"""What the resolver gives to one stranger: bytes, seconds of sound, seconds of waiting, and hands at work."""

from __future__ import annotations

from dataclasses import dataclass

from sayso.errors import Invalid


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one server.

    Two minutes of sound at most are searched in one request; who has more to ask sends it in parts.

    ``body_bytes``: of a request; ``sound_s``: of the sound in it; ``body_s``: for it to arrive; ``quiet_s``: without a
    byte; ``waiting_s``: for a hand to come free; ``hands``: sounds searched at once; ``connections``: open at once.
    """

    body_bytes: int = 32 * 1024 * 1024
    sound_s: float = 120.0
    body_s: float = 30.0
    quiet_s: float = 10.0
    waiting_s: float = 5.0
    hands: int = 2
    connections: int = 16

    def __post_init__(self) -> None:
        """Raise `Invalid` for a limit that lets nothing through."""
        for name in self.__slots__:
            if getattr(self, name) <= 0:
                raise Invalid(f"limits.{name}: got {getattr(self, name)}, expected more than 0")
