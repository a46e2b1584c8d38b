"""The file of the key-encryption key: two blocks that are overwritten where they stand.

::

    block 0, block 1, each 4096 bytes:   magic 8 | id 8 | key 32 | first 16 bytes of SHA-256 of what is before | zeros

An empty block is all zeros. A new key goes into the block that is not in use, so that a crash leaves the old one whole;
the old one is overwritten when nothing needs it any more. The file is never replaced, cut or grown: a file system that
overwrites in place (ext4, XFS) then has no other block that ever held a key. Two whole blocks also keep the file out
of the inode (ext4 puts small files there, and so into its journal).
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from pathlib import Path
from typing import Final

from sayso import disk
from sayso.vault.errors import KekExposed, KekMissing, KeyTampered

BLOCK: Final = 4096
ID_BYTES: Final = 8
KEY_BYTES: Final = 32

_MAGIC: Final = b"sayso-k1"
_SLOTS: Final = 2
_SUM: Final = 16


class KekFile:
    """The blocks of one file; every write is on the disk when it returns."""

    def __init__(self, path: Path) -> None:
        """Take the path; nothing is read before it is needed."""
        self.path = path

    def create(self) -> None:
        """Make the file with one fresh key, mode 0600, unless there is one."""
        with disk.locked(self.path.with_name(self.path.name + ".lock")):
            if not self.path.exists():
                disk.write_whole(self.path, _block(_fresh_id()) + bytes(BLOCK), mode=disk.PRIVATE)

    def read(self) -> dict[bytes, bytes]:
        """Return id to key of each full block, in their order.

        Raises `KekMissing`, `KekExposed` where others may read the file, and `KeyTampered` where it holds no key.
        """
        found = [key for key in self._slots() if key is not None]
        if not found:
            raise KeyTampered(f"{self.path} holds no whole key; restore it from its backup")
        return dict(found)

    def renew(self, used: bytes | None) -> bytes:
        """Put a fresh key into the block that does not hold ``used``, and return its id."""
        spare = next(at for at, slot in enumerate(self._slots()) if slot is None or slot[0] != used)
        fresh = _fresh_id()
        self._overwrite(spare, _block(fresh))
        return fresh

    def retire(self, used: bytes) -> None:
        """Overwrite every block that holds another key than ``used``; raise `KeyTampered` where ``used`` is none."""
        slots = self._slots()
        if used not in [slot[0] for slot in slots if slot is not None]:
            raise KeyTampered(f"{self.path} does not hold the key in use; restore it from its backup")
        for at, slot in enumerate(slots):
            if slot is None or slot[0] != used:
                self._overwrite(at, bytes(BLOCK))

    def _slots(self) -> list[tuple[bytes, bytes] | None]:
        try:
            fd = os.open(self.path, os.O_RDONLY)
        except FileNotFoundError:
            raise KekMissing(f"got no file {self.path}; restore the key-encryption key from its backup") from None
        except OSError as error:
            raise KekMissing(f"could not read {self.path}: {error.strerror}") from error
        with os.fdopen(fd, "rb") as file:
            # The mode is asked of the open file, so that no other file can be put in its place after the check.
            _check_private(self.path, os.fstat(fd))
            data = file.read(_SLOTS * BLOCK + 1)
        if len(data) != _SLOTS * BLOCK:
            raise KeyTampered(f"{self.path}: got {len(data)} bytes, expected {_SLOTS * BLOCK}; restore its backup")
        return [_parsed(data[at * BLOCK : (at + 1) * BLOCK]) for at in range(_SLOTS)]

    def _overwrite(self, at: int, block: bytes) -> None:
        with disk.explained(self.path), self.path.open("r+b", buffering=0) as file:
            os.pwrite(file.fileno(), block, at * BLOCK)
            os.fsync(file.fileno())


def _fresh_id() -> bytes:
    return secrets.token_bytes(ID_BYTES)


def _block(key_id: bytes) -> bytes:
    body = _MAGIC + key_id + secrets.token_bytes(KEY_BYTES)
    return (body + hashlib.sha256(body).digest()[:_SUM]).ljust(BLOCK, b"\0")


def _parsed(block: bytes) -> tuple[bytes, bytes] | None:
    """Return id and key of a block; None where it is empty, or was half written when the machine stopped."""
    length = len(_MAGIC) + ID_BYTES + KEY_BYTES
    body, found = block[:length], block[length : length + _SUM]
    if not body.startswith(_MAGIC) or hashlib.sha256(body).digest()[:_SUM] != found:
        return None
    return body[len(_MAGIC) : -KEY_BYTES], body[-KEY_BYTES:]


def _check_private(path: Path, found: os.stat_result) -> None:
    mode = stat.S_IMODE(found.st_mode)
    if mode & 0o077:
        raise KekExposed(
            f"{path} has mode {mode:04o}, expected 0600: others may have read the key-encryption key",
            hint=f"run chmod 600 {path}, and replace the key if others use this machine",
        )
    if found.st_uid not in {os.geteuid(), 0}:
        raise KekExposed(f"{path} belongs to user {found.st_uid}, expected {os.geteuid()} or root")
