"""Errors as answers: RFC 9457 everywhere, with OpenAI's error object in it on OpenAI's routes; statuses are here."""

from __future__ import annotations

import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi.responses import JSONResponse

from sayso.accounts.errors import CredentialInvalid, CredentialRefused
from sayso.audio.errors import TooLong, UnknownFormat
from sayso.doors.api.errors import (
    Busy,
    HeadTooLarge,
    KeyMissingHere,
    LengthMissing,
    MediaUnknown,
    MethodUnknown,
    RequestSlow,
    TargetTooLong,
    TooLarge,
)
from sayso.doors.hints import hint_of
from sayso.errors import Bug, Conflict, Invalid, NotFound, Refused, SaysoError, Tampered, Unavailable

PROBLEM: Final = "application/problem+json"
TYPE: Final = "urn:sayso:problem:"

_STATUS: Final[tuple[tuple[type[SaysoError], HTTPStatus], ...]] = (
    (KeyMissingHere, HTTPStatus.UNAUTHORIZED),
    (CredentialInvalid, HTTPStatus.UNAUTHORIZED),
    (CredentialRefused, HTTPStatus.UNAUTHORIZED),
    (Busy, HTTPStatus.TOO_MANY_REQUESTS),
    (TooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (TooLong, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (RequestSlow, HTTPStatus.REQUEST_TIMEOUT),
    (LengthMissing, HTTPStatus.LENGTH_REQUIRED),
    (TargetTooLong, HTTPStatus.REQUEST_URI_TOO_LONG),
    (HeadTooLarge, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE),
    (MethodUnknown, HTTPStatus.METHOD_NOT_ALLOWED),
    (MediaUnknown, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    (UnknownFormat, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    (Invalid, HTTPStatus.BAD_REQUEST),
    (NotFound, HTTPStatus.NOT_FOUND),
    (Conflict, HTTPStatus.CONFLICT),
    (Refused, HTTPStatus.FORBIDDEN),
    (Unavailable, HTTPStatus.SERVICE_UNAVAILABLE),
    (Tampered, HTTPStatus.INTERNAL_SERVER_ERROR),
)

_OPENAI: Final[Mapping[int, str]] = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    429: "rate_limit_error",
}
_OPENAI_PATHS: Final = ("/v1/audio/", "/v1/models")


def status_of(error: SaysoError) -> HTTPStatus:
    """Return the status of an error."""
    kinds = (status for kind, status in _STATUS if isinstance(error, kind))
    return next(kinds, HTTPStatus.INTERNAL_SERVER_ERROR)


def problem(error: SaysoError) -> dict[str, Any]:
    """Return an error as RFC 9457 has it, with the refusal's reasons."""
    status = status_of(error)
    return {
        "type": TYPE + error.slug,
        "title": (type(error).__doc__ or "").splitlines()[0],
        "status": int(status),
        "detail": error.message,
        "error": error.slug,
        "reasons": list(error.reasons),
        "hint": hint_of(error),
    }


def openai_error(error: SaysoError) -> dict[str, Any]:
    """Return an error as OpenAI's clients read it, with the refusal's reasons."""
    kind = _OPENAI.get(int(status_of(error)), "invalid_request_error" if isinstance(error, Invalid) else "server_error")
    field, colon, _ = error.message.partition(":")
    named = field if colon and field.replace("_", "").replace(".", "").isalnum() and len(field) < 40 else None
    told = {"message": error.message, "type": kind, "param": named, "code": error.slug, "reasons": list(error.reasons)}
    return {"error": told}


def answer(error: SaysoError, path: str) -> JSONResponse:
    """Return the response that tells of an error on ``path``."""
    status = status_of(error)
    headers: dict[str, str] = {}
    if isinstance(error, Busy):
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after_s)))
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = "5"
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="sayso"'
    return JSONResponse(told_on(path, error), status, headers, PROBLEM)


def told_on(path: str, error: SaysoError) -> dict[str, Any]:
    """Return an error in the one shape; on OpenAI's routes its ``error`` is the object that its clients read."""
    return {**problem(error), **openai_error(error)} if is_openai(path) else problem(error)


def is_openai(path: str) -> bool:
    """Return whether a path is one of OpenAI's."""
    return path.startswith(_OPENAI_PATHS)


def known(error: Exception) -> SaysoError:
    """Return an error as one of ours: what is none is a bug, and a stranger is told no more than that."""
    return error if isinstance(error, SaysoError) else Bug()
