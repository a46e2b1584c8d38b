"""The terms of a grant as somebody typed them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, Final

from sayso.clock import now
from sayso.consent import Grant
from sayso.consent.dimensions import MUST, TERMS, Command, Term
from sayso.consent.errors import GrantInvalid
from sayso.errors import Invalid
from sayso.ids import GrantId, SpeakerId, new_id, parse_id
from sayso.settings.names import nearest

TYPED: Final[Mapping[str, Term]] = {term.typed: term for term in TERMS if term.option is not None}
"""The row of the table of dimensions that each typed term is for; there is no other way into a grant."""

CLEARABLE: Final[Mapping[str, Term]] = {
    term.option.name: term
    for term in TERMS
    if term.option is not None and Command.AMEND in term.option.commands and term.nothing not in (MUST, False)
}
"""The limits that may be taken away, by the names of their options; a flag is said the other way round instead."""


class Terms:
    """What a speaker grants, as somebody typed it; what is not typed, or None, is left to `Grant`'s default.

    ``cleared`` names limits, by their options, that an amendment takes away.
    """

    def __init__(
        self,
        speaker: str = "",
        licensee: str | None = None,
        purposes: Collection[str] | None = None,
        *,
        cleared: Collection[str] = (),
        **typed: Any,
    ) -> None:
        """Take the terms by the names under which they are typed; raise `GrantInvalid` for one that does not exist.

        A list may be given as any sequence of texts, or as one text.
        """
        self.speaker = speaker
        self.licensee = licensee or ""
        self.cleared = tuple(cleared)
        given = {"licensee": licensee, "purposes": purposes, **typed}
        _check_names("the term", given, TYPED)
        _check_names("clear:", self.cleared, CLEARABLE)
        self._said = {
            TYPED[name].name: _value(name, value) for name, value in given.items() if value is not None and value != ()
        }

    def grant(self) -> Grant:
        """Return the grant that these terms mean; raise `GrantInvalid` naming the field that is wrong."""
        speaker = SpeakerId(parse_id("speaker", self.speaker))
        fields = {"licensee": "", "purposes": (), "not_before": now(), **self._said}
        return Grant(grant_id=GrantId(new_id("grant")), speaker=speaker, **fields)

    def amended(self, old: Grant) -> Grant:
        """Return the next version of ``old``: what these terms say, all else as it was; raise `GrantInvalid`."""
        old.require_readable()
        if self.speaker or self.licensee:
            raise GrantInvalid("licensee: got another, expected none: a new licensee needs a new grant")
        fields = dict(self._said)
        for name in self.cleared:
            term = CLEARABLE[name]
            if term.name in fields:
                raise GrantInvalid(f"{name}: got a new value and that there is to be none, expected one of the two")
            fields[term.name] = term.nothing
        if fields.get("approved_texts") == () and old.approved_texts is not None:
            del fields["approved_texts"]  # what is approved stays approved
        return replace(old, version=old.version + 1, **fields)


_EXPECTED: Final = {str: "text", bool: "true or false", int: "a whole number", float: "a number", bytes: "bytes"}


def _check_names(what: str, given: Collection[str], known: Collection[str]) -> None:
    for name in given:
        if name not in known:
            raise GrantInvalid(f"{what} {name[:40]!r} does not exist; {nearest(name, known)}")


def _value(name: str, typed: Any) -> Any:
    """Return the value of the term that is typed under ``name``; raise `GrantInvalid` naming it."""
    option = TYPED[name].option
    if option is None:
        raise GrantInvalid(f"{name}: got a term that nobody types")
    if option.several and isinstance(typed, list | tuple):
        return tuple(typed)
    if not isinstance(typed, (int, float) if option.takes is float else option.takes):
        raise GrantInvalid(f"{name}: got {str(typed)[:40]!r}, expected {_EXPECTED[option.takes]}")
    if option.several:
        return (typed,)
    try:
        return option.read(typed)
    except GrantInvalid:
        raise
    except Invalid as error:
        raise GrantInvalid(f"{option.name}: {error.message}", hint=error.hint) from None
