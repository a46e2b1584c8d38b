"""Asking for permission: the decision and the entry that tells of it, in one transaction, before any sound."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sayso.clock import now, stamp
from sayso.consent import minutes
from sayso.consent import store as consents
from sayso.consent.decision import decide
from sayso.consent.dimensions import Asked
from sayso.consent.permit import Permit
from sayso.consent.request import Request
from sayso.database import Connection
from sayso.errors import Refused
from sayso.ledger import Entry, append
from sayso.workflows.consent import reconsidering
from sayso.workflows.consent.reconsidering import FACT
from sayso.workflows.installation.session import Session

_MAX_TOPICS_CHARS = 120

Fact = str | int | bool
Within = Callable[[Connection, Permit], None]


@dataclass(frozen=True, slots=True)
class Granted:
    """A permit, and the ledger ticket of the intent."""

    permit: Permit
    ticket: int
    project: str | None = None


def ask(session: Session, request: Request, act: str, *, within: Within | None = None) -> Granted:
    """Return a permit for ``request``, logged as ``<act>:intended``; or log ``<act>:refused`` and raise why.

    ``within`` runs in the same transaction, before the entry: what it refuses is refused.
    """
    moment = now()
    try:
        with session.write() as tx:
            standing = consents.standing(tx, request.speaker, session.policies)
            used = minutes.usage(tx, request.speaker)
            permit = decide(
                request,
                grants=standing.policy,
                epoch=standing.epoch,
                key=session.permit_key,
                now=moment,
                used_ms=used.ms,
                used_takes=used.takes,
                deceased=standing.deceased,
            )
            if within is not None:
                within(tx, permit)
            asked = Asked(request, moment, used.ms, used.takes, standing.deceased)
            decision = reconsidering.keep(session, tx, standing.policy, asked)
            facts = {**_facts(session, request, permit.grant_id), "permit": permit.digest(), FACT: decision}
            outer = standing.policy.by_id[permit.grant_id].ceiling
            if outer is not None:
                facts["outer"] = outer
            ticket = append(tx, Entry(f"{act}:intended", stamp(moment), permit.grant_id, facts))
            return Granted(permit, ticket, request.project)
    except Refused:
        with session.write() as tx:
            standing = consents.standing(tx, request.speaker, session.policies)
            used = minutes.usage(tx, request.speaker)
            asked = Asked(request, moment, used.ms, used.takes, standing.deceased)
            decision = reconsidering.keep(session, tx, standing.policy, asked)
            facts = {**_facts(session, request, refusals_of(moment)), FACT: decision}
            append(tx, Entry(f"{act}:refused", stamp(moment), None, facts))
        session.log.integrate()
        raise


def refusals_of(moment: datetime) -> str:
    """Return the context of a speaker's pseudonym in the refusals of one month: whoever has the key can list them."""
    return f"refused {stamp(moment)[:7]}"


def result(session: Session, tx: Connection, granted: Granted, act: str, facts: Mapping[str, Fact]) -> int:
    """Log what came of a permit as ``act``; return the ticket. The gate is asked once more first."""
    permit = granted.permit
    session.gate.check(permit, permit.action)
    return _log(tx, granted, act, facts)


def failed(session: Session, granted: Granted, act: str, *, within: Callable[[Connection], None] | None = None) -> None:
    """Log that nothing came of a permit, as ``<act>:failed``."""
    with session.write() as tx:
        if within is not None:
            within(tx)
        _log(tx, granted, f"{act}:failed", {})


def _log(tx: Connection, granted: Granted, act: str, facts: Mapping[str, Fact]) -> int:
    """Log what came of a permit; it says again for whom and what for, since by that it is looked for."""
    permit = granted.permit
    known: dict[str, Fact] = {"permit": permit.digest(), "licensee": permit.licensee, "purpose": permit.purpose}
    if granted.project is not None:
        known["project"] = granted.project
    return append(tx, Entry(act, stamp(now()), permit.grant_id, {**known, **facts}))


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
