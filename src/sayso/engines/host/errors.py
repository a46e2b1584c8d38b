"""What the host can fail with, beside what the engines themselves do."""

from __future__ import annotations

from sayso.errors import Conflict, Unavailable


class HostBusy(Unavailable):
    """Every worker speaks and the queue is full; ask again in ``retry_after_s`` seconds."""

    retry_after_s: float = 1.0


class WorkerLost(Unavailable):
    """The process of the engine ended while it worked on this; it is started again, the text is not tried again."""


class EngineFailed(Unavailable):
    """The engine failed on this text; other texts are not touched."""


class HostClosed(Conflict):
    """The host of the engine is shut down."""


class FrameMalformed(Unavailable):
    """What came from the process of an engine is no frame; the process is ended."""
