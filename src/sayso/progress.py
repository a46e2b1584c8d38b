"""Progress: how a long computation tells how far it is, without knowing who listens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self


class PartDone(float):
    """A part done, 0.0 to 1.0, with a note of a few words on what was found so far."""

    note: str

    def __new__(cls, part: float, note: str = "") -> Self:
        """Return the part with its note."""
        made = super().__new__(cls, part)
        made.note = note
        return made


Report = Callable[[float], None]
"""Called with the part done, 0.0 to 1.0, never falling; it may be a `PartDone`, with a note."""


def silent(part: float) -> None:
    """Ignore ``part``."""


def within(part: float, first: float, size: float) -> PartDone:
    """Return ``part`` as one of a longer whole, ``size`` long, that starts at ``first``; its note is kept."""
    return PartDone(first + size * part, part.note if isinstance(part, PartDone) else "")
