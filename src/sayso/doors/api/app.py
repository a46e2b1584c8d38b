"""The application: routers, errors and bounds put together."""

from __future__ import annotations

import contextlib
import json
import logging
import traceback
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

import sayso
from sayso.doors import schemas
from sayso.doors.api import enrollments, health, live, productions, records, resources
from sayso.doors.api.bounds import FAULT, Bounded
from sayso.doors.api.elevenlabs import speech as elevenlabs_speech
from sayso.doors.api.elevenlabs import stream_input
from sayso.doors.api.errors import BodyInvalid, MethodUnknown, RouteUnknown
from sayso.doors.api.openai import consents, models, speech
from sayso.doors.api.problems import answer, known
from sayso.doors.api.service import Service
from sayso.errors import Invalid, SaysoError

_DESCRIPTION = "Speech in cloned voices on the speaker's say-so. Every route but the health checks asks for a key."


def application(service: Service) -> ASGIApp:
    """Return the whole server as one ASGI application."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with service.serving():
            yield

    app = FastAPI(
        title="Sayso",
        version=sayso.__version__,
        description=_DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.service = service
    app.state.statements = consents.Statements()
    rooms = (
        health,
        speech,
        models,
        consents,
        elevenlabs_speech,
        stream_input,
        live,
        resources,
        records,
        enrollments,
        productions,
    )
    for room in rooms:
        app.include_router(room.router)
    app.add_exception_handler(SaysoError, _said)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _status)
    app.add_exception_handler(Exception, _said)
    app.openapi = lambda: _described(app)  # type: ignore[method-assign]
    larger = dict.fromkeys(resources.UPLOADS, resources.UPLOAD_BYTES + 4096)
    larger |= dict.fromkeys(consents.UPLOADS, consents.RECORDING_BYTES + 4096)
    larger[enrollments.PATH] = enrollments.ENROLLMENT_BYTES
    larger |= dict.fromkeys(productions.UPLOADS, 2 * productions.UPLOAD_BYTES + 4096)
    return Bounded(app, larger=larger)


def _described(app: FastAPI) -> dict[str, Any]:
    """Return the description of all routes, with the schemas of results that the command line answers by too."""
    if app.openapi_schema is None:
        made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        kept = made.setdefault("components", {}).setdefault("schemas", {})
        kept.update({name: _inside(schemas.schema(name), name) for name in schemas.names()})
        made["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        made["security"] = [{"key": []}]
        app.openapi_schema = made
    return app.openapi_schema


def _inside(value: Any, name: str) -> Any:
    """Return a schema with its references as they are inside a description of routes."""
    if isinstance(value, Mapping):
        kept = {key: _inside(below, name) for key, below in value.items() if key not in {"$id", "$schema"}}
        if isinstance(ref := value.get("$ref"), str):
            target, _, place = ref.removeprefix(schemas.PREFIX).partition("#")
            kept["$ref"] = f"#/components/schemas/{target or name}{place}"
        return kept
    return [_inside(each, name) for each in value] if isinstance(value, list) else value


_LOG: Final = logging.getLogger("sayso.server")


async def _said(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, SaysoError):
        frames = traceback.extract_tb(error.__traceback__)
        where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
        # No message and no values: they may hold what somebody said.
        _LOG.error(json.dumps({"event": "bug", "kind": type(error).__name__, "at": where}))
    return answer(request.scope.get(FAULT) or known(error), request.url.path)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    found: list[Any] = [*error.errors()] if isinstance(error, RequestValidationError) else []
    lines = [f"{_place(each['loc'])}: {each['msg'].lower()}" for each in found]
    return answer(BodyInvalid(lines[0] if lines else "", reasons=lines), request.url.path)


async def _status(request: Request, error: Exception) -> JSONResponse:
    status = getattr(error, "status_code", 500)
    kinds: dict[int, SaysoError] = {
        404: RouteUnknown("there is nothing at this path; /openapi.json tells what there is"),
        405: MethodUnknown(f"got {request.method}, which this path does not take"),
    }
    found = request.scope.get(FAULT) or kinds.get(status, Invalid("the request cannot be read"))
    return answer(found, request.url.path)


def _place(location: tuple[Any, ...]) -> str:
    """Return the name of the field, without what is in it: a value could be anybody's."""
    return ".".join(str(part) for part in location[1:]) or "body"
