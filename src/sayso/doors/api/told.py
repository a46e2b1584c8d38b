"""Answers of resources: shapes of the command line as JSON, made in a thread, and how they are described."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import JSONResponse

from sayso.doors import schemas
from sayso.doors.api.asking import Asking
from sayso.ids import PREFIXES

Word = Annotated[str | None, Query(max_length=200)]


def id_of(kind: str) -> dict[str, Any]:
    """Return how an id is described; the workflows read it, and say what is wrong with one that is none."""
    return {"pattern": f"^{PREFIXES[kind]}_[a-z2-7]{{16}}$", "example": f"{PREFIXES[kind]}_aaaaaaaaaaaaaaaa"}


SpeakerWord = Annotated[str | None, Query(max_length=200, json_schema_extra=id_of("speaker"))]
GrantWord = Annotated[str | None, Query(max_length=200, json_schema_extra=id_of("grant"))]
VoiceWord = Annotated[str | None, Query(max_length=200, json_schema_extra=id_of("voice"))]
ClipWord = Annotated[str | None, Query(max_length=200, json_schema_extra=id_of("clip"))]
MomentWord = Annotated[
    str | None, Query(max_length=200, json_schema_extra={"format": "date-time", "example": "2026-12-31T18:00:00Z"})
]


@cache
def examples() -> Mapping[str, Any]:
    """Return an answer for each schema of one, by its name."""
    loaded: dict[str, Any] = {}
    room = files(__package__)
    for place in (room, *(each for each in room.iterdir() if each.is_dir())):
        file = place.joinpath("examples.json")
        loaded |= json.loads(file.read_text("utf-8")) if file.is_file() else {}
    return loaded


def told(name: str, status: int = 200, *, or_else: str | None = None) -> dict[int | str, dict[str, Any]]:
    """Return the description of an answer that is as the schema of this name says, or as that of the other one."""
    refs = [{"$ref": f"#/components/schemas/{each}"} for each in (name, or_else) if each is not None]
    body = {"schema": refs[0] if or_else is None else {"oneOf": refs}}
    return {status: {"description": str(schemas.schema(name)["title"]), "content": {"application/json": body}}}


async def shown(asked: Asking, work: Callable[[], dict[str, Any]], status: int = 200) -> JSONResponse:
    """Return what ``work`` returns."""
    made = await asked.run(lambda: json.dumps(work(), default=str))
    return JSONResponse(json.loads(made), status)


async def done_and_shown(
    asked: Asking,
    request: Request,
    act: Callable[[], object],
    show: Callable[[], dict[str, Any]],
    *,
    sent: Iterable[bytes] | None = None,
    status: int = 201,
) -> JSONResponse:
    """Return what ``show`` returns once ``act`` is done, once for one idempotency key; of it nothing is remembered."""

    def forgotten() -> None:
        act()

    await asked.done_once(request, forgotten, sent=sent)
    return await shown(asked, show, status)


async def worked(asked: Asking, work: Callable[[], dict[str, Any]]) -> JSONResponse:
    """Return what ``work``, which takes long, returns; raise `WorkbenchBusy` where it cannot begin soon."""
    made = await asked.labour(lambda: json.dumps(work(), default=str))
    return JSONResponse(json.loads(made))
