"""The ledger for those who look at it: checkpoint, queries, proofs, and the audit of all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sayso.accounts.rights import Right
from sayso.clock import parse_stamp
from sayso.consent import store as consents
from sayso.disk import write_document
from sayso.errors import Conflict, Invalid, NotFound, Tampered
from sayso.ids import GrantId, SpeakerId, parse_id
from sayso.ledger import Logged, WitnessAddress, audit_export, check_answer
from sayso.ledger.checkpoint import Checkpoint
from sayso.ledger.cosigning import Cosigned
from sayso.ledger.errors import LedgerTampered
from sayso.ledger.log import FilterFields
from sayso.ledger.moments import turned_back
from sayso.ledger.note import Note, VerifierKey
from sayso.ledger.proof import Proof
from sayso.ledger.proof import verify_proof as check_proof
from sayso.ledger.quorum import Quorum
from sayso.ledger.succession import MAX_BYTES, Succession
from sayso.workflows.audit.reconciling import findings, unfinished_erasures
from sayso.workflows.audit.results import (
    AnswerHolds,
    AnswerWritten,
    EntryProof,
    LogHolds,
    LogKeys,
    LogState,
    PeriodWritten,
    ProofHolds,
    ProofWritten,
    ShardKey,
)
from sayso.workflows.consent.reach import Reach, check_shown, pseudonyms_of, reach_of
from sayso.workflows.installation.key_age import check_each
from sayso.workflows.installation.session import Session

MAX_PROOF_BYTES = 65_536


class ErasureUnfinished(Conflict):
    """An erasure stopped after its key was destroyed; run its plan again."""


class StateTampered(Tampered):
    """A row of the state says otherwise than the ledger; restore the database."""


def checkpoint(session: Session) -> LogState:
    """Return the log's size and root now, signed and cosigned, and the key to check it with.

    Raise `LogForked` where a witness has seen another history, and `QuorumMissed` where too few have cosigned.
    """
    return _checkpoint(session, session.integrate())


def rotate(session: Session) -> LogState:
    """Close the shard, open the next one under the next key, and return its checkpoint, as `checkpoint` does."""
    session.require(Right.LEDGER)
    return _checkpoint(session, session.log.rotate())


def _checkpoint(session: Session, taken: Checkpoint) -> LogState:
    cosigned = _cosigned(session)
    shards = session.log.shards()
    return LogState(
        checkpoint=taken,
        note=shards[-1].note,
        vkey=shards[-1].shard.vkey,
        first_vkey=shards[0].shard.vkey,
        num_shards=len(shards),
        num_entries=shards.size,
        cosigned_by=cosigned.by,
        missing=cosigned.missing,
    )


def keys(session: Session, output: Path | None) -> LogKeys:
    """Return the log's shards with their keys; write to ``output`` the proof that each follows from the one before."""
    session.integrate()
    _cosigned(session)
    shards = session.log.shards()
    if output is not None:
        write_document(output, shards.succession().text(), mode=0o644)
    rows = [ShardKey(each.shard.origin, each.shard.base, each.checkpoint.size, each.shard.vkey) for each in shards]
    return LogKeys(tuple(rows), output)


def _cosigned(session: Session) -> Cosigned:
    """Have the witnesses of the settings cosign what is published; the quorum of the settings must be met."""
    witnesses = [WitnessAddress.parse(each) for each in session.settings.witnesses]
    quorum = Quorum(tuple(each.key for each in witnesses), session.settings.witness_quorum)
    if not witnesses:
        return Cosigned("", (), ())
    cosigned = session.log.cosign(witnesses)
    quorum.require([each.key for each in witnesses if each.key.name in cosigned.by])
    return cosigned


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerQuery:
    """What is asked of the ledger: all that is given must hold; see `Log.query`."""

    grant: str | None = None
    speaker: str | None = None
    since: str | None = None
    until: str | None = None
    type: str | None = None
    licensee: str | None = None
    purpose: str | None = None
    project: str | None = None
    clip: str | None = None

    def asked(self, session: Session) -> FilterFields:
        """Return it in the words of the ledger, which knows a speaker by grants and, where there is none, by pseudonym.

        Of the entries, those that who asks is shown. Raise `SpeakerUnknown`, `GrantUnknown`, and `IdInvalid`.
        """
        return {
            **self._within(session, reach_of(session)),
            "since": _moment(self.since),
            "until": _moment(self.until),
            "type": self.type,
            "licensee": self.licensee,
            "purpose": self.purpose,
            "project": self.project,
            "clip": None if self.clip is None else parse_id("clip", self.clip),
        }

    def _within(self, session: Session, reach: Reach | None) -> FilterFields:
        """Return whose entries are asked for, as far as who asks is shown them."""
        if self.grant is None and self.speaker is None:
            if reach is None:
                return {}
            return {"grants": sorted(reach.grants), "subjects": reach.subjects, "licensees": reach.licensees}
        grants, subjects = _grants(session, self.grant, self.speaker), None
        if self.speaker is not None and self.grant is None and (reach is None or self.speaker in reach.speakers):
            subjects = pseudonyms_of(session, SpeakerId(self.speaker))
        return {"grants": [each for each in grants if reach is None or each in reach.grants], "subjects": subjects}


def query(
    session: Session,
    *,
    grant: str | None = None,
    speaker: str | None = None,
    since: str | None = None,
    question: LedgerQuery | None = None,
) -> list[Logged]:
    """Return the entries asked for, in order; raise `Tampered` where a row was altered or one is missing."""
    session.integrate()
    asked = (question or LedgerQuery(grant=grant, speaker=speaker, since=since)).asked(session)
    return list(session.log.query(**asked))


def answer(session: Session, question: LedgerQuery, output: Path) -> AnswerWritten:
    """Write the entries asked for to ``output``, each with its proof, with a signed statement of their number."""
    session.integrate()
    _cosigned(session)
    count = session.log.answer(output, **question.asked(session))
    return AnswerWritten(output, count, session.log.vkey)


def prove(session: Session, entry: int, output: Path) -> ProofWritten:
    """Write the proof of ``entry``, the entry inside, to ``output``; raise `EntryUnknown` or `LedgerTampered`."""
    proof = proved(session, entry)
    write_document(output, proof.text, mode=0o644)
    return ProofWritten(entry, output, len(proof.text.encode()), proof.vkey)


def proved(session: Session, entry: int) -> EntryProof:
    """Return the proof that `prove` writes."""
    session.integrate()
    check_shown(session, entry)
    _cosigned(session)
    text = session.log.prove(entry, with_entry=True)
    return EntryProof(entry, text, session.log.vkey_of(Proof.parse(text).checkpoint))


def verify_proof(
    file: Path,
    key: str,
    *,
    succession: Path | None = None,
    witnesses: Sequence[str] = (),
    quorum: int | None = None,
) -> ProofHolds | AnswerHolds:
    """Check the proof in ``file`` with the log's public key alone; raise `Tampered` unless it holds.

    A proof is signed by the key of its shard; with the ``succession``, the key of any other shard will do. ``quorum``
    of the ``witnesses`` must have cosigned; without a number, all of them.
    """
    if _is_answer(file):
        return _verify_answer(file, key, witnesses=witnesses, quorum=quorum)
    text = _read(file)
    proof = Proof.parse(text)
    if not proof.extra:
        raise Invalid(f"{file}: got a proof without its entry, expected one that holds its entry")
    own, base = (key, 0) if succession is None else _followed(succession, key, proof.checkpoint)
    needed = len(witnesses) if quorum is None else quorum
    under = check_proof(text, proof.extra, own, witnesses=witnesses, quorum=needed)
    return ProofHolds(base + proof.index, under.origin, proof.extra)


def _followed(succession: Path, key: str, note: str) -> tuple[str, int]:
    """Return the key of the shard that ``note`` is of, as ``key`` leads to it, and where that shard begins."""
    origin = Note.parse(note).text.partition("\n")[0]
    for shard in Succession.decode(_read(succession, most=MAX_BYTES).encode()).follow(VerifierKey.parse(key)):
        if shard.key.name == origin:
            return str(shard.key), shard.base
    raise LedgerTampered(f"got a proof of {origin[:80]!r}, which is no shard of this log")


def _verify_answer(file: Path, key: str, *, witnesses: Sequence[str], quorum: int | None) -> AnswerHolds:
    answered = check_answer(file, key, witnesses=witnesses, quorum=quorum)
    answered.require_clean()
    return AnswerHolds(len(answered.entries), {} if answered.asked is None else answered.asked.as_json())


def export(session: Session, output: Path, *, since: str | None, until: str | None) -> PeriodWritten:
    """Write a period of the log to ``output``, one file that anyone can audit; raise `EntryUnknown` if empty."""
    session.require(Right.LEDGER)
    session.integrate()
    _cosigned(session)
    start, end = session.log.export(output, since=_moment(since), until=_moment(until))
    return PeriodWritten(output, start, end - start, session.log.vkey)


def audit_file(file: Path, key: str, *, witnesses: Sequence[str] = (), quorum: int | None = None) -> LogHolds:
    """Audit an exported period with the log's public key alone; raise `LedgerTampered` with every finding."""
    result = audit_export(file, key, witnesses=witnesses, quorum=quorum)
    result.require_clean()
    return LogHolds(result.size, result.root)


def audit(session: Session) -> LogHolds:
    """Check every entry, tile, row and chain; raise `LedgerTampered` or `StateTampered` with every finding.

    Raise `KeysRolledBack` first where the key store has forgotten an erasure.

    Where nothing is wrong but an erasure that stopped half-way, raise `ErasureUnfinished`, which names its plan.

    The state is held against the log for those who see all of it.
    """
    session.integrate()
    check_each(session)
    result = session.log.audit()
    with session.read() as tx:
        times = list(turned_back(tx))
    found = [*result.findings, *times, *(findings(session) if session.sees_all else ())]
    if found:
        kind = LedgerTampered if result.findings else StateTampered
        raise kind(found[0] + (f" (and {len(found) - 1} more)" if len(found) > 1 else ""), reasons=found)
    if plans := unfinished_erasures(session):
        raise ErasureUnfinished(f"the erasure {', '.join(plans)} was begun and did not come to its end; run it again")
    return LogHolds(result.size, result.root)


def reindex(session: Session) -> int:
    """Write the index again from the entries; return how many rows were corrected.

    Raise `LedgerTampered` where an entry itself was altered.
    """
    session.require(Right.LEDGER)
    session.integrate()
    return session.log.reindex()


def vkey(session: Session, file: Path) -> str:
    """Return the public key here that the proof or answer in ``file`` is to be checked with."""
    return session.log.vkey if _is_answer(file) else session.log.vkey_of(Proof.parse(_read(file)).checkpoint)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else parse_stamp(text)


def _grants(session: Session, grant: str | None, speaker: str | None) -> list[str]:
    with session.read() as tx:
        if grant is not None:
            found = consents.get_grant(tx, GrantId(parse_id("grant", grant)))
            wanted = {found.grant_id} if speaker in {None, found.speaker} else set()
        else:
            consents.get_speaker(tx, SpeakerId(parse_id("speaker", speaker or "")))
            wanted = {each.grant_id for each in consents.grants_of(tx, SpeakerId(speaker or ""))}
    return sorted(wanted)


def _is_answer(file: Path) -> bool:
    return _bytes(file, 1) == b"{"


def _bytes(file: Path, most: int) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(most)
    except OSError as error:
        raise NotFound(f"{file} cannot be read: {error.strerror}") from None


def _read(file: Path, *, most: int = MAX_PROOF_BYTES) -> str:
    try:
        return _bytes(file, most).decode()
    except UnicodeDecodeError:
        raise Invalid(f"{file}: got bytes that are no text, expected a .tlog-proof file") from None
