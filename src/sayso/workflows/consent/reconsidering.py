"""Keeping what each decision was made on, and deciding again: the ledger holds digests, the records the rest.

A record is three pieces of canonical JSON: the speaker's policy set and its schema, which many decisions share, and the
question with the verdict. Each lies under its commitment, sealed by the speaker's key, so that erasure takes them all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakKeyDictionary

from sayso import canonical
from sayso.consent import decision_store as store
from sayso.consent.cedar import Basis, Policy, Verdict, answer_of, question_of
from sayso.consent.dimensions import Situation
from sayso.database import Connection
from sayso.errors import Conflict, NotFound, SaysoError, Tampered
from sayso.ids import SpeakerId
from sayso.ledger.entry import Link
from sayso.vault.domains import Domain
from sayso.vault.errors import Shredded, SubjectUnknown
from sayso.workflows.consent.reach import check_shown
from sayso.workflows.installation.session import Session

FACT: Final = "decision"

_bases: WeakKeyDictionary[Policy, tuple[bytes, bytes]] = WeakKeyDictionary()


class NoDecision(Conflict):
    """The entry tells of no decision; name one of type synthesis:clip:intended or :refused."""


class RecordGone(NotFound):
    """What this decision was made on is no longer here: the speaker was erased."""


class DecisionDiffers(Tampered):
    """The decision, made again on what was kept, comes out otherwise; or what was kept was altered."""


@dataclass(frozen=True, slots=True)
class Reconsidered:
    """A decision made again: what the log says, what was decided then, what comes of the same question now."""

    entry: int
    logged: str
    then: bool
    again: bool
    grants: tuple[str, ...]
    policies: str
    schema: str
    question: str


def keep(session: Session, tx: Connection, policy: Policy, asked: Situation) -> str:
    """Keep what a decision is made on, and return the digest that its entry is to hold."""
    speaker = policy.speaker
    policies, schema = _basis(policy)
    verdict = policy.ask(asked)
    record = {
        "policies": _kept(session, tx, speaker, policies),
        "schema": _kept(session, tx, speaker, schema),
        "question": question_of(policy, asked),
        "verdict": _plain(verdict),
    }
    return _kept(session, tx, speaker, canonical.encode(record), is_new=True)


def reconsider(session: Session, entry: int) -> Reconsidered:
    """Decide again what ``entry`` tells of, on exactly what was kept of it.

    Raise `NoDecision`, `RecordGone` after an erasure, and `DecisionDiffers` where the answer is another one or a record
    is not what the entry committed to.
    """
    session.integrate()
    check_shown(session, entry)
    link = Link.decode(session.log.entry(entry))
    digest = link.entry.facts.get(FACT)
    if not isinstance(digest, str):
        raise NoDecision(f"entry {entry} is {link.entry.type}, which tells of no decision that was kept")
    record = _read(session, digest)
    policies, schema = _read(session, record["policies"]), record["schema"]
    _read(session, schema)
    again, then = _plain(answer_of(policies, record["question"])), record["verdict"]
    if again != then:
        raise DecisionDiffers(f"entry {entry}: was {_word(then)}, decided again it is {_word(again)}")
    logged = link.entry.type.rpartition(":")[2]
    if logged == "intended" and link.entry.grant not in again["grants"]:
        raise DecisionDiffers(f"entry {entry}: tells of a permit under {link.entry.grant}, which does not permit it")
    return Reconsidered(
        entry=entry,
        logged=logged,
        then=bool(then["grants"]),
        again=bool(again["grants"]),
        grants=tuple(again["grants"]),
        policies=record["policies"],
        schema=schema,
        question=digest,
    )


def _basis(policy: Policy) -> tuple[bytes, bytes]:
    found = _bases.get(policy)
    if found is None:
        basis = Basis.of(policy)
        found = _bases[policy] = canonical.encode(basis.policies), canonical.encode(basis.schema)
    return found


def _plain(verdict: Verdict) -> dict[str, Any]:
    return {"grants": list(verdict.grants if verdict.allowed else ()), "errors": len(verdict.errors)}


def _word(verdict: dict[str, Any]) -> str:
    return f"permitted by {', '.join(verdict['grants'])}" if verdict["grants"] else "refused"


def _kept(session: Session, tx: Connection, speaker: SpeakerId, data: bytes, *, is_new: bool = False) -> str:
    """Return the digest of what is kept, once; what ``is_new`` for all that is known is not looked for before."""
    digest = session.vault.commit(speaker, data, domain=Domain.DECISION)
    if is_new or not store.has(tx, digest):
        store.keep(tx, digest, store.DecisionRecord(speaker, session.vault.seal_field(data, speaker, field=digest)))
    return digest


def _read(session: Session, digest: str) -> Any:
    """Return the value of a record, held against its digest."""
    with session.read() as tx:
        record = store.read(tx, digest)
    if record is None:
        raise RecordGone(f"there is no record {digest[:16]}: the speaker was erased")
    speaker = SpeakerId(record.speaker_id)
    try:
        data = session.vault.open_field(record.sealed, speaker, field=digest)
        same = session.vault.commit(speaker, data, domain=Domain.DECISION) == digest
    except (Shredded, SubjectUnknown):
        raise RecordGone from None
    except SaysoError as error:
        raise DecisionDiffers(f"decision_records row {digest}: {error.message}") from None
    if not same:
        raise DecisionDiffers(f"decision_records row {digest}: is not what the entry committed to")
    return canonical.decode(data)
