"""The repertoire of one installation in one process: which phrases are kept, and where; no sound is in it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Final

SHARE: Final = 8
"""A phrase may take this part of the limit at most, so that a long one drives out few others."""


@dataclass(frozen=True, slots=True)
class PhraseRef:
    """One phrase: its key, the artifact and the address of its sealed sound, its length in bytes, and whose it is."""

    key: str
    artifact: str
    address: str
    size: int
    speaker: str


class Repertoire:
    """Phrases by key, those asked for last at the end; together no longer than ``limit_bytes`` (0: none are kept)."""

    def __init__(self, limit_bytes: int) -> None:
        """Know of none yet."""
        self.limit_bytes = limit_bytes
        self._lock = threading.Lock()
        self._known: OrderedDict[str, PhraseRef] = OrderedDict()
        self._size = 0
        self._is_read = False

    @property
    def size(self) -> int:
        """Return how many bytes the phrases take."""
        return self._size

    def read_once(self, read: Callable[[], Iterable[PhraseRef]]) -> list[PhraseRef]:
        """Take in what ``read`` returns, the first time; return what is let go of it."""
        with self._lock:
            if self._is_read:
                return []
            self._is_read = True
            return [gone for ref in read() for gone in self._added(ref)]

    def takes(self, key: str, size: int) -> bool:
        """Return whether a phrase of this length would be kept, and is not known."""
        return key not in self._known and 0 < size <= self.limit_bytes // SHARE

    def find(self, key: str) -> PhraseRef | None:
        """Return where a phrase stands, and note that it was asked for."""
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
            return self._known.get(key)

    def add(self, ref: PhraseRef) -> list[PhraseRef]:
        """Know of a phrase; return those that are let go for it, which whoever asks removes."""
        with self._lock:
            return self._added(ref)

    def drop(self, addresses: Collection[str]) -> None:
        """Forget the phrases that stand there."""
        with self._lock:
            for key in [key for key, ref in self._known.items() if ref.address in addresses]:
                self._size -= self._known.pop(key).size

    def _added(self, ref: PhraseRef) -> list[PhraseRef]:
        gone = [self._known.pop(ref.key)] if ref.key in self._known else []
        self._known[ref.key] = ref
        self._size += ref.size - sum(each.size for each in gone)
        while self._size > self.limit_bytes:
            _, oldest = self._known.popitem(last=False)
            self._size -= oldest.size
            gone.append(oldest)
        return gone
