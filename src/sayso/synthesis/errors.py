"""What synthesis can fail with."""

from __future__ import annotations

from sayso.errors import Bug, Invalid, NotFound


class NothingToSay(Invalid):
    """The text has no word in it."""


class UnsupportedScript(Invalid):
    """The text has letters that no engine here can read."""


class LanguageUnread(Invalid):
    """No reader knows the language of the text."""


class TextTooLong(Invalid):
    """The text is too long; say it in parts."""


class UnmarkedAudio(Bug):
    """Sound without a mark was about to leave synthesis; please report it."""


class LabelForged(Bug):
    """Words that are no label were about to be said as one, beside the permitted text; please report it."""


class ClipUnknown(NotFound):
    """There is no such clip here."""
