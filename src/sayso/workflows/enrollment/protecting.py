"""The list of protected voices: an operator enters prints, compares enrolments with them, and takes them off again.

Recordings are embedded and forgotten. Each print is sealed by a secret of its own, which is destroyed with the entry:
what a backup holds of it opens no more.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sayso.accounts.rights import Right
from sayso.audio import Signal, decode
from sayso.clock import now, stamp
from sayso.database import Connection
from sayso.disk import read_bounded
from sayso.enrollment import protected_store, store
from sayso.enrollment.errors import NothingToKeep, NotInReview, VoiceProtected
from sayso.enrollment.protected import ProtectedOrigin, check_protected, protected_score
from sayso.enrollment.protected_store import ProtectedRow
from sayso.enrollment.same_speaker import VoicePrint, packed_print, print_of, score, unpacked_print
from sayso.enrollment.verdict import EnrollmentVerdict
from sayso.erasure import ErasurePlan
from sayso.errors import Invalid, about
from sayso.ids import EnrollmentId, ProtectedId, SpeakerId, new_id, parse_id
from sayso.ledger import append
from sayso.ledger.account_acts import ProtectedVoiceAdded, ProtectedVoiceRemoved
from sayso.vault import Vault
from sayso.workflows.enrollment.listed_prints import PROTECTED_FIELD, opened_print, protected_prints, secret_of
from sayso.workflows.enrollment.submitting import MAX_RECORDING_BYTES, MAX_RECORDING_S, MOST_SAMPLES, PRINT_FIELD
from sayso.workflows.installation.rows import committed_account
from sayso.workflows.installation.session import Session

MIN_REASON_CHARS: Final = 3
MAX_REASON_CHARS: Final = 1000
ASKED: Final = "the speaker asked for it when they were erased"

_REASON_FIELD: Final = "reason of a protected voice"
_TABLE: Final = protected_store.protected_voices.name


@dataclass(frozen=True, slots=True)
class ProtectedShown:
    """One entry of the list: never its print, nor whose voice it is, but for what the reason says."""

    row: ProtectedRow
    reason: str


@dataclass(frozen=True, slots=True)
class ProtectedList:
    """The entries that who asks may see, and how the list is used: over all that are here."""

    entries: tuple[ProtectedShown, ...]
    voices: int
    false_alarms: float

    @property
    def threshold(self) -> float:
        """The score from which a voice is like one of the list."""
        return protected_score(self.voices, self.false_alarms)


@dataclass(frozen=True, slots=True)
class ProtectedLikeness:
    """How like an enrolment's voice is to one entry."""

    entry: ProtectedShown
    score: float
    hit: bool


def protect(session: Session, recordings: Sequence[Path], reason: str) -> ProtectedShown:
    """Put the voice of ``recordings`` on the list, as a print alone, and log it.

    Raise `Invalid` for no reason or too many recordings, `NoVoiceInside` or an error of audio.
    """
    session.require(Right.GOVERN)
    said = _reason(reason)
    if not 1 <= len(recordings) <= MOST_SAMPLES:
        raise Invalid(f"recordings: got {len(recordings)}, expected 1 to {MOST_SAMPLES} of one voice")
    voice = print_of([_read(path) for path in recordings])
    row = _sealed(session.vault, ProtectedId(new_id("protected")), ProtectedOrigin.OPERATOR, voice, said)
    with session.act(row.protected_id) as tx:
        protected_store.insert_protected(tx, row)
        _tell_added(session, tx, row)
    return ProtectedShown(row, said)


def protected_list(session: Session) -> ProtectedList:
    """Return the list of protected voices, as who asks may see it."""
    session.require(Right.GOVERN)
    with session.read() as tx:
        rows, voices = protected_store.list_protected(tx), len(protected_store.every_print(tx))
    return ProtectedList(tuple(_shown(session, row) for row in rows), voices, session.settings.protected_false_alarms)


def unprotect(session: Session, protected: str, reason: str) -> ProtectedShown:
    """Take an entry off the list, destroy the secret that sealed its print, and log it; raise `ProtectedUnknown`."""
    session.require(Right.GOVERN)
    said, wanted = _reason(reason), ProtectedId(parse_id("protected", protected))
    with session.act(wanted) as tx:
        row = protected_store.protected_of(tx, wanted)
        shown = _shown(session, row)
        protected_store.delete_protected(tx, wanted)
        committed = hmac.digest(session.vault.kept_secret(secret_of(wanted)), said.encode(), hashlib.sha256).hex()
        subject = session.actor.organisation
        append(tx, ProtectedVoiceRemoved(subject=subject, protected=wanted, reason=committed).entry(stamp(now())))
    session.vault.drop_secret(secret_of(wanted))
    session.forget_deleted()
    return shown


def compared_with_list(session: Session, enrollment: str) -> list[ProtectedLikeness]:
    """Return how like the voice of an enrolment in review is to each entry that who asks may see, the likest first."""
    session.require(Right.GOVERN)
    with session.read() as tx:
        row = store.get_enrollment(tx, EnrollmentId(parse_id("enrollment", enrollment)))
        if row.print_sealed is None:
            raise NotInReview(f"got {enrollment}, which is {row.state}, expected one whose voice is kept")
        entries = protected_store.list_protected(tx)
    voice = unpacked_print(session.vault.open_field(row.print_sealed, row.speaker_id, field=PRINT_FIELD))
    needed = protected_list(session).threshold
    scores = [
        (each, score(voice, opened_print(session.vault, each.protected_id, each.print_sealed))) for each in entries
    ]
    ordered = sorted(scores, key=lambda pair: -pair[1])
    return [ProtectedLikeness(_shown(session, each), found, found >= needed) for each, found in ordered]


def demand_unprotected(session: Session, recordings: Sequence[Signal]) -> None:
    """Return if the voice is like none on the list; raise `VoiceProtected`: then only its speaker's word is enough."""
    listed = protected_prints(session)
    if not listed:
        return
    found = check_protected(print_of(recordings), listed, session.settings.protected_false_alarms)
    if found.verdict is not EnrollmentVerdict.PASS:
        raise VoiceProtected(
            "got recordings of a voice like one that is protected here, expected an enrolment by its speaker"
        )


def kept_print(session: Session, plan: ErasurePlan) -> ProtectedRow | None:
    """Return the print that the speaker of a plan asked to leave on the list; None where they asked for none.

    Raise `NothingToKeep`. To be called before their key is destroyed.
    """
    if plan.protected is None or plan.speaker is None:
        return None
    voice = newest_print(session, plan.speaker)
    return _sealed(session.vault, plan.protected, ProtectedOrigin.ERASED, voice, ASKED)


def newest_print(session: Session, speaker: SpeakerId) -> VoicePrint:
    """Return the print of the newest enrolment of a speaker that was not refused; raise `NothingToKeep`."""
    with session.read() as tx:
        sealed = [row.print_sealed for row in store.enrollments_of(tx, speaker) if row.print_sealed is not None]
    if not sealed:
        raise NothingToKeep(f"got {speaker}, who has not enrolled, expected a voice that was checked in an enrolment")
    return unpacked_print(session.vault.open_field(sealed[-1], speaker, field=PRINT_FIELD))


def leave_print(session: Session, tx: Connection, row: ProtectedRow, plan: ErasurePlan) -> None:
    """Put a print of who is being erased on the list, in the transaction that begins their erasure."""
    protected_store.insert_protected(tx, row, plan.organisation)
    _tell_added(session, tx, row, plan)


def _tell_added(session: Session, tx: Connection, row: ProtectedRow, plan: ErasurePlan | None = None) -> None:
    act = ProtectedVoiceAdded(
        subject=session.actor.organisation if plan is None else plan.organisation,
        protected=row.protected_id,
        origin=str(row.origin),
        plan=None if plan is None else plan.plan_id,
        rows=committed_account(session.vault, tx, _TABLE, row.protected_id),
    )
    append(tx, act.entry(row.added_at))


def _sealed(
    vault: Vault, protected: ProtectedId, origin: ProtectedOrigin, voice: VoicePrint, reason: str
) -> ProtectedRow:
    name = secret_of(protected)
    print_sealed = vault.seal_by_secret(packed_print(voice), name, field=PROTECTED_FIELD)
    reason_sealed = vault.seal_by_secret(reason.encode(), name, field=_REASON_FIELD)
    return ProtectedRow(protected, origin, stamp(now()), print_sealed, reason_sealed)


def _shown(session: Session, row: ProtectedRow) -> ProtectedShown:
    name = secret_of(row.protected_id)
    return ProtectedShown(row, session.vault.open_by_secret(row.reason_sealed, name, field=_REASON_FIELD).decode())


def _reason(text: str) -> str:
    said = text.strip()
    if not MIN_REASON_CHARS <= len(said) <= MAX_REASON_CHARS:
        raise Invalid(f"reason: got {len(said)} characters, expected {MIN_REASON_CHARS} to {MAX_REASON_CHARS}")
    return said


def _read(path: Path) -> Signal:
    with about(str(path)):
        return decode(read_bounded(path, MAX_RECORDING_BYTES), max_duration_s=MAX_RECORDING_S)
