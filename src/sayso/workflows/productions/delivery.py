"""Where a package goes, and what it holds: the folder, the formats, the target, and files that are told by hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sayso.audio import Container
from sayso.disk import make_folder
from sayso.errors import Invalid
from sayso.productions.mastering import Target, target_named

FORMATS: Final = ("mp3", "m4b", "epub", "feed", "flac", "wav")
DEFAULT_FORMATS: Final = ("mp3", "m4b", "epub", "feed")
MANIFEST: Final = "package.json"

_SOUND: Final = {"mp3": Container.MP3, "flac": Container.FLAC, "wav": Container.WAV}
_BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is wanted of a run. ``folder`` takes the files, ``formats`` names them, ``target`` their levels."""

    folder: Path
    formats: tuple[str, ...] = DEFAULT_FORMATS
    target: str = "acx"
    base_url: str = ""

    def __post_init__(self) -> None:
        """Refuse formats and targets that there are not."""
        unknown = [name for name in self.formats if name not in FORMATS]
        if unknown or not self.formats:
            raise Invalid(f"formats: got {', '.join(unknown) or 'none'}, expected some of {', '.join(FORMATS)}")
        target_named(self.target)

    @property
    def levels(self) -> Target:
        """Return the target of the levels."""
        return target_named(self.target)

    @property
    def containers(self) -> tuple[Container, ...]:
        """Return what each chapter is encoded as; books and overlays are bound of the M4A files."""
        asked = set(self.formats) | ({"mp3"} if "feed" in self.formats else set())
        bound = (Container.M4A,) if {"m4b", "epub"} & asked else ()
        return (*(container for name, container in _SOUND.items() if name in asked), *bound)

    def told(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            "folder": str(self.folder),
            "formats": list(self.formats),
            "target": self.target,
            "base_url": self.base_url,
        }

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Delivery:
        """Return what `told` wrote."""
        return cls(Path(told["folder"]), tuple(told["formats"]), told["target"], told["base_url"])

    def prepare(self) -> None:
        """Make the folders; raise `TargetInvalid` where they cannot be."""
        for folder in (self.folder, self.folder / "chapters"):
            make_folder(folder)


@dataclass(frozen=True, slots=True)
class PackagedFile:
    """One file of a package: its name in the folder, SHA-256 (hex) and size."""

    name: str
    sha256: str
    bytes: int

    @classmethod
    def of(cls, folder: Path, name: str) -> PackagedFile:
        """Return a file as it lies in the folder."""
        digest, size = hashlib.sha256(), 0
        with (folder / name).open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
                size += len(block)
        return cls(name, digest.hexdigest(), size)

    def is_there(self, folder: Path) -> bool:
        """Return whether the file lies in the folder as it is told here."""
        path = folder / self.name
        return path.is_file() and path.stat().st_size == self.bytes and PackagedFile.of(folder, self.name) == self


def digest_of(values: object) -> str:
    """Return the SHA-256 (hex) of plain JSON values."""
    return hashlib.sha256(json.dumps(values, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def are_there(folder: Path, files: Iterable[Mapping[str, Any]]) -> bool:
    """Return whether all files lie in the folder as told."""
    return all(PackagedFile(each["name"], each["sha256"], each["bytes"]).is_there(folder) for each in files)
