"""The log as files: hash tiles and entry bundles as c2sp.org/tlog-tiles lays them out, 256 wide.

Tile ``(level, number)`` holds the hashes of 256 consecutive complete ranges of ``256 ** level`` leaves each. The last
tile of a level may be partial, and then has its width in its name; a tile or bundle, once written under its name,
never changes. Partial ones are removed when the full one is there.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sayso.disk import explained, write_whole
from sayso.ledger.errors import EntryInvalid, LedgerTampered
from sayso.ledger.merkle import HASH_SIZE

WIDTH: Final = 256
"""Hashes in a full tile, entries in a full bundle: tiles of height 8."""

LEVEL_BITS: Final = 8

CHECKPOINT: Final = "checkpoint"

_MAX_LENGTH: Final = 0xFFFF
_LENGTH_BYTES: Final = 2


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """The name of a hash tile, or, with ``level`` -1, of an entry bundle."""

    level: int
    number: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """The path below the log's prefix, such as ``tile/0/x001/x234/067.p/8``."""
        level = "entries" if self.level < 0 else str(self.level)
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{_number_path(self.number)}{partial}"


def bundle(number: int, width: int = WIDTH) -> Tile:
    """Return the name of an entry bundle."""
    return Tile(-1, number, width)


def width_of(level: int, number: int, size: int) -> int:
    """Return how many hashes tile ``(level, number)`` holds in a log of ``size``: 0 to 256; level -1 means bundles."""
    in_row = size >> (LEVEL_BITS * max(level, 0))
    return max(0, min(WIDTH, in_row - number * WIDTH))


def edge_tiles(size: int) -> list[Tile]:
    """Return the partial hash tiles of a log of ``size``, from the leaves up (c2sp.org/tlog-tiles, Partial Tiles)."""
    edge = []
    level = 0
    while size >> (LEVEL_BITS * level):
        row = size >> (LEVEL_BITS * level)
        if row % WIDTH:
            edge.append(Tile(level, row // WIDTH, row % WIDTH))
        level += 1
    return edge


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    """Return entries as a bundle: each with its length in front, two bytes, big-endian."""
    parts = bytearray()
    for entry in entries:
        if len(entry) > _MAX_LENGTH:
            raise EntryInvalid(f"got an entry of {len(entry)} bytes, expected at most {_MAX_LENGTH}")
        parts += len(entry).to_bytes(_LENGTH_BYTES, "big")
        parts += entry
    return bytes(parts)


def decode_bundle(data: bytes, *, width: int, name: str = "bundle") -> list[bytes]:
    """Return the first ``width`` entries of a bundle; raise `LedgerTampered` if it holds less or is cut."""
    entries: list[bytes] = []
    place = 0
    while place < len(data) and len(entries) < width:
        start = place + _LENGTH_BYTES
        place = start + int.from_bytes(data[place:start], "big")
        entries.append(data[start:place])
    if len(entries) < width or place > len(data):
        raise LedgerTampered(f"{name}: got {len(entries)} whole entries, expected {width}; the file was cut or altered")
    if width == WIDTH and place != len(data):
        raise LedgerTampered(f"{name}: got bytes after the last entry; the file was altered")
    return entries


def split_hashes(data: bytes) -> list[bytes]:
    """Return the hashes that a tile's bytes hold."""
    return [data[place : place + HASH_SIZE] for place in range(0, len(data), HASH_SIZE)]


class TileFolder:
    """The folder that holds tiles, bundles and the checkpoint, ready to be served as it is."""

    def __init__(self, folder: Path) -> None:
        """Use ``folder``, which is made when something is written."""
        self.folder = folder

    def path(self, tile: Tile) -> Path:
        """Return where ``tile`` lies."""
        return self.folder / tile.path

    def name(self, tile: Tile | str) -> str:
        """Return what ``tile``, or another file here, is called in messages: its path with its shard in front."""
        return f"{self.folder.name}/{tile if isinstance(tile, str) else tile.path}"

    def read(self, tile: Tile) -> bytes | None:
        """Return the bytes of ``tile``, or of the full one where the partial one is gone; None where neither is there.

        Of a full bundle in place of a partial one all entries are returned; of a full hash tile just the asked width.
        """
        data = self._read(tile.path)
        if data is None and tile.width != WIDTH:
            data = self._read(Tile(tile.level, tile.number).path)
            if data is not None and tile.level >= 0:
                return data[: tile.width * HASH_SIZE]
        return data

    def _read(self, path: str) -> bytes | None:
        try:
            return (self.folder / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise LedgerTampered(
                f"{self.name(path)}: cannot be read ({error.strerror}); restore it from a backup"
            ) from error

    def hashes(self, tile: Tile) -> list[bytes]:
        """Return the hashes of a tile; raise `LedgerTampered` naming the file if it is missing or of a wrong length."""
        data = self.read(tile)
        if data is None:
            raise LedgerTampered(f"{self.name(tile)}: the tile is missing; restore it from a backup")
        if len(data) != tile.width * HASH_SIZE:
            raise LedgerTampered(
                f"{self.name(tile)}: got {len(data)} bytes, expected {tile.width * HASH_SIZE}; the tile was altered"
            )
        return split_hashes(data)

    def entries(self, tile: Tile) -> list[bytes]:
        """Return the entries of a bundle; raise `LedgerTampered` naming the file if it is missing or cut."""
        data = self.read(tile)
        if data is None:
            raise LedgerTampered(f"{self.name(tile)}: the bundle is missing; restore it from a backup")
        return decode_bundle(data, width=tile.width, name=self.name(tile))

    def write_hashes(self, tile: Tile, hashes: Sequence[bytes]) -> None:
        """Write a tile, durably, or nothing of it."""
        write_whole(self.path(tile), b"".join(hashes))

    def write_entries(self, tile: Tile, entries: Iterable[bytes]) -> None:
        """Write a bundle, durably, or nothing of it."""
        write_whole(self.path(tile), encode_bundle(entries))

    def partials(self, level: int, number: int) -> Iterator[Tile]:
        """Yield the partial tiles that lie there for one tile, of any width from 1 to 255."""
        folder = self._partial_folder(Tile(level, number))
        if folder.is_dir():
            for name in sorted(each.name for each in folder.iterdir()):
                if name.isdecimal() and str(int(name)) == name and 0 < int(name) < WIDTH:
                    yield Tile(level, number, int(name))

    def drop_partials(self, level: int, number: int) -> None:
        """Remove the partial tiles of a tile that is full (which the layout allows)."""
        folder = self._partial_folder(Tile(level, number))
        if folder.is_dir():
            with explained(folder):
                shutil.rmtree(folder)

    def _partial_folder(self, tile: Tile) -> Path:
        path = self.path(tile)
        return path.with_name(path.name + ".p")

    def checkpoint(self) -> str | None:
        """Return the published checkpoint, or None; what it says is to be verified."""
        data = self._read(CHECKPOINT)
        if data is None:
            return None
        try:
            return data.decode()
        except UnicodeDecodeError:
            raise LedgerTampered(
                f"{self.name(CHECKPOINT)}: got bytes that are no text; the checkpoint was altered"
            ) from None

    def write_checkpoint(self, note: str) -> None:
        """Publish a checkpoint, replacing the one before in one step."""
        write_whole(self.folder / CHECKPOINT, note.encode())


def _number_path(number: int) -> str:
    parts = [f"{number % 1000:03d}"]
    while number := number // 1000:
        parts.append(f"x{number % 1000:03d}")
    return "/".join(reversed(parts))
