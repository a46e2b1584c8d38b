"""Reporting: a finished package held against its manifest, without an installation and without asking anybody."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sayso.disk import read_bounded
from sayso.errors import Invalid
from sayso.workflows.productions.delivery import MANIFEST, PackagedFile

MAX_BYTES: Final = 100_000_000


class PackageInvalid(Invalid):
    """The folder holds no package of a production."""


@dataclass(frozen=True, slots=True)
class PackageReport:
    """What a package says of itself, and which of its files are not as it says."""

    production: str
    digest: str
    files: Sequence[str]
    altered: tuple[str, ...]
    chapters: Sequence[Mapping[str, Any]]
    voices: Sequence[Mapping[str, Any]]
    stopped: Sequence[str]

    @property
    def is_whole(self) -> bool:
        """Return whether every file is as the manifest says, every rule of every chapter holds, and marks are read."""
        return not self.altered and not any(map(self.failures, self.chapters))

    @staticmethod
    def failures(chapter: Mapping[str, Any]) -> list[str]:
        """Return what a chapter fails: rules of its levels, and lines whose mark is not read from the file."""
        unread = ", ".join(map(str, chapter["marks"]["unreadable"]))
        failed = [str(rule["rule"]) for rule in chapter["rules"] if not rule["holds"]]
        return [*failed, *([f"marks of {unread}"] if unread else [])]


def report(folder: Path) -> PackageReport:
    """Return the report on the package in ``folder``; raise `PackageInvalid` or `FileMissing`."""
    try:
        told = json.loads(read_bounded(folder / MANIFEST, MAX_BYTES))
        files = list(_files(told))
        found = PackageReport(
            production=told["production"],
            digest=told["digest"],
            files=[file.name for file in files],
            altered=tuple(file.name for file in files if not _lies(folder, file)),
            chapters=told["chapters"],
            voices=told["voices"],
            stopped=told["stopped"],
        )
        for chapter in found.chapters:
            _check(chapter)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise PackageInvalid(f"{folder / MANIFEST}: is no manifest of a package") from None
    return found


def _check(chapter: Mapping[str, Any]) -> None:
    """Raise what `report` catches, where a chapter does not say what its failures are told by."""
    PackageReport.failures(chapter)
    for name in ("number", "duration_ms", "lines"):
        if not isinstance(chapter[name], int):
            raise TypeError
    if not isinstance(chapter["mended"]["clicks"], int) or not isinstance(chapter["mended"]["hiss_s"], float):
        raise TypeError
    for name in ("readable", "checked"):
        if not isinstance(chapter["marks"][name], int):
            raise TypeError


def _files(told: Mapping[str, Any]) -> Iterator[PackagedFile]:
    for each in told["files"]:
        yield PackagedFile(str(each["name"]), str(each["sha256"]), int(each["bytes"]))


def _lies(folder: Path, file: PackagedFile) -> bool:
    """Return whether a file lies in the folder, and not outside of it, as it was listed."""
    inside = (folder / file.name).resolve().is_relative_to(folder.resolve())
    return inside and file.is_there(folder)
