"""Refusals as somebody is shown them: a decision looks at every grant, and its reasons tell of visible ones only."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from sayso.consent import store as consents
from sayso.consent.decision import Why
from sayso.consent.errors import ConsentRefused
from sayso.database import Connection
from sayso.errors import Refused
from sayso.ids import SpeakerId
from sayso.workflows.installation.session import Session

_OF_GRANT: Final = re.compile(r"(grt_[a-z2-7]{16}): ")
_COUNT: Final = re.compile(r"grant: \d+ other ")
_NONE: Final = "grant: no grant that you may see permits this (the speaker can change this)"


def as_shown(session: Session, tx: Connection, speaker: SpeakerId, refused: Refused) -> Refused:
    """Return the refusal without what it tells of grants that who asks does not see."""
    if session.sees_all or not isinstance(refused, ConsentRefused):
        return refused
    message = refused.message.partition(";")[0]
    return ConsentRefused(message, reasons=_shown(refused.reasons, _visible(tx, speaker)))


def why_shown(session: Session, tx: Connection, speaker: SpeakerId, answer: Why) -> Why:
    """Return the explanation without the grants that who asks does not see."""
    if session.sees_all:
        return answer
    seen = _visible(tx, speaker)
    return replace(
        answer,
        candidates=tuple(each for each in answer.candidates if each in seen),
        grants=tuple(each for each in answer.grants if each.grant_id in seen),
        reasons=_shown(answer.reasons, seen) if answer.reasons else (),
    )


def _visible(tx: Connection, speaker: SpeakerId) -> frozenset[str]:
    return frozenset(grant.grant_id for grant in consents.grants_of(tx, speaker))


def _shown(reasons: Iterable[str], seen: frozenset[str]) -> tuple[str, ...]:
    kept = [each for each in reasons if (found := _OF_GRANT.match(each)) is None or found[1] in seen]
    return tuple(each for each in kept if not _COUNT.match(each)) or (_NONE,)
