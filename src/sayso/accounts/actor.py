"""Who acts: a role, in an organisation, shown by a credential."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sayso.accounts.terms import KeyScope
from sayso.database import Scope, Sees
from sayso.ids import OWN_ORGANISATION, OrganisationId, SpeakerId

LOCAL: Final = "local"
"""The credential of whoever can open the installation's files."""


class Role(StrEnum):
    """What an actor may do at all."""

    SPEAKER = "speaker"
    PRODUCER = "producer"
    AUDITOR = "auditor"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks; ``credential`` names what proved it.

    ``speaker`` and ``blind`` are set for the role of a speaker alone: whose voice it is, and what hides in the ledger
    which entries one credential made (see `sayso.database.scope`). ``key`` is what a key of the API is bound to.
    ``until`` is when a token ends, whose ``credential`` is in no row (`sayso.accounts.bearer`).
    """

    role: Role
    organisation: OrganisationId
    credential: str
    speaker: SpeakerId | None = None
    blind: bytes | None = None
    key: KeyScope | None = None
    until: str | None = None

    def scope(self) -> Scope:
        """Return whose rows the actor sees, and how ledger entries name the actor."""
        by = f"{self.organisation}/{self.role}/{self.credential}"
        return Scope(_SEES[self.role], self.organisation, self.speaker, by, self.blind)


_SEES: Final = {
    Role.SPEAKER: Sees.SPEAKER,
    Role.PRODUCER: Sees.ORGANISATION,
    Role.AUDITOR: Sees.ORGANISATION,
    Role.OPERATOR: Sees.EVERYTHING,
}


def local_operator() -> Actor:
    """Return the actor that the command line stands for unless it is told otherwise."""
    return Actor(Role.OPERATOR, OWN_ORGANISATION, LOCAL)
