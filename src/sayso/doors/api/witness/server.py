"""A witness as a server of its own; whoever runs it in public puts a proxy with TLS in front of it."""

from __future__ import annotations

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp

from sayso.doors.api.asgi.listener import PublicListener
from sayso.doors.api.problems import known, status_of
from sayso.doors.api.witness.routes import CALL, router
from sayso.errors import SaysoError
from sayso.ledger.errors import WitnessUnavailable
from sayso.ledger.witness import Witness


class WitnessServer(PublicListener):
    """Serves one witness on one address; port 0 takes a free one."""

    def __init__(self, witness: Witness, *, host: str = "127.0.0.1", port: int = 0, connections: int = 32) -> None:
        """Listen; `serve_forever` answers."""
        super().__init__(_application(witness), host, port, name="sayso-witness", connections=connections, tell=_told)


def _application(witness: Witness) -> ASGIApp:
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    app.state.witness = witness
    app.include_router(router)
    app.add_exception_handler(HTTPException, _elsewhere)
    app.add_exception_handler(SaysoError, _failed)
    app.add_exception_handler(Exception, _failed)
    return app


def _told(error: SaysoError) -> Response:
    """Tell what is wrong before the body was read: then the connection cannot go on."""
    return PlainTextResponse(f"{error.message}\n", status_of(error), {"Connection": "close"})


async def _failed(_: Request, error: Exception) -> Response:
    return _told(known(error))


async def _elsewhere(request: Request, _: Exception) -> Response:
    status = 404 if request.method == "POST" else 501
    return PlainTextResponse(f"there is only POST {CALL} here\n", status, {"Connection": "close"})


def listen(witness: Witness, *, host: str, port: int) -> WitnessServer:
    """Return a server that listens; raise `WitnessUnavailable` where the address cannot be had."""
    try:
        return WitnessServer(witness, host=host, port=port)
    except OSError as error:
        raise WitnessUnavailable(
            f"could not listen on {host}:{port} ({error.strerror}); choose another port"
        ) from error
