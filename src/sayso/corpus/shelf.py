"""Shelves: what a run notes by key, on the disk and not in memory, so that its driver does not grow with the corpus.

A shelf is a file without a name: it is gone with the process that made it, whatever ends that.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from sayso.disk import PRIVATE, make_private

_QUICK: Final = ("journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE", "cache_size = -1024")
"""Nobody else reads a shelf and nobody needs it after a crash; 1 MB of it is in memory."""

_BATCH: Final = 256


class ScratchShelf:
    """Values, as JSON has them, by keys of bytes, in the order of the keys. For one thread at a time."""

    def __init__(self, folder: Path) -> None:
        """Make an empty shelf on the disk that holds ``folder``."""
        make_private(folder)
        path = folder / f".{secrets.token_hex(8)}"
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, PRIVATE))
        self._base = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for told in _QUICK:
            self._base.execute(f"PRAGMA {told}").fetchall()
        self._base.execute("CREATE TABLE held (key BLOB PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")
        self._base.execute("BEGIN")
        path.unlink()

    def put(self, key: bytes, value: Any) -> None:
        """Put ``value`` in place of what has this key."""
        told = json.dumps(value, separators=(",", ":"))
        self._base.execute("INSERT OR REPLACE INTO held VALUES (?, ?)", (key, told))

    def get(self, key: bytes) -> Any:
        """Return what has this key, None for nothing."""
        found = self._base.execute("SELECT value FROM held WHERE key = ?", (key,)).fetchone()
        return None if found is None else json.loads(found[0])

    def items(self, prefix: bytes = b"") -> Iterator[tuple[bytes, Any]]:
        """Yield keys that begin with ``prefix``, and their values; what is put meanwhile may be among them or not."""
        asked, at = "key >= ?", prefix
        while True:
            told = f"SELECT key, value FROM held WHERE {asked} ORDER BY key LIMIT {_BATCH}"  # noqa: S608 - no input
            found = self._base.execute(told, (at,)).fetchall()
            for key, value in found:
                if not key.startswith(prefix):
                    return
                yield key, json.loads(value)
            if len(found) < _BATCH:
                return
            asked, at = "key > ?", found[-1][0]

    def values(self) -> Iterator[Any]:
        """Yield the values in the order of their keys."""
        yield from (value for _, value in self.items())

    def __len__(self) -> int:
        """Return how many keys there are."""
        return int(self._base.execute("SELECT count(*) FROM held").fetchone()[0])

    def close(self) -> None:
        """Let the disk have its space back."""
        with contextlib.suppress(sqlite3.Error):
            self._base.close()
