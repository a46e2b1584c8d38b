"""The page on which anyone looks for our mark, and the key that it looks with; the search itself is in the browser."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from sayso.doors.api.errors import RouteUnknown
from sayso.doors.page.folder import FILES, KEY

PAGE: Final = "/detector/"

_TYPES: Final = {"html": "text/html", "css": "text/css", "js": "text/javascript"}
_HEADERS: Final = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"}
_TEXT: Final = {"schema": {"type": "string"}}
_EXAMPLE: Final = {"format": "sayso-detector-key", "version": 1, "algorithm": "sayso-mark-1", "key_id": "0" * 16}
_PARTS: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "A part of the page.", "content": dict.fromkeys(_TYPES.values(), _TEXT)}
}
_KEY: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The public key of the marks, as `sayso mark publish` writes it.",
        "content": {"application/json": {"schema": {"type": "object"}, "example": _EXAMPLE}},
    }
}

router = APIRouter(tags=["detector"])


@router.get(PAGE, response_class=Response, responses=_PARTS)
async def show_page() -> Response:
    """Show the page."""
    return _part("index.html")


@router.get(PAGE + KEY, response_class=Response, responses=_KEY)
async def show_key(request: Request) -> Response:
    """Give the key with which anybody may look for marks; nobody can read or write one with it."""
    return Response(json.dumps(request.app.state.detector_key, indent=2) + "\n", 200, _HEADERS, "application/json")


@router.get(PAGE + "{file}", response_class=Response, responses=_PARTS)
async def show_part(file: str) -> Response:
    """Give a part of the page."""
    if file not in FILES:
        raise RouteUnknown("there is no such part of the page")
    return _part(file)


def _part(name: str) -> Response:
    return Response(_read(name), 200, _HEADERS, _TYPES[name.rpartition(".")[2]])


@cache
def _read(name: str) -> bytes:
    return files("sayso.doors.page").joinpath(name).read_bytes()
