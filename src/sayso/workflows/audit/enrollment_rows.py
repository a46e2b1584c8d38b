"""Holding enrolments against the ledger: each row, decision and evidence is what the last entry about it says."""

from __future__ import annotations

from collections.abc import Iterator

from sayso.database.rows import all_rows
from sayso.enrollment.store import enrollments
from sayso.errors import SaysoError
from sayso.ids import SpeakerId
from sayso.ledger import Logged
from sayso.workflows.audit.snapshot import Snapshot, place_of, speaker_of
from sayso.workflows.installation.rows import committed, edited, enrollment_rows


def findings(look: Snapshot) -> Iterator[str]:
    """Yield every enrolment that says otherwise than its last entry, or is missing."""
    told: dict[str, Logged] = {}
    for each in sorted(look.entries("enrollment"), key=place_of):
        told[str(each.entry.facts["enrollment"])] = each
    for row in all_rows(look.tx, enrollments.name):
        enrollment, speaker = str(row["enrollment_id"]), speaker_of(row)
        logged = told.pop(enrollment, None)
        if look.under_way(speaker):
            continue
        parts = enrollment_rows(look.tx, enrollment)
        try:
            found = committed(look.vault, speaker, parts)
        except SaysoError:
            found = ""
        told_of = "" if logged is None else str(logged.entry.facts["kept"])
        if not found or told_of != found:
            tables = [parts[place][0] for place in edited(found, told_of)] if found and told_of else [enrollments.name]
            yield f"{' or '.join(tables)} row of {enrollment}: is not what the ledger says"
    for enrollment, logged in told.items():
        if _is_of_the_living(look, enrollment, str(logged.entry.facts["subject"])):
            yield f"{enrollments.name} row {enrollment}: is missing"


def _is_of_the_living(look: Snapshot, enrollment: str, subject: str) -> bool:
    """Return whether the speaker is here: enrolments go with an erasure, and with nothing else."""
    return any(look.vault.pseudonym(SpeakerId(each), enrollment) == subject for each in look.living)
