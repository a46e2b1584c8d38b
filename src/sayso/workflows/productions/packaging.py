"""The package: everything bound together and listed with its hash, under permits for all voices at that moment."""

from __future__ import annotations

import functools
import hashlib
import json
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from sayso.audio import Container
from sayso.consent.permit import Release
from sayso.credentials import ProgrammeClaim, issue_bound
from sayso.disk import write_document
from sayso.errors import Conflict, Refused
from sayso.labels import DISCLOSURE
from sayso.mark import Mark, PlacedMark
from sayso.productions.bookfile import bind
from sayso.productions.feed import chapter_marks, rss
from sayso.productions.overlays import SpokenBook, write_epub
from sayso.productions.stores import STORES
from sayso.synthesis import script
from sayso.vault.domains import Domain
from sayso.voices.store import VoiceRow
from sayso.workflows.consent import permission
from sayso.workflows.consent.permission import Granted
from sayso.workflows.installation.session import Session
from sayso.workflows.productions import permitting
from sayso.workflows.productions.chapters import is_sound, labels_of, record_name
from sayso.workflows.productions.delivery import MANIFEST, Delivery, PackagedFile, digest_of
from sayso.workflows.productions.plans import Production
from sayso.workflows.provenance.releasing import ProgrammeDraft, write_manifest
from sayso.workflows.voices.voicebook import row_of

ACT: Final = "publication:chapter"
WHOLE: Final = 0
"""The number that stands in the ledger for the whole, beside those of the chapters."""


@dataclass(frozen=True, slots=True)
class Packaged:
    """A finished package: its manifest's digest, and what is not in it."""

    digest: str
    stopped: tuple[str, ...]


def package(session: Session, production: Production, delivery: Delivery) -> Packaged | None:
    """Bind the chapters of the folder and list every file; None where a voice may not be released any more.

    Then its chapters are to be made without it, and this called again.
    """
    records = _records(delivery, production)
    granted = _asked(session, production, records)
    if granted is None:
        return None
    try:
        digest = content_digest(session, production, records)
        files = [each for record in records for each in record["files"]]
        heard = [record for record in records if record["lines"]]
        files += _bound(_Binding(session, production, delivery, heard, granted)) if heard else []
        manifest = _manifest(production, delivery, records, files, digest) | {"grants": _grants(granted)}
        write_document(
            delivery.folder / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", mode=0o644
        )
        _log(session, production, records, granted)
    except BaseException:
        for one in granted.values():
            permission.failed(session, one, ACT)
        raise
    return Packaged(digest, tuple(label for record in records for label in record["stopped"]))


@dataclass(frozen=True, slots=True)
class _Binding:
    """What is bound: chapters of which something is heard, under permits for all their voices."""

    session: Session
    production: Production
    delivery: Delivery
    records: Sequence[dict[str, Any]]
    granted: dict[VoiceRow, Granted]

    def book(self) -> SpokenBook:
        """Return what the bound files say of the production."""
        plan, cover = self.production.plan, self.production.plan.cover
        return SpokenBook(
            production=self.production.production_id,
            title=plan.title,
            author=plan.author,
            language=plan.language,
            planned_at=self.production.created_at,
            disclosure=labels_of(self.session, self.production, self.marks(), next(iter(self.granted)))[DISCLOSURE],
            cover=None if cover is None else (cover.data, cover.media_type),
        )

    def marks(self) -> tuple[PlacedMark, ...]:
        """Return the first mark of each chapter."""
        permit = next(iter(self.granted.values())).permit.permit_id
        firsts = [record["lines"][0] for record in self.records]
        return tuple(
            PlacedMark(Mark.parse(row["mark"]), permit, row["start_ms"] / 1000, row["end_ms"] / 1000) for row in firsts
        )

    def sound(self, record: Mapping[str, Any]) -> bytes:
        """Return the M4A file of a chapter, if it is the one that was made; raise `PackageStale` otherwise."""
        name = f"chapters/{record['number']:02d}.m4a"
        data = (self.delivery.folder / name).read_bytes()
        known = next(each["sha256"] for each in record["files"] if each["name"] == name)
        if hashlib.sha256(data).hexdigest() != known:
            raise PackageStale(f"{name}: is not the file that was made; run this again")
        return data


class PackageStale(Conflict):
    """A file of a chapter was changed while its package was bound; run this again."""


def _bound(work: _Binding) -> list[dict[str, Any]]:
    """Write the files that chapters are bound into, and what goes with a feed; return them."""
    formats, book, files = work.delivery.formats, work.book(), []
    if "m4b" in formats:
        files.append(_release(work, "book.m4b", functools.partial(_write_book, work, book)))
    if "epub" in formats:
        files.append(_release(work, "book.epub", functools.partial(_write_epub, work, book)))
    if "feed" in formats:
        files += _feed(work, book)
    return files


def _write_book(work: _Binding, book: SpokenBook, file: BinaryIO) -> None:
    """Bind the chapters into ``file``, and write credentials beside it."""
    told = {"title": book.title, "artist": book.author, "album": book.title, "genre": "Audiobook"}
    parts = ((record["title"], work.sound(record)) for record in work.records)
    # As large as the book, so it lies where that will: the folder for temporary files may be memory.
    with tempfile.TemporaryFile(dir=work.delivery.folder) as unsigned:
        bind(unsigned, parts, {name: text for name, text in told.items() if text}, book.cover)
        manifest = issue_bound(unsigned, file, Container.M4A, claim=_claim(work), authority=work.session.authority)
    write_manifest(work.delivery.folder / "book.m4b.c2pa", manifest)


def _write_epub(work: _Binding, book: SpokenBook, file: BinaryIO) -> None:
    write_epub(file, book, work.records, work.sound)


def _release(work: _Binding, name: str, write: Callable[[BinaryIO], None]) -> dict[str, Any]:
    """Let ``write`` write a bound file under every permit."""
    permits = [one.permit for one in work.granted.values()]
    plan = work.production.plan
    to = Release(plan.territory, plan.channel, permitting.disclosure_of(work.production))
    with ProgrammeDraft(work.delivery.folder / name, work.session.gate, permits) as draft:
        draft.bind(write, to=to)
        draft.publish()
    return _listed(work.delivery, name)


def _claim(work: _Binding) -> ProgrammeClaim:
    permits = [one.permit for one in work.granted.values()]
    return ProgrammeClaim(
        work.production.production_id,
        work.marks(),
        tuple(sorted({permit.grant_id for permit in permits})),
        tuple(permit.digest() for permit in permits),
        work.production.created_at,
    )


def _feed(work: _Binding, book: SpokenBook) -> list[dict[str, Any]]:
    sizes, names = {}, []
    for record in work.records:
        sound = f"chapters/{record['number']:02d}.mp3"
        sizes[record["number"]] = next(each["bytes"] for each in record["files"] if each["name"] == sound)
        names.append(f"chapters/{record['number']:02d}.chapters.json")
        marks = json.dumps(chapter_marks(record), ensure_ascii=False, indent=1)
        write_document(work.delivery.folder / names[-1], marks + "\n", mode=0o644)
    write_document(
        work.delivery.folder / "feed.xml", rss(book, work.records, sizes, work.delivery.base_url), mode=0o644
    )
    return [_listed(work.delivery, name) for name in ("feed.xml", *names)]


def _listed(delivery: Delivery, name: str) -> dict[str, Any]:
    file = PackagedFile.of(delivery.folder, name)
    return {"name": file.name, "sha256": file.sha256, "bytes": file.bytes}


def _records(delivery: Delivery, production: Production) -> list[dict[str, Any]]:
    return [
        json.loads((delivery.folder / record_name(chapter.number)).read_text()) for chapter in production.plan.chapters
    ]


def content_digest(session: Session, production: Production, records: Sequence[dict[str, Any]]) -> str:
    """Return the digest of texts, voices, timing and the sound before its mark: the same on any installation."""
    lines = {line.line.label: line for line in production.plan.lines()}
    digests = {voice: row_of(session, voice).voice_digest for voice in production.plan.voices}
    told = [
        [
            record["title"],
            [
                [
                    script(line.phrases),
                    digests[line.voice],
                    line.line.speed,
                    row["start_ms"],
                    row["end_ms"],
                    row["sound"],
                ]
                for row in record["lines"]
                for line in [lines[row["line"]]]
            ],
        ]
        for record in records
    ]
    return digest_of(told)


def _asked(
    session: Session, production: Production, records: Sequence[dict[str, Any]]
) -> dict[VoiceRow, Granted] | None:
    """Return the permits to release all that is in the records; None where one is refused."""
    lengths: dict[str, int] = defaultdict(int)
    for each in _rows(records):
        lengths[each["voice"]] = max(lengths[each["voice"]], each["end_ms"] - each["start_ms"] + 1)
    granted: dict[VoiceRow, Granted] = {}
    for voice, length in lengths.items():
        row = row_of(session, voice)
        commitment = session.vault.commit(row.speaker_id, _clips(records, voice), domain=Domain.SOUND)
        request = permitting.publication(production, row, ceiling_ms=length, commitment=commitment)
        try:
            granted[row] = permission.ask(session, request, ACT)
        except Refused:
            for one in granted.values():
                permission.failed(session, one, ACT)
            return None
    return granted


def _rows(records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for record in records for row in record["lines"]]


def _clips(records: Sequence[dict[str, Any]], voice: str) -> bytes:
    return "\n".join(row["clip"] for row in _rows(records) if row["voice"] == voice).encode()


def _log(
    session: Session, production: Production, records: Sequence[dict[str, Any]], granted: dict[VoiceRow, Granted]
) -> None:
    for row, one in granted.items():
        mine = [each for each in _rows(records) if each["voice"] == row.voice_id]
        facts: dict[str, permission.Fact] = {
            "production": production.production_id,
            "chapter": WHOLE,
            "clips": len(mine),
            "duration_ms": sum(each["end_ms"] - each["start_ms"] for each in mine),
            "output": session.vault.commit(row.speaker_id, _clips(records, row.voice_id), domain=Domain.SOUND),
        }
        with session.act(row.speaker_id) as tx:
            permission.result(session, tx, one, f"{ACT}:made", facts)


def _grants(granted: dict[VoiceRow, Granted]) -> list[str]:
    return sorted({one.permit.grant_id for one in granted.values()})


def _manifest(
    production: Production,
    delivery: Delivery,
    records: Sequence[dict[str, Any]],
    files: Sequence[dict[str, Any]],
    digest: str,
) -> dict[str, Any]:
    plan = production.plan
    return {
        "sayso-package": 1,
        "production": production.production_id,
        "title": plan.title,
        "author": plan.author,
        "language": plan.language,
        "licensee": production.licensee,
        "purpose": production.purpose,
        "project": production.project,
        "planned_at": production.created_at,
        "target": delivery.target,
        "digest": digest,
        "duration_ms": sum(record["duration_ms"] for record in records),
        "chapters": [_chapter(record) for record in records],
        "voices": _voices(records),
        "listen_to": [[row["line"], row["problems"]] for row in _rows(records) if row["problems"]],
        "stores": list(STORES),
        "dropped": list(plan.dropped),
        "stopped": [label for record in records for label in record["stopped"]],
        "files": [_file(delivery, each) for each in files],
    }


def _chapter(record: dict[str, Any]) -> dict[str, Any]:
    return {
        "number": record["number"],
        "title": record["title"],
        "duration_ms": record["duration_ms"],
        "lines": len(record["lines"]),
        "rules": record["rules"],
        "mended": record["mended"],
        "marks": record["marks"],
    }


def _voices(records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return how long each voice is heard, as whom, under which grants."""
    found: dict[str, dict[str, Any]] = {}
    for row in _rows(records):
        one = found.setdefault(
            row["voice"], {"voice": row["voice"], "characters": [], "grants": [], "ms": 0, "lines": 0}
        )
        one["ms"] += row["end_ms"] - row["start_ms"]
        one["lines"] += 1
        one["characters"] = sorted({*one["characters"], row["who"]})
        one["grants"] = sorted({*one["grants"], row["grant"]})
    return list(found.values())


def _file(delivery: Delivery, told: dict[str, Any]) -> dict[str, Any]:
    """Return a file with the credentials that lie beside it."""
    if not is_sound(told["name"]):
        return dict(told)
    beside = PackagedFile.of(delivery.folder, f"{told['name']}.c2pa")
    return {**told, "credentials": {"name": beside.name, "sha256": beside.sha256}}
