"""The worklog: what is finished, so that a run that was killed goes on where it was.

A record is known by its key: the digest of what it was made from and the version of the stage that made it. Each writer
appends to a file of its own, a line a record; a line that a kill cut off is passed over and made again. Whoever reads
gets one record a key, whichever file it stands in, so that the same work done twice is there once.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Self

from sayso.corpus.shelf import ScratchShelf
from sayso.disk import make_private

Record = dict[str, Any]


class WorklogWriter:
    """Appends records of one stage, each call's on the disk before the next."""

    def __init__(self, folder: Path) -> None:
        """Begin a file in ``folder`` with the first record."""
        self._folder = folder
        self._file: BinaryIO | None = None

    def add(self, key: str, record: Record) -> None:
        """Put down that the work ``key`` is finished, with what came of it."""
        self.add_all([(key, record)])

    def add_all(self, finished: Iterable[tuple[str, Record]]) -> None:
        """Put down several as `add` does one, at once on the disk when this returns."""
        if self._file is None:
            make_private(self._folder)
            path = self._folder / f"{secrets.token_hex(8)}.jsonl"
            self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600), "wb", 0)
        lines = [json.dumps({"key": key, **record}, separators=(",", ":")) + "\n" for key, record in finished]
        view = memoryview("".join(lines).encode())
        while view:
            view = view[self._file.write(view) :]
        os.fdatasync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class FinishedWork:
    """One record a key of what stood in a worklog when this was made; in memory is only where records stand."""

    def __init__(self, folder: Path, scratch: Path) -> None:
        """Look through the worklog in ``folder``; where records stand is put down in ``scratch``."""
        self._folder, self._places = folder, ScratchShelf(scratch)
        self._open: tuple[str, BinaryIO] | None = None
        for name, at, record in _placed(folder):
            # Records of one key are alike, so that it does not matter which is found.
            self._places.put(record["key"].encode(), [name, at])

    def get(self, key: str) -> Record | None:
        """Return the record of ``key``, None where the work is not finished."""
        place = self._places.get(key.encode())
        if place is None:
            return None
        name, at = place
        file = self._opened(name)
        file.seek(at)
        return _read(file.readline())

    def __contains__(self, key: str) -> bool:
        """Return whether the work ``key`` is finished."""
        return self._places.get(key.encode()) is not None

    def numbered(self, key: str) -> list[int]:
        """Return the numbers of the parts ``key:0``, ``key:1`` and so on that are finished, in rising order."""
        prefix = f"{key}:".encode()
        ends = (found[len(prefix) :].decode() for found, _ in self._places.items(prefix))
        return sorted(int(end) for end in ends if end.isdigit())

    def _opened(self, name: str) -> BinaryIO:
        if self._open is None or self._open[0] != name:
            self.close()
            self._open = name, (self._folder / name).open("rb")
        return self._open[1]

    def close(self) -> None:
        """Close the file that was read last."""
        if self._open is not None:
            self._open[1].close()
            self._open = None


def records(folder: Path) -> Iterator[Record]:
    """Yield every whole record in ``folder``, in no order that means anything; a key may come more than once."""
    yield from (record for _, _, record in _placed(folder))


def _placed(folder: Path) -> Iterator[tuple[str, int, Record]]:
    """Yield every whole record with the file that holds it and where it begins there."""
    for path in sorted(folder.glob("*.jsonl")):
        at = 0
        with path.open("rb") as file:
            for line in file:
                record = _read(line)
                if record is not None:
                    yield path.name, at, record
                at += len(line)


def forget(folder: Path, gone: Callable[[Record], bool]) -> int:
    """Take records out of the files that hold them, and touch no other file; return how many files were rewritten."""
    touched = 0
    for path in sorted(folder.glob("*.jsonl")):
        lines = path.read_bytes().splitlines(keepends=True)
        kept = [line for line in lines if (record := _read(line)) is None or not gone(record)]
        if len(kept) < len(lines):
            draft = path.with_suffix(".draft")
            draft.write_bytes(b"".join(kept))
            draft.chmod(0o600)
            draft.replace(path)
            touched += 1
    return touched


def _read(line: bytes) -> Record | None:
    if not line.endswith(b"\n"):
        return None
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) and "key" in record else None
