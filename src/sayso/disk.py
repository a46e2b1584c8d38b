"""The disk: whole files or none.

A reader never sees half a file, a crash leaves no half a file, and a full disk is one clear error.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Final, Self

from sayso.errors import Conflict, Invalid, NotFound, Unavailable

PRIVATE: Final = 0o600
"""Mode of every file that Sayso keeps for itself."""

_PRIVATE_FOLDER: Final = 0o700


class DiskFull(Unavailable):
    """The disk is full; free some space and run this again."""


class DiskFailed(Unavailable):
    """The disk did not take the file."""


class FileMissing(NotFound):
    """The file cannot be read."""


class FileTooLarge(Invalid):
    """The file is larger than what is expected."""


class TargetTaken(Conflict):
    """The output file exists; choose another name."""


class LockTaken(Conflict):
    """Another process holds the lock; wait for it."""


class TargetInvalid(Invalid):
    """The output is no file that can be written."""


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
    file system knows unnamed files (O_TMPFILE), and at most a dot file elsewhere. Where a file is replaced, the whole
    draft has a dot name for the moment between its link and its renaming; a process killed then leaves it.
    """

    def __init__(self, path: Path, *, mode: int = 0o644) -> None:
        """Prepare a draft for ``path``, whose folder exists."""
        self.path = path
        self._mode = mode
        self._name: Path | None = None
        with explained(path):
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
        # Short, so that every name that fits the disk has a scratch name that fits.
        return self.path.with_name(f".{secrets.token_hex(8)}")

    def write(self, data: bytes) -> None:
        """Put ``data`` on the disk, synced, in place of what was written before."""
        self.put(data)
        self.sync()

    def put(self, data: bytes) -> None:
        """Write as `write` does, but for `sync`, which must come before `publish`."""
        with explained(self.path):
            os.lseek(self._fd, 0, os.SEEK_SET)
            os.ftruncate(self._fd, 0)
            view = memoryview(data)
            while view:
                view = view[os.write(self._fd, view) :]

    def sync(self) -> None:
        """Wait until what was put is on the disk."""
        with explained(self.path):
            os.fsync(self._fd)

    def fill(self, write: Callable[[BinaryIO], None]) -> None:
        """Let ``write`` put data into the empty draft, open for reading and writing, in place of what was there."""
        with explained(self.path), os.fdopen(os.dup(self._fd), "w+b") as file:
            file.seek(0)
            file.truncate()
            write(file)
            file.flush()
            os.fsync(self._fd)

    def publish(self) -> None:
        """Give the draft its name, replacing what had it before."""
        self.rename()
        with explained(self.path):
            sync_folder(self.path.parent)

    def rename(self) -> None:
        """Give the draft its name as `publish` does; it survives a power cut once its folder is synced."""
        with explained(self.path):
            self._named().replace(self.path)
            self._name = None

    def try_name(self) -> None:
        """Give the draft its scratch name, as `publish` does; raise `DiskFailed` where the disk refuses that."""
        with explained(self.path):
            self._named()

    def _named(self) -> Path:
        if self._name is None:
            name = self._scratch_name()
            # Only with a folder's descriptor does Python call linkat, which follows the link in /proc to the file.
            os.link(f"/proc/self/fd/{self._fd}", name, src_dir_fd=self._fd, follow_symlinks=True)
            self._name = name
        return self._name

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
    """Write ``data`` to ``path``, replacing it in one step; nothing is left behind on failure.

    The folder is made, mode 0700, if need be.
    """
    make_private(path.parent)
    with Draft(path, mode=mode) as draft:
        draft.write(data)
        draft.publish()


def write_group(files: Mapping[Path, bytes], *, mode: int = PRIVATE) -> None:
    """Write each of some ``files`` as `write_whole` does, synced together, which takes a third of the time.

    When this returns, all of them are on the disk. Broken off, each is there whole or not at all; all are open at once.
    """
    with contextlib.ExitStack() as held:
        drafts = []
        for path, data in files.items():
            make_private(path.parent)
            drafts.append(held.enter_context(Draft(path, mode=mode)))
            drafts[-1].put(data)
        for draft in drafts:
            draft.sync()
        for draft in drafts:
            draft.rename()
        for folder in {path.parent for path in files}:
            with explained(folder):
                sync_folder(folder)


def write_document(path: Path, text: str, *, mode: int = PRIVATE) -> None:
    """Write ``text`` to ``path`` in UTF-8, whole or not at all.

    What leaves Sayso as a file and is no sound goes this way. It takes text, so no sound can: that has a permit to
    show (`sayso.workflows.provenance.releasing`). The folder must exist.
    """
    check_target(path, overwrite=True)
    write_whole(path, text.encode(), mode=mode)


def check_target(path: Path, *, overwrite: bool = False) -> None:
    """Return if a file can be written to ``path`` now; nothing is left there.

    Call it before the work whose result the file will hold: what would fail at the end then fails at the start.

    Raises
    ------
    TargetTaken : there is a file already, and ``overwrite`` is false
    TargetInvalid : the path is a folder or a device, its name is too long, or its folder does not exist
    DiskFailed : the disk does not let it be written
    """
    found = _status(path)
    if found is None:
        _check_folder(path.parent)
    elif not overwrite and not stat.S_ISDIR(found.st_mode):
        raise TargetTaken(f"{path} exists; choose another name")
    else:
        _check_replaceable(path)
    with Draft(path) as trial:
        trial.try_name()


def _status(path: Path) -> os.stat_result | None:
    """Return what lies at ``path`` itself, None for nothing; raise `TargetInvalid` for a name that no file can have."""
    try:
        return path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if error.errno in {errno.ENAMETOOLONG, errno.ELOOP}:
            shown = path.name if len(path.name) <= 60 else f"{path.name[:60]}..."
            raise TargetInvalid(f"{shown}: {error.strerror}; choose another name") from None
        raise DiskFailed(f"could not write {path}: {error.strerror}") from error
    except ValueError:
        raise TargetInvalid("the name of the output holds a null character; choose another name") from None


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        what = "is a file; make one of another name" if folder.exists() else "does not exist; make it first"
        raise TargetInvalid(f"the folder {folder} {what}, or choose another")


def _check_replaceable(path: Path) -> None:
    """Raise unless ``path`` is a file that may be written: renaming over it would ask only its folder."""
    if path.is_dir():
        raise TargetInvalid(f"{path} is a folder, expected the name of a file")
    if path.exists() and not path.is_file():
        raise TargetInvalid(f"{path} is a device or a pipe, expected the name of a file")
    if path.exists():
        with explained(path):
            os.close(os.open(path, os.O_WRONLY | os.O_CLOEXEC))


def read_bounded(path: Path, most: int) -> bytes:
    """Return the bytes of a file or a pipe, of which no more than ``most`` are read.

    Raise `FileMissing` where it cannot be read, `FileTooLarge` where it holds more.
    """
    try:
        if path.is_char_device():
            raise FileMissing(f"the file {path} cannot be read: it is a device")
        with path.open("rb") as file:
            data = file.read(most + 1)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise FileMissing(f"the file {path} cannot be read: {reason}") from None
    if len(data) > most:
        raise FileTooLarge(f"{path}: got more than {most:,} bytes, expected at most so many")
    return data


def is_read_only(folder: Path) -> bool:
    """Return whether ``folder`` is there and nothing can be written to it."""
    return folder.is_dir() and not os.access(folder, os.W_OK)


def make_folder(folder: Path) -> None:
    """Make ``folder`` for files of a person; raise `TargetInvalid` where it cannot be, or none is there to hold it."""
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise TargetInvalid(f"the folder {folder} cannot be made: {error.strerror}; name another") from None


def make_private(folder: Path) -> None:
    """Make ``folder``, and those above it that are missing, mode 0700 whatever the umask."""
    with explained(folder):
        missing = [place for place in (folder, *folder.parents) if not place.exists()]
        for place in reversed(missing):
            place.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
            place.chmod(_PRIVATE_FOLDER)
        if not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), folder)


def sync_folder(folder: Path) -> None:
    """Make renames in ``folder`` survive a power cut."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _lock(path: Path, fd: int, *, wait: bool) -> None:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise LockTaken(f"another process holds {path.name}; wait for it") from None


@contextlib.contextmanager
def locked(path: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold the lock file ``path`` against every other process; it is freed by death too.

    Where another one holds it, wait for that, or, not to ``wait``, raise `LockTaken`.
    """
    make_private(path.parent)
    with explained(path):
        fd = os.open(path, os.O_CREAT | os.O_RDWR, PRIVATE)
    try:
        _lock(path, fd, wait=wait)
        yield
    finally:
        os.close(fd)
