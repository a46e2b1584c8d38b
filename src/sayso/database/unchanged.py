"""What was read of a database, as long as nobody has committed anything since."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Generic, TypeVar

from sayso.database.engine import Database

_KEPT: Final = 1024

K = TypeVar("K")
V = TypeVar("V")


class Unchanged(Generic[K, V]):
    """What was read under keys; any commit, of whichever process, makes all of it be read again.

    For what one act asks for several times, in transactions of their own. A database that does not tell of commits is
    asked each time.
    """

    def __init__(self, database: Database) -> None:
        """Remember nothing yet of ``database``."""
        self._database = database
        self._kept: dict[K, tuple[int, V]] = {}

    def get(self, key: K, look: Callable[[], V]) -> V:
        """Return what ``look`` returned for ``key`` if nothing was committed since it began; ask it otherwise."""
        version = self._database.changes()
        if version is None:
            return look()
        kept = self._kept.get(key)
        if kept is not None and kept[0] == version:
            return kept[1]
        found = look()
        if len(self._kept) >= _KEPT:
            self._kept.clear()
        self._kept[key] = version, found
        return found
