"""The application: routers, errors and bounds put together."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import traceback
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp

import sayso
from sayso.doors.api import (
    accounts,
    consent,
    enrollment,
    erasure,
    fairness,
    health,
    ledger,
    live,
    records,
    resources,
)
from sayso.doors.api.bounds import FAULT, Bounded
from sayso.doors.api.corpora import routes as corpora
from sayso.doors.api.describing import described
from sayso.doors.api.elevenlabs import speech as elevenlabs_speech
from sayso.doors.api.elevenlabs import stream_input
from sayso.doors.api.errors import BodyInvalid, MethodUnknown, RouteUnknown
from sayso.doors.api.gate import SpeechGate
from sayso.doors.api.openai import consents, models, speech
from sayso.doors.api.problems import answer, known
from sayso.doors.api.productions import routes as productions
from sayso.doors.api.public import LIMITS, PublicRoutes
from sayso.doors.api.resolver.routes import BY_CONTENT, Shared, is_resolvers
from sayso.doors.api.service import Service
from sayso.doors.api.storage import routes as storage
from sayso.doors.api.uploads import routers as uploads
from sayso.doors.api.uploads.receiving import UPLOAD_BYTES
from sayso.doors.api.webrtc import route as webrtc
from sayso.errors import Invalid, SaysoError

_DESCRIPTION = (
    "Speech in cloned voices on the speaker's say-so. Every route asks for a key but the health checks and what"
    " everybody may ask about a sound: the resolver, the detector and the witness, where they are set up."
)

_ROUTERS: Final = (
    health.router,
    speech.router,
    models.router,
    consents.router,
    elevenlabs_speech.router,
    stream_input.router,
    live.router,
    webrtc.router,
    resources.router,
    records.router,
    productions.router,
    *consent.ROUTERS,
    *accounts.ROUTERS,
    *enrollment.ROUTERS,
    *ledger.ROUTERS,
    *erasure.ROUTERS,
    *fairness.ROUTERS,
    *uploads.ROUTERS,
    storage.router,
    corpora.router,
)
_FORM_BYTES: Final = 4096
_LARGER: Final = {
    **dict.fromkeys(resources.UPLOADS, resources.UPLOAD_BYTES + _FORM_BYTES),
    **dict.fromkeys(consents.UPLOADS, consents.RECORDING_BYTES + _FORM_BYTES),
    **enrollment.UPLOADS,
    **ledger.UPLOADS,
    **erasure.UPLOADS,
    **fairness.UPLOADS,
    **dict.fromkeys(productions.UPLOADS, 2 * productions.UPLOAD_BYTES + _FORM_BYTES),
    **{path: files * UPLOAD_BYTES + _FORM_BYTES for path, files in uploads.FILES.items()},
    BY_CONTENT: LIMITS.body_bytes,
}
"""What the paths begin with whose bodies may be larger than others, and how large."""


def application(service: Service, public: PublicRoutes = PublicRoutes()) -> ASGIApp:  # noqa: B008 - it is frozen
    """Return the whole server as one ASGI application."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        describing = asyncio.create_task(asyncio.to_thread(app.openapi))  # it takes long, and no stream waits for it
        async with service.serving():
            yield
        await describing

    app = FastAPI(
        title="Sayso",
        version=sayso.__version__,
        description=_DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # whoever mistypes a path is told so, and sent nowhere
    )
    app.state.service = service
    app.state.statements = consents.Statements()
    for router in _ROUTERS:
        app.include_router(router)
    public.add_to(app)
    app.add_exception_handler(SaysoError, _said)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _status)
    app.add_exception_handler(Exception, _said)
    app.openapi = lambda: described(app)  # type: ignore[method-assign]
    gate = SpeechGate(app, service.admission, service.turned_away, service.callers.knows)
    return Shared(Bounded(gate, larger=_LARGER), is_resolvers)


_LOG: Final = logging.getLogger("sayso.server")


async def _said(request: Request, error: Exception) -> JSONResponse:
    error = _meant(error)
    if not isinstance(error, SaysoError | ClientDisconnect):
        frames = traceback.extract_tb(error.__traceback__)
        where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
        # No message and no values: they may hold what somebody said.
        _LOG.error(json.dumps({"event": "bug", "kind": type(error).__name__, "at": where}))
    response = answer(request.scope.get(FAULT) or known(error), request.url.path)
    if not isinstance(error, SaysoError):
        response.headers["Connection"] = "close"  # the server ends a connection on which something broke
    return response


def _meant(error: Exception) -> Exception:
    """Return what was raised: Starlette wraps what comes once an answer has begun, such as the end of consent."""
    cause = error.__cause__
    return cause if isinstance(error, RuntimeError) and isinstance(cause, Exception) else error


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
    response = answer(found, request.url.path)
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        response.headers["Allow"] = ", ".join(sorted(_methods(request)))
    return response


def _methods(request: Request) -> set[str]:
    """Return the methods that the path of a request takes: of the templates that fit it, the one with most words."""
    paths = request.app.openapi()["paths"]
    fitting = [path for path in paths if _is_of(path, request.url.path)]
    nearest = min(fitting, key=lambda path: path.count("{"), default=None)
    return {"GET"} if nearest is None else {method.upper() for method in paths[nearest]}


def _is_of(template: str, path: str) -> bool:
    """Return whether ``path`` is one of those that a template such as ``/v1/grants/{grant}`` stands for."""
    parts, got = template.split("/"), path.split("/")
    return len(parts) == len(got) and all(
        part == one or part.startswith("{") for part, one in zip(parts, got, strict=True)
    )


def _place(location: tuple[Any, ...]) -> str:
    """Return the name of the field, without what is in it: a value could be anybody's."""
    return ".".join(str(part) for part in location[1:]) or "body"
