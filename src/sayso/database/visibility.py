"""Which rows of which table an organisation and a speaker see. Every table of the state is here, or in `NOBODYS`.

An organisation sees what is its own, and what reaches it by a grant to a licensee that it holds: the grant, and the
voices of the speaker who gave it. The engines' stock voices are everybody's, and so is what the installation judged
at the gate. A speaker sees what is of their own voice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, FromClause, Select, column, false, or_, select, table

from sayso.errors import Bug
from sayso.ids import OWN_ORGANISATION

Rule: TypeAlias = Callable[[Any, str], ColumnElement[bool]]
"""From the columns of a table and an id, the organisation's or the speaker's, the condition on the rows."""

NOBODYS: Final[Mapping[str, str]] = {
    "ledger_entries": "the log is published; it names nobody",
    "ledger_chains": "the log is published; it names nobody",
    "ledger_clock_corrections": "the log's own",
    "ledger_published": "the log's own",
    "ledger_shards": "the log's own",
    "alembic_version": "the schema's own",
}
"""Tables whose rows belong to nobody, each with the reason."""

_ANY: Final = "*"  # the licensee of a grant to everybody
_GIVEN: Final = "given"

_speakers = table("speakers", column("speaker_id"), column("organisation_id"), column("house"))
_grants = table("grants", *map(column, ("grant_id", "speaker_id", "organisation_id", "licensee", "state")))
_voices = table("voices", *map(column, ("voice_id", "speaker_id", "organisation_id", "artifact_id", "house")))
_clips = table("clips", *map(column, ("clip_id", "voice_id", "grant_id", "organisation_id")))
_artifacts = table("artifacts", column("artifact_id"), column("organisation_id"))
_artifact_speakers = table("artifact_speakers", column("artifact_id"), column("speaker_id"))
_plans = table("erasure_plans", column("plan_id"), column("speaker_id"), column("organisation_id"))
_enrollments = table("enrollments", *map(column, ("enrollment_id", "speaker_id", "organisation_id")))
_licensees = table("licensees", column("licensee"), column("organisation_id"))


def visible_to_organisation(rows: FromClause, organisation: str) -> ColumnElement[bool]:
    """Return the condition that a row is one the organisation sees."""
    return _rule(ORGANISATIONS, rows)(rows.c, organisation)


def visible_to_speaker(rows: FromClause, speaker: str) -> ColumnElement[bool]:
    """Return the condition that a row is one the speaker sees."""
    return _rule(SPEAKERS, rows)(rows.c, speaker)


def _rule(rules: Mapping[str, Rule], rows: FromClause) -> Rule:
    name = getattr(rows, "name", "")
    if name not in rules:
        raise Bug(f"there is no rule for who sees the rows of the table {name!r}; add one to visibility.py")
    return rules[name]


def _own(c: Any, organisation: str) -> ColumnElement[bool]:
    return _condition(c.organisation_id == organisation)


def _own_or_installations(c: Any, organisation: str) -> ColumnElement[bool]:
    return _condition(c.organisation_id.in_((organisation, OWN_ORGANISATION)))


def _own_or_stock(c: Any, organisation: str) -> ColumnElement[bool]:
    return or_(c.organisation_id == organisation, c.house)


def _by_own_speaker(c: Any, organisation: str) -> ColumnElement[bool]:
    return _condition(c.speaker_id.in_(_speakers_of(organisation)))


def _by_own_plan(c: Any, organisation: str) -> ColumnElement[bool]:
    return _condition(c.plan_id.in_(select(_plans.c.plan_id).where(_own(_plans.c, organisation))))


def _by_own_enrollment(c: Any, organisation: str) -> ColumnElement[bool]:
    own = select(_enrollments.c.enrollment_id).where(_own(_enrollments.c, organisation))
    return _condition(c.enrollment_id.in_(own))


def _grant(c: Any, organisation: str) -> ColumnElement[bool]:
    return or_(c.organisation_id == organisation, _reaches(c, organisation))


def _reaches(c: Any, organisation: str) -> ColumnElement[bool]:
    held = select(_licensees.c.licensee).where(_own(_licensees.c, organisation))
    return or_(c.licensee == _ANY, c.licensee.in_(held))


def _by_grant(c: Any, organisation: str) -> ColumnElement[bool]:
    return _condition(c.grant_id.in_(select(_grants.c.grant_id).where(_grant(_grants.c, organisation))))


def _voice(c: Any, organisation: str) -> ColumnElement[bool]:
    granted = select(_grants.c.speaker_id).where(_grants.c.state == _GIVEN, _reaches(_grants.c, organisation))
    return or_(_own_or_stock(c, organisation), c.speaker_id.in_(granted))


def _clip(c: Any, organisation: str) -> ColumnElement[bool]:
    own = select(_voices.c.voice_id).where(_own(_voices.c, organisation), ~_voices.c.house)
    return or_(c.organisation_id == organisation, c.voice_id.in_(own))


def _by_clip(c: Any, organisation: str) -> ColumnElement[bool]:
    return _condition(c.clip_id.in_(select(_clips.c.clip_id).where(_clip(_clips.c, organisation))))


def _artifact(c: Any, organisation: str) -> ColumnElement[bool]:
    spoken = select(_artifact_speakers.c.artifact_id).where(
        _artifact_speakers.c.speaker_id.in_(_speakers_of(organisation))
    )
    voices = select(_voices.c.artifact_id).where(_voice(_voices.c, organisation))
    return or_(c.organisation_id == organisation, c.artifact_id.in_(spoken), c.artifact_id.in_(voices))


def _by_artifact(name: str) -> Rule:
    def rule(c: Any, organisation: str) -> ColumnElement[bool]:
        seen = select(_artifacts.c.artifact_id).where(_artifact(_artifacts.c, organisation))
        return _condition(c[name].in_(seen))

    return rule


def _speakers_of(organisation: str) -> Select[Any]:
    return select(_speakers.c.speaker_id).where(_own(_speakers.c, organisation), ~_speakers.c.house)


def _of_speaker(c: Any, speaker: str) -> ColumnElement[bool]:
    return _condition(c.speaker_id == speaker)


def _by_speakers_grant(c: Any, speaker: str) -> ColumnElement[bool]:
    return _condition(c.grant_id.in_(select(_grants.c.grant_id).where(_grants.c.speaker_id == speaker)))


def _by_speakers_plan(c: Any, speaker: str) -> ColumnElement[bool]:
    return _condition(c.plan_id.in_(select(_plans.c.plan_id).where(_plans.c.speaker_id == speaker)))


def _by_speakers_artifact(name: str) -> Rule:
    def rule(c: Any, speaker: str) -> ColumnElement[bool]:
        mine = select(_artifact_speakers.c.artifact_id).where(_artifact_speakers.c.speaker_id == speaker)
        return _condition(c[name].in_(mine))

    return rule


def _by_speakers_enrollment(c: Any, speaker: str) -> ColumnElement[bool]:
    mine = select(_enrollments.c.enrollment_id).where(_enrollments.c.speaker_id == speaker)
    return _condition(c.enrollment_id.in_(mine))


def _none(_c: Any, _id: str) -> ColumnElement[bool]:
    return false()


def _condition(expression: Any) -> ColumnElement[bool]:
    found: ColumnElement[bool] = expression
    return found


ORGANISATIONS: Final[Mapping[str, Rule]] = {
    "organisations": _own,
    "licensees": _own,
    "credentials": _own,
    "speakers": _own_or_stock,
    "speaker_keys": _by_own_speaker,
    "decision_records": _by_own_speaker,
    "grants": _grant,
    "grant_versions": _by_grant,
    "grant_events": _by_grant,
    "grant_minutes": _by_grant,
    "reservations": _by_grant,
    "voices": _voice,
    "clips": _clip,
    "fingerprints": _by_clip,
    "manifests": _by_clip,
    "artifacts": _artifact,
    "artifact_speakers": _by_artifact("artifact_id"),
    "artifact_parents": _by_artifact("child_id"),
    "erasure_plans": _own,
    "erasure_items": _by_own_plan,
    "erasure_certificates": _own,
    "productions": _own,
    "checked_lines": _own,
    "paused_runs": _own,
    "run_priorities": _own,
    "enrollments": _own,
    "enrollment_decisions": _by_own_enrollment,
    "gate_records": _own_or_installations,
    "protected_voices": _own,
}
"""Of each table, what an organisation sees."""

SPEAKERS: Final[Mapping[str, Rule]] = {
    "organisations": _none,
    "licensees": _none,
    "credentials": _of_speaker,
    "speakers": _of_speaker,
    "speaker_keys": _of_speaker,
    "decision_records": _of_speaker,
    "grants": _of_speaker,
    "grant_versions": _by_speakers_grant,
    "grant_events": _by_speakers_grant,
    "grant_minutes": _by_speakers_grant,
    "reservations": _by_speakers_grant,
    "voices": _of_speaker,
    "clips": _by_speakers_grant,
    "fingerprints": _of_speaker,
    "manifests": _of_speaker,
    "artifacts": _by_speakers_artifact("artifact_id"),
    "artifact_speakers": _by_speakers_artifact("artifact_id"),
    "artifact_parents": _by_speakers_artifact("child_id"),
    "erasure_plans": _of_speaker,
    "erasure_items": _by_speakers_plan,
    "erasure_certificates": _none,
    "productions": _none,
    "checked_lines": _none,
    "paused_runs": _none,
    "run_priorities": _none,
    "enrollments": _of_speaker,
    "enrollment_decisions": _by_speakers_enrollment,
    "gate_records": _none,
    "protected_voices": _none,
}
"""Of each table, what a speaker sees."""
