"""The package: everything bound together and listed with its hash, under permits for all voices at that moment."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sayso.disk import write_document
from sayso.errors import Refused
from sayso.synthesis import script
from sayso.vault.domains import Domain
from sayso.voices.store import VoiceRow
from sayso.workflows.consent import permission
from sayso.workflows.consent.permission import Granted
from sayso.workflows.installation.session import Session
from sayso.workflows.productions import permitting
from sayso.workflows.productions.chapters import is_sound, record_name
from sayso.workflows.productions.delivery import MANIFEST, Delivery, PackagedFile, digest_of
from sayso.workflows.productions.plans import Production
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
