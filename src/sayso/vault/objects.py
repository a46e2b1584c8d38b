"""The shelf on an object store."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from obstore.exceptions import BaseError, NotFoundError
from obstore.store import from_url

from sayso.errors import Invalid
from sayso.vault.errors import BlobMissing, BlobStoreUnavailable
from sayso.vault.places import name_at, place


class ObjectShelf:
    """Objects in a store that obstore speaks to."""

    def __init__(self, url: str) -> None:
        """Take the address; raise `Invalid` when obstore does not know it."""
        try:
            self.store: Any = from_url(url)
        except (BaseError, ValueError) as error:
            raise Invalid(f"got the blob address {url.partition('?')[0][:80]!r}: {_line(error)}") from error

    def put(self, name: str, data: bytes) -> None:
        """Keep ``data``; object stores show an object only when it is whole."""
        with _answered(name):
            self.store.put(place(name), data)

    def get(self, name: str) -> bytes:
        """Return all bytes; raise `BlobMissing`."""
        with _answered(name):
            return bytes(self.store.get(place(name)).bytes())

    def start(self, name: str, length: int) -> bytes:
        """Return the first bytes; raise `BlobMissing`."""
        with _answered(name):
            size = int(self.store.head(place(name))["size"])
            return bytes(self.store.get_range(place(name), start=0, end=min(length, size))) if size else b""

    def has(self, name: str) -> bool:
        """Return whether there is such an object."""
        try:
            with _answered(name):
                self.store.head(place(name))
        except BlobMissing:
            return False
        return True

    def drop(self, name: str) -> bool:
        """Delete the object; versions that the store itself keeps are the store's matter."""
        had = self.has(name)
        if had:
            with _answered(name):
                self.store.delete(place(name))
        return had

    def names(self) -> Iterator[str]:
        """Yield every object's name."""
        with _answered("listing"):
            for batch in self.store.list():
                for row in batch:
                    yield name_at(str(row["path"]))


@contextlib.contextmanager
def _answered(name: str) -> Iterator[None]:
    try:
        yield
    except (NotFoundError, FileNotFoundError):
        raise BlobMissing(f"there is no blob {name} in the object store") from None
    except (BaseError, OSError) as error:
        raise BlobStoreUnavailable(f"the object store did not answer for {name}: {_line(error)}") from error


def _line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
