"""A player: it begins with the first sound that arrives, and has a gap whenever all that it got is played out."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

BYTES_A_SECOND = 2 * 24_000
"""Of PCM as the server sends it: 24 kHz, 16 bits, one channel."""


@dataclass
class Player:
    """One stream that was asked for at ``asked_s``, on `time.perf_counter`.

    ``first_s`` is when its first sound was there, ``last_s`` when its last one; ``gaps_s`` how long nothing could be
    played, each time.
    """

    asked_s: float = field(default_factory=time.perf_counter)
    first_s: float = 0.0
    last_s: float = 0.0
    size: int = 0
    gaps_s: list[float] = field(default_factory=list)
    _plays_until_s: float = 0.0

    def got(self, size: int, at_s: float | None = None) -> None:
        """Take ``size`` bytes of sound that arrived at ``at_s`` (None: now)."""
        if not size:
            return
        at_s = time.perf_counter() if at_s is None else at_s
        if not self.first_s:
            self.first_s = self._plays_until_s = at_s
        elif at_s > self._plays_until_s:
            self.gaps_s.append(at_s - self._plays_until_s)
            self._plays_until_s = at_s
        self.size += size
        self.last_s = at_s
        self._plays_until_s += size / BYTES_A_SECOND

    @property
    def first_ms(self) -> float:
        """Return how long its first sound took."""
        return 1000 * (self.first_s - self.asked_s)

    @property
    def heard_s(self) -> float:
        """Return how long the sound is."""
        return self.size / BYTES_A_SECOND
