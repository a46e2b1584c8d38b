"""Diagnosing a recording that a person hands in; needs no installation and keeps nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sayso.audio import Signal
from sayso.audio.overview import Overview
from sayso.audio.salvage import Salvage
from sayso.audio.stream import MAX_STREAM_S, stream
from sayso.restoration import Diagnosis, diagnose_blocks


@dataclass(frozen=True, slots=True)
class Examined:
    """A file, what was found in it, how it looks, and what of it could not be read."""

    file: Path
    diagnosis: Diagnosis
    overview: Overview
    skipped: tuple[str, ...]


def diagnose_file(recording: Path) -> Examined:
    """Return what is wrong with ``recording``, of any length; raise what `stream` raises."""
    overview = Overview()

    def seen(blocks: Iterator[Signal]) -> Iterator[Signal]:
        for block in blocks:
            overview.take(block)
            yield block

    salvage = Salvage(recording, max_duration_s=MAX_STREAM_S)
    found = diagnose_blocks(seen(stream(salvage)))
    return Examined(recording, found, overview, tuple(map(str, salvage.skipped)))
