"""What a shard tells of each segment: all but where its recording lies, and its voiceprint, which stay at home."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sayso.corpus.row import Segment

_AT_HOME: Final = frozenset({"source", "audio", "embedding"})
_FLAC_HEAD: Final = b"fLaC"


@dataclass(frozen=True, slots=True)
class SoundedSegment:
    """A segment with its sound, a FLAC file as bytes."""

    segment: Segment
    sound: bytes

    @property
    def frames(self) -> int:
        """The length of the sound in samples, as its own head says."""
        return flac_frames(self.sound)


def told(segment: Segment) -> dict[str, Any]:
    """Return the fields of ``segment`` that leave with it, grant, purpose and expiry among them."""
    return {name: value for name, value in segment.record().items() if name not in _AT_HOME}


def flac_frames(sound: bytes) -> int:
    """Return the samples of a FLAC file from its STREAMINFO (RFC 9639, section 8.2); 0 where it does not say."""
    if sound[:4] != _FLAC_HEAD or len(sound) < 26:
        return 0
    return int.from_bytes(sound[21:26], "big") & 0xFFFFFFFFF


Sounded = Iterator[SoundedSegment]
"""The segments of one shard, in order."""
