"""What a speaker signs besides a grant: that its state changes, and that another key is theirs from now on.

Canonical JSON behind a line that names the format, signed as a grant's document is (`sayso.consent.document`). The
number of a change says which it is in the grant's history, so that an old one cannot be handed in again.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sayso import canonical
from sayso.consent import fields
from sayso.consent.document import KEY_FORMAT, MAX_DOCUMENT_BYTES, STATE_FORMAT
from sayso.consent.errors import GrantInvalid
from sayso.consent.state import State
from sayso.errors import Invalid
from sayso.ids import parse_id


@dataclass(frozen=True, slots=True)
class StateChange:
    """``grant``, in its ``version``, becomes ``state``, as the event ``number`` of its history."""

    grant: str
    version: int
    number: int
    state: State

    def document(self) -> bytes:
        """Return what is signed."""
        return canonical.encode({"format": STATE_FORMAT, **asdict(self), "state": str(self.state)})


@dataclass(frozen=True, slots=True)
class KeyChange:
    """``new`` is the ``number``-th public key of ``speaker``; the one before it was ``old``, which signs this."""

    speaker: str
    number: int
    old: str
    new: str

    def document(self) -> bytes:
        """Return what is signed."""
        return canonical.encode({"format": KEY_FORMAT, **asdict(self)})


def read_state_change(data: bytes) -> StateChange:
    """Return the change that a declaration spells; raise `GrantInvalid` naming the field."""
    body = _body(data, {"format", "grant", "version", "number", "state"}, STATE_FORMAT)
    try:
        return StateChange(
            parse_id("grant", body["grant"]),
            fields.amount("version", body["version"], least=1),
            fields.amount("number", body["number"], least=2),
            State(body["state"]),
        )
    except Invalid as error:
        raise GrantInvalid(error.message) from None
    except (ValueError, TypeError, AttributeError):
        raise GrantInvalid(f"state: got {str(body['state'])[:40]!r}, expected one of {', '.join(State)}") from None


def read_key_change(data: bytes) -> KeyChange:
    """Return the change of key that a declaration spells; raise `GrantInvalid` naming the field."""
    body = _body(data, {"format", "speaker", "number", "old", "new"}, KEY_FORMAT)
    try:
        speaker = parse_id("speaker", body["speaker"])
        number = fields.amount("number", body["number"], least=2)
        return KeyChange(speaker, number, fields.digest("old", body["old"]), fields.digest("new", body["new"]))
    except (Invalid, TypeError, AttributeError) as error:
        raise GrantInvalid(f"declaration: {error}") from None


def _body(data: bytes, names: set[str], form: str) -> dict[str, Any]:
    body = canonical.decode(data) if len(data) <= MAX_DOCUMENT_BYTES else None
    if not isinstance(body, dict) or set(body) != names or body["format"] != form:
        raise GrantInvalid(f"document: got other fields than {', '.join(sorted(names))}, or no {form}")
    return body
