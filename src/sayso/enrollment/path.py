"""The ways by which a recording may come to be cloned from, beside a grant: each is named wherever the voice is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sayso.enrollment.errors import PathInvalid
from sayso.ids import EnrollmentId


class ClonePath(StrEnum):
    """How a voice came in."""

    ENROLLED = "enrolled"
    """The speaker read a statement, and the checks, or people, passed it with these very recordings."""
    LICENSED = "licensed"
    """The recordings are in the public domain, or under a licence that allows it."""
    ATTESTED = "attested"
    """The operator answers for it; off unless the setting ``enrollment`` allows it."""
    STOCK = "stock"
    """The voice came with an engine."""


LICENCES: Final[Mapping[str, str]] = {
    "public-domain": "in the public domain",
    "CC0-1.0": "Creative Commons Zero 1.0",
    "CC-BY-4.0": "Creative Commons Attribution 4.0",
    "CC-BY-SA-4.0": "Creative Commons Attribution-ShareAlike 4.0",
}
"""Licences that let anybody adapt a recording: its author's word. The speaker's grant is asked for all the same."""

_ADDRESS: Final = re.compile(r"https?://[^\s/]+\.[^\s/]+\S*")
_MOST_CHARS: Final = 500


@dataclass(frozen=True, slots=True)
class CloneBasis:
    """By which path recordings came in: the enrolment, or the licence with the address of its evidence."""

    path: ClonePath
    enrollment: EnrollmentId | None = None
    licence: str | None = None
    evidence: str | None = None


def licensed(licence: str, evidence: str | None) -> CloneBasis:
    """Return the basis of recordings under ``licence``, as the page at ``evidence`` says; raise `PathInvalid`."""
    known = {name.lower(): name for name in LICENCES}.get(licence.strip().lower())
    if known is None:
        raise PathInvalid(f"licence: got {licence[:40]!r}, expected one of {', '.join(LICENCES)}")
    if evidence is None or len(evidence) > _MOST_CHARS or not _ADDRESS.fullmatch(evidence.strip()):
        raise PathInvalid(
            f"evidence: got {(evidence or 'nothing')[:60]!r}, expected the address of the page that says so, https://..."
        )
    return CloneBasis(ClonePath.LICENSED, licence=known, evidence=evidence.strip())
