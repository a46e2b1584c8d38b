"""Who acts: a role, in an organisation, shown by a credential."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sayso.ids import OrganisationId, SpeakerId

OWN_ORGANISATION: Final = OrganisationId("org_aaaaaaaaaaaaaaaa")
"""The organisation that runs the installation; it is there from the start."""

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
    """Who asks; ``credential`` names what proved it, ``speaker`` is set for the role of a speaker alone."""

    role: Role
    organisation: OrganisationId
    credential: str
    speaker: SpeakerId | None = None


def local_operator() -> Actor:
    """Return the actor that the command line stands for unless it is told otherwise."""
    return Actor(Role.OPERATOR, OWN_ORGANISATION, LOCAL)
