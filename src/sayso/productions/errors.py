"""What can be wrong with a manuscript, a cast or a production."""

from __future__ import annotations

from sayso.errors import Conflict, Invalid, NotFound, Unavailable


class ManuscriptInvalid(Invalid):
    """The manuscript cannot be read; the message names the file and the place."""


class ManuscriptLocked(ManuscriptInvalid):
    """The manuscript is encrypted; bring a copy without DRM or password."""


class ManuscriptTooLarge(ManuscriptInvalid):
    """The manuscript is larger than what is read; split it."""


class ManuscriptEmpty(ManuscriptInvalid):
    """The manuscript has no text that can be spoken."""


class CastInvalid(Invalid):
    """The cast file is not one; the message names the field."""


class LineUnknown(NotFound):
    """The production has no line of this name."""


class ProductionUnknown(NotFound):
    """There is no such production here."""


class ProductionBusy(Conflict):
    """Another process works on the production; wait for it, or end it."""


class RunPaused(Conflict):
    """A run of the production is paused; resume it, or cancel it."""


class RunEnded(Conflict):
    """The run has ended: there is nothing of it to pause."""


class RunOutdated(Conflict):
    """The plan was changed since the run began: its steps are of other lines."""


class ExtraMissing(Unavailable):
    """A package that productions need is not installed; install sayso[productions]."""
