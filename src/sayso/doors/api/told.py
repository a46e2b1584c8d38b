"""Answers of resources: shapes of the command line as JSON, made in a thread, and how they are described."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import JSONResponse

from sayso.doors import schemas
from sayso.doors.api.asking import Asking

Word = Annotated[str | None, Query(max_length=200)]


def told(name: str, status: int = 200) -> dict[int | str, dict[str, Any]]:
    """Return the description of an answer that is as the schema of this name says."""
    body = {"schema": {"$ref": f"#/components/schemas/{name}"}}
    return {status: {"description": str(schemas.schema(name)["title"]), "content": {"application/json": body}}}


async def shown(asked: Asking, work: Callable[[], dict[str, Any]]) -> JSONResponse:
    """Return what ``work`` returns."""
    made = await asked.run(lambda: json.dumps(work(), default=str))
    return JSONResponse(json.loads(made))
