"""Errors of fairness."""

from __future__ import annotations

from sayso.errors import Invalid


class TableInvalid(Invalid):
    """The table of measurements cannot be read."""


class MarginInvalid(Invalid):
    """A margin is missing or is not a number of 0 or more."""
