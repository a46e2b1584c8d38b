"""What duplicates are looked for among, and what is found."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import Final

from sayso.corpus.prints import Print

_MIDDLE: Final = 1 << 63


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """What is known of a segment when duplicates are looked for."""

    segment: str
    content: str
    print_: Print
    speaker: str = ""
    text: str = ""
    seconds: float = 0.0
    bandwidth_hz: float = 0.0
    snr_db: float = 0.0

    def rank(self) -> bytes:
        """Return what orders segments, those first that stay: the longer, the wider, the cleaner, the smaller id."""
        length = round(math.log(max(self.seconds, 0.1)) / math.log(1.3))
        numbers = (-length, -round(self.bandwidth_hz / 500), -round(self.snr_db))
        return struct.pack(">QQQ", *(_MIDDLE + number for number in numbers)) + self.segment.encode()


@dataclass(frozen=True, slots=True)
class Repeat:
    """A segment that repeats another: ``exact``, ``near``, or ``partial`` for a piece of a longer one."""

    of: str
    how: str
