"""Restoring many recordings into a folder, so that a run that was stopped goes on where it was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sayso.audio import container_of
from sayso.audio.errors import UnknownFormat
from sayso.disk import TargetTaken, read_bounded, write_document
from sayso.errors import NotFound, SaysoError

RECORDS: Final = ".restored"
"""The folder, inside that of the output, that tells which recordings are done and from what."""

SUFFIXES: Final = frozenset(
    [
        ".wav",
        ".w64",
        ".aif",
        ".aiff",
        ".au",
        ".caf",
        ".flac",
        ".mp3",
        ".aac",
        ".ac3",
        ".eac3",
        ".m4a",
        ".mp4",
        ".ogg",
        ".oga",
        ".opus",
        ".webm",
        ".mka",
        ".wma",
        ".avi",
    ]
)
_MOST_BYTES: Final = 4_000_000


class NothingToRestore(NotFound):
    """The folder holds no recording; name one that does."""


@dataclass(frozen=True, slots=True)
class Job:
    """A recording, where its repaired form goes, and where the record of that goes."""

    recording: Path
    output: Path
    record: Path


def jobs(inputs: Iterable[Path], folder: Path) -> Iterator[Job]:
    """Yield a job for each recording: a file by its name, the files in a folder by their names inside it.

    Containers that are not written become FLAC. Raise `NothingToRestore`, and `TargetTaken` where two recordings have
    one name.
    """
    taken: dict[Path, Path] = {}
    for recording, name in _named(inputs):
        output = folder / _written(name)
        if output in taken:
            raise TargetTaken(f"{taken[output]} and {recording} would both become {output}; restore them apart")
        taken[output] = recording
        yield Job(recording, output, folder / RECORDS / f"{name}.json")


def _named(inputs: Iterable[Path]) -> Iterator[tuple[Path, Path]]:
    for given in inputs:
        if not given.is_dir():
            yield given, Path(given.name)
            continue
        found = [one for one in sorted(given.rglob("*")) if one.suffix.lower() in SUFFIXES and one.is_file()]
        if not found:
            raise NothingToRestore(f"{given} holds no recording ({' '.join(sorted(SUFFIXES))}); name one that does")
        yield from ((one, one.relative_to(given)) for one in found)


def _written(name: Path) -> Path:
    try:
        container_of(name)
    except UnknownFormat:
        return name.with_name(f"{name.name}.flac")
    return name


def done_before(job: Job, aims: str = "") -> dict[str, Any] | None:
    """Return the result of an earlier run, if it is of this recording and these ``aims``, its output as it was left.

    Raise `TargetTaken` where there is an output that no record tells of.
    """
    if not job.output.exists():
        return None
    record = _read(job.record)
    if record is None or record.get("made") != _digest(job.output):
        raise TargetTaken(f"{job.output} is there and was not made here, or was changed since; name another folder")
    if record.get("source") != _digest(job.recording) or record.get("aims", "") != aims:
        return None
    result: dict[str, Any] = record["result"]
    return result


def note(job: Job, result: dict[str, Any], aims: str = "") -> None:
    """Record that ``job`` is done with ``result``, with what ``aims`` (`Aims.digest`)."""
    job.record.parent.mkdir(parents=True, exist_ok=True)
    told = {"source": _digest(job.recording), "aims": aims, "made": _digest(job.output), "result": result}
    write_document(job.record, json.dumps(told, indent=1) + "\n", mode=0o644)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(read_bounded(path, _MOST_BYTES))
    except (SaysoError, ValueError):
        return None
    is_record = isinstance(found, dict) and isinstance(found.get("result"), dict)
    return found if is_record else None


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
