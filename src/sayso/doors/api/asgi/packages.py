"""Whether the packages of the extra ``server`` are here, looked up without loading them."""

from __future__ import annotations

from importlib.util import find_spec

from sayso.doors.api.errors import ServerMissing


def check_server(*more: str) -> None:
    """Raise `ServerMissing` where what every server needs, or one of ``more``, is not installed."""
    if any(find_spec(name) is None for name in ("fastapi", "uvicorn", "httptools", *more)):
        raise ServerMissing
