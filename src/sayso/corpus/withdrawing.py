"""Withdrawing: a speaker is taken out of a corpus, and no more of it is touched than what held something of theirs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sayso.corpus.catalogue import Catalogue
from sayso.corpus.errors import CorpusSpeakerUnknown
from sayso.corpus.folder import CorpusFolder, CorpusInput
from sayso.corpus.row import segment_id
from sayso.corpus.sounds import Sounds
from sayso.corpus.sources import Item, items_of
from sayso.corpus.worklog import Record, forget, records
from sayso.errors import SaysoError


@dataclass(frozen=True, slots=True)
class SpeakerTaken:
    """What a withdrawal took away: segments, sounds, and how many files of finished work were rewritten."""

    speaker: str
    segments: int
    sounds: int
    files: int


@dataclass(frozen=True, slots=True)
class _Held:
    """What a corpus holds of a speaker: digests of recordings, stamps, ids of segments, and names of sounds."""

    digests: set[str] = field(default_factory=set)
    stamps: set[str] = field(default_factory=set)
    segments: set[str] = field(default_factory=set)
    sounds: set[str] = field(default_factory=set)

    def has(self, record: Record) -> bool:
        """Return whether a record of a worklog is of one of the recordings or segments."""
        key = record["key"]
        is_named = key in self.segments or key[:64] in self.digests or record.get("digest") in self.digests
        return is_named or (key.startswith(("stamp:", "missing:")) and key.partition(":")[2][:32] in self.stamps)


def withdrawn(folder: CorpusFolder, catalogue: Catalogue, speaker: str) -> SpeakerTaken:
    """Take ``speaker``, an id or what a manifest calls them, out; raise `CorpusSpeakerUnknown`.

    What is theirs is looked for in every version of the catalogue, and in what runs have finished, whether or not they
    came to publish it. It is put down first who is out, so that a withdrawal that was killed is finished by doing it
    again, and nobody is let in again meanwhile.
    """
    known = speaker if speaker.startswith(("spk_", "ext_")) else folder.pseudonym(speaker)
    before = folder.withdrawn()
    held = _held(folder, catalogue, known)
    is_known = held.digests or held.segments or any(each.basis.speaker == known for each in folder.inputs())
    if not is_known and known not in before:
        raise CorpusSpeakerUnknown(f"speaker: got {known}, expected one whose recordings are in the corpus")
    folder.tell("withdrawn", {"speakers": sorted({*before, known})})
    catalogue.forget_unpublished()
    if catalogue.is_published:
        catalogue.withdraw(known)
    sounds = Sounds(folder.sounds)
    dropped = sum(sounds.drop(name) for name in sorted(held.sounds))
    files = sum(forget(stage, held.has) for stage in _stages(folder))
    folder.tell("published", {})
    return SpeakerTaken(known, len(held.segments), dropped, files)


def _held(folder: CorpusFolder, catalogue: Catalogue, speaker: str) -> _Held:
    """Return what is held of ``speaker``."""
    held = _Held()
    for row in catalogue.rows_of(speaker):
        held.segments.add(row.segment)
        held.digests.update([row.source_digest] if row.source_digest else [])
        held.sounds.update([row.audio] if row.audio else [])
    held.stamps.update(item.stamp for item in _items(folder, speaker))
    stages = _stages(folder)
    for record in (one for stage in stages for one in records(stage)):
        if record["key"].removeprefix("stamp:") in held.stamps or record.get("speaker") == speaker:
            held.digests.update([record["digest"]] if record.get("digest") else [])
    for record in (one for stage in stages for one in records(stage)):
        if record["key"][:64] in held.digests:
            told = ((each["start"] / 1000, each["end"] / 1000) for each in record.get("segments", ()))
            held.segments.update(segment_id(record["key"][:64], *span) for span in told)
    for record in (one for stage in stages for one in records(stage)):
        if record["key"] in held.segments and record.get("audio"):
            held.sounds.add(record["audio"])
    return held


def _items(folder: CorpusFolder, speaker: str) -> Iterator[Item]:
    """Yield the recordings of ``speaker`` that are listed now; an input that is not there any more lists none."""
    for each in folder.inputs():
        with contextlib.suppress(SaysoError, OSError):
            yield from (item for item in items_of(each.place, each.options) if _who(folder, each, item) == speaker)


def _who(folder: CorpusFolder, given: CorpusInput, item: Item) -> str:
    return given.basis.speaker or folder.pseudonym(item.speaker)


def _stages(folder: CorpusFolder) -> list[Path]:
    return [path for path in folder.work.iterdir() if path.is_dir()] if folder.work.exists() else []
