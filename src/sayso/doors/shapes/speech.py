"""JSON shapes of speaking, exporting and labelling."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sayso.doors.shapes import mark

if TYPE_CHECKING:
    from sayso.labels.jurisdiction import Jurisdiction
    from sayso.synthesis.store import Clip
    from sayso.workflows.speech.exporting import Exported
    from sayso.workflows.speech.labels import FileLabels, LabelOutcome
    from sayso.workflows.speech.orders import Spoken
    from sayso.workflows.speech.reading import ReadText


def spoken(made: Spoken, entry: int) -> dict[str, Any]:
    """Return the shape of a clip that was made, as the ledger's ``entry`` tells."""
    return {
        "clip": made.clip,
        "grant": made.grant,
        "mark": made.mark,
        "entry": entry,
        "duration_s": round(made.duration_s, 3),
        "ttfa_ms": made.ttfa_ms,
        "rtf": round(made.rtf, 3),
        "content_credentials": made.content_credentials,
        "mark_readable": made.mark_readable,
        "mark_checks": [mark.check(one) for one in made.mark_checks],
        "labels": _outcome(made.labels),
    }


def exported(released: Exported, entry: int) -> dict[str, Any]:
    """Return the shape of a clip that was exported, as the ledger's ``entry`` tells."""
    return {
        "clip": released.clip,
        "grant": released.grant,
        "file": str(released.file),
        "manifest": released.manifest,
        "parent": released.parent,
        "content_credentials": released.content_credentials,
        "entry": entry,
    }


def clip(kept: Clip) -> dict[str, Any]:
    """Return the shape of a clip that was begun; its duration is None until it has ended."""
    return {
        "clip": kept.clip_id,
        "voice": kept.voice_id,
        "grant": kept.grant_id,
        "mark": kept.mark_id,
        "licensee": kept.licensee,
        "purpose": kept.purpose,
        "project": kept.project,
        "duration_ms": kept.duration_ms,
        "kept": kept.artifact_id is not None,
        "created_at": kept.created_at,
    }


def clips(found: Iterable[Clip]) -> dict[str, Any]:
    """Return the shape of clips."""
    return {"clips": [clip(each) for each in found]}


def jurisdiction(row: Jurisdiction) -> dict[str, Any]:
    """Return the shape of one row of the table of jurisdictions."""
    return {
        "jurisdiction": row.code,
        "name": row.name,
        "asks": [str(layer) for layer in row.asks],
        "repeat_s": row.repeat_s,
        "since": row.since,
        "source": row.source,
        "basis": row.basis,
        "note": row.note,
    }


def jurisdictions(rows: Iterable[Jurisdiction]) -> dict[str, Any]:
    """Return the shape of the table of jurisdictions."""
    return {"jurisdictions": [jurisdiction(row) for row in rows]}


def file_labels(found: FileLabels) -> dict[str, Any]:
    """Return the shape of the labels in the tags of a file."""
    return {"file": str(found.file), "tags": dict(found.tags)}


def _outcome(labels: LabelOutcome) -> dict[str, Any]:
    return {
        "jurisdictions": list(labels.jurisdictions),
        "carried": sorted(labels.carried),
        "missing": sorted(labels.missing),
    }


def read(found: ReadText) -> dict[str, Any]:
    """Return the shape of a text as it is read."""
    return {"spoken": found.spoken, "phonemes": found.phonemes, "skipped": list(found.skipped)}
