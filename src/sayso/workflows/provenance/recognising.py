"""Recognising a sound by its content, where its mark was removed: all fingerprints that may be read, in one index.

The index is kept in the memory of one process, follows what is made and erased, and asks the database again before it
names a clip, so that nothing erased is ever named.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from sayso.errors import SaysoError
from sayso.fingerprint import Features, Find, Index, find, store
from sayso.fingerprint.features import HOP_LENGTH, RATE_HZ
from sayso.fingerprint.fingerprint import parts_of
from sayso.fingerprint.store import FingerprintRow
from sayso.ids import ClipId
from sayso.mark.errors import FingerprintInvalid
from sayso.workflows.installation.session import Session
from sayso.workflows.provenance.content import field_of

UNMARKED: Final = "mark not found, content matches this clip"


@dataclass(frozen=True, slots=True)
class Recognised:
    """A stretch of a sound that is a stretch of a clip, by content."""

    clip: ClipId
    start_s: float
    end_s: float
    agreement: float
    log10_p: float

    @property
    def p_value(self) -> float:
        """Return the chance of as much agreement with any fingerprint here; 1e-300 stands for less."""
        return float(10.0 ** max(self.log10_p, -300.0))


class ContentFinder:
    """Finds clips by content, in one process; safe to share among threads."""

    def __init__(self, session: Session) -> None:
        """Take the installation; fingerprints are read when first looked for."""
        self._session = session
        self._index = Index()
        self._last = 0
        self._lock = threading.RLock()

    def find(self, heard: Features, *, choose: Callable[[list[Find]], list[Find]] = list) -> list[Recognised]:
        """Return the stretches of ``heard`` that are of clips made here, the surest first; ``choose`` drops some."""
        with self._lock:
            self.follow()
            finds = choose(find(self._index, heard))
        with self._session.read() as tx:
            rows = list(store.rows(tx, [one.number for one in finds]))
        clips = {row.number: row.clip_id for row in rows if self._plain(row) is not None}
        return [_recognised(one, clips[one.number]) for one in finds if one.number in clips]

    def follow(self) -> None:
        """Bring the index up to date: two figures tell whether anything was made or erased since."""
        with self._lock, self._session.read() as tx:
            count, last = store.census(tx)
            if (count, last) == (len(self._index), self._last):
                return
            there, known = set(store.numbers(tx)), set(self._index.numbers())
            self._index.drop(known - there)
            rows = sorted(store.rows(tx, sorted(there - known)), key=_speaker)
            self._index.add([item for _, group in groupby(rows, _speaker) for item in self._opened(group)])
            self._last = last

    def _opened(self, rows: Iterable[FingerprintRow]) -> Iterator[tuple[int, bytes]]:
        """Yield the fingerprints of one speaker that may be read; of an erasure under way there is none."""
        several = list(rows)
        fields = [(field_of(row.clip_id), row.sealed) for row in several]
        try:
            plains: Iterable[bytes | None] = list(self._session.vault.open_fields(fields, several[0].speaker_id))
        except SaysoError:  # one is damaged, or the key is gone: each by itself, and those that open count
            plains = (self._plain(row) for row in several)
        for row, plain in zip(several, plains, strict=True):
            with contextlib.suppress(FingerprintInvalid):  # of a later version, perhaps
                if plain is not None and parts_of(plain):
                    yield row.number, plain

    def _plain(self, row: FingerprintRow) -> bytes | None:
        try:
            return self._session.vault.open_field(row.sealed, row.speaker_id, field=field_of(row.clip_id))
        except SaysoError:
            return None


def _speaker(row: FingerprintRow) -> str:
    return row.speaker_id


def _recognised(one: Find, clip: ClipId) -> Recognised:
    second = RATE_HZ / HOP_LENGTH
    return Recognised(clip, one.start_row / second, one.end_row / second, one.agreement, one.log10_p)
