"""Errors of recognition."""

from __future__ import annotations

from sayso.errors import Invalid, Unavailable


class RecogniserMissing(Unavailable):
    """No recogniser is installed; run: pip install 'sayso[asr]'."""


class TooLongToWeigh(Invalid):
    """The sound or the text is longer than a recogniser weighs at once."""
