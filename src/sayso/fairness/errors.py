"""Errors of fairness."""

from __future__ import annotations

from sayso.errors import Invalid, NotFound, Refused


class TableInvalid(Invalid):
    """The table of measurements cannot be read."""


class MarginInvalid(Invalid):
    """A margin is missing or is not a number of 0 or more."""


class CollectionInvalid(Invalid):
    """A collection request needs terms, a payment reference and something to ask for."""


class SamplesInvalid(Invalid):
    """The samples of production cannot be read."""


class SubjectInvalid(Invalid):
    """What is to be judged is named by its kind and its name."""


class WaiverInvalid(Invalid):
    """A waiver needs a reason and a date at which it ends."""


class RegistrationInvalid(Invalid):
    """A plan needs metrics with margins, two groups or more, and a number of speakers."""


class GateRecordUnknown(NotFound):
    """There is no such record of the gate here."""


class Ungated(Refused):
    """The operator's policy lets through only what passed the gate, or was waived."""


class CohortInvalid(Invalid):
    """The table of the cohort cannot be read."""
