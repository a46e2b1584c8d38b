"""The resolver's routes (C2PA 2.2, Soft Binding Resolution API 1.0.0), for whoever asks: nobody is known here."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final, TypeVar
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sayso.credentials import MANIFEST_TYPE, MARK_ALGORITHM
from sayso.doors.api.asgi.reading import read_body
from sayso.doors.api.errors import MediaUnknown
from sayso.doors.api.resolver.limits import Limits
from sayso.errors import Unavailable
from sayso.workflows.provenance.resolving import FINGERPRINT_ALGORITHM, MAX_RESULTS, Match, QueryInvalid, Resolver

MANIFESTS: Final = "/manifests/"
BY_CONTENT: Final = "/matches/byContent"
BY_BINDING: Final = "/matches/byBinding"
SUPPORTED: Final = "/services/supportedAlgorithms"

_ASSETS: Final = ("audio/", "video/", "application/octet-stream", "application/ogg")
_DEFAULT_RESULTS: Final = 10
_MAX_QUERY_BYTES: Final = 1 << 17

T = TypeVar("T")

router = APIRouter(tags=["resolver"])


class Answering:
    """A resolver, and what strangers may take of it."""

    def __init__(self, resolver: Resolver, limits: Limits) -> None:
        """Answer with ``resolver`` within ``limits``."""
        self.resolver, self.limits = resolver, limits
        self._hands = asyncio.Semaphore(limits.hands)

    async def search(self, work: Callable[[], list[Match]]) -> Response:
        """Return what ``work`` finds, in one of the few hands; raise `Unavailable` if none comes free in time."""
        try:
            await asyncio.wait_for(self._hands.acquire(), self.limits.waiting_s)
        except TimeoutError:
            raise Unavailable("too many sounds are being searched; try again in a few seconds") from None
        try:
            found = await asyncio.to_thread(work)
        finally:
            self._hands.release()
        return _json({"matches": [{"manifestId": one.manifest_id, "similarityScore": one.similarity} for one in found]})

    async def body(self, request: Request, most: int) -> bytes:
        """Return the body; raise the errors of `read_body`."""
        return await read_body(request, most, body_s=self.limits.body_s, quiet_s=self.limits.quiet_s)


class Shared:
    """Lets pages of other sites ask and read: nobody is known here, so there is nothing to guard from them."""

    def __init__(self, app: ASGIApp) -> None:
        """Share what is below the paths of the resolver; the rest passes by."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer to questions before questions, and add to each answer that anybody may read it."""
        names = {name for name, value in scope.get("headers", ()) if value != b"0"}
        is_unasked = scope.get("method") != "POST" and not names.isdisjoint((b"content-length", b"transfer-encoding"))

        async def shared(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Cache-Control"] = "no-store"
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Access-Control-Allow-Origin"] = "*"
                if is_unasked:
                    headers["Connection"] = "close"
            await send(message)

        if scope["type"] == "http" and scope["method"] == "OPTIONS":
            methods = {"Access-Control-Allow-Methods": "GET, POST", "Access-Control-Allow-Headers": "Content-Type"}
            await Response(status_code=HTTPStatus.NO_CONTENT, headers=methods)(scope, receive, shared)
        else:
            await self._app(scope, receive, shared)


def is_resolvers(path: str) -> bool:
    """Return whether a path is one of the resolver's."""
    return path in {BY_CONTENT, BY_BINDING, SUPPORTED} or path.startswith(MANIFESTS)


@router.get(SUPPORTED)
async def supported() -> Response:
    """Tell the kinds of soft bindings that are resolved here."""
    return _json({"watermarks": [{"alg": MARK_ALGORITHM}], "fingerprints": [{"alg": FINGERPRINT_ALGORITHM}]})


@router.get(BY_BINDING)
async def find_by_binding(request: Request) -> Response:
    """Find the manifests of a mark or a fingerprint."""
    return await _bound(request, _one(request, "alg"), _one(request, "value"))


@router.post(BY_BINDING)
async def find_by_long_binding(request: Request) -> Response:
    """Find the manifests of a mark or a fingerprint that is too long for a query."""
    asked = _object(await _answering(request).body(request, _MAX_QUERY_BYTES))
    return await _bound(request, asked.get("alg"), asked.get("value"))


@router.post(BY_CONTENT)
async def find_by_content(request: Request) -> Response:
    """Find the manifests of the clips that are heard in a sound."""
    answering, most, algorithm = _answering(request), _most(request), _one(request, "alg")
    kind = request.headers.get("content-type", "").lower()
    if not kind.startswith(_ASSETS):
        raise MediaUnknown(f"got the type {kind[:60]!r}, expected audio/...")
    data, sound_s = await answering.body(request, answering.limits.body_bytes), answering.limits.sound_s
    resolver = answering.resolver
    return await answering.search(
        lambda: resolver.by_content(data, most=most, max_duration_s=sound_s, algorithm=algorithm)
    )


@router.get(MANIFESTS + "{manifest:path}")
async def read_manifest(manifest: str, request: Request) -> Response:
    """Give a manifest store, or with ``returnActiveManifest`` its active manifest alone."""
    active = _flag(request, "returnActiveManifest")
    found = await asyncio.to_thread(_answering(request).resolver.manifest, manifest, active=active)
    return Response(found, media_type=MANIFEST_TYPE)


def _answering(request: Request) -> Answering:
    answering: Answering = request.app.state.answering
    return answering


async def _bound(request: Request, algorithm: object, value: object) -> Response:
    most, answering = _most(request), _answering(request)
    for name, got in (("alg", algorithm), ("value", value)):
        if not isinstance(got, str) or not got:
            raise QueryInvalid(f"{name}: got nothing, expected a text")
    resolver = answering.resolver
    return await answering.search(lambda: resolver.by_binding(str(algorithm), str(value), most=most))


def _json(value: dict[str, Any]) -> Response:
    return Response(json.dumps(value), media_type="application/json")


def _one(request: Request, name: str) -> str | None:
    query = request.scope["query_string"].decode("latin-1")
    try:
        values = parse_qs(query, keep_blank_values=True, max_num_fields=20, errors="strict").get(name, [])
    except ValueError:
        raise QueryInvalid("got a query that cannot be read, expected name=value&...") from None
    if len(values) > 1:
        raise QueryInvalid(f"{name}: got {len(values)} values, expected one")
    return values[0] if values else None


def _most(request: Request) -> int:
    value = _one(request, "maxResults")
    if value is None:
        return _DEFAULT_RESULTS
    if not (value.isascii() and value.isdecimal()) or int(value[:9]) < 1:
        raise QueryInvalid(f"maxResults: got {value[:20]!r}, expected a number from 1")
    return min(int(value[:9]), MAX_RESULTS)


def _flag(request: Request, name: str) -> bool:
    value = _one(request, name)
    if value not in {None, "true", "false"}:
        raise QueryInvalid(f"{name}: got {str(value)[:20]!r}, expected true or false")
    return value == "true"


def _object(data: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(data)
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict):
        raise QueryInvalid("got a body that is no JSON object, expected alg and value")
    return asked
