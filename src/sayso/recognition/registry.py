"""The recognisers that are installed."""

from __future__ import annotations

from functools import cache
from importlib import metadata
from typing import Final

from sayso.errors import NotFound
from sayso.recognition.protocol import Recogniser

GROUP: Final = "sayso.recognisers"
DEFAULT: Final = "whisper"


@cache
def recogniser(name: str = DEFAULT) -> Recogniser:
    """Return the recogniser ``name``, its model loaded; raise `NotFound` or `RecogniserMissing`."""
    known = {point.name: point for point in metadata.entry_points(group=GROUP)}
    if name not in known:
        raise NotFound(f"got the recogniser {name[:40]!r}, expected one of {', '.join(sorted(known)) or 'none'}")
    made: Recogniser = known[name].load()()
    return made
