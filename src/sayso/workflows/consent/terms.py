"""The terms of a grant as somebody typed them."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from sayso.clock import now, parse_stamp
from sayso.consent import Grant
from sayso.consent.errors import GrantInvalid
from sayso.consent.fields import ANY
from sayso.errors import Invalid
from sayso.ids import GrantId, SpeakerId, new_id, parse_id
from sayso.units import MS_PER_MINUTE


@dataclass(frozen=True, slots=True)
class Terms:
    """What a speaker grants, as somebody typed it; what is None is left to `Grant`'s default.

    ``approval`` asks that each text be approved by the speaker before. ``notice`` is the text that the speaker was
    shown; of it the hash is kept. ``cleared`` names limits that an amendment takes away.
    """

    speaker: str = ""
    licensee: str = ""
    purposes: tuple[str, ...] = ()
    project: str | None = None
    languages: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    max_minutes: float | None = None
    territories: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    max_takes: int | None = None
    scripted_only: bool | None = None
    blocked_words: tuple[str, ...] = ()
    blocked_topics: tuple[str, ...] = ()
    approval: bool | None = None
    disclosure: str | None = None
    compensation: str | None = None
    sublicensing: bool | None = None
    post_mortem: bool | None = None
    notice: bytes | None = None
    notice_language: str | None = None
    outer: bool = False
    ceiling: str | None = None
    cleared: tuple[str, ...] = ()

    def grant(self) -> Grant:
        """Return the grant that these terms mean; raise `GrantInvalid` naming the field that is wrong."""
        speaker = SpeakerId(parse_id("speaker", self.speaker))
        fields = {"purposes": self.purposes, "not_before": now(), "outer": self.outer, **self._said()}
        return Grant(grant_id=GrantId(new_id("grant")), speaker=speaker, licensee=self.licensee, **fields)

    def amended(self, old: Grant) -> Grant:
        """Return the next version of ``old``: what these terms say, all else as it was; raise `GrantInvalid`."""
        if self.speaker or self.licensee:
            raise GrantInvalid("licensee: got another, expected none: a new licensee needs a new grant")
        fields = self._said()
        for name in self.cleared:
            fields |= _cleared(name, fields)
        if self.approval is True and old.approved_texts is not None:
            del fields["approved_texts"]  # what is approved stays approved
        return replace(old, version=old.version + 1, **fields)

    def _said(self) -> dict[str, Any]:
        """Return the fields of `Grant` that are spoken of."""
        plain = {
            "purposes": self.purposes or None,
            "project": self.project,
            "languages": self.languages or None,
            "actions": self.actions or None,
            "territories": self.territories or None,
            "channels": self.channels or None,
            "not_before": _moment("since", self.since),
            "until": _moment("until", self.until),
            "max_ms": _cap_ms(self.max_minutes),
            "max_takes": self.max_takes,
            "scripted_only": self.scripted_only,
            "blocked_words": self.blocked_words or None,
            "blocked_topics": self.blocked_topics or None,
            "disclosure": self.disclosure,
            "compensation": self.compensation,
            "sublicensing": self.sublicensing,
            "post_mortem": self.post_mortem,
            "notice_sha256": None if self.notice is None else hashlib.sha256(self.notice).hexdigest(),
            "notice_language": self.notice_language,
            "ceiling": self.ceiling,
        }
        said = {name: value for name, value in plain.items() if value is not None}
        return said if self.approval is None else {**said, "approved_texts": () if self.approval else None}


CLEARABLE: Final[Mapping[str, tuple[str, Any]]] = {
    "project": ("project", None),
    "language": ("languages", (ANY,)),
    "territory": ("territories", (ANY,)),
    "channel": ("channels", (ANY,)),
    "until": ("until", None),
    "max-minutes": ("max_ms", None),
    "max-takes": ("max_takes", None),
    "block-word": ("blocked_words", ()),
    "block-topic": ("blocked_topics", ()),
    "approval": ("approved_texts", None),
    "disclosure": ("disclosure", None),
    "compensation": ("compensation", None),
}
"""The limits that may be taken away, by the names of their options: the field of the grant, and its value for none."""


def _cleared(name: str, said: Mapping[str, Any]) -> dict[str, Any]:
    if name not in CLEARABLE:
        raise GrantInvalid(f"clear: got {name[:40]!r}, expected one of {', '.join(CLEARABLE)}")
    field, nothing = CLEARABLE[name]
    if field in said:
        raise GrantInvalid(f"{name}: got a new value and that there is to be none, expected one of the two")
    return {field: nothing}


def _moment(field: str, text: str | None) -> Any:
    if text is None:
        return None
    try:
        return parse_stamp(text)
    except Invalid as error:
        raise GrantInvalid(f"{field}: {error.message}", hint=error.hint) from None


def _cap_ms(max_minutes: float | None) -> int | None:
    if max_minutes is None:
        return None
    if not math.isfinite(max_minutes) or max_minutes <= 0:
        raise GrantInvalid(f"max-minutes: got {max_minutes}, expected a number above 0, or none for no cap")
    return round(max_minutes * MS_PER_MINUTE)
