"""`SaysoClient` and `AsyncSaysoClient`: a server of live speech as a Python program uses it, over HTTP.

They need ``sayso[client]`` (httpx) and nothing of the house. An error of the server is raised as its kind, such as
`Refused`, with every reason. What resources answer is JSON, as the schemas in the server's ``/openapi.json`` say.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

import httpx

from sayso.errors import Bug, Conflict, Invalid, NotFound, Refused, SaysoError, Unavailable

_KINDS: Final[Mapping[int, type[SaysoError]]] = {
    401: Refused,
    403: Refused,
    404: NotFound,
    409: Conflict,
    429: Unavailable,
    503: Unavailable,
}
_SPEECH: Final = "/v1/audio/speech"
_TIMEOUT: Final = httpx.Timeout(30.0, connect=5.0)


@dataclass(slots=True)
class HeardClip:
    """What is heard: the ids of its clip, mark and grant, and how long the first byte took from the request, in s."""

    clip: str
    mark: str
    grant: str
    media_type: str
    asked_s: float = field(repr=False)
    first_byte_s: float | None = None

    def note_byte(self) -> None:
        """Note that a byte is here."""
        if self.first_byte_s is None:
            self.first_byte_s = time.perf_counter() - self.asked_s


@dataclass(slots=True)
class SpokenStream:
    """Speech while it is made; iterate over it once."""

    heard: HeardClip
    _response: httpx.Response

    def __iter__(self) -> Iterator[bytes]:
        """Yield the bytes as they come; raise `Refused` where consent ended in the middle."""
        try:
            for data in self._response.iter_raw():
                self.heard.note_byte()
                yield data
        except httpx.HTTPError:
            raise _broken() from None


@dataclass(slots=True)
class AsyncSpokenStream:
    """Speech while it is made; iterate over it once."""

    heard: HeardClip
    _response: httpx.Response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the bytes as they come; raise `Refused` where consent ended in the middle."""
        try:
            async for data in self._response.aiter_raw():
                self.heard.note_byte()
                yield data
        except httpx.HTTPError:
            raise _broken() from None


class SaysoClient:
    """A server, for programs that wait. Close it, or use it as a context."""

    def __init__(self, url: str, key: str, *, transport: httpx.BaseTransport | None = None) -> None:
        """Take the address of the server, such as ``http://127.0.0.1:7180``, and a key of `sayso key add`."""
        self._http = httpx.Client(base_url=url, headers=_headers(key), timeout=_TIMEOUT, transport=transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    @contextlib.contextmanager
    def stream(self, text: str, *, voice: str, **fields: Any) -> Iterator[SpokenStream]:
        """Yield the speech of ``text``; leaving the block stops the engine.

        ``fields`` are ``model``, ``response_format``, ``speed``, ``purpose``, ``project``, ``live`` and the others
        of the route. Raise `Refused` with every reason, `Unavailable` where all places are taken, or `Invalid`.
        """
        asked_s = time.perf_counter()
        with _said(), self._http.stream("POST", _SPEECH, json=_body(text, voice, fields)) as response:
            if response.is_error:
                response.read()
            yield SpokenStream(_heard(_checked(response), asked_s), response)

    def speak(self, text: str, *, voice: str, **fields: Any) -> tuple[bytes, HeardClip]:
        """Return the whole sound of ``text``, and what it is; raise as `stream` does."""
        with self.stream(text, voice=voice, **fields) as stream:
            return b"".join(stream), stream.heard

    def get(self, path: str, **query: Any) -> Any:
        """Return what a resource answers, such as ``get("/v1/clips", grant="grt_...")``."""
        with _said():
            return _checked(self._http.get(path, params=query)).json()

    def post(self, path: str, body: Mapping[str, Any] | None = None, *, once: str | None = None) -> Any:
        """Return what a resource answers to ``body``; with ``once`` the same request, sent again, creates once."""
        with _said():
            return _checked(self._http.post(path, json=body, headers=_once(once))).json()


class AsyncSaysoClient:
    """A server, for programs of asyncio. Close it, or use it as a context."""

    def __init__(self, url: str, key: str, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        """Take the address of the server and a key, as `SaysoClient` does."""
        self._http = httpx.AsyncClient(base_url=url, headers=_headers(key), timeout=_TIMEOUT, transport=transport)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    @contextlib.asynccontextmanager
    async def stream(self, text: str, *, voice: str, **fields: Any) -> AsyncIterator[AsyncSpokenStream]:
        """Yield the speech of ``text``, as `SaysoClient.stream` does."""
        asked_s = time.perf_counter()
        with _said():
            async with self._http.stream("POST", _SPEECH, json=_body(text, voice, fields)) as response:
                if response.is_error:
                    await response.aread()
                yield AsyncSpokenStream(_heard(_checked(response), asked_s), response)

    async def speak(self, text: str, *, voice: str, **fields: Any) -> tuple[bytes, HeardClip]:
        """Return the whole sound of ``text``, and what it is; raise as `stream` does."""
        async with self.stream(text, voice=voice, **fields) as stream:
            return b"".join([data async for data in stream]), stream.heard

    async def get(self, path: str, **query: Any) -> Any:
        """Return what a resource answers, as `SaysoClient.get` does."""
        with _said():
            return _checked(await self._http.get(path, params=query)).json()

    async def post(self, path: str, body: Mapping[str, Any] | None = None, *, once: str | None = None) -> Any:
        """Return what a resource answers, as `SaysoClient.post` does."""
        with _said():
            return _checked(await self._http.post(path, json=body, headers=_once(once))).json()


def _headers(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def _once(token: str | None) -> dict[str, str]:
    return {} if token is None else {"Idempotency-Key": token}


def _body(text: str, voice: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    return {"model": "sayso", "response_format": "pcm", "input": text, "voice": voice, **fields}


def _heard(response: httpx.Response, asked_s: float) -> HeardClip:
    ids = {name: response.headers.get(f"x-sayso-{name}", "") for name in ("clip", "mark", "grant")}
    return HeardClip(**ids, media_type=response.headers.get("content-type", ""), asked_s=asked_s)


def _checked(response: httpx.Response) -> httpx.Response:
    """Return the response; raise what the server says, in either of its shapes of an error."""
    if not response.is_error:
        return response
    try:
        told = response.json()
        error = told["error"] if isinstance(told.get("error"), dict) else told
        message, reasons = str(error.get("message") or error["detail"]), [str(one) for one in error["reasons"]]
    except (ValueError, KeyError, TypeError, AttributeError):
        message, reasons = f"the server answered {response.status_code}", []
    kind = _KINDS.get(response.status_code, Invalid if response.status_code < 500 else Bug)
    raise kind(message, reasons=reasons)


def _broken() -> SaysoError:
    return Refused("the speech was broken off: consent ended meanwhile, or the server did; ask again to learn why")


@contextlib.contextmanager
def _said() -> Iterator[None]:
    """Raise what goes wrong on the way as `Unavailable`."""
    try:
        yield
    except httpx.HTTPError as error:
        raise Unavailable(f"the server cannot be reached ({type(error).__name__}); see that it runs") from None
