"""What the gate judges: a version of an engine, a model, a mark profile, the repair chain or a check of enrolment."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from sayso.fairness.errors import SubjectInvalid


class SubjectKind(StrEnum):
    """What kind of thing is judged."""

    ENGINE = "engine"
    MODEL = "model"
    MARK = "mark"
    RESTORATION = "restoration"
    ENROLLMENT = "enrollment"


@dataclass(frozen=True, slots=True)
class SubjectName:
    """The name of what is judged, whichever version is here: ``engine:kokoro``."""

    kind: SubjectKind
    name: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the name that ``text`` is; raise `SubjectInvalid`."""
        kind, _, name = text.partition(":")
        if kind not in set(SubjectKind) or not 0 < len(name) <= MAX_NAME or not name.isprintable():
            kinds = ", ".join(f"{each}:NAME" for each in SubjectKind)
            raise SubjectInvalid(f"got {text[:40]!r}, expected one of {kinds}")
        return cls(SubjectKind(kind), name)

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"


MAX_NAME = 60


@dataclass(frozen=True, slots=True)
class JudgedVersion:
    """One version: ``digest`` is the SHA-256 (hex) of all that decides how it works."""

    of: SubjectName
    digest: str
