"""How labels say no."""

from __future__ import annotations

from sayso.errors import Invalid


class JurisdictionUnknown(Invalid):
    """There is no such jurisdiction in the table."""


class LabelImpossible(Invalid):
    """A label that is asked for cannot be put on this file; choose another container or jurisdiction."""


class WordsUnknown(Invalid):
    """There are no words for the spoken label in this language."""
