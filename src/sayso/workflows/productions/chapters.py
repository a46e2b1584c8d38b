"""A chapter: its clips out of the vault under permits to publish, assembled, mastered, written and verified.

What a chapter is made of is its key: made again of the same, it is the same files, which are then left as they are.
"""

from __future__ import annotations

import functools
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

from sayso.audio import Container, Signal, decode
from sayso.audio.encode import Mastered
from sayso.consent.permit import Permit, Release
from sayso.credentials import ProgrammeClaim, issue_detached
from sayso.disk import write_document
from sayso.errors import Refused
from sayso.labels import Layer
from sayso.mark import EncodedProgramme, MarkedAudio, Mends, PlacedMark, Programme
from sayso.mark.chains import NONE
from sayso.mark.verifying import check
from sayso.productions.captions import webvtt
from sayso.productions.mastering import rules
from sayso.synthesis.store import Clip
from sayso.synthesis.trace import sentence_spans
from sayso.vault.domains import Domain
from sayso.voices.store import VoiceRow
from sayso.workflows.consent import permission
from sayso.workflows.consent.permission import Granted
from sayso.workflows.installation.session import Session
from sayso.workflows.productions import permitting, takes
from sayso.workflows.productions.assembling import OpenedLine, assembled
from sayso.workflows.productions.delivery import Delivery, PackagedFile, are_there, digest_of
from sayso.workflows.productions.plans import PlannedChapter, PlannedLine, Production
from sayso.workflows.provenance.releasing import ProgrammeDraft, write_manifest
from sayso.workflows.speech import exporting, labels
from sayso.workflows.voices import archive
from sayso.workflows.voices.house import house_speaker
from sayso.workflows.voices.voicebook import row_of

ACT: Final = "publication:chapter"
VERSION: Final = 3
"""Of how chapters are made; another one makes every chapter anew."""

_ENCODERS: Final = {Container.MP3: {"compression_level": "9"}, Container.M4A: {"aac_coder": "fast"}}
"""0.45 and 0.57 of the time of FFmpeg's defaults. At a chapter's bit rates the noise of MP3 is the same in the median
of every band and 21 dB under speech in its worst 2 % of frames (29 dB below 500 Hz by default); that of AAC is less."""

_READABLE_S: Final = 3.0
"""The mark of a shorter clip cannot be read by itself; it is found by its neighbours and the clip's content."""


@dataclass(frozen=True, slots=True)
class ReadyLine:
    """A line in the phrases that it was said in, the clip of it that counts, and what stands out in that."""

    line: PlannedLine
    clip: Clip
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VoicePart:
    """What one voice says in a chapter, permitted to be released."""

    row: VoiceRow
    lines: tuple[ReadyLine, ...]
    granted: Granted


@dataclass(frozen=True, slots=True)
class _Work:
    """One chapter on its way into a folder."""

    session: Session
    production: Production
    chapter: PlannedChapter
    delivery: Delivery
    parts: tuple[VoicePart, ...]


def release(session: Session, production: Production, chapter: PlannedChapter, delivery: Delivery) -> dict[str, Any]:
    """Write the files of a chapter and return what is in it; files that are there already are left as they are.

    A line that has no clip, and those of a voice that may not be released now, are left out and named as stopped.
    """
    parts, stopped = _parts(session, production, chapter)
    made_of = [[part.row.voice_id, one.clip.clip_id] for part in parts for one in part.lines]
    key = digest_of([VERSION, production.production_id, chapter.title, delivery.target, delivery.formats, made_of])
    known = _known(session, delivery, chapter, key)
    if known is not None:
        _end(session, parts)
        return known | {"is_new": False}
    try:
        with session.vault.holding():
            record = _written(session, production, chapter, delivery, parts) if parts else _empty(chapter)
            record |= {"key": key, "stopped": stopped}
            record["seal"] = _seal(session, record)
            write_document(delivery.folder / record_name(chapter.number), _json(record), mode=0o644)
            _log(session, production, chapter, parts)
    except BaseException:
        _end(session, parts)
        raise
    return record | {"is_new": True}


def record_name(number: int) -> str:
    """Return the name of the file that tells what is in a chapter."""
    return f"chapters/{number:02d}.json"


def _known(session: Session, delivery: Delivery, chapter: PlannedChapter, key: str) -> dict[str, Any] | None:
    """Return what is in a chapter whose files lie there, made here of the same; None where they do not."""
    try:
        record: dict[str, Any] = json.loads((delivery.folder / record_name(chapter.number)).read_text())
        is_same = record["key"] == key and record["seal"] == _seal(session, record)
        sidecars = [each["name"] + ".c2pa" for each in record["files"] if is_sound(each["name"])]
        is_whole = are_there(delivery.folder, record["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return record if is_same and is_whole and all((delivery.folder / each).is_file() for each in sidecars) else None


def is_sound(name: str) -> bool:
    """Return whether a file of a package is sound, with credentials beside it."""
    return name.endswith((".mp3", ".m4a", ".flac", ".wav", ".m4b"))


def _seal(session: Session, record: dict[str, Any]) -> str:
    """Return what only this installation can say of a record: files that somebody else put there are not taken over."""
    told = {name: value for name, value in record.items() if name not in {"seal", "is_new"}}
    return session.vault.commit(house_speaker(session), digest_of(told).encode(), domain=Domain.SOUND)


def _parts(session: Session, production: Production, chapter: PlannedChapter) -> tuple[list[VoicePart], list[str]]:
    """Return what each voice says, permitted, and the labels of the lines that are not in the chapter."""
    by_voice: dict[str, list[ReadyLine]] = defaultdict(list)
    stopped: list[str] = []
    for line in chapter.lines:
        found = takes.chosen(session, production, line)
        if found is None or found.clip.artifact_id is None:
            stopped.append(line.line.label)
        else:
            said = takes.worded(line, found.attempt)
            by_voice[line.voice].append(ReadyLine(said, found.clip, found.problems or ()))
    parts = []
    for voice, lines in by_voice.items():
        try:
            parts.append(_asked(session, production, voice, tuple(lines)))
        except Refused:
            stopped += [one.line.line.label for one in lines]
    return parts, sorted(stopped)


def _asked(session: Session, production: Production, voice: str, lines: tuple[ReadyLine, ...]) -> VoicePart:
    row = row_of(session, voice)
    longest = max(one.clip.duration_ms or 0 for one in lines)
    request = permitting.publication(production, row, ceiling_ms=longest, commitment=_commitment(session, row, lines))
    return VoicePart(row, lines, permission.ask(session, request, ACT))


def _commitment(session: Session, row: VoiceRow, lines: Sequence[ReadyLine]) -> str:
    clips = "\n".join(one.clip.clip_id for one in lines)
    return session.vault.commit(row.speaker_id, clips.encode(), domain=Domain.SOUND)


def _end(session: Session, parts: Sequence[VoicePart]) -> None:
    """Log that nothing came of the permits."""
    for part in parts:
        permission.failed(session, part.granted, ACT)


def _log(session: Session, production: Production, chapter: PlannedChapter, parts: Sequence[VoicePart]) -> None:
    for part in parts:
        facts: dict[str, permission.Fact] = {
            "production": production.production_id,
            "chapter": chapter.number,
            "clips": len(part.lines),
            "duration_ms": sum(one.clip.duration_ms or 0 for one in part.lines),
            "output": _commitment(session, part.row, part.lines),
        }
        with session.act(part.row.speaker_id) as tx:
            permission.result(session, tx, part.granted, f"{ACT}:made", facts)


def _written(
    session: Session, production: Production, chapter: PlannedChapter, delivery: Delivery, parts: Sequence[VoicePart]
) -> dict[str, Any]:
    opened, sounds = _opened(session, chapter, parts)
    done = _mastered(_Work(session, production, chapter, delivery, tuple(parts)), opened, sounds)
    rows = [_row(one, start) for one, start in zip(opened, done.starts, strict=True)]
    captions = f"chapters/{chapter.number:02d}.vtt"
    write_document(delivery.folder / captions, webvtt(production.plan.language, rows), mode=0o644)
    files = [*done.files, PackagedFile.of(delivery.folder, captions)]
    heard = decode(done.first)  # as a player decodes it, now that the sound that it was made of is let go
    return {
        "sayso-chapter": VERSION,
        "number": chapter.number,
        "title": chapter.title,
        "duration_ms": done.duration_ms,
        "lines": rows,
        "rules": [_rule(rule) for rule in rules(heard, delivery.levels)],
        "mended": _mended(done.mends),
        "marks": _marks(session, opened, done.marks, heard),
        "files": [{"name": file.name, "sha256": file.sha256, "bytes": file.bytes} for file in files],
    }


@dataclass(frozen=True, slots=True)
class _Mastered:
    """A chapter that lies in its files: where each line starts, what was mended, its marks, and its first file."""

    starts: tuple[int, ...]
    mends: Mends
    marks: tuple[PlacedMark, ...]
    duration_ms: int
    files: tuple[PackagedFile, ...]
    first: bytes


def _mastered(work: _Work, opened: Sequence[OpenedLine], sounds: list[MarkedAudio]) -> _Mastered:
    """Assemble and write a chapter; ``sounds`` is emptied, and nothing of the sound is held afterwards."""
    whole = assembled(opened, sounds, work.delivery.levels)
    files, first = _encoded(work, whole.programme)
    programme = whole.programme
    return _Mastered(whole.starts, whole.mends, programme.marks, programme.signal.duration_ms, tuple(files), first)


def _empty(chapter: PlannedChapter) -> dict[str, Any]:
    """Return the record of a chapter of which nothing may be heard."""
    return {
        "sayso-chapter": VERSION,
        "number": chapter.number,
        "title": chapter.title,
        "duration_ms": 0,
        "lines": [],
        "rules": [],
        "mended": _mended(Mends()),
        "marks": {"checked": 0, "readable": 0, "unreadable": []},
        "files": [],
    }


def _opened(
    session: Session, chapter: PlannedChapter, parts: Sequence[VoicePart]
) -> tuple[list[OpenedLine], list[MarkedAudio]]:
    """Return the lines in order, and the sound of each."""
    found = {one.line.key: (one, part.granted.permit) for part in parts for one in part.lines}
    both = [_open(session, *found[line.key]) for line in chapter.lines if line.key in found]
    return [line for line, _ in both], [sound for _, sound in both]


def _open(session: Session, ready: ReadyLine, permit: Permit) -> tuple[OpenedLine, MarkedAudio]:
    clip = ready.clip
    read = functools.cache(lambda: exporting.master_of(session, clip))
    sound = exporting.reopen(session, clip, exporting.made_of(session, clip), permit, read)
    size, rate = sound.signal.num_samples, sound.signal.sample_rate
    return OpenedLine(ready.line, clip, ready.problems, size, rate, archive.trace_of(read())), sound


def _encoded(work: _Work, programme: Programme) -> tuple[list[PackagedFile], bytes]:
    """Write the chapter in each container, with credentials beside it; return the files, and the bytes of the first."""
    session, production, delivery = work.session, work.production, work.delivery
    permits = [part.granted.permit for part in work.parts]
    plan = production.plan
    to = Release(plan.territory, plan.channel, permitting.disclosure_of(production))
    tags = labels_of(session, production, programme.marks, work.parts[0].row)
    claim = ProgrammeClaim(
        production.production_id,
        programme.marks,
        tuple(sorted({permit.grant_id for permit in permits})),
        tuple(permit.digest() for permit in permits),
        production.created_at,
    )
    files, first = [], b""
    for file in _files(work, programme, tags):
        name = f"chapters/{work.chapter.number:02d}.{file.container}"
        with ProgrammeDraft(delivery.folder / name, session.gate, permits) as draft:
            signed = issue_detached(file, claim=claim, authority=session.authority)
            draft.write(signed, to=to)
            write_manifest(delivery.folder / f"{name}.c2pa", signed.manifest)
            draft.publish()
        files.append(PackagedFile.of(delivery.folder, name))
        first = first or signed.data
    return files, first


def _files(work: _Work, programme: Programme, tags: Mapping[str, str]) -> list[EncodedProgramme]:
    """Return the chapter in each container; they are encoded side by side, as far as the settings allow threads."""
    with ThreadPoolExecutor(work.session.settings.threads) as pool:
        return list(pool.map(functools.partial(_file, work, programme, tags), work.delivery.containers))


def _file(work: _Work, programme: Programme, tags: Mapping[str, str], container: Container) -> EncodedProgramme:
    rate = work.delivery.levels.bit_rate if container is Container.MP3 else None
    mastered = Mastered(rate, metadata(work.production, work.chapter), _ENCODERS.get(container, {}))
    return programme.encoded(container, mastered, tags)


def metadata(production: Production, chapter: PlannedChapter) -> dict[str, str]:
    """Return what players show of a chapter."""
    plan = production.plan
    told = {
        "title": chapter.title,
        "album": plan.title,
        "artist": plan.author,
        "track": f"{chapter.number}/{len(plan.chapters)}",
        "genre": "Audiobook",
        "language": plan.language,
    }
    return {name: text for name, text in told.items() if text}


def labels_of(session: Session, production: Production, marks: Sequence[PlacedMark], row: VoiceRow) -> dict[str, str]:
    """Return the tags that say that a machine speaks, and those that the laws of the settings ask for."""
    origin = labels.production_origin(session, production.production_id, str(marks[0].mark), row, production.created_at)
    asked = labels.asked_layers(session.settings.jurisdictions)
    return labels.tags_of({*asked, Layer.NOTICE}, origin)


def _row(one: OpenedLine, start: int) -> dict[str, Any]:
    """Return what is told of a line: who says what, when, as which clip."""
    rate = one.sample_rate
    pauses = [phrase.pause_ms / one.line.line.speed for phrase in one.line.phrases]
    stops = one.traced.stops
    shift = len(stops) - len(pauses)  # a chapter that is announced begins with words that are no phrase of the line
    spans = sentence_spans(one.traced, [0.0] * shift + pauses, rate)[shift:]
    return {
        "line": one.line.line.label,
        "who": one.line.line.who,
        "text": one.line.line.text,
        "is_heading": one.line.line.is_heading,
        "paragraph": one.line.line.paragraph,
        "voice": one.line.voice,
        "clip": one.clip.clip_id,
        "grant": one.clip.grant_id,
        "mark": one.clip.mark_id,
        "start_ms": round(1000 * start / rate),
        "end_ms": round(1000 * (start + one.num_samples) / rate),
        "phrases": [
            [round(1000 * (start + first) / rate), round(1000 * (start + last) / rate)] for first, last in spans
        ],
        "sound": one.traced.digest,
        "problems": list(one.problems),
    }


def _marks(
    session: Session, opened: Sequence[OpenedLine], marks: Sequence[PlacedMark], heard: Signal
) -> dict[str, Any]:
    """Return how many marks are read from the file as it is delivered, and the lines whose mark is not."""
    unreadable, count = [], 0
    for one, placed in zip(opened, marks, strict=True):
        if placed.stop_s - placed.start_s < _READABLE_S:
            continue
        count += 1
        first, last = (round(place * heard.sample_rate) for place in (placed.start_s, placed.stop_s))
        if not check(session.detector, heard.slice(first, last), placed.mark, NONE).is_readable:
            unreadable.append(one.line.line.label)
    return {"checked": count, "readable": count - len(unreadable), "unreadable": unreadable}


def _mended(mends: Mends) -> dict[str, Any]:
    return {"clicks": mends.clicks, "hiss_s": mends.hiss_s}


def _rule(rule: Any) -> dict[str, Any]:
    return {"rule": rule.name, "value": rule.value, "least": rule.least, "most": rule.most, "holds": rule.holds}


def _json(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"
