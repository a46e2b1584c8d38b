"""Asking for permission: the decision and the entry that tells of it, in one transaction, before any sound."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from sayso import journal
from sayso.accounts.rights import Right
from sayso.clock import now, stamp
from sayso.consent import Action, minutes, signed
from sayso.consent.decision import decide
from sayso.consent.dimensions import Situation
from sayso.consent.minutes import Lease
from sayso.consent.permit import Permit
from sayso.consent.request import Request
from sayso.consent.signed import SpeakerStanding
from sayso.database import Connection
from sayso.errors import Refused
from sayso.ids import GrantId, RunId
from sayso.ledger import append
from sayso.ledger.acts import entry_of
from sayso.ledger.moments import check_moment
from sayso.workflows.consent import reconsidering
from sayso.workflows.consent.held_to_ledger import check_rows
from sayso.workflows.consent.reach import refusals_of
from sayso.workflows.consent.reconsidering import FACT
from sayso.workflows.consent.refusing import as_shown
from sayso.workflows.installation.key_age import check_count
from sayso.workflows.installation.session import Session

_MAX_TOPICS_CHARS = 120

Fact = str | int | bool


@dataclass(frozen=True, slots=True)
class Granted:
    """A permit with the outer consent of its grant, the ledger ticket of the intent, and the lease of a run."""

    permit: Permit
    ticket: int
    project: str | None = None
    lease: Lease | None = None
    outer: GrantId | None = None


def ask(
    session: Session,
    request: Request,
    act: str,
    *,
    run: RunId | None = None,
    foretold: Mapping[str, Fact] | None = None,
) -> Granted:
    """Return a permit for ``request``, logged as ``<act>:intended``; or log ``<act>:refused`` and raise why.

    ``foretold`` is logged with the intent: the clip and mark of sound that is heard before its result is logged.
    For a ``run``, the permit's whole length and one take are reserved with it, or it is refused. Raise `Tampered`,
    with nothing logged, where state, ledger, witnesses or clock are not of one time, or a row that is decided on is not
    what the ledger says.
    """
    session.require(Right.MARK if request.action is Action.MARK else Right.SPEECH)
    session.require_licensee(request.licensee, Right.SPEECH)
    session.require_voice(request.voice, Right.SPEECH)
    session.require_purpose(str(request.purpose), Right.SPEECH)
    session.installation.witnessing.check()
    with session.act(request.speaker) as tx:
        answer = _answered(session, tx, request, act, run=run, foretold=foretold or {})
    if isinstance(answer, Granted):
        return answer
    journal.note("use.refused", act=act, error=answer.slug)
    raise answer


def rehearse(session: Session, request: Request, act: str, *, run: RunId) -> None:
    """Do what `ask` does, once, and undo it: nothing is permitted, reserved or logged.

    What runs for the first time takes some thirty times as long, which the first who asks would wait for. Raise as
    `ask` does, but for a refusal.
    """
    session.require(Right.SPEECH)
    session.installation.witnessing.check()
    with contextlib.suppress(_Undone), session.act(request.speaker) as tx:
        _answered(session, tx, request, act, run=run, foretold={})
        raise _Undone


class _Undone(Exception):
    """Ends a transaction so that nothing of it is kept."""


def _answered(
    session: Session, tx: Connection, request: Request, act: str, *, run: RunId | None, foretold: Mapping[str, Fact]
) -> Granted | Refused:
    """Return what comes of ``request`` in the transaction, logged there: a permit, or why there is none."""
    session.installation.log.check_files(tx)
    check_count(session, tx)
    check_moment(tx, now())
    standing = signed.standing(tx, request.speaker, session.policies)
    used = minutes.usage(tx, request.speaker)
    case = _Case(act, standing, Situation(request, now(), used.ms, used.takes, standing.deceased))
    try:
        permit = _decided(session, case)
        outer = case.standing.policy.by_id[permit.grant_id].ceiling
        charged = check_rows(session, tx, request.speaker, permit.grant_id, outer)
        lease = None if run is None else _reserved(tx, permit, run)
    except Refused as refused:
        refusal = as_shown(session, tx, request.speaker, refused)
        _log_refused(session, tx, case)
        return refusal
    told = {**charged, **({} if outer is None else {"outer": outer}), **foretold}
    return Granted(permit, _log_intended(session, tx, case, permit, told), request.project, lease, outer)


@dataclass(frozen=True, slots=True)
class _Case:
    """What is decided, on what, and for which act."""

    act: str
    standing: SpeakerStanding
    asked: Situation


def _decided(session: Session, case: _Case) -> Permit:
    asked = case.asked
    return decide(
        asked.request,
        grants=case.standing.policy,
        epoch=case.standing.epoch,
        key=session.permit_key,
        now=asked.now,
        used_ms=asked.used_ms,
        used_takes=asked.used_takes,
        deceased=asked.deceased,
    )


def _reserved(tx: Connection, permit: Permit, run: RunId) -> Lease:
    return minutes.reserve(tx, permit.grant_id, permit.permit_id, permit.ceiling_ms, run=run)


def _log_intended(session: Session, tx: Connection, case: _Case, permit: Permit, told: Mapping[str, Fact]) -> int:
    policy, asked = case.standing.policy, case.asked
    facts = {**_facts(session, asked.request, permit.grant_id), "permit": permit.digest(), **told}
    facts[FACT] = reconsidering.keep(session, tx, policy, asked)
    return append(tx, entry_of(f"{case.act}:intended", stamp(asked.now), permit.grant_id, facts))


def _log_refused(session: Session, tx: Connection, case: _Case) -> None:
    policy, asked = case.standing.policy, case.asked
    facts = _facts(session, asked.request, refusals_of(asked.now))
    facts[FACT] = reconsidering.keep(session, tx, policy, asked)
    append(tx, entry_of(f"{case.act}:refused", stamp(asked.now), None, facts))


def result(session: Session, tx: Connection, granted: Granted, act: str, facts: Mapping[str, Fact]) -> int:
    """Log what came of a permit as ``act``; return the ticket. The gate is asked once more first."""
    permit = granted.permit
    gate = session.installation.gate_within(tx)
    gate.check(permit, permit.action)
    return _log(tx, granted, act, facts)


def heard(tx: Connection, granted: Granted, act: str, facts: Mapping[str, Fact]) -> int:
    """Log what was heard under a permit while it held as ``act``; return the ticket. It may not hold any more."""
    return _log(tx, granted, act, facts)


def failed(session: Session, granted: Granted, act: str) -> None:
    """Log that nothing came of a permit, as ``<act>:failed``, and give back what was reserved for it."""
    with session.act(granted.permit.speaker) as tx:
        if granted.lease is not None:
            minutes.release(tx, granted.lease)
        _log(tx, granted, f"{act}:failed", {})
    journal.note("use.failed", act=act, grant=granted.permit.grant_id, permit=granted.permit.permit_id)


def _log(tx: Connection, granted: Granted, act: str, facts: Mapping[str, Fact]) -> int:
    """Log what came of a permit; it says again for whom and what for, since by that it is looked for."""
    permit = granted.permit
    known: dict[str, Fact] = {"permit": permit.digest(), "licensee": permit.licensee, "purpose": permit.purpose}
    if granted.project is not None:
        known["project"] = granted.project
    return append(tx, entry_of(act, stamp(now()), permit.grant_id, {**known, **facts}))


def _facts(session: Session, request: Request, context: str) -> dict[str, Fact]:
    """Return what the ledger may know of a request: pseudonym and commitments, no name, no text."""
    facts: dict[str, Fact] = {
        "action": str(request.action),
        "licensee": request.licensee,
        "purpose": str(request.purpose),
        "subject": session.vault.pseudonym(request.speaker, context),
        "text": request.text_commitment,
        "ceiling_ms": request.ceiling_ms,
    }
    details = {
        "project": request.project,
        "language": request.language,
        "territory": request.territory,
        "channel": request.channel,
        "disclosure": None if request.disclosure is None else str(request.disclosure),
        "sublicensee": request.sublicensee,
        "topics": None if request.topics is None else _topics(request.topics),
    }
    return facts | {name: value for name, value in details.items() if value is not None}


def _topics(topics: tuple[str, ...]) -> str:
    """Return the declared topics as text, or, where an entry has no room for them, their SHA-256."""
    told = " ".join(topics)
    return told if len(told) <= _MAX_TOPICS_CHARS else f"sha256:{hashlib.sha256(told.encode()).hexdigest()}"
