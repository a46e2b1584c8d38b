"""The disk: whole files or none.

A reader never sees half a file, a crash leaves no half a file, and a full disk is one clear error.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Self

from sayso.errors import Unavailable

PRIVATE: Final = 0o600
"""Mode of every file that Sayso keeps for itself."""


class DiskFull(Unavailable):
    """The disk is full; free some space and run this again."""


class DiskFailed(Unavailable):
    """The disk did not take the file."""


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn an ``OSError`` on ``path`` into one clear error."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFull(f"the disk that holds {path.parent} is full; free some space and run this again") from error
        raise DiskFailed(f"could not write {path}: {error.strerror or error}") from error


class Draft:
    """A file that is wholly on the disk but has no name yet.

    `write`, then `publish` gives it its name in one step. A process that dies before leaves nothing behind where the
    file system knows unnamed files (O_TMPFILE), and at most a dot file elsewhere.
    """

    def __init__(self, path: Path, *, mode: int = 0o644) -> None:
        """Prepare a draft for ``path``, whose folder is made if need be."""
        self.path = path
        self._mode = mode
        self._name: Path | None = None
        with explained(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._fd = self._open()

    def _open(self) -> int:
        try:
            return os.open(self.path.parent, os.O_TMPFILE | os.O_RDWR, self._mode)
        except OSError as error:
            if error.errno not in {errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOENT}:
                raise
        self._name = self._scratch_name()
        return os.open(self._name, os.O_CREAT | os.O_EXCL | os.O_RDWR, self._mode)

    def _scratch_name(self) -> Path:
        return self.path.with_name(f".{self.path.name}.{secrets.token_hex(6)}")

    def write(self, data: bytes) -> None:
        """Put ``data`` on the disk, synced, in place of what was written before."""
        with explained(self.path):
            os.lseek(self._fd, 0, os.SEEK_SET)
            os.ftruncate(self._fd, 0)
            view = memoryview(data)
            while view:
                view = view[os.write(self._fd, view) :]
            os.fsync(self._fd)

    def publish(self) -> None:
        """Give the draft its name, replacing what had it before."""
        with explained(self.path):
            if self._name is None:
                self._name = self._scratch_name()
                # Only with a folder's descriptor does Python call linkat, which follows the link in /proc to the file.
                os.link(f"/proc/self/fd/{self._fd}", self._name, src_dir_fd=self._fd, follow_symlinks=True)
            self._name.replace(self.path)
            self._name = None
            sync_folder(self.path.parent)

    def close(self) -> None:
        """Drop the draft; what was published stays."""
        os.close(self._fd)
        if self._name is not None:
            self._name.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        """Use the draft as a context, which closes it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the draft."""
        self.close()


def write_whole(path: Path, data: bytes, *, mode: int = PRIVATE) -> None:
    """Write ``data`` to ``path``, replacing it in one step; nothing is left behind on failure."""
    with Draft(path, mode=mode) as draft:
        draft.write(data)
        draft.publish()


def write_document(path: Path, text: str, *, mode: int = PRIVATE) -> None:
    """Write ``text`` to ``path`` in UTF-8, whole or not at all.

    What leaves Sayso as a file and is no sound goes this way. It takes text, so no sound can: that has a permit to
    show (`sayso.workflows.provenance.releasing`).
    """
    write_whole(path, text.encode(), mode=mode)


def sync_folder(folder: Path) -> None:
    """Make renames in ``folder`` survive a power cut."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file ``path`` against every other process; it is freed by death too."""
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        fd = os.open(path, os.O_CREAT | os.O_RDWR, PRIVATE)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)
