"""The description of all routes (OpenAPI 3.1): what FastAPI knows of them, examples, and every error that is answered.

Errors have one shape everywhere, RFC 9457; on OpenAI's routes ``error`` is the object that its clients read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from sayso.doors import schemas
from sayso.doors.api.bounds import OPEN, is_open
from sayso.doors.api.errors import (
    BodyInvalid,
    Busy,
    KeyMissingHere,
    LengthMissing,
    MediaUnknown,
    RepeatDiffers,
    RequestSlow,
    RouteUnknown,
    TooLarge,
)
from sayso.doors.api.problems import PROBLEM, is_openai, told_on
from sayso.doors.api.resolver.routes import BY_CONTENT
from sayso.doors.api.told import examples
from sayso.errors import Bug, Refused, SaysoError, Unavailable

ERRORS: Final[Mapping[HTTPStatus, SaysoError]] = {
    HTTPStatus.BAD_REQUEST: BodyInvalid("speed: input should be less than or equal to 2"),
    HTTPStatus.UNAUTHORIZED: KeyMissingHere("got a request without a key"),
    HTTPStatus.FORBIDDEN: Refused(
        "not permitted", reasons=["purpose: got podcast, the grant allows audiobook/mystery"]
    ),
    HTTPStatus.NOT_FOUND: RouteUnknown("there is no such thing here, or it is not yours to see"),
    HTTPStatus.REQUEST_TIMEOUT: RequestSlow(),
    HTTPStatus.CONFLICT: RepeatDiffers("Idempotency-Key: got one that stands for another request; use a new one"),
    HTTPStatus.LENGTH_REQUIRED: LengthMissing(),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: TooLarge("got a larger body than is taken here"),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: MediaUnknown("got a file of no format that is known"),
    HTTPStatus.TOO_MANY_REQUESTS: Busy("all 2 places are taken; ask again in 0.3 s"),
    HTTPStatus.INTERNAL_SERVER_ERROR: Bug(),
    HTTPStatus.SERVICE_UNAVAILABLE: Unavailable("the database does not answer; ask again"),
}
"""The statuses of errors, each with an example."""

_HEADERS: Final[Mapping[HTTPStatus, tuple[str, str]]] = {
    HTTPStatus.UNAUTHORIZED: ("WWW-Authenticate", "How to present a key."),
    HTTPStatus.TOO_MANY_REQUESTS: ("Retry-After", "Seconds after which to ask again."),
    HTTPStatus.SERVICE_UNAVAILABLE: ("Retry-After", "Seconds after which to ask again."),
}
_BUSY: Final = (
    "/v1/audio/speech",
    "/v1/text-to-speech/",
    "/v1/diagnoses",
    "/v1/restorations",
    "/v1/label-readings",
    "/v1/marks",
    "/v1/detections",
    "/v1/ledger/verifications",
    "/v1/ledger/period-audits",
    "/v1/ledger/audits",
    "/v1/ledger/exports",
    "/v1/ledger/reindex",
    "/v1/certificates/checks",
    "/v1/fairness/",
    "/v1/gate/reports",
    "/v1/enrollment-checks",
    "/v1/protected-voices",
    "/v1/storage/",
    "/v1/voices",
    "/v1/corpora/",
)
"""What the paths begin with on which a POST is refused where all places, or the workbench, are taken."""

_BUSY_READS: Final = frozenset(
    [
        "/v1/corpora/{corpus}/segments",
        "/v1/corpora/{corpus}/card",
        "/v1/ledger/answer",
        "/v1/ledger/succession",
        "/v1/reports/compliance",
        "/v1/enrollments/{enrollment}/evidence",
    ]
)
"""The paths on which a GET is, too."""

_IDS: Final[Mapping[str, str]] = {
    "speaker": "spk_aaaaaaaaaaaaaaaa",
    "grant": "grt_aaaaaaaaaaaaaaaa",
    "consent": "grt_aaaaaaaaaaaaaaaa",
    "voice": "voi_aaaaaaaaaaaaaaaa",
    "clip": "clp_aaaaaaaaaaaaaaaa",
    "plan": "pln_aaaaaaaaaaaaaaaa",
    "certificate": "crt_aaaaaaaaaaaaaaaa",
    "credential": "crd_aaaaaaaaaaaaaaaa",
    "enrollment": "enr_aaaaaaaaaaaaaaaa",
    "production": "prd_aaaaaaaaaaaaaaaa",
    "run": "run_aaaaaaaaaaaaaaaa",
    "line": "c01-0001",
    "entry": "7",
    "manifest": "urn:c2pa:00000000-0000-4000-8000-000000000000",
    "file": "page.js",
    "model": "sayso",
    "change": "withdraw",
    "jurisdiction": "eu",
    "organisation": "org_aaaaaaaaaaaaaaaa",
    "protected": "prt_aaaaaaaaaaaaaaaa",
    "record": "gat_aaaaaaaaaaaaaaaa",
    "item": "art_aaaaaaaaaaaaaaaa",
    "corpus": "lamp",
}
"""What stands in a path, by example."""

_ONCE: Final = frozenset(
    [
        "/v1/audio/voice_consents",
        "/v1/audio/voices",
        "/v1/enrollments/{enrollment}/recordings",
        "/v1/productions/{production}/run",
        "/v1/corpora/{corpus}/run",
        "/v1/productions/{production}/lines/{line}/redo",
    ]
)
"""What creates and is answered with another status than 201, as clients of these routes expect or as it goes on."""

_REPEAT: Final[Mapping[str, Any]] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Sent again with the same body, the request gets the first one's answer.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    "example": "order-17",
}


def described(app: FastAPI) -> dict[str, Any]:
    """Return the description of all routes; it is made once."""
    if app.openapi_schema is None:
        made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        kept: dict[str, Any] = made.setdefault("components", {}).setdefault("schemas", {})
        for name in ("HTTPValidationError", "ValidationError"):
            kept.pop(name, None)
        kept.update({name: _inside(schemas.schema(name), name) for name in schemas.names()})
        kept |= {"problem": _problem_schema(), "openai-problem": _problem_schema(_OPENAI_ERROR)}
        made["components"]["responses"] = dict(_error_responses())
        made["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        made["security"] = [{"key": []}]
        for path, methods in made["paths"].items():
            for method, operation in methods.items():
                _complete(path, method, operation)
        app.openapi_schema = made
    return app.openapi_schema


def errors_of(path: str, method: str, operation: Mapping[str, Any]) -> list[HTTPStatus]:
    """Return the statuses of the errors that an operation answers."""
    found = [HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.INTERNAL_SERVER_ERROR]
    if path in OPEN:
        return found
    if is_open(path):
        return found + _public_errors(path, method)
    found += [HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.SERVICE_UNAVAILABLE]
    body = operation.get("requestBody", {}).get("content", {})
    if "{" in path or body or operation.get("parameters"):
        found.append(HTTPStatus.NOT_FOUND)
    if method in {"post", "delete"} or "{" in path:  # what is there may be in no state to be shown so
        found.append(HTTPStatus.CONFLICT)
    if body:
        found.append(HTTPStatus.REQUEST_TIMEOUT)
    if "multipart/form-data" in body:
        found.append(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    if path in _BUSY_READS if method == "get" else path.startswith(_BUSY):
        found.append(HTTPStatus.TOO_MANY_REQUESTS)
    return found


def _public_errors(path: str, method: str) -> list[HTTPStatus]:
    """Return the statuses of what anybody may ask and may ask wrongly."""
    found = [HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE]
    if method == "post":
        found += [HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.LENGTH_REQUIRED]
    return found + [HTTPStatus.UNSUPPORTED_MEDIA_TYPE] * (path == BY_CONTENT)


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    """Add to an operation its errors, the examples of what stands in its path, and what holds for what creates."""
    responses = operation["responses"]
    if "HTTPValidationError" in str(responses.get("422")):
        del responses["422"]
    _exemplify(responses)
    creates = "201" in responses or (method == "post" and path in _ONCE)
    if is_open(path):
        operation["security"] = []
    for status in errors_of(path, method, operation):
        name = f"{'openai-' if is_openai(path) else ''}{int(status)}"
        responses.setdefault(str(int(status)), {"$ref": f"#/components/responses/{name}"})
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path" and parameter["name"] in _IDS:
            parameter["example"] = _IDS[parameter["name"]]
    if creates:
        operation.setdefault("parameters", []).append(dict(_REPEAT))


def _exemplify(responses: Mapping[str, Any]) -> None:
    """Add to answers the examples of what they hold."""
    for answer in responses.values():
        for media in answer.get("content", {}).values():
            schema = media.get("schema", {})
            record = schema.get("properties", {}).get("record", {})
            if (name := _named(schema.get("oneOf", [schema])[0])) in examples():
                media["example"] = examples()[name]
            elif (name := _named(record)) in examples():
                media["example"] = {**media["example"], "record": examples()[name]}


def _named(schema: Mapping[str, Any]) -> str:
    """Return the name of the schema that this one refers to."""
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _error_responses() -> Iterator[tuple[str, dict[str, Any]]]:
    for prefix, schema, path in (("", "problem", "/"), ("openai-", "openai-problem", "/v1/audio/speech")):
        for status, error in ERRORS.items():
            content = {"schema": {"$ref": f"#/components/schemas/{schema}"}, "example": told_on(path, error)}
            described: dict[str, Any] = {"description": status.phrase, "content": {PROBLEM: content}}
            if status in _HEADERS:
                name, words = _HEADERS[status]
                described["headers"] = {name: {"description": words, "schema": {"type": "string"}}}
            yield f"{prefix}{int(status)}", described


_SLUG: Final = {"type": "string", "pattern": "^[a-z][a-z0-9-]*$", "description": "The error's stable name."}
_REASONS: Final = {"type": "array", "items": {"type": "string"}, "description": "Every reason of a refusal."}
_OPENAI_ERROR: Final[Mapping[str, Any]] = {
    "type": "object",
    "properties": {
        "message": {"type": "string"},
        "type": {"type": "string"},
        "param": {"type": ["string", "null"]},
        "code": _SLUG,
        "reasons": _REASONS,
    },
    "required": ["message", "type", "param", "code", "reasons"],
    "additionalProperties": False,
}


def _problem_schema(error: Mapping[str, Any] = _SLUG) -> dict[str, Any]:
    """Return the schema of a problem (RFC 9457), whose ``error`` is as given."""
    fields: dict[str, Any] = {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "pattern": "^[^\\n]*$"},
        "error": dict(error),
        "reasons": _REASONS,
        "hint": {"type": "string"},
    }
    return {
        "title": "What went wrong (RFC 9457)",
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }


def _inside(value: Any, name: str) -> Any:
    """Return a schema with its references as they are inside a description of routes."""
    if isinstance(value, Mapping):
        kept = {key: _inside(below, name) for key, below in value.items() if key not in {"$id", "$schema"}}
        if isinstance(ref := value.get("$ref"), str):
            target, _, place = ref.removeprefix(schemas.PREFIX).partition("#")
            kept["$ref"] = f"#/components/schemas/{target or name}{place}"
        return kept
    return [_inside(each, name) for each in value] if isinstance(value, list) else value
