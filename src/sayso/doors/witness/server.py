"""A witness over HTTP (c2sp.org/tlog-witness): one call, `POST /add-checkpoint`; the statuses are decided here.

The server of the standard library suffices: a request is small, a witness sees one a second at most from each log, and
whoever runs it in public puts a proxy with TLS in front of it.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from sayso.doors.serving import BoundedHandler, BoundedServer
from sayso.errors import Invalid, SaysoError
from sayso.ledger.errors import LogForked, NotSigned, OriginUnknown, ProofFailed, WitnessAhead, WitnessUnavailable
from sayso.ledger.witness import MAX_SUBMISSION_BYTES, Witness

CALL: Final = "/add-checkpoint"

_SIZE_TYPE: Final = "text/x.tlog.size"
_TEXT_TYPE: Final = "text/plain; charset=utf-8"
_STATUS: Final[tuple[tuple[type[SaysoError], HTTPStatus], ...]] = (
    (WitnessAhead, HTTPStatus.CONFLICT),
    (LogForked, HTTPStatus.CONFLICT),
    (ProofFailed, HTTPStatus.UNPROCESSABLE_ENTITY),
    (OriginUnknown, HTTPStatus.NOT_FOUND),
    (NotSigned, HTTPStatus.FORBIDDEN),
    (Invalid, HTTPStatus.BAD_REQUEST),
)


class WitnessServer(BoundedServer):
    """Serves one witness on one address; port 0 takes a free one."""

    def __init__(self, witness: Witness, *, host: str = "127.0.0.1", port: int = 0, connections: int = 32) -> None:
        """Listen; `serve_forever` answers."""
        self.witness = witness
        super().__init__((host, port), _Handler, connections=connections)


class _Handler(BoundedHandler):
    server_version = "sayso-witness"
    server: WitnessServer

    def do_POST(self) -> None:  # noqa: N802 - the name that the standard library calls
        """Answer a submission."""
        body = self._body()
        if body is None:
            return
        if self.path != CALL:
            self._answer(HTTPStatus.NOT_FOUND, f"there is only {CALL} here\n")
            return
        try:
            cosignature = self.server.witness.add_checkpoint(body.decode())
        except UnicodeDecodeError:
            self._answer(HTTPStatus.BAD_REQUEST, "got bytes that are no text\n")
        except WitnessAhead as error:
            self._answer(HTTPStatus.CONFLICT, f"{error.size}\n", kind=_SIZE_TYPE)
        except SaysoError as error:
            self._answer(_status(error), f"{error.message}\n")
        else:
            self._answer(HTTPStatus.OK, cosignature.line)

    def _body(self) -> bytes | None:
        """Return the body; None, with an answer given, where there is none or too much of it."""
        length = self.headers.get("Content-Length", "")
        is_number = length.isascii() and length.isdecimal() and len(length) <= 12
        if not is_number or int(length) > MAX_SUBMISSION_BYTES:
            status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE if length.isdecimal() else HTTPStatus.LENGTH_REQUIRED
            self._refused(status, f"got {length[:20] or 'unknown'} bytes, at most {MAX_SUBMISSION_BYTES}")
            return None
        body = self.read_body(int(length))
        if len(body) < int(length):
            self._refused(HTTPStatus.REQUEST_TIMEOUT, "got a part of the body only, expected all of it in time")
            return None
        self.server.note_arrived(self.connection)
        return body

    def _refused(self, status: HTTPStatus, text: str) -> None:
        """Answer before the body was read: then the connection cannot go on."""
        self.close_connection = True
        self._answer(status, f"{text}\n")

    def _answer(self, status: HTTPStatus, text: str, *, kind: str = _TEXT_TYPE) -> None:
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def _status(error: SaysoError) -> HTTPStatus:
    return next((status for kind, status in _STATUS if isinstance(error, kind)), HTTPStatus.INTERNAL_SERVER_ERROR)


def listen(witness: Witness, *, host: str, port: int) -> WitnessServer:
    """Return a server that listens; raise `WitnessUnavailable` where the address cannot be had."""
    try:
        return WitnessServer(witness, host=host, port=port)
    except OSError as error:
        raise WitnessUnavailable(
            f"could not listen on {host}:{port} ({error.strerror}); choose another port"
        ) from error
