"""The states of a grant and who may change which into which.

The words are those of the W3C Data Privacy Vocabulary (consent statuses), and "suspended", which performers' contracts
ask for: a strike or a dispute stops the voice without ending the grant. Withdrawing is the speaker's; revoking is
anybody else's. A withdrawal is final, a suspension is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from sayso.consent.errors import GrantState


class State(StrEnum):
    """What a grant is now."""

    REQUESTED = "requested"
    GIVEN = "given"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"
    EXPIRED = "expired"
    INVALIDATED = "invalidated"
    ERASED = "erased"


class Party(StrEnum):
    """Who acts."""

    SPEAKER = "speaker"
    LICENSEE = "licensee"
    OPERATOR = "operator"


class GrantOrigin(StrEnum):
    """How the terms of a version of a grant came in: whose word stands behind them."""

    DICTATED = "dictated"
    """The speaker read them aloud, and the recording is kept as evidence."""
    SIGNED = "signed"
    """The speaker signed them with a key of their own."""
    TYPED = "typed"
    """Somebody typed them for the speaker; Sayso signed with the key that it keeps."""
    HOUSE = "house"
    """They are the licence of a voice that came with an engine."""


_ENDINGS: Final = frozenset({State.WITHDRAWN, State.REVOKED, State.EXPIRED, State.INVALIDATED, State.ERASED})

_NEXT: Final[Mapping[State, frozenset[State]]] = {
    State.REQUESTED: _ENDINGS | {State.GIVEN},
    State.GIVEN: _ENDINGS | {State.SUSPENDED},
    State.SUSPENDED: _ENDINGS | {State.GIVEN},
    **dict.fromkeys((State.WITHDRAWN, State.REVOKED, State.EXPIRED, State.INVALIDATED), frozenset({State.ERASED})),
    State.ERASED: frozenset(),
}

_BY: Final[Mapping[State, frozenset[Party]]] = {
    State.REQUESTED: frozenset(Party),
    State.GIVEN: frozenset({Party.SPEAKER}),
    State.SUSPENDED: frozenset({Party.SPEAKER, Party.OPERATOR}),
    State.WITHDRAWN: frozenset({Party.SPEAKER}),
    State.REVOKED: frozenset({Party.LICENSEE, Party.OPERATOR}),
    State.EXPIRED: frozenset({Party.OPERATOR}),
    State.INVALIDATED: frozenset({Party.OPERATOR}),
    State.ERASED: frozenset({Party.SPEAKER, Party.OPERATOR}),
}


def check_change(old: State, new: State, *, who: Party, house: bool = False, suspended_by: Party | None = None) -> None:
    """Return if ``who`` may turn ``old`` into ``new``; otherwise raise `GrantState`.

    The operator stands in for the speaker of a house grant. Only the party that suspended a grant may resume it
    (``suspended_by``): neither side lifts the other's stop.
    """
    if new not in _NEXT[old]:
        ways = ", ".join(sorted(_NEXT[old])) or "nothing: it is final"
        raise GrantState(f"the grant is {old} and cannot become {new}; from {old} it can become {ways}")
    resumes = old is State.SUSPENDED and new is State.GIVEN
    allowed = frozenset({suspended_by}) if resumes and suspended_by else _BY[new]
    if house and Party.SPEAKER in allowed:
        allowed |= {Party.OPERATOR}
    if who not in allowed:
        names = " or ".join(f"the {party}" for party in sorted(allowed))
        raise GrantState(f"the {who} cannot make a {old} grant {new}; {names} can")


def check_first(state: State, *, who: Party, house: bool = False) -> None:
    """Return if ``who`` may enter a new grant as ``state``; otherwise raise `GrantState`."""
    allowed = _BY[state] | ({Party.OPERATOR} if house else set())
    if state not in {State.REQUESTED, State.GIVEN} or who not in allowed:
        raise GrantState(f"the {who} cannot enter a {state} grant; a new grant is requested, or given by the speaker")
