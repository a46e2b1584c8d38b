"""The folder of a corpus: its inputs, the work that is done, the sounds that are kept, and where a run is."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from sayso.corpus.basis import RecordingBasis
from sayso.corpus.errors import CorpusExists, CorpusNameInvalid, CorpusUnknown
from sayso.corpus.reading import StoreOptions
from sayso.disk import make_private, read_bounded, write_document

_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_MOST_BYTES: Final = 64 << 20


@dataclass(frozen=True, slots=True)
class CorpusInput:
    """What was added: its number, where it is, and on which basis it is there."""

    number: int
    place: str
    basis: RecordingBasis
    options: StoreOptions


@dataclass(frozen=True, slots=True)
class CorpusFolder:
    """One corpus on the disk."""

    path: Path

    @classmethod
    def named(cls, home: Path, name: str) -> Self:
        """Return the corpus ``name`` in ``home``; raise `CorpusUnknown` or `CorpusNameInvalid`."""
        made = cls(home / checked_name(name))
        if not made.about.exists():
            raise CorpusUnknown(f"corpus: got {name}, expected one that was created here")
        return made

    @classmethod
    def created(cls, home: Path, name: str) -> Self:
        """Return a new corpus; raise `CorpusExists` or `CorpusNameInvalid`."""
        made = cls(home / checked_name(name))
        if made.about.exists():
            raise CorpusExists(f"corpus: got {name}, which is there already; choose another name")
        for folder in (made.path, made.inputs_folder, made.work, made.sounds):
            make_private(folder)
        write_document(made.about, json.dumps({"name": name, "salt": secrets.token_hex(16)}) + "\n")
        return made

    @property
    def name(self) -> str:
        """The name of the corpus."""
        return self.path.name

    @property
    def about(self) -> Path:
        """The file whose presence makes the folder a corpus."""
        return self.path / "corpus.json"

    @property
    def inputs_folder(self) -> Path:
        """Where a file for each input is."""
        return self.path / "inputs"

    @property
    def work(self) -> Path:
        """Where finished work is put down; see `sayso.corpus.worklog`."""
        return self.path / "work"

    @property
    def scratch(self) -> Path:
        """Where a run has files without names, which end with it."""
        return self.work / "scratch"

    @property
    def sounds(self) -> Path:
        """Where kept sounds are."""
        return self.path / "sounds"

    @property
    def lock(self) -> Path:
        """Held by who changes the corpus."""
        return self.path / "lock"

    def inputs(self) -> Iterator[CorpusInput]:
        """Yield what was added, in that order."""
        for path in sorted(self.inputs_folder.glob("*.json")):
            told = json.loads(read_bounded(path, _MOST_BYTES))
            yield CorpusInput(int(path.stem), told["place"], RecordingBasis(**told["basis"]), told["options"])

    def add(self, place: str, basis: RecordingBasis, options: StoreOptions) -> CorpusInput:
        """Put down an input, the next in number; hold `lock`."""
        number = 1 + max((int(path.stem) for path in self.inputs_folder.glob("*.json")), default=0)
        told = {"place": place, "basis": basis.record(), "options": options}
        write_document(self.inputs_folder / f"{number:06d}.json", json.dumps(told, indent=1) + "\n")
        return CorpusInput(number, place, basis, options)

    def pseudonym(self, label: str) -> str:
        """Return what a speaker whom a manifest calls ``label`` is called here: "" for no label."""
        if not label:
            return ""
        salt = bytes.fromhex(json.loads(read_bounded(self.about, _MOST_BYTES))["salt"])
        return f"ext_{hmac.new(salt, label.encode(), hashlib.sha256).hexdigest()[:16]}"

    def withdrawn(self) -> frozenset[str]:
        """Return the speakers who were withdrawn."""
        return frozenset(self.told("withdrawn", {"speakers": []})["speakers"])

    def told(self, name: str, otherwise: dict[str, Any]) -> dict[str, Any]:
        """Return what the document ``name`` says (``status``, ``published``, ``withdrawn``)."""
        path = self.path / f"{name}.json"
        if not path.exists():
            return otherwise
        found: dict[str, Any] = json.loads(read_bounded(path, _MOST_BYTES))
        return found

    def tell(self, name: str, told: dict[str, Any]) -> None:
        """Put the document ``name`` in place of what it said, in one step."""
        write_document(self.path / f"{name}.json", json.dumps(told) + "\n")


def checked_name(name: str) -> str:
    """Return ``name``; raise `CorpusNameInvalid` unless it is 1 to 40 of a-z, 0-9 and hyphens."""
    if not _NAME.fullmatch(name):
        raise CorpusNameInvalid(f"corpus: got {name[:60]!r}, expected 1 to 40 of a-z, 0-9 and hyphens")
    return name
