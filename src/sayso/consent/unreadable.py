"""A grant whose row cannot be read: it permits nothing, and whoever may end it can still end and erase it.

No command writes such a row. One that is there, by an edit or an older fault, must not keep the others from being
listed, nor its speaker from withdrawing it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Self

from sayso.consent import fields
from sayso.consent.act import Purpose
from sayso.consent.errors import GrantInvalid
from sayso.consent.grant import Grant
from sayso.consent.state import State
from sayso.errors import Invalid
from sayso.ids import GrantId, SpeakerId

_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
_UNKNOWN: Final = "unreadable"


@dataclass(frozen=True, slots=True)
class UnreadableGrant(Grant):
    """What can be told of such a row. Nothing is allowed in it; ``note`` and ``problem`` say why it cannot be read."""

    problem: str = ""
    kept_state: str = ""

    def __post_init__(self) -> None:
        """Check nothing: the row is what it is."""

    @classmethod
    def of(cls, row: Any, problem: str) -> Self:
        """Return the grant of a row; one whose state is no state is taken as suspended."""
        state = State(row.state) if row.state in set(State) else State.SUSPENDED
        return cls(
            GrantId(row.grant_id),
            SpeakerId(row.speaker_id or ""),
            row.licensee,
            (),
            _NEVER,
            languages=(),
            territories=(),
            channels=(),
            actions=(),
            state=state,
            note=f"cannot be read ({problem}); withdraw it",
            version=row.version,
            problem=problem,
            kept_state=row.state,
        )

    @property
    def stored_state(self) -> str:
        """Return the state as it stands in the row."""
        return self.kept_state

    def require_readable(self) -> None:
        """Raise `GrantInvalid`."""
        raise GrantInvalid(f"the grant {self.grant_id} cannot be read: {self.problem}; withdraw it and give a new one")

    def tombstone(self) -> Grant:
        """Return what stays after an erasure, with the licensee if that can be read."""
        try:
            licensee = fields.name("licensee", self.licensee)
        except Invalid:
            licensee = _UNKNOWN
        return Grant(
            self.grant_id,
            SpeakerId(""),
            licensee,
            (Purpose(_UNKNOWN),),
            _NEVER,
            state=State.ERASED,
            version=self.version,
        )
