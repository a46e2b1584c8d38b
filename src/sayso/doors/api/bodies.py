"""What Sayso's own resources take: speakers, grants with every limit that a grant knows, questions, erasures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, create_model

from sayso.consent.dimension import Command, Option
from sayso.consent.dimensions import TERMS
from sayso.workflows.consent.terms import Terms

_GRANT: Final[dict[str, Any]] = {
    "speaker": "spk_aaaaaaaaaaaaaaaa",
    "licensee": "Northwind Audio",
    "purposes": ["audiobook/mystery"],
    "max_minutes": 60,
}


def _line(text: str) -> str:
    """Return a text that is one line of characters; raise `ValueError` for another."""
    if any(character < " " or character == "\x7f" for character in text):
        raise ValueError("got a character that is not written, expected one line of text")
    return text


MAX_NOTICE_CHARS: Final = 32_768

_FILES: Final = frozenset(term.typed for term in TERMS if term.option is not None and term.option.takes is bytes)
"""The terms that the command line reads from files, whose text is sent."""

Line = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_line)]
Id = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_line)]


class SpeakerBody(BaseModel):
    """A new speaker; the name is sealed, and never logged."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "Ada Quixano"}]})

    name: Annotated[str, Field(min_length=1, max_length=200)]
    organisation: Id | None = None


def _limits(command: Command) -> Iterator[tuple[str, Any]]:
    """Yield the fields of the limits that ``command`` takes, each as the table of dimensions has it."""
    for term in TERMS:
        option = term.option
        if option is not None and command in option.commands and not option.required:
            yield term.typed, (Annotated[_type(option) | None, Field(description=option.help)], None)


def _type(option: Option) -> Any:
    if option.several:
        return Annotated[list[Line], Field(max_length=1000)] | Line
    return {
        str: Line,
        bool: bool,
        int: Annotated[int, Field(ge=0, le=2**31 - 1)],
        float: Annotated[float, Field(ge=0)],
        bytes: Annotated[str, Field(min_length=1, max_length=MAX_NOTICE_CHARS)],  # the text, not the file of it
    }[option.takes]


if TYPE_CHECKING:

    class LimitsBody(BaseModel):
        """The limits of a grant, by the names of the command line."""

    class NewLimitsBody(BaseModel):
        """The limits that an amendment may change, by the names of the command line."""
else:
    LimitsBody = create_model("LimitsBody", __config__=ConfigDict(extra="forbid"), **dict(_limits(Command.GRANT)))
    NewLimitsBody = create_model("NewLimitsBody", __config__=ConfigDict(extra="forbid"), **dict(_limits(Command.AMEND)))


class TermsBody(LimitsBody):
    """What a speaker allows: who may use the voice, for what, and within which limits."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_GRANT]})

    speaker: Id
    licensee: Line
    purposes: Annotated[list[Line], Field(min_length=1, max_length=50)]

    def terms(self) -> Terms:
        """Return the terms; raise `GrantInvalid`."""
        return Terms(self.speaker, self.licensee, tuple(self.purposes), **self.limits())

    def limits(self) -> dict[str, Any]:
        """Return the limits that were given, by the names under which they are typed."""
        given = self.model_dump(exclude_none=True, exclude={"speaker", "licensee", "purposes", "request", "assisted"})
        read = {name: value.encode() for name, value in given.items() if name in _FILES}
        return {name: value for name, value in given.items() if value != []} | read


class GrantBody(TermsBody):
    """What a speaker allows; the limits are those of the command line, by the same names."""

    request: Annotated[bool, Field(description="Ask the speaker for it, as the licensee.")] = False


class AmendmentBody(NewLimitsBody):
    """What becomes of a grant: what is not said stays as it is, and a limit that ``clear`` names is taken away."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"max_minutes": 90, "clear": ["until"]}]})

    purposes: Annotated[list[Line] | None, Field(min_length=1, max_length=50)] = None
    clear: Annotated[list[Line], Field(default_factory=list, max_length=50)]

    def terms(self) -> Terms:
        """Return the terms that change; raise `GrantInvalid`."""
        given = self.model_dump(exclude_none=True, exclude={"purposes", "clear"})
        purposes = None if self.purposes is None else tuple(self.purposes)
        return Terms(
            purposes=purposes, cleared=self.clear, **{name: value for name, value in given.items() if value != []}
        )


class QuestionBody(BaseModel):
    """What somebody would like to do with a voice; licensee, purpose and project are the key's where none are said."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"voice": "voi_aaaaaaaaaaaaaaaa", "territory": "DE"}]}
    )

    voice: Line
    licensee: Line | None = None
    purpose: Line | None = None
    project: Line | None = None
    language: Line | None = None
    action: Line | None = None
    territory: Line | None = None
    channel: Line | None = None
    text: Annotated[str | None, Field(max_length=4096)] = None
    topics: Annotated[list[Line] | None, Field(max_length=20)] = None
    sublicensee: Line | None = None
    disclosure: Line | None = None


class ErasureBody(BaseModel):
    """Whose voice is to be erased, and whether they ask that a print of it stays, so that it is known again."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"speaker": "spk_aaaaaaaaaaaaaaaa"}]})

    speaker: Id
    keep_print: bool = False
