"""The decision: a permit, or a refusal with every reason. Nothing else in Sayso makes a permit."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sayso.clock import stamp
from sayso.consent.cedar import Policy, Verdict
from sayso.consent.dimensions import Situation
from sayso.consent.errors import ConsentRefused
from sayso.consent.grant import NO_END, Grant
from sayso.consent.permit import Permit
from sayso.consent.reasons import GrantAnswers, explain, refusals
from sayso.consent.request import Request
from sayso.ids import GrantId, PermitId, new_id

MAX_LIFETIME_S: Final = 900
"""No permit lives longer than 15 minutes."""

_NEAREST: Final = 3
_NO_EPOCH: Final = "speaker: unknown or erased (nobody can change this)"


@dataclass(frozen=True, slots=True)
class Why:
    """A decision laid open: what each rule of each grant says, and what comes of it. It permits nothing by itself."""

    allowed: bool
    chosen: GrantId | None
    candidates: tuple[GrantId, ...]
    grants: tuple[GrantAnswers, ...]
    reasons: tuple[str, ...]


def decide(
    request: Request,
    *,
    grants: Sequence[Grant] | Policy,
    epoch: int | None,
    key: Ed25519PrivateKey,
    now: datetime,
    used_ms: Mapping[GrantId, int] | None = None,
    used_takes: Mapping[GrantId, int] | None = None,
    deceased: bool = False,
    lifetime_s: int = MAX_LIFETIME_S,
) -> Permit:
    """Return a signed permit for the request, or raise `ConsentRefused` with every reason.

    Parameters
    ----------
    grants : the speaker's grants, or, faster, their compiled `Policy`
    epoch : the speaker's epoch now; None for a speaker who is unknown or erased, who permits nothing
    key : signs the permit
    now : the permit ends ``lifetime_s`` later (1 to 900 s) or with its grant or the outer consent, whichever is earlier
    used_ms : sound made or reserved under each grant. What keeps a cap is the reservation; this tells of it early
    used_takes : pieces made or reserved under each grant, likewise
    deceased : the speaker is known to have died

    Of several grants that permit, the one with the narrowest purpose is taken, then the one that ends first, then the
    one with the smallest id: the same for the same question.
    """
    policy = grants if isinstance(grants, Policy) else Policy(request.speaker, grants)
    asked = Situation(request, now, used_ms or {}, used_takes or {}, deceased)
    verdict = policy.first(asked)
    grant = _choose(policy, verdict, asked)
    if grant is None or epoch is None:
        raise _refusal(policy, verdict, asked, epoch=epoch)
    until = _ends(grant, policy.ceiling_of(grant))
    return _permit(request, grant, epoch=epoch, now=now, lifetime_s=lifetime_s, until=until).signed(key)


def why(
    request: Request,
    *,
    grants: Sequence[Grant] | Policy,
    epoch: int | None,
    now: datetime,
    used_ms: Mapping[GrantId, int] | None = None,
    used_takes: Mapping[GrantId, int] | None = None,
    deceased: bool = False,
    explained: bool = True,
) -> Why:
    """Return what `decide` would say, with the answer of every rule of every grant.

    Not ``explained``, the answers are left out, of the candidates those that were not asked, and a refusal has the
    reasons of the three nearest grants only: so it takes as long as a decision does, whatever the number of grants.
    """
    policy = grants if isinstance(grants, Policy) else Policy(request.speaker, grants)
    asked = Situation(request, now, used_ms or {}, used_takes or {}, deceased)
    verdict = policy.ask(asked) if explained else policy.first(asked)
    grant = _choose(policy, verdict, asked) if epoch is not None else None
    return Why(
        allowed=grant is not None,
        chosen=None if grant is None else grant.grant_id,
        candidates=verdict.grants,
        grants=tuple(explain(each, asked, ceiling=policy.ceiling_of(each)) for each in policy.grants)
        if explained
        else (),
        reasons=()
        if grant is not None
        else _reasons(policy, verdict, asked, epoch=epoch, most=None if explained else _NEAREST),
    )


def _choose(policy: Policy, verdict: Verdict, asked: Situation) -> Grant | None:
    if not verdict.allowed:
        return None
    grants = [policy.by_id[grant_id] for grant_id in verdict.grants]
    return min(grants, key=lambda each: each.rank(asked.request.purpose)) if len(grants) > 1 else grants[0]


def _ends(grant: Grant, ceiling: Grant | None) -> datetime:
    return min(NO_END if each is None else each.until or NO_END for each in (grant, ceiling))


def _permit(request: Request, grant: Grant, *, epoch: int, now: datetime, lifetime_s: int, until: datetime) -> Permit:
    expires = min(until, now + timedelta(seconds=min(max(lifetime_s, 1), MAX_LIFETIME_S)))
    return Permit(
        permit_id=PermitId(new_id("permit")),
        grant_id=grant.grant_id,
        grant_version=grant.version,
        speaker=request.speaker,
        epoch=epoch,
        voice=request.voice,
        action=request.action,
        licensee=request.licensee,
        purpose=str(request.purpose),
        text_commitment=request.text_commitment,
        engine_digest=request.engine_digest,
        voice_digest=request.voice_digest,
        ceiling_ms=request.ceiling_ms,
        expires=stamp(expires),
        nonce=secrets.token_hex(16),
        territory=request.territory,
        channel=request.channel,
        disclosure=request.disclosure,
    )


def _reasons(
    policy: Policy, verdict: Verdict, asked: Situation, *, epoch: int | None, most: int | None = None
) -> tuple[str, ...]:
    if epoch is None:
        return (_NO_EPOCH,)
    failed = [f"policy: {error} (report this; nothing is permitted meanwhile)" for error in verdict.errors]
    return (*failed, *refusals(policy.grants, asked, most=most, clauses=policy.clauses_of))


def _refusal(policy: Policy, verdict: Verdict, asked: Situation, *, epoch: int | None) -> ConsentRefused:
    request = asked.request
    number = len(policy.grants)
    return ConsentRefused(
        f"got {request.action} of {request.voice} by {request.licensee} for {request.purpose}, "
        f"expected a grant that permits it; the speaker's grants ({number}) do not",
        reasons=_reasons(policy, verdict, asked, epoch=epoch),
    )
