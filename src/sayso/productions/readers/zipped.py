"""Zip containers from strangers: EPUB and DOCX. Names, sizes and ratios are checked before anything is unpacked."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from typing import Final

from sayso.productions.errors import ManuscriptInvalid, ManuscriptLocked, ManuscriptTooLarge

MAX_UNPACKED: Final = 400_000_000
MAX_FILE: Final = 80_000_000
MAX_FILES: Final = 20_000
MAX_RATIO: Final = 200
"""Text packs to a fifth or so; a file that packs to less than a two-hundredth was made to burst."""

_SMALL: Final = 1_000_000
_ENTRY: Final = b"PK\x01\x02"
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""The only ones of EPUB (EPUB 3.3, section 4.3.2) and of DOCX; others unpack without a bound."""


class ZipBox:
    """An open zip container, read file by file within limits."""

    def __init__(self, data: bytes) -> None:
        """Open ``data``; raise `ManuscriptInvalid`, `ManuscriptLocked` or `ManuscriptTooLarge`."""
        if (count := data.count(_ENTRY)) > MAX_FILES:  # before a table of millions of them is made
            raise ManuscriptTooLarge(f"got {count:,} files in a container, expected at most {MAX_FILES:,}")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            raise ManuscriptInvalid("got a file that is no zip container, or one that is cut off") from None
        self._names = {info.filename: info for info in self._zip.infolist()}
        self._check()

    def _check(self) -> None:
        infos = self._zip.infolist()
        if len(infos) > MAX_FILES or sum(info.file_size for info in infos) > MAX_UNPACKED:
            raise ManuscriptTooLarge(
                f"got {len(infos):,} files of {sum(info.file_size for info in infos):,} bytes, "
                f"expected at most {MAX_FILES:,} of {MAX_UNPACKED:,} when unpacked"
            )
        for info in infos:
            if info.file_size > MAX_FILE or info.file_size > max(_SMALL, MAX_RATIO * info.compress_size):
                raise ManuscriptTooLarge(
                    f"{info.filename[-80:]}: got {info.file_size:,} bytes packed to {info.compress_size:,}, "
                    f"expected at most {MAX_FILE:,}, and {MAX_RATIO} times what is packed"
                )
            if info.compress_type not in _METHODS:
                raise ManuscriptInvalid(f"{info.filename[-80:]}: is packed in a way that no book is; pack it anew")
            if info.flag_bits & 1:
                raise ManuscriptLocked("got a container with a password; bring a copy without one")

    def __contains__(self, name: str) -> bool:
        """Return whether there is a file of this name."""
        return name in self._names

    def read(self, name: str) -> bytes:
        """Return the bytes of a file; raise `ManuscriptInvalid` where it is missing or damaged."""
        info = self._names.get(name)
        if info is None:
            raise ManuscriptInvalid(f"{name[-80:]}: is named in the container and missing from it")
        try:
            with self._zip.open(info) as file:
                data = file.read(info.file_size + 1)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError) as error:
            raise ManuscriptInvalid(f"{name[-80:]}: is damaged: {str(error)[:80]}") from None
        if len(data) > info.file_size:
            raise ManuscriptTooLarge(f"{name[-80:]}: holds more than it says")
        return data


def resolved(base: str, reference: str) -> str:
    """Return the name of the file that ``reference`` in the file ``base`` means; "" for one outside the container."""
    path = posixpath.normpath(posixpath.join(posixpath.dirname(base), reference.partition("#")[0]))
    return "" if path.startswith(("..", "/")) or "://" in reference else path
