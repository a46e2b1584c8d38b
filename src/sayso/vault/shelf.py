"""The shelf: where blobs stand, by address; a folder of this machine, or any object store.

The folder goes through `sayso.disk` rather than obstore: a file there is synced and gets its name in one step, so that
a row committed after it never names a blob that a power cut took.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from sayso import disk
from sayso.errors import Invalid
from sayso.vault.errors import BlobMissing, BlobStoreUnavailable
from sayso.vault.places import name_at, place


class Shelf(Protocol):
    """Whole files under names; `put` replaces in one step, `drop` returns whether there was one.

    A name is an address, or, for a stray file that stands where no blob belongs, its path with at least one ``/``.
    """

    def put(self, name: str, data: bytes) -> None:
        """Keep ``data`` under ``name``, wholly or not at all."""
        ...

    def get(self, name: str) -> bytes:
        """Return all bytes; raise `BlobMissing`."""
        ...

    def start(self, name: str, length: int) -> bytes:
        """Return the first ``length`` bytes, or all if there are fewer; raise `BlobMissing`."""
        ...

    def has(self, name: str) -> bool:
        """Return whether there is such a file."""
        ...

    def drop(self, name: str) -> bool:
        """Remove the file for good; return False when there was none."""
        ...

    def names(self) -> Iterator[str]:
        """Yield the name of every file, strays included."""
        ...


def shelf(url: str) -> Shelf:
    """Return the shelf at ``url``: ``file:///folder``, or what obstore knows (s3, gs, az, memory ...)."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return FolderShelf(Path(unquote(parts.path)))
    if not parts.scheme:
        raise Invalid(f"got the blob address {url[:80]!r}, expected one such as file:///srv/blobs or s3://bucket/blobs")
    from sayso.vault.objects import ObjectShelf  # noqa: PLC0415 - obstore is only loaded where it is used

    return ObjectShelf(url)


class FolderShelf:
    """Files in a folder of this machine, mode 0600."""

    def __init__(self, folder: Path) -> None:
        """Take the folder; it is made with the first blob."""
        self.folder = folder

    def _path(self, name: str) -> Path:
        return self.folder / place(name)

    def put(self, name: str, data: bytes) -> None:
        """Keep ``data``, synced; raise `DiskFull` with nothing left behind."""
        path = self._path(name)
        if not path.parent.exists():
            disk.make_private(path.parent)
            with disk.explained(path):
                disk.sync_folder(self.folder)
        disk.write_whole(path, data)

    def get(self, name: str) -> bytes:
        """Return all bytes; raise `BlobMissing`."""
        with self._found(name):
            return self._path(name).read_bytes()

    def start(self, name: str, length: int) -> bytes:
        """Return the first bytes; raise `BlobMissing`."""
        with self._found(name), self._path(name).open("rb") as file:
            return file.read(length)

    def has(self, name: str) -> bool:
        """Return whether there is such a file."""
        return self._path(name).is_file()

    def drop(self, name: str) -> bool:
        """Unlink the file and sync its folder."""
        path = self._path(name)
        try:
            with self._found(name):
                path.unlink()
                disk.sync_folder(path.parent)
        except BlobMissing:
            return False
        return True

    def names(self) -> Iterator[str]:
        """Yield every file in the folder, those with odd names by their path in it."""
        if not self.folder.is_dir():
            return
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                yield name_at(path.relative_to(self.folder).as_posix())

    @contextlib.contextmanager
    def _found(self, name: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise BlobMissing(f"there is no blob {name} in {self.folder}") from None
        except OSError as error:
            raise BlobStoreUnavailable(f"could not read blob {name}: {error.strerror}") from error
