"""Rights: which role may do what. What is in no row here, no role may do."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from sayso.accounts.actor import Role


class Right(StrEnum):
    """What an act needs. Reading needs none: a scope says what a role sees."""

    ACCOUNTS = "accounts"
    """Add organisations, assign licensees, issue and revoke credentials."""
    SPEAKERS = "speakers"
    """Add speakers, and note that one has died."""
    CONSENT = "consent"
    """Act as the speaker: give, change, stop and withdraw grants."""
    KEY = "key"
    """Register, rotate and export the key of a speaker."""
    RECOVERY = "recovery"
    """Replace a speaker's lost key, by the operator's word."""
    ERASURE = "erasure"
    """Plan and carry out the erasure of a speaker."""
    REQUEST = "request"
    """Act as the licensee: ask for grants, and stop or give back one's own."""
    GOVERN = "govern"
    """Act as the operator on grants: suspend, revoke, invalidate."""
    SPEECH = "speech"
    """Ask for a permit to clone, speak, convert or release sound."""
    MARK = "mark"
    """Mark files from outside, and publish the detector's key."""
    SIGNER = "signer"
    """Choose who signs content credentials."""
    GATE = "gate"
    """Judge what may reach production, and waive that."""
    LEDGER = "ledger"
    """Change the key of the log, rebuild its index, export all of it."""


RIGHTS: Final[Mapping[Role, frozenset[Right]]] = {
    Role.SPEAKER: frozenset({Right.CONSENT, Right.KEY, Right.ERASURE}),
    Role.PRODUCER: frozenset({Right.REQUEST, Right.SPEECH}),
    Role.AUDITOR: frozenset(),
    Role.OPERATOR: frozenset(Right),
}
"""The rights of each role, on the rows that its scope covers. A role without a right changes nothing."""

BOUND: Final = frozenset({Role.PRODUCER})
"""Roles that may only name licensees which their organisation holds."""


def roles_with(right: Right) -> tuple[Role, ...]:
    """Return the roles that have the right."""
    return tuple(role for role in Role if right in RIGHTS[role])
