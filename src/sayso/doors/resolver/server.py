"""The resolver over HTTP (C2PA 2.2, Soft Binding Resolution API 1.0.0); the statuses are decided here.

The server of the standard library suffices: what costs is the search, of which few run at once. Whoever runs it in
public puts a proxy with TLS in front. Nothing is logged: who asked about which sound is nobody's business.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from sayso.audio.errors import TooLong, UnknownFormat
from sayso.credentials import MANIFEST_TYPE, MARK_ALGORITHM
from sayso.doors.resolver.limits import Limits
from sayso.doors.serving import BoundedHandler, BoundedServer
from sayso.errors import Bug, Invalid, NotFound, SaysoError, Unavailable
from sayso.workflows.provenance.resolving import FINGERPRINT_ALGORITHM, MAX_RESULTS, Match, QueryInvalid, Resolver

_PROBLEM: Final = "application/problem+json"
_JSON: Final = "application/json"
_ASSETS: Final = ("audio/", "video/", "application/octet-stream", "application/ogg")
_DEFAULT_RESULTS: Final = 10
_MAX_QUERY_BYTES: Final = 1 << 17
_MANIFESTS: Final = "/manifests/"

_STATUS: Final[tuple[tuple[type[SaysoError], HTTPStatus], ...]] = (
    (UnknownFormat, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    (TooLong, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (Invalid, HTTPStatus.BAD_REQUEST),
    (NotFound, HTTPStatus.NOT_FOUND),
    (Unavailable, HTTPStatus.SERVICE_UNAVAILABLE),
)


class ResolverUnavailable(Unavailable):
    """The address cannot be listened on; choose another port."""


class _Answered(Exception):
    """The request got its answer while it was read."""


class ResolverServer(BoundedServer):
    """Serves one resolver on one address; port 0 takes a free one."""

    def __init__(
        self, resolver: Resolver, *, host: str = "127.0.0.1", port: int = 0, limits: Limits | None = None
    ) -> None:
        """Listen; `serve_forever` answers."""
        self.resolver = resolver
        self.limits = limits or Limits()
        self.hands = threading.BoundedSemaphore(self.limits.hands)
        super().__init__((host, port), _Handler, connections=self.limits.connections)


class _Handler(BoundedHandler):
    server_version = "sayso-resolver"
    server: ResolverServer

    def setup(self) -> None:
        """Hang up on whoever says nothing, or too little, for long."""
        limits = self.server.limits
        self.quiet_s, self.head_s, self.body_s = limits.quiet_s, limits.quiet_s, limits.body_s
        super().setup()

    def do_GET(self) -> None:  # noqa: N802 - the name that the standard library calls
        """Answer a question that has no body; if there is one all the same, it is not read, and the connection ends."""
        self.close_connection |= self.has_body()
        self._answered("GET")

    def do_OPTIONS(self) -> None:  # noqa: N802 - the name that the standard library calls
        """Let pages of other sites ask: nobody is known here, so there is nothing to guard from them."""
        self.close_connection = True
        methods = {"Access-Control-Allow-Methods": "GET, POST", "Access-Control-Allow-Headers": "Content-Type"}
        self._send(HTTPStatus.NO_CONTENT, b"", **methods)

    def do_POST(self) -> None:  # noqa: N802 - the name that the standard library calls
        """Answer a question with a body."""
        self._answered("POST")

    def _answered(self, method: str) -> None:
        parts = urlsplit(self.path)
        try:
            with contextlib.suppress(_Answered):
                self._route(method, parts.path, parts.query)
        except SaysoError as error:
            self._problem(_status(error), error)
        except Exception:  # noqa: BLE001 - the last door: a stranger is told no more than that it is our fault
            self._problem(HTTPStatus.INTERNAL_SERVER_ERROR, Bug())

    def _route(self, method: str, path: str, query: str) -> None:
        path = unquote(path)
        if path.startswith(_MANIFESTS):
            self._allow(method, "GET")
            active = _flag(_one(query, "returnActiveManifest"), "returnActiveManifest")
            manifest = self.server.resolver.manifest(path.removeprefix(_MANIFESTS), active=active)
            self._send(HTTPStatus.OK, manifest, kind=MANIFEST_TYPE)
            return
        routes: dict[str, tuple[tuple[str, ...], Callable[[str, str], Any]]] = {
            "/matches/byBinding": (("GET", "POST"), self._by_binding),
            "/matches/byContent": (("POST",), self._by_content),
            "/services/supportedAlgorithms": (("GET",), _supported),
        }
        if path not in routes:
            raise NotFound(f"there is no {path[:60]} here, only {', '.join(routes)} and {_MANIFESTS}ID")
        methods, act = routes[path]
        self._allow(method, *methods)
        self._send(HTTPStatus.OK, json.dumps(act(method, query)).encode())

    def _by_binding(self, method: str, query: str) -> dict[str, Any]:
        most = _most(query)
        if method == "GET":
            algorithm, value = _one(query, "alg"), _one(query, "value")
        else:
            asked = _object(self._body(_MAX_QUERY_BYTES))
            algorithm, value = asked.get("alg"), asked.get("value")
        for name, got in (("alg", algorithm), ("value", value)):
            if not isinstance(got, str) or not got:
                raise QueryInvalid(f"{name}: got nothing, expected a text")
        with self._hand():
            return _found(self.server.resolver.by_binding(str(algorithm), str(value), most=most))

    def _by_content(self, _: str, query: str) -> dict[str, Any]:
        most, algorithm, limits = _most(query), _one(query, "alg"), self.server.limits
        kind = self.headers.get("Content-Type", "").lower()
        if not kind.startswith(_ASSETS):
            self._refuse(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"got the type {kind[:60]!r}, expected audio/...")
        data = self._body(limits.body_bytes)
        with self._hand():
            found = self.server.resolver.by_content(data, most=most, max_duration_s=limits.sound_s, algorithm=algorithm)
        return _found(found)

    @contextlib.contextmanager
    def _hand(self) -> Iterator[None]:
        """Hold one of the few places for searches; raise `Unavailable` if none comes free in time."""
        if not self.server.hands.acquire(timeout=self.server.limits.waiting_s):
            raise Unavailable("too many sounds are being searched; try again in a few seconds")
        try:
            yield
        finally:
            self.server.hands.release()

    def _allow(self, method: str, *methods: str) -> None:
        if method not in methods:
            allowed = ", ".join(methods)
            self._refuse(HTTPStatus.METHOD_NOT_ALLOWED, f"got {method}, expected {allowed}", Allow=allowed)

    def _body(self, most: int) -> bytes:
        """Return the body; answer where there is none, too much of it, or it comes too slowly."""
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdecimal()) or "Transfer-Encoding" in self.headers:
            self._refuse(HTTPStatus.LENGTH_REQUIRED, "got a body of unknown length, expected Content-Length")
        if len(length) > 12 or int(length) > most:
            self._refuse(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"got a body of {length[:20]} bytes, expected at most {most}"
            )
        body = self.read_body(int(length))
        if len(body) < int(length):
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, "got a part of the body only, expected all of it in time")
        self.server.note_arrived(self.connection)
        return body

    def _refuse(self, status: HTTPStatus, detail: str, **headers: str) -> None:
        """Answer before the body was read: then the connection cannot go on."""
        self._problem(status, Invalid(detail), **headers)
        raise _Answered

    def _problem(self, status: HTTPStatus, error: SaysoError, **headers: str) -> None:
        """Answer with what is wrong (RFC 9457), in one line, and hang up: part of a body may still be on its way."""
        self.close_connection = True
        if status is HTTPStatus.SERVICE_UNAVAILABLE:
            headers["Retry-After"] = "5"
        problem = {"type": "about:blank", "title": status.phrase, "status": status, "detail": error.message}
        self._send(status, json.dumps(problem).encode(), kind=_PROBLEM, **headers)

    def _send(self, status: HTTPStatus, data: bytes, *, kind: str = _JSON, **headers: str) -> None:
        common = {"Content-Type": kind, "Content-Length": str(len(data)), "Cache-Control": "no-store"}
        common |= {"X-Content-Type-Options": "nosniff", "Access-Control-Allow-Origin": "*"}
        if self.close_connection:
            common["Connection"] = "close"
        self.send_response(status)
        for name, value in (common | headers).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what the standard library refuses in the same shape."""
        del explain
        self.requestline = getattr(self, "requestline", "")
        self.command = getattr(self, "command", "")
        self._problem(HTTPStatus(code), Invalid(message or HTTPStatus(code).phrase))


def _supported(*_: str) -> dict[str, Any]:
    return {"watermarks": [{"alg": MARK_ALGORITHM}], "fingerprints": [{"alg": FINGERPRINT_ALGORITHM}]}


def _found(matches: list[Match]) -> dict[str, Any]:
    return {"matches": [{"manifestId": one.manifest_id, "similarityScore": one.similarity} for one in matches]}


def _one(query: str, name: str) -> str | None:
    try:
        values = parse_qs(query, keep_blank_values=True, max_num_fields=20, errors="strict").get(name, [])
    except ValueError:
        raise QueryInvalid("got a query that cannot be read, expected name=value&...") from None
    if len(values) > 1:
        raise QueryInvalid(f"{name}: got {len(values)} values, expected one")
    return values[0] if values else None


def _most(query: str) -> int:
    value = _one(query, "maxResults")
    if value is None:
        return _DEFAULT_RESULTS
    if not (value.isascii() and value.isdecimal()) or int(value[:9]) < 1:
        raise QueryInvalid(f"maxResults: got {value[:20]!r}, expected a number from 1")
    return min(int(value[:9]), MAX_RESULTS)


def _flag(value: str | None, name: str) -> bool:
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


def _status(error: SaysoError) -> HTTPStatus:
    return next((status for kind, status in _STATUS if isinstance(error, kind)), HTTPStatus.INTERNAL_SERVER_ERROR)


def listen(resolver: Resolver, *, host: str, port: int, limits: Limits) -> ResolverServer:
    """Return a server that listens; raise `ResolverUnavailable` where the address cannot be had."""
    try:
        return ResolverServer(resolver, host=host, port=port, limits=limits)
    except OSError as error:
        raise ResolverUnavailable(
            f"could not listen on {host}:{port} ({error.strerror}); choose another port"
        ) from error
