"""The application: routers, errors and bounds put together."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

import sayso
from sayso.doors.api import health
from sayso.doors.api.bounds import FAULT, Bounded
from sayso.doors.api.errors import BodyInvalid, MethodUnknown, RouteUnknown
from sayso.doors.api.openai import speech
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
    for router in (health.router, speech.router):
        app.include_router(router)
    app.add_exception_handler(SaysoError, _said)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _status)
    app.add_exception_handler(Exception, _said)
    return Bounded(app)


async def _said(request: Request, error: Exception) -> JSONResponse:
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
