"""Sounds: the FLAC of each segment that stays, sealed under its speaker's key where there is one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol

from sayso.disk import read_bounded, write_group

_SUFFIX: Final = ".sealed"
_MOST_BYTES: Final = 256 << 20


class Seal(Protocol):
    """Seals and opens what belongs to a speaker who has a key. It is handed to workers, and opens its keys there."""

    def seal(self, plain: bytes, speaker: str) -> bytes:
        """Return ``plain`` sealed under the speaker's key."""
        ...

    def unseal(self, sealed: bytes, speaker: str) -> bytes:
        """Return the plain; raise `Shredded` where the key is gone."""
        ...


class Sounds:
    """The sounds of one corpus."""

    def __init__(self, folder: Path, seal: Seal | None = None) -> None:
        """Take the folder, and what seals; without one, sealed sounds cannot be read or made."""
        self._folder, self._seal = folder, seal

    def put(self, sounds: Mapping[str, bytes], speaker: str) -> dict[str, str]:
        """Keep the sound of each segment and return their names; ``speaker`` is who has a key here, "" for nobody.

        The same segment has the same name, so that work that is done twice leaves nothing behind.
        """
        names = {segment: name_of(segment, sealed=bool(speaker and self._seal)) for segment in sounds}
        write_group({self._folder / names[each]: self._sealed(sound, speaker) for each, sound in sounds.items()})
        return names

    def _sealed(self, sound: bytes, speaker: str) -> bytes:
        return self._seal.seal(sound, speaker) if speaker and self._seal else sound

    def get(self, name: str, speaker: str) -> bytes:
        """Return the FLAC of the sound ``name``; raise `FileMissing` or `Shredded` where it is gone."""
        data = read_bounded(self._folder / name, _MOST_BYTES)
        return self._seal.unseal(data, speaker) if name.endswith(_SUFFIX) and self._seal else data

    def drop(self, name: str) -> bool:
        """Remove a sound; return whether there was one."""
        path = self._folder / name
        had = path.exists()
        path.unlink(missing_ok=True)
        return had


def name_of(segment: str, *, sealed: bool) -> str:
    """Return the name of a segment's sound."""
    return f"{segment[4:6]}/{segment}.flac{_SUFFIX if sealed else ''}"
