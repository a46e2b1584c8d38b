"""Which grants stand behind a corpus now: asked when recordings are added, at each run and at each reading."""

from __future__ import annotations

from collections.abc import Callable

from sayso.clock import now, stamp
from sayso.consent import Action, Grant, signed
from sayso.consent import store as consents
from sayso.consent.decision import Why, why
from sayso.consent.request import Request
from sayso.corpus.basis import RecordingBasis
from sayso.corpus.errors import BasisRefused
from sayso.database import Connection
from sayso.errors import SaysoError
from sayso.ids import GrantId, parse_id
from sayso.workflows.installation.session import Session

_VOICE = "corpus"


def granted_basis(session: Session, grant_id: str) -> RecordingBasis:
    """Return the basis that a grant gives now: it must allow to train, which is what corpora are for.

    Raise `BasisRefused` with every reason, `GrantUnknown`, or `GrantTampered` for a row that is not as it was signed.
    """
    with session.read() as tx:
        grant = consents.get_grant(tx, GrantId(parse_id("grant", grant_id)))
        found = _asked(session, tx, grant)
    if grant.grant_id not in found.candidates:
        raise BasisRefused(
            f"grant: got {grant_id}, expected one that allows the action train now", reasons=found.reasons
        )
    until = "" if grant.until is None else stamp(grant.until)
    return RecordingBasis(grant=grant.grant_id, speaker=grant.speaker, purpose=grant.purposes[0], expires=until)


def in_force(session: Session) -> Callable[[frozenset[str]], frozenset[str]]:
    """Return what tells which of some grants allow to train now; one that is unknown here, or unreadable, does not."""

    def standing(grants: frozenset[str]) -> frozenset[str]:
        return frozenset(grant for grant in grants if _stands(session, grant))

    return standing


def refusal_of(session: Session) -> Callable[[RecordingBasis], str]:
    """Return what tells why a basis does not hold now: ``grant-ended``, or "" where it holds."""

    def refused(basis: RecordingBasis) -> str:
        return "" if basis.licence or _stands(session, basis.grant) else "grant-ended"

    return refused


def _stands(session: Session, grant_id: str) -> bool:
    try:
        granted_basis(session, grant_id)
    except SaysoError:
        return False
    return True


def _asked(session: Session, tx: Connection, grant: Grant) -> Why:
    standing = signed.standing(tx, grant.speaker, session.policies)
    request = Request.under(grant, action=Action.TRAIN, voice=_VOICE)
    return why(request, grants=standing.policy, epoch=standing.epoch, now=now(), deceased=standing.deceased)
