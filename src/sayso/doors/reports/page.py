"""Rendering a template into one whole page."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined


def rendered(template: str, **values: Any) -> str:
    """Return the page that ``template`` makes of ``values``; a value that is named and not given is an error."""
    return "".join(_environment().get_template(template).generate(**values))


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
