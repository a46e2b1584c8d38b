"""Segments that are finished and wait, for half a second at most, to be put on the disk together.

A sync for each sound, for its folder and for its record took more of the time than all else that the tier catalogue
does to a segment, and workers waited for one another's. What is written together waits once.
"""

from __future__ import annotations

import time
from typing import Final, Self

from sayso.corpus.sounds import Sounds
from sayso.corpus.worklog import Record, WorklogWriter

_HELD_S: Final = 0.5
_MOST: Final = 32
_MOST_BYTES: Final = 8 << 20


class FinishedSegments:
    """Puts down what is finished: sounds first, then, when they are on the disk, the records that name them.

    Where a segment takes longer than half a second, each is put down at once. Use it as a context: what waits is put
    down at its end.
    """

    def __init__(self, sounds: Sounds, worklog: WorklogWriter, speaker: str) -> None:
        """Take where sounds and records go, and who has a key here ("" for nobody)."""
        self._store, self._worklog, self._speaker = sounds, worklog, speaker
        self._sounds: dict[str, bytes] = {}
        self._records: dict[str, Record] = {}
        self._since = time.monotonic()

    def add(self, segment: str, record: Record, sound: bytes | None) -> None:
        """Take a record without its ``audio``, and the sound of a segment that stays."""
        self._records[segment] = record
        if sound is not None:
            self._sounds[segment] = sound
        held = len(self._records), sum(map(len, self._sounds.values())), time.monotonic() - self._since
        if any(one >= most for one, most in zip(held, (_MOST, _MOST_BYTES, _HELD_S), strict=True)):
            self.put_down()

    def put_down(self) -> None:
        """Put all that waits on the disk."""
        names = self._store.put(self._sounds, self._speaker)
        if self._records:
            self._worklog.add_all(
                (each, {**told, "audio": names.get(each, "")}) for each, told in self._records.items()
            )
        self._sounds, self._records, self._since = {}, {}, time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.put_down()
