"""Sayso: open infrastructure for voice cloning on the speaker's say-so.

``__all__`` is the public surface (docs/python.md); every other module may change without notice.
"""

from typing import TYPE_CHECKING, Any, Final

from sayso.errors import Bug, Conflict, Invalid, NotFound, Refused, SaysoError, Tampered, Unavailable

if TYPE_CHECKING:
    from sayso.client import Sayso

__version__: Final = "0.1.0"

__all__ = ["Bug", "Conflict", "Invalid", "NotFound", "Refused", "Sayso", "SaysoError", "Tampered", "Unavailable"]


def __getattr__(name: str) -> Any:
    """Return `Sayso`, which loads the house when it is first asked for; raise `AttributeError` for all else."""
    if name != "Sayso":
        raise AttributeError(f"module 'sayso' has no attribute {name!r}; expected one of {', '.join(__all__)}")
    from sayso.client import Sayso  # noqa: PLC0415 - importing sayso alone loads no arrays and no database

    return Sayso
