"""Rendering a template into one whole page."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

_TYPES: Final[Mapping[bytes, str]] = {
    b"RIFF": "audio/wav",
    b"fLaC": "audio/flac",
    b"OggS": "audio/ogg",
    b"\x1aE\xdf\xa3": "audio/webm",
    b"ID3": "audio/mpeg",
    b"\xff": "audio/mpeg",
}


def rendered(template: str, **values: Any) -> str:
    """Return the page that ``template`` makes of ``values``; a value that is named and not given is an error."""
    return "".join(_environment().get_template(template).generate(**values))


def player(data: bytes) -> str:
    """Return a sound as an address that holds it."""
    kind = next((kind for start, kind in _TYPES.items() if data.startswith(start)), "audio/mp4")
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("sayso.doors.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
