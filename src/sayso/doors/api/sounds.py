"""Sound as a response: bytes of one file while it is made, and an abrupt end where consent ends.

A refusal before the first piece is an error with its reasons. After it the status is out, and the connection is broken
off in the middle, so that no client takes what it has for the whole; in events an `error` says why.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import Header
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sayso.audio.streamed import StreamFormat
from sayso.doors.api.parts import SoundPart, parts_of
from sayso.doors.api.problems import known, openai_error
from sayso.doors.api.speech import Speaking
from sayso.mark import MarkedAudio
from sayso.workflows.speech.live import LiveSpeech

EVENTS: Final = "text/event-stream"
Deadline = Annotated[
    int | None,
    Header(
        alias="X-Sayso-Deadline-Ms",
        ge=0,
        le=99_999_999,
        description="How long you would wait, in ms: what would wait longer is refused at once.",
    ),
]


Frames = Callable[[LiveSpeech, AsyncIterator[SoundPart]], AsyncIterator[bytes]]


@dataclass(frozen=True, slots=True)
class Framing:
    """How the parts of a sound are sent: ``frames`` turns them into bytes of ``media_type`` (None: the sound's own).

    ``is_whole`` says that nothing is sent before everything is made.
    """

    frames: Frames
    media_type: str | None = None
    is_whole: bool = False


class SoundResponse(Response):
    """The sound of an utterance whose first piece is here."""

    def __init__(
        self,
        speaking: Speaking,
        utterance: LiveSpeech,
        first: MarkedAudio | None,
        form: StreamFormat,
        framing: Framing,
    ) -> None:
        """Take the utterance and its first piece, the form of the file, and how its parts are sent."""
        super().__init__(status_code=HTTPStatus.OK, media_type=framing.media_type or form.media_type)
        self._speaking, self._utterance = speaking, utterance
        self._first, self._form, self._framing = first, form, framing
        take = utterance.run.take
        told = {"clip": take.clip, "mark": str(take.mark), "grant": utterance.run.permit.grant_id}
        self.init_headers({f"X-Sayso-{name.title()}": value for name, value in told.items()})
        self.headers["Server-Timing"] = _timing(speaking.latency.came_s, utterance)
        del self.headers["content-length"]

    async def __call__(self, _: Scope, receive: Receive, send: Send) -> None:
        """Send the sound; stop making it when the listener goes away."""
        sending = asyncio.ensure_future(self._send(send))
        leaving = asyncio.ensure_future(_left(receive))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, leaving):
                task.cancel()
            await asyncio.gather(leaving, return_exceptions=True)
            await self._speaking.aclose()
        if sending.done() and not sending.cancelled():
            sending.result()

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async for data in self._framing.frames(self._utterance, self._parts()):
            await send({"type": "http.response.body", "body": data, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _parts(self) -> AsyncIterator[SoundPart]:
        async for part in parts_of(self._utterance, self._pieces(), self._form):
            yield part
            if not self._framing.is_whole:
                self._speaking.latency.sent(self._utterance, part)  # whoever takes parts sends one before the next

    async def _pieces(self) -> AsyncIterator[MarkedAudio]:
        if self._first is not None:
            yield self._first
            async for piece in self._speaking.pieces():
                yield piece


async def _plain(_: LiveSpeech, parts: AsyncIterator[SoundPart]) -> AsyncIterator[bytes]:
    async for part in parts:
        if part.data:
            yield part.data


async def _events(utterance: LiveSpeech, parts: AsyncIterator[SoundPart]) -> AsyncIterator[bytes]:
    try:
        async for part in parts:
            if part.data:
                yield _event({"type": "speech.audio.delta", "audio": base64.b64encode(part.data).decode()})
    except Exception as error:
        yield _event({"type": "error", **openai_error(known(error))})
        raise
    made = utterance.heard_ms
    words = len(utterance.run.take.text.split())
    usage = {"input_tokens": words, "output_tokens": made // 50, "total_tokens": words + made // 50}
    yield _event({"type": "speech.audio.done", "usage": usage})


def described(form: str, content: Mapping[str, Any], status: int = 200) -> dict[int | str, dict[str, Any]]:
    """Return the description of an answer that is sound, sent as ``form`` says."""
    named = {"Clip": "The clip's id.", "Mark": "The mark in its sound.", "Grant": "The grant that permits it."}
    headers = {f"X-Sayso-{name}": _header(words) for name, words in named.items()}
    headers["Server-Timing"] = _header("Milliseconds to the permit, and from there to the first marked piece.")
    return {status: {"description": form, "headers": headers, "content": dict(content)}}


def _header(words: str) -> dict[str, Any]:
    return {"description": words, "schema": {"type": "string"}}


BYTES: Final = {"schema": {"type": "string", "format": "binary"}}
"""The schema of sound as bytes."""

SOUND: Final = {form.media_type: BYTES for form in StreamFormat}
"""The sound of each form, as bytes."""

PLAIN: Final = Framing(_plain)
SSE: Final = Framing(_events, EVENTS)


async def response_of(speaking: Speaking, form: StreamFormat, framing: Framing = PLAIN) -> SoundResponse:
    """Return the response of speech once its first piece is here; raise why there is none."""
    try:
        utterance = await speaking.start()
        first = await anext(speaking.pieces(), None)
    except BaseException:
        await speaking.aclose()
        raise
    return SoundResponse(speaking, utterance, first, form, framing)


def _timing(came_s: float, utterance: LiveSpeech) -> str:
    """Return how long it took to be authorised, and then to the first marked piece, in ms (W3C Server Timing)."""
    admitted, first = utterance.began_s - came_s, utterance.first_s - utterance.began_s
    return f"admit;dur={1000 * admitted:.2f}, first;dur={1000 * max(0.0, first):.2f}"


def _event(told: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(told).encode() + b"\n\n"


async def _left(receive: Receive) -> None:
    """Return when the listener has gone."""
    while (await receive())["type"] != "http.disconnect":
        continue
