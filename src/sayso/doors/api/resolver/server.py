"""The resolver as a server of its own; whoever runs it in public puts a proxy with TLS in front.

Nothing is logged: who asked about which sound is nobody's business.
"""

from __future__ import annotations

import json
from http import HTTPStatus

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp

from sayso.doors.api.asgi.listener import PublicListener
from sayso.doors.api.asgi.protocol import Patience
from sayso.doors.api.problems import PROBLEM, known, status_of
from sayso.doors.api.resolver.limits import Limits
from sayso.doors.api.resolver.routes import BY_BINDING, BY_CONTENT, MANIFESTS, SUPPORTED, Answering, Shared, router
from sayso.errors import SaysoError, Unavailable
from sayso.workflows.provenance.resolving import Resolver


class ResolverUnavailable(Unavailable):
    """The address cannot be listened on; choose another port."""


class ResolverServer(PublicListener):
    """Serves one resolver on one address; port 0 takes a free one."""

    def __init__(
        self, resolver: Resolver, *, host: str = "127.0.0.1", port: int = 0, limits: Limits | None = None
    ) -> None:
        """Listen; `serve_forever` answers."""
        limits = limits or Limits()
        times = Patience(head_s=limits.quiet_s, body_s=limits.body_s + limits.quiet_s)
        super().__init__(
            _application(Answering(lambda: resolver, limits)),
            host,
            port,
            name="sayso-resolver",
            connections=limits.connections,
            tell=_told,
            times=times,
        )


def _application(answering: Answering) -> ASGIApp:
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    app.state.answering = answering
    app.include_router(router)
    app.add_exception_handler(HTTPException, _elsewhere)
    app.add_exception_handler(SaysoError, _failed)
    app.add_exception_handler(Exception, _failed)
    return Shared(app)


def _told(error: SaysoError) -> Response:
    return _problem(status_of(error), error.message)


async def _failed(_: Request, error: Exception) -> Response:
    return _told(known(error))


async def _elsewhere(request: Request, error: Exception) -> Response:
    if request.method not in {"GET", "POST"}:
        return _problem(HTTPStatus.NOT_IMPLEMENTED, f"got {request.method[:20]}, expected GET or POST")
    allowed = (getattr(error, "headers", None) or {}).get("Allow")
    if allowed is not None:
        told = f"got {request.method}, expected {allowed}"
        return _problem(HTTPStatus.METHOD_NOT_ALLOWED, told, Allow=allowed)
    paths = f"{BY_BINDING}, {BY_CONTENT}, {SUPPORTED}"
    return _problem(HTTPStatus.NOT_FOUND, f"there is no {request.url.path[:60]} here, only {paths} and {MANIFESTS}ID")


def _problem(status: HTTPStatus, detail: str, **headers: str) -> Response:
    """Answer with what is wrong (RFC 9457), in one line, and hang up: part of a body may still be on its way."""
    headers["Connection"] = "close"
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = "5"
    problem = {"type": "about:blank", "title": status.phrase, "status": status, "detail": detail}
    return Response(json.dumps(problem), status, headers, PROBLEM)


def listen(resolver: Resolver, *, host: str, port: int, limits: Limits) -> ResolverServer:
    """Return a server that listens; raise `ResolverUnavailable` where the address cannot be had."""
    try:
        return ResolverServer(resolver, host=host, port=port, limits=limits)
    except OSError as error:
        raise ResolverUnavailable(
            f"could not listen on {host}:{port} ({error.strerror}); choose another port"
        ) from error
