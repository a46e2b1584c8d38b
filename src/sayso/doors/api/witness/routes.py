"""A witness's one call, `POST /add-checkpoint` (c2sp.org/tlog-witness); its statuses are decided here."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from sayso.doors.api.asgi.reading import read_body
from sayso.errors import Invalid, SaysoError
from sayso.ledger.errors import LogForked, NotSigned, OriginUnknown, ProofFailed, WitnessAhead
from sayso.ledger.witness import MAX_SUBMISSION_BYTES, Witness

CALL: Final = "/add-checkpoint"

_SIZE_TYPE: Final = "text/x.tlog.size"
_STATUS: Final[tuple[tuple[type[SaysoError], HTTPStatus], ...]] = (
    (WitnessAhead, HTTPStatus.CONFLICT),
    (LogForked, HTTPStatus.CONFLICT),
    (ProofFailed, HTTPStatus.UNPROCESSABLE_ENTITY),
    (OriginUnknown, HTTPStatus.NOT_FOUND),
    (NotSigned, HTTPStatus.FORBIDDEN),
    (Invalid, HTTPStatus.BAD_REQUEST),
)

router = APIRouter(tags=["witness"])


def _said(status: HTTPStatus, words: str, example: str, kind: str = "text/plain") -> dict[int | str, dict[str, Any]]:
    content = {kind: {"schema": {"type": "string"}, "example": example}}
    return {int(status): {"description": words, "content": content}}


_ANSWERS: Final = {
    **_said(HTTPStatus.OK, "The line of the cosignature.", "\u2014 union.example/witness AAAA...\n"),
    **_said(HTTPStatus.BAD_REQUEST, "The body is no submission.", "got bytes that are no text\n"),
    **_said(HTTPStatus.FORBIDDEN, "The log did not sign the checkpoint.", "the log has not signed this\n"),
    **_said(HTTPStatus.NOT_FOUND, "The log is not known here.", "this log is not known here\n"),
    **_said(HTTPStatus.CONFLICT, "Another size was cosigned before: this one.", "5\n", _SIZE_TYPE),
    **_said(HTTPStatus.UNPROCESSABLE_ENTITY, "The proof does not hold.", "the proof does not hold\n"),
}
_BODY: Final = {
    "required": True,
    "content": {"text/plain": {"schema": {"type": "string"}, "example": "old 0\n\nexample.org/log\n5\n..."}},
}


@router.post(CALL, response_class=Response, responses=_ANSWERS, openapi_extra={"requestBody": _BODY})
async def add_checkpoint(request: Request) -> Response:
    """Cosign the checkpoint of a log that is known, if it extends what was cosigned before."""
    witness: Witness = request.app.state.witness
    body = await read_body(request, MAX_SUBMISSION_BYTES)
    try:
        cosignature = await asyncio.to_thread(lambda: witness.add_checkpoint(body.decode()))
    except UnicodeDecodeError:
        return PlainTextResponse("got bytes that are no text\n", HTTPStatus.BAD_REQUEST)
    except WitnessAhead as error:
        return PlainTextResponse(f"{error.size}\n", HTTPStatus.CONFLICT, {"Content-Type": _SIZE_TYPE})
    except SaysoError as error:
        return PlainTextResponse(f"{error.message}\n", _status(error))
    return PlainTextResponse(cosignature.line)


def _status(error: SaysoError) -> HTTPStatus:
    return next((status for kind, status in _STATUS if isinstance(error, kind)), HTTPStatus.INTERNAL_SERVER_ERROR)
