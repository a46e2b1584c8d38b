"""Withdrawing: a speaker is taken out of a corpus, and no more of it is touched than what held something of theirs."""

from __future__ import annotations

from dataclasses import dataclass

from sayso.corpus.catalogue import Catalogue
from sayso.corpus.errors import CorpusSpeakerUnknown
from sayso.corpus.folder import CorpusFolder
from sayso.corpus.row import Segment
from sayso.corpus.sounds import Sounds
from sayso.corpus.worklog import Record, forget


@dataclass(frozen=True, slots=True)
class SpeakerTaken:
    """What a withdrawal took away: rows, sounds, and how many files of finished work were rewritten."""

    speaker: str
    segments: int
    sounds: int
    files: int


def withdrawn(folder: CorpusFolder, catalogue: Catalogue, speaker: str) -> SpeakerTaken:
    """Take ``speaker``, an id or what a manifest calls them, out; raise `CorpusSpeakerUnknown`.

    It is put down first, so that a withdrawal that was killed is finished by doing it again, and nobody is let in
    again meanwhile.
    """
    known = speaker if speaker.startswith(("spk_", "ext_")) else folder.pseudonym(speaker)
    before = folder.withdrawn()
    rows = [row for row in catalogue.rows() if row.speaker == known]
    granted = any(each.basis.speaker == known for each in folder.inputs())
    if not rows and not granted and known not in before:
        raise CorpusSpeakerUnknown(f"speaker: got {known}, expected one whose recordings are in the corpus")
    folder.tell("withdrawn", {"speakers": sorted({*before, known})})
    if rows:
        catalogue.withdraw(known)
    sounds = Sounds(folder.sounds)
    dropped = sum(sounds.drop(row.audio) for row in rows if row.audio)
    files = _forgotten(folder, rows)
    folder.tell("published", {})
    return SpeakerTaken(known, len(rows), dropped, files)


def _forgotten(folder: CorpusFolder, rows: list[Segment]) -> int:
    digests = {row.source_digest for row in rows if row.source_digest}
    segments = {row.segment for row in rows}

    def gone(record: Record) -> bool:
        key = record["key"]
        return key in segments or key[:64] in digests or record.get("digest") in digests

    stages = [path for path in folder.work.iterdir() if path.is_dir()] if folder.work.exists() else []
    return sum(forget(stage, gone) for stage in stages)
