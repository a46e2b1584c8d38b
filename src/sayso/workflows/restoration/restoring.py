"""Restoring recordings that a person hands in; needs no installation and keeps nothing but the files asked for."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Final

from sayso.audio import Container, Signal, container_of, dnsmos
from sayso.audio.decode import decode
from sayso.audio.encode import write_blocks
from sayso.audio.overview import Overview
from sayso.audio.quality import Dnsmos
from sayso.audio.stream import stream
from sayso.disk import check_target, explained, make_private, sync_folder
from sayso.errors import Conflict
from sayso.progress import Report
from sayso.restoration import Diagnosis, Restored, Step, diagnose_blocks, restore
from sayso.restoration.repair.long import Excerpts, replayed_blocks
from sayso.restoration.repair.planner import ColourMatch
from sayso.restoration.repair.wanted import Alone, WantedSpeaker, alone
from sayso.voices.campplus import embed_voice
from sayso.workflows.restoration.aims import NOTHING, Aims

LONG_S: Final = 180.0
"""Longer recordings are planned on excerpts and repaired stretch by stretch."""

HEARD_S: Final = 60.0
"""So much of each recording, before and after, is kept as MP3 where a page is asked for."""

_EXPORT: Final = 0o644


class OriginalKept(Conflict):
    """A recording is never overwritten by its repaired form; name another output."""


@dataclass(frozen=True, slots=True)
class RestoredFile:
    """A recording and its repaired form on the disk, with how both look where a page is asked for."""

    file: str
    out: Path
    found: Diagnosis
    steps: tuple[Step, ...]
    refused: tuple[str, ...]
    before: Dnsmos
    after: Dnsmos
    looks: tuple[Overview, Overview] | None = None
    heard: tuple[bytes, bytes] | None = None
    speaker: WantedSpeaker | None = None
    match: ColourMatch | None = None


def restore_file(
    recording: Path | bytes, output: Path, report: Report, *, aims: Aims = NOTHING, with_looks: bool = False
) -> RestoredFile:
    """Restore ``recording`` (a file, or its bytes) into ``output``, whole or not at all; the recording stays as it is.

    Raise what `decode` and `stream` raise, and `OriginalKept` where both are one file.
    """
    container = container_of(output)
    check_target(output, overwrite=True)
    if isinstance(recording, Path) and output.exists() and recording.exists() and output.samefile(recording):
        raise OriginalKept(f"{output}: the output is the recording itself; name another output")
    head, is_long = _begin(recording)
    report(0.1)
    if is_long:
        return _long(recording, output, container, report, aims=aims, with_looks=with_looks)
    done = _planned(head, aims)
    report(0.9)
    _write(output, iter([done.signal]), container)
    report(1.0)
    return _short(recording, output, done, head if with_looks else None)


def _begin(recording: Path | bytes) -> tuple[Signal, bool]:
    """Return the whole recording, or the start of one that is long, and which of both."""
    blocks = stream(recording)
    held_s = 0.0
    for block in blocks:
        held_s += block.duration_s
        if held_s > LONG_S:
            return block, True
    return decode(recording), False


def _short(recording: Path | bytes, output: Path, done: Restored, before: Signal | None) -> RestoredFile:
    looks, heard = None, None
    if before is not None:
        looks, heard = (_look(before), _look(done.signal)), (_heard(before), _heard(done.signal))
    name = str(recording) if isinstance(recording, Path) else "-"
    return RestoredFile(
        name,
        output,
        done.found,
        done.steps,
        done.refused,
        done.before,
        done.after,
        looks,
        heard,
        done.speaker,
        done.match,
    )


def _planned(signal: Signal, aims: Aims) -> Restored:
    return restore(signal, identity=embed_voice, wanted=aims.wanted, colour=aims.colour, fuller_below=aims.fuller_below)


def _put(target: Path | BinaryIO, blocks: Iterator[Signal], container: Container) -> None:
    write_blocks(target, blocks, container)


def _heard(signal: Signal) -> bytes:
    mixed = Signal.mono(signal.mixed_in_phase(), signal.sample_rate)
    file = io.BytesIO()
    _put(file, iter([mixed.slice(0, round(HEARD_S * signal.sample_rate))]), Container.MP3)
    return file.getvalue()


def _look(signal: Signal) -> Overview:
    made = Overview()
    made.take(signal)
    return made


def _long(
    recording: Path | bytes, output: Path, container: Container, report: Report, *, aims: Aims, with_looks: bool
) -> RestoredFile:
    excerpts, before, after = Excerpts(), Overview(), Overview()
    found = diagnose_blocks(_seen(stream(recording), excerpts.take, before.take if with_looks else None))
    report(0.3)
    turns = _alone(recording, aims)
    planned = excerpts.joined()
    done = _planned(planned, replace(aims, wanted=None)) if planned is not None else None
    steps = (*([turns.step] if turns and turns.step else []), *(done.steps if done else ()))
    report(0.4)
    made = replayed_blocks(steps, stream(recording))
    _write(output, _seen(made, after.take if with_looks else None), container)
    report(1.0)
    name = str(recording) if isinstance(recording, Path) else "-"
    scores = (done.before, done.after) if done else (dnsmos(next(stream(recording))),) * 2
    refused = (*(["talkers"] if turns and turns.is_refused else []), *(done.refused if done else ()))
    return RestoredFile(
        name,
        output,
        found,
        steps,
        refused,
        *scores,
        looks=(before, after) if with_looks else None,
        heard=(_heard(planned), _heard(done.signal)) if with_looks and done and planned else None,
        speaker=turns.told if turns else None,
        match=done.match if done else None,
    )


def _alone(recording: Path | bytes, aims: Aims) -> Alone | None:
    if aims.wanted is None:
        return None
    return alone(lambda: stream(recording), aims.wanted, embed_voice)


def _seen(blocks: Iterator[Signal], *looks: object) -> Iterator[Signal]:
    for block in blocks:
        for look in looks:
            if callable(look):
                look(block)
        yield block


def _write(output: Path, blocks: Iterator[Signal], container: Container) -> None:
    """Write ``blocks`` beside ``output`` and give them its name when they are whole."""
    make_private(output.parent)
    with explained(output), tempfile.TemporaryDirectory(prefix=".sayso-", dir=output.parent) as folder:
        draft = Path(folder) / "draft"
        _put(draft, blocks, container)
        draft.chmod(_EXPORT)
        draft.replace(output)
        sync_folder(output.parent)
