"""The resolver's routes (C2PA 2.2, Soft Binding Resolution API 1.0.0), for whoever asks: nobody is known here."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from functools import cache
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sayso.credentials import MANIFEST_TYPE, MARK_ALGORITHM
from sayso.doors.api.asgi.reading import read_body
from sayso.doors.api.errors import MediaUnknown, RequestSlow
from sayso.doors.api.resolver.describing import (
    ACTIVE,
    ALG,
    ALG_AT_WILL,
    BINDING,
    MANIFEST,
    MATCHES,
    MOST,
    NAMED,
    SOUND,
    SUPPORTED_ANSWER,
    VALUE,
)
from sayso.doors.api.resolver.limits import Limits
from sayso.errors import Unavailable
from sayso.workflows.provenance.resolving import FINGERPRINT_ALGORITHM, MAX_RESULTS, Match, QueryInvalid, Resolver

MANIFESTS: Final = "/manifests/"
BY_CONTENT: Final = "/matches/byContent"
BY_BINDING: Final = "/matches/byBinding"
SUPPORTED: Final = "/services/supportedAlgorithms"

_BUSY: Final = "too many sounds are being searched; try again in a few seconds"
_ASSETS: Final = ("audio/", "video/", "application/octet-stream", "application/ogg")
_DEFAULT_RESULTS: Final = 10
_MAX_QUERY_BYTES: Final = 1 << 17

_GRACE_S: Final = 1.0
"""How long a sound may take to arrive, however many others wait to be sent."""

router = APIRouter(tags=["resolver"])


class Answering:
    """A resolver, and what strangers may take of it: so many questions at once, and fewer hands that search.

    Where all questions are taken, the one that has been arriving for longest makes room. ``is_free`` says whether the
    machine has nothing better to do than to search.
    """

    def __init__(
        self, make: Callable[[], Resolver], limits: Limits, is_free: Callable[[], bool] = lambda: True
    ) -> None:
        """Answer within ``limits`` with the resolver that ``make`` makes when it is first asked."""
        self.resolver, self.limits = cache(make), limits
        self._is_free = is_free
        self._hands = asyncio.Semaphore(limits.hands)
        self._asked = 0
        self._arriving: dict[asyncio.Timeout, float] = {}

    async def ask(self, request: Request, most: int, look: Callable[[bytes], list[Match]]) -> Response:
        """Return what ``look`` finds of the body, of ``most`` bytes at most; raise the errors of `read_body`."""
        async with self._question():
            data = await self._body(request, most)
            return await self._found(lambda: look(data))

    async def look(self, look: Callable[[], list[Match]]) -> Response:
        """Return what ``look`` finds."""
        async with self._question():
            return await self._found(look)

    @contextlib.asynccontextmanager
    async def _question(self) -> AsyncIterator[None]:
        if self._asked >= self.limits.connections and not self._hurry():
            raise Unavailable(_BUSY)
        self._asked += 1
        try:
            yield
        finally:
            self._asked -= 1

    def _hurry(self) -> bool:
        """End the body that has been arriving for longest; return whether one was old enough for that."""
        slowest, since = next(iter(self._arriving.items()), (None, 0.0))
        if slowest is None or time.monotonic() - since < _GRACE_S:
            return False
        del self._arriving[slowest]
        slowest.reschedule(0)
        return True

    async def _body(self, request: Request, most: int) -> bytes:
        try:
            async with asyncio.timeout(None) as arriving:
                self._arriving[arriving] = time.monotonic()
                return await read_body(request, most, body_s=self.limits.body_s, quiet_s=self.limits.quiet_s)
        except TimeoutError:
            raise RequestSlow("the body took so long that others were let in instead") from None
        finally:
            self._arriving.pop(arriving, None)

    async def _found(self, look: Callable[[], list[Match]]) -> Response:
        """Return what ``look`` finds, in one of the few hands; raise `Unavailable` if none comes free in time."""
        try:
            await asyncio.wait_for(self._hands.acquire(), self.limits.waiting_s)
        except TimeoutError:
            raise Unavailable(_BUSY) from None
        try:
            if not self._is_free():
                raise Unavailable(_BUSY)
            found = await asyncio.to_thread(look)
        finally:
            self._hands.release()
        return _json({"matches": [{"manifestId": one.manifest_id, "similarityScore": one.similarity} for one in found]})


class Shared:
    """Lets pages of other sites ask and read: nobody is known here, so there is nothing to guard from them."""

    def __init__(self, app: ASGIApp, is_shared: Callable[[str], bool] = lambda _: True) -> None:
        """Share the paths of which ``is_shared`` says so; the rest passes by."""
        self.app, self._is_shared = app, is_shared

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

        if scope["type"] != "http" or not self._is_shared(scope["path"]):
            await self.app(scope, receive, send)
        elif scope["method"] == "OPTIONS":
            methods = {"Access-Control-Allow-Methods": "GET, POST", "Access-Control-Allow-Headers": "Content-Type"}
            await Response(status_code=HTTPStatus.NO_CONTENT, headers=methods)(scope, receive, shared)
        else:
            await self.app(scope, receive, shared)


def is_resolvers(path: str) -> bool:
    """Return whether a path is one of the resolver's."""
    return path.startswith(("/matches/", "/services/", MANIFESTS))


@router.get(SUPPORTED, response_class=Response, responses=SUPPORTED_ANSWER)
async def supported() -> Response:
    """Tell the kinds of soft bindings that are resolved here."""
    return _json({"watermarks": [{"alg": MARK_ALGORITHM}], "fingerprints": [{"alg": FINGERPRINT_ALGORITHM}]})


@router.get(BY_BINDING, response_class=Response, responses=MATCHES, openapi_extra={"parameters": [ALG, VALUE, MOST]})
async def find_by_binding(request: Request) -> Response:
    """Find the manifests of a mark or a fingerprint."""
    answering, most = _answering(request), _most(request)
    asked = {name: _one(request, name) for name in ("alg", "value")}
    return await answering.look(lambda: _by_binding(answering.resolver(), asked, most))


@router.post(
    BY_BINDING,
    response_class=Response,
    responses=MATCHES,
    openapi_extra={"parameters": [MOST], "requestBody": BINDING},
)
async def find_by_long_binding(request: Request) -> Response:
    """Find the manifests of a mark or a fingerprint that is too long for a query."""
    answering, most = _answering(request), _most(request)

    def look(data: bytes) -> list[Match]:
        return _by_binding(answering.resolver(), _object(data), most)

    return await answering.ask(request, _MAX_QUERY_BYTES, look)


@router.post(
    BY_CONTENT,
    response_class=Response,
    responses=MATCHES,
    openapi_extra={"parameters": [ALG_AT_WILL, MOST], "requestBody": SOUND},
)
async def find_by_content(request: Request) -> Response:
    """Find the manifests of the clips that are heard in a sound."""
    answering, most, algorithm = _answering(request), _most(request), _one(request, "alg")
    limits = answering.limits
    kind = request.headers.get("content-type", "").lower()
    if not kind.startswith(_ASSETS):
        raise MediaUnknown(f"got the type {kind[:60]!r}, expected audio/...")

    def look(data: bytes) -> list[Match]:
        return answering.resolver().by_content(data, most=most, max_duration_s=limits.sound_s, algorithm=algorithm)

    return await answering.ask(request, limits.body_bytes, look)


@router.get(
    MANIFESTS + "{manifest:path}",
    response_class=Response,
    responses=MANIFEST,
    openapi_extra={"parameters": [NAMED, ACTIVE]},
)
async def read_manifest(request: Request) -> Response:
    """Give a manifest store, or with ``returnActiveManifest`` its active manifest alone."""
    active, manifest, answering = (
        _flag(request, "returnActiveManifest"),
        request.path_params["manifest"],
        _answering(request),
    )
    found = await asyncio.to_thread(lambda: answering.resolver().manifest(manifest, active=active))
    return Response(found, media_type=MANIFEST_TYPE)


def _answering(request: Request) -> Answering:
    answering: Answering = request.app.state.answering
    return answering


def _by_binding(resolver: Resolver, asked: Mapping[str, object], most: int) -> list[Match]:
    algorithm, value = asked.get("alg"), asked.get("value")
    for name, got in (("alg", algorithm), ("value", value)):
        if not isinstance(got, str) or not got:
            raise QueryInvalid(f"{name}: got nothing, expected a text")
    return resolver.by_binding(str(algorithm), str(value), most=most)


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
