"""What a row of the table of dimensions is made of: the rule, how it is typed, where it stands, what a receipt says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from sayso.consent import fields
from sayso.consent.errors import RequestInvalid
from sayso.consent.expression import Json, entity
from sayso.ids import GrantId

if TYPE_CHECKING:
    from sayso.consent.grant import Grant
    from sayso.consent.request import Request

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MS: Final = timedelta(milliseconds=1)

TEXT: Final[Json] = {"type": "String"}
NUMBER: Final[Json] = {"type": "Long"}
FLAG: Final[Json] = {"type": "Boolean"}
TEXTS: Final[Json] = {"type": "Set", "element": TEXT}

MUST: Final[Any] = object()
"""The value for "no limit" of a term that every grant has to name."""


class Shape(StrEnum):
    """What the value of a term is in plain JSON: a licensee, text, words of a vocabulary, milliseconds, ..."""

    PARTY = "party"
    NAME = "name"
    NAMES = "names"
    CONCEPT = "concept"
    CONCEPTS = "concepts"
    FLAG = "flag"
    COUNT = "count"
    LENGTH = "length"
    MOMENT = "moment"
    DIGESTS = "digests"


class Command(StrEnum):
    """The commands that take the terms of a grant."""

    GRANT = "grant"
    AMEND = "amend"
    REQUEST = "request"


GIVING: Final = frozenset({Command.GRANT, Command.AMEND})
ENTERING: Final = frozenset({Command.GRANT, Command.REQUEST})
NEW: Final = frozenset({Command.GRANT})


@dataclass(frozen=True, slots=True)
class Situation:
    """All that a rule may look at besides the grant: the request, the moment, what each grant has used up.

    ``deceased``: the speaker is known to have died.
    """

    request: Request
    now: datetime
    used_ms: Mapping[GrantId, int] = field(default_factory=dict)
    used_takes: Mapping[GrantId, int] = field(default_factory=dict)
    deceased: bool = False

    def __post_init__(self) -> None:
        """Refuse a moment without a zone: `RequestInvalid`."""
        if self.now.tzinfo is None:
            raise RequestInvalid(f"now: got the naive time {self.now}, expected one with a time zone")

    def entities(self) -> dict[str, Json]:
        """Return what Cedar is asked about: who, what, whose voice."""
        return {
            "principal": entity("Licensee", self.request.licensee),
            "action": entity("Action", str(self.request.action)),
            "resource": entity("Speaker", self.request.speaker),
        }


def giver(grant: Grant) -> str:
    """Return who may widen the grant."""
    return "the operator" if grant.house else "the speaker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """One rule of a grant. ``allowed`` and ``got`` say in words what is allowed and what was asked.

    The rule itself is told once, as Cedar: what it adds to the policy (``head``, ``conditions``), what the policy then
    reads (``context``) and of which types (``schema``).

    ``within`` says whether the first grant, a licence, allows nothing here that the second, its outer consent, does
    not: then whatever the licence permits the outer consent permits too.
    """

    name: str
    allowed: Callable[[Grant], str]
    got: Callable[[Grant, Situation], str]
    within: Callable[[Grant, Grant], bool]
    head: Callable[[Grant], Json] = lambda _: {}
    conditions: Callable[[Grant], Sequence[Json]] = lambda _: ()
    context: Callable[[Sequence[Grant], Situation], Json] = lambda _, __: {}
    schema: Callable[[Sequence[Grant]], Json] = lambda _: {}
    changed_by: Callable[[Grant], str] = giver


@dataclass(frozen=True, slots=True)
class Option:
    """How a term is typed, as an option ``name`` of type ``takes`` (bytes is a file), perhaps ``several`` times.

    ``off`` is the name of the option that says no. ``typed`` names what was typed where it is not the term itself, and
    ``read`` turns it into the term's value. ``required`` is it in a new grant.
    """

    name: str
    help: str
    takes: type = str
    several: bool = False
    off: str = ""
    typed: str = ""
    read: Callable[[Any], Any] = lambda typed: typed
    commands: frozenset[Command] = frozenset(Command)
    required: bool = False


@dataclass(frozen=True, slots=True)
class Places:
    """Where a term stands in the documents that others read, each word of a path after the other.

    ``record`` is the path in a consent record; ``policy`` a constraint of a policy such as ``spatial isAnyOf``, or the
    path ``permission ...``, or nothing where the term stands at the same place in both. ``concept`` begins the
    addresses of a vocabulary, ``kind`` is their type in a record. A term that is no limit need not be ``said`` in a
    record; any other must, as a record that says nothing of a limit may have been cut short.
    """

    record: str
    policy: str = ""
    concept: str = ""
    kind: str | None = None
    said: bool = True


@dataclass(frozen=True, slots=True)
class ReceiptText:
    """What a receipt says to the speaker, under the heading ``section``.

    ``sentences`` are said of a value: with ``{}`` in them for the whole, or once for each part of a list (``{each}``),
    or for each word of a vocabulary that is not in it (``{other}``). ``unlimited`` is said where there is no limit.
    ``words`` are the parts in plain words.
    """

    section: str
    sentences: tuple[str, ...]
    unlimited: str = ""
    words: Mapping[Any, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Term:
    """One row of the table: a field of `Grant` that the speaker signs, and all that follows from it.

    ``form`` checks a value and brings it to its one form; it may look at fields that stand above it in the table.
    ``nothing`` is the value that sets no limit; a term without one every grant has to name.
    """

    name: str
    shape: Shape
    form: Callable[[Grant, str, Any], Any]
    places: Places
    receipt: ReceiptText
    nothing: Any = MUST
    rule: Dimension | None = None
    option: Option | None = None

    @property
    def typed(self) -> str:
        """Return the name under which the term is typed in a program."""
        return (self.option and self.option.typed) or self.name


def instant_ms(moment: datetime) -> int:
    """Return ``moment`` in whole milliseconds since 1970, rounded down: how Cedar is told a time."""
    return (moment - _EPOCH) // _MS


def in_words(values: Sequence[str]) -> str:
    """Return a list for people; ``*`` is any."""
    return "any" if fields.ANY in values else ", ".join(values)
