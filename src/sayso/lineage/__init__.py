"""The lineage room: what was derived from what, and under which grant."""

from __future__ import annotations

from sayso.lineage.artifact import Artifact, Kind
from sayso.lineage.store import (
    ancestors,
    blob_users,
    descendants,
    forget,
    get,
    of_kind,
    of_speaker,
    record,
    speakers_of,
)

__all__ = [
    "Artifact",
    "Kind",
    "ancestors",
    "blob_users",
    "descendants",
    "forget",
    "get",
    "of_kind",
    "of_speaker",
    "record",
    "speakers_of",
]
