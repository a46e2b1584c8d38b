"""Disclosure: how listeners learn that a voice is synthetic."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Disclosure(StrEnum):
    """How it is said: aloud in the sound, in the file's credentials, or both."""

    SPOKEN = "spoken"
    METADATA = "metadata"
    BOTH = "both"

    @classmethod
    def of(cls, *, spoken: bool, metadata: bool) -> Self | None:
        """Return the disclosure of a clip that says it aloud, in its credentials, both or neither (None)."""
        ways = {(True, True): cls.BOTH, (True, False): cls.SPOKEN, (False, True): cls.METADATA}
        return ways.get((spoken, metadata))

    def gives(self, wanted: Disclosure) -> bool:
        """Return whether this says it in the way that is ``wanted``, or in more."""
        return self in (Disclosure.BOTH, wanted)
