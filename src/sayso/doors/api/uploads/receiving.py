"""Receiving: a file as its bytes, bounded, and where it lies for as long as something reads it.

No path, no name and no address of the caller's is used: a file lies under a name of ours, in a folder of its own that
only this user reads, and is gone with the answer.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from fastapi import UploadFile

from sayso.audio.container import READ, Container, container_in
from sayso.audio.errors import UnknownFormat
from sayso.audio.stream import stream
from sayso.doors.api.errors import TooLarge
from sayso.errors import SaysoError

UPLOAD_BYTES: Final = 32 * 1024 * 1024
"""The most that one recording takes."""

SOUND_S: Final = 600.0
"""The longest recording: a few megabytes can hold hours, which would be gigabytes once they are decoded."""

NAME: Final = "upload"


async def received(file: UploadFile, most: int = UPLOAD_BYTES) -> bytes:
    """Return the bytes of a file; raise `TooLarge`."""
    data = await file.read(most + 1)
    if len(data) > most:
        raise TooLarge(f"got a larger file than is taken here, expected at most {most} bytes")
    return data


def check_sound(data: bytes) -> None:
    """Raise `TooLong` for more than `SOUND_S`, or what `stream` raises; no more than a block is decoded at a time."""
    for _ in stream(data, max_duration_s=SOUND_S):
        continue


def container_within(data: bytes) -> Container:
    """Return the container that a file is, by its bytes; raise `UnknownFormat` for one that is not written here."""
    found = container_in(io.BytesIO(data))
    if found is None:
        raise UnknownFormat(f"got a file of none of {', '.join(Container)}; of what is read ({READ}) those are written")
    return found


@contextlib.contextmanager
def lying(data: bytes, suffix: str = "") -> Iterator[Path]:
    """Yield where the bytes lie, under a name of ours that ends in ``suffix``."""
    with _lying([(f"{NAME}{suffix}", data)]) as (path,):
        yield path


@contextlib.contextmanager
def lying_together(several: Sequence[bytes]) -> Iterator[tuple[Path, ...]]:
    """Yield where the bytes of each lie, numbered from 1."""
    with _lying([(f"{NAME}-{number}", data) for number, data in enumerate(several, 1)]) as paths:
        yield paths


@contextlib.contextmanager
def _lying(files: Sequence[tuple[str, bytes]]) -> Iterator[tuple[Path, ...]]:
    with tempfile.TemporaryDirectory(prefix="sayso-") as folder:
        paths = tuple(Path(folder) / name for name, _ in files)
        for path, (_, data) in zip(paths, files, strict=True):
            path.write_bytes(data)
        with unplaced(folder):
            yield paths


@contextlib.contextmanager
def unplaced(folder: str) -> Iterator[None]:
    """Leave out of an error raised within where its files lie, which is nobody's business."""
    try:
        yield
    except SaysoError as error:
        error.message = error.message.replace(f"{folder}/", "")
        error.reasons = tuple(reason.replace(f"{folder}/", "") for reason in error.reasons)
        raise
