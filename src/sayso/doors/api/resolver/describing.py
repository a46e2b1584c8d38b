"""How the resolver's routes are described (OpenAPI): parameters, bodies and answers, each with an example."""

from __future__ import annotations

from typing import Any, Final

from sayso.credentials import MANIFEST_TYPE, MARK_ALGORITHM
from sayso.workflows.provenance.resolving import ALGORITHMS, FINGERPRINT_ALGORITHM, MAX_RESULTS

_MARK: Final = "00000000000000a7"
_NAME: Final = "urn:c2pa:00000000-0000-4000-8000-000000000000"
_BYTES: Final = {"schema": {"type": "string", "format": "binary"}}
_TEXT: Final = {"type": "string"}
_KIND: Final = {"type": "string", "enum": list(ALGORITHMS)}


def _parameter(
    name: str, schema: dict[str, Any], example: Any, *, place: str = "query", is_needed: bool = False
) -> Any:
    return {"name": name, "in": place, "required": is_needed, "schema": schema, "example": example}


ALG: Final = _parameter("alg", _KIND, MARK_ALGORITHM, is_needed=True)
ALG_AT_WILL: Final = _parameter("alg", _KIND, MARK_ALGORITHM)
VALUE: Final = _parameter("value", _TEXT, _MARK, is_needed=True)
MOST: Final = _parameter("maxResults", {"type": "integer", "minimum": 1, "description": f"At most {MAX_RESULTS}."}, 10)
NAMED: Final = _parameter("manifest", _TEXT, _NAME, place="path", is_needed=True)
ACTIVE: Final = _parameter("returnActiveManifest", {"type": "boolean"}, False)


def _list(of: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "object", "properties": of, "required": list(of)}}


def _json(properties: dict[str, dict[str, Any]], example: dict[str, Any]) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    return {"content": {"application/json": {"schema": schema, "example": example}}}


_MATCH: Final[dict[str, dict[str, Any]]] = {
    "manifestId": _TEXT,
    "similarityScore": {"type": "integer", "minimum": 0, "maximum": 100},
}
_FOUND: Final = {"matches": [{"manifestId": _NAME, "similarityScore": 100}]}
_SUPPORTED: Final = {"watermarks": [{"alg": MARK_ALGORITHM}], "fingerprints": [{"alg": FINGERPRINT_ALGORITHM}]}

Answers = dict[int | str, dict[str, Any]]

MATCHES: Final[Answers] = {
    200: {"description": "The manifests, the likeliest first.", **_json({"matches": _list(_MATCH)}, _FOUND)}
}
SUPPORTED_ANSWER: Final[Answers] = {
    200: {
        "description": "The algorithms.",
        **_json({"watermarks": _list({"alg": _TEXT}), "fingerprints": _list({"alg": _TEXT})}, _SUPPORTED),
    }
}
MANIFEST: Final[Answers] = {200: {"description": "The manifest store.", "content": {MANIFEST_TYPE: _BYTES}}}
BINDING: Final = {
    "required": True,
    **_json({"alg": _KIND, "value": _TEXT}, {"alg": MARK_ALGORITHM, "value": _MARK}),
}
SOUND: Final = {"required": True, "content": {"audio/*": _BYTES, "application/octet-stream": _BYTES}}
