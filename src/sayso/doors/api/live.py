"""``/v1/speech/stream``: a WebSocket on which text comes in as it is written and sound leaves as it is made.

Each message is one JSON object. A *context* is one line of speech; several may be open, and speak one after the other.

    in   {"type": "open", "context": "a", "voice": "alloy", "model": "sayso", "format": "pcm", "words": true}
         {"type": "text", "context": "a", "text": "The lamp was lit. "}     {"type": "flush", "context": "a"}
         {"type": "cancel", "context": "a"}                                 {"type": "close", "context": "a"}
    out  {"type": "utterance", "context": "a", "clip": ..., "mark": ..., "grant": ..., "text": ...}
         {"type": "audio", "context": "a", "audio": base64, "start_ms": 0, "stop_ms": 100,
          "words": [{"word": "The", "start_ms": 20, "stop_ms": 90}]}
         {"type": "spoken" | "cancelled" | "closed", "context": "a"}        {"type": "error", "context": "a", ...}

Text is spoken sentence by sentence, or when it is flushed. Each utterance has a permit of its own for live speech.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from sayso.audio.streamed import StreamFormat
from sayso.consent import Action
from sayso.doors.api.callers import Caller
from sayso.doors.api.errors import BodyInvalid
from sayso.doors.api.ordering import Wanted, begun
from sayso.doors.api.parts import SoundPart, parts_of
from sayso.doors.api.problems import answer, known, problem
from sayso.doors.api.service import Service

router = APIRouter()

CONTEXTS: Final = 8
MAX_TEXT: Final = 4096
MAX_PENDING: Final = 32
IDLE_S: Final = 600.0

_SENTENCE: Final = re.compile(r"(?<=[.!?…])[”\")]*\s+")
_ENDS: Final = {"cancel": "cancelled", "close": "closed"}


def _queue() -> asyncio.Queue[str | None]:
    return asyncio.Queue(MAX_PENDING + 1)  # and the end


@dataclass
class Context:
    """One line of speech: who speaks how, and the text that waits for the end of its sentence."""

    name: str
    wanted: Wanted
    form: StreamFormat
    waiting: str = ""
    texts: asyncio.Queue[str | None] = field(default_factory=_queue)
    speaker: asyncio.Task[None] | None = None
    is_closed: bool = False

    def taken(self, text: str) -> list[str]:
        """Return the sentences that are whole once ``text`` came."""
        self.waiting += text
        if len(self.waiting) > MAX_TEXT:
            raise BodyInvalid(f"text: got more than {MAX_TEXT} characters without the end of a sentence")
        *whole, self.waiting = _SENTENCE.split(self.waiting)
        return [each for each in whole if each.strip()]

    def flushed(self) -> list[str]:
        """Return what waits, as it is."""
        rest, self.waiting = self.waiting, ""
        return [rest] if rest.strip() else []

    def put(self, texts: list[str]) -> None:
        """Take sentences to be spoken; raise `BodyInvalid` for what is too far ahead of the speech."""
        for text in texts:
            if self.texts.qsize() >= MAX_PENDING:
                raise BodyInvalid(f"text: got more than {MAX_PENDING} sentences ahead of the speech")
            self.texts.put_nowait(text)

    def close(self) -> None:
        """Take the end, however much waits; raise `BodyInvalid` where the last words are too far ahead."""
        if self.is_closed:
            return
        self.is_closed = True
        try:
            self.put(self.flushed())
        finally:
            self.texts.put_nowait(None)

    def drop(self) -> None:
        """Drop all that was to be said; a context that was closed still ends."""
        self.waiting, self.texts = "", _queue()
        if self.is_closed:
            self.texts.put_nowait(None)


class SocketConversation:
    """One connection of a caller."""

    def __init__(self, socket: WebSocket, service: Service, caller: Caller) -> None:
        """Take the connection, once it is accepted."""
        self._socket, self._service, self._caller = socket, service, caller
        self._contexts: dict[str, Context] = {}
        self._sending = asyncio.Lock()

    async def run(self) -> None:
        """Answer messages until the connection ends; then everything that is being said stops."""
        try:
            while True:
                message = await asyncio.wait_for(self._socket.receive_text(), IDLE_S)
                try:
                    await self._act(parsed(message))
                except Exception as error:  # noqa: BLE001 - told to who sent it
                    await self._tell("error", None, **_told(error))
        except (WebSocketDisconnect, TimeoutError):
            return
        finally:
            tasks = [each.speaker for each in self._contexts.values() if each.speaker is not None]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _act(self, message: Mapping[str, Any]) -> None:
        kind, name = str(message.get("type")), str(message.get("context", ""))
        if kind == "open":
            self._open(message)
            return
        context = self._contexts.get(name)
        if context is None and kind in _ENDS:
            await self._tell(_ENDS[kind], name)  # it ended while the message was on its way
        elif context is None:
            raise BodyInvalid("context: got one that is not open; send a message of type open first")
        elif kind == "text":
            context.put(context.taken(text_of(message)))
        elif kind == "flush":
            context.put(context.flushed())
        elif kind == "cancel":
            await self._cancel(context)
        elif kind == "close":
            context.close()
        else:
            raise BodyInvalid("type: expected one of open, text, flush, cancel, close")

    def _open(self, message: Mapping[str, Any]) -> None:
        name = str(message.get("context", ""))
        if not 0 < len(name) <= 64 or name in self._contexts or len(self._contexts) >= CONTEXTS:
            raise BodyInvalid(f"context: expected a new name of 1 to 64 characters; {CONTEXTS} may be open")
        context = Context(name, _wanted(message), _form(message))
        self._contexts[name] = context
        self._speak(context)

    def _speak(self, context: Context) -> None:
        context.speaker = asyncio.create_task(self._spoken(context))

    async def _cancel(self, context: Context) -> None:
        context.drop()
        if context.speaker is not None:
            context.speaker.cancel()
            await asyncio.gather(context.speaker, return_exceptions=True)
        await self._tell("cancelled", context.name)
        self._speak(context)

    async def _spoken(self, context: Context) -> None:
        while (text := await context.texts.get()) is not None:
            try:
                await self._say(context, text)
                await self._tell("spoken", context.name)
            except Exception as error:  # noqa: BLE001 - told to who sent the text; the next may do better
                await self._tell("error", context.name, **_told(error))
        del self._contexts[context.name]
        await self._tell("closed", context.name)

    async def _say(self, context: Context, text: str) -> None:
        wanted = replace(context.wanted, text=text)
        hosts = self._service.hosts
        speaking = self._service.speaking(
            self._caller, lambda: begun(self._caller, wanted, Action.STREAM, hosts.engine), came_s=time.perf_counter()
        )
        try:
            utterance = await speaking.start()
            take = utterance.run.take
            grant = utterance.run.permit.grant_id
            await self._tell("utterance", context.name, clip=take.clip, mark=str(take.mark), grant=grant, text=text)
            async for part in parts_of(utterance, speaking.pieces(), context.form):
                await self._audio(context, part)
                speaking.latency.sent(utterance, part)
        finally:
            await speaking.aclose()

    async def _audio(self, context: Context, part: SoundPart) -> None:
        told: dict[str, Any] = {"start_ms": part.start_ms, "stop_ms": part.stop_ms}
        if context.wanted.timed:
            told["words"] = [asdict(word) for word in part.words]
        if part.data or part.words:
            await self._tell("audio", context.name, audio=base64.b64encode(part.data).decode(), **told)

    async def _tell(self, kind: str, context: str | None, **told: Any) -> None:
        async with self._sending:
            await self._socket.send_text(json.dumps({"type": kind, "context": context, **told}))


@router.websocket("/v1/speech/stream")
async def stream(socket: WebSocket) -> None:
    """Speak while text comes in."""
    service: Service = socket.app.state.service
    try:
        caller = await service.caller(socket.headers.get("authorization"))
    except Exception as error:  # noqa: BLE001 - a stranger is told no more than that
        await socket.send_denial_response(answer(known(error), socket.url.path))
        return
    await socket.accept()
    await SocketConversation(socket, service, caller).run()


def parsed(message: str) -> Mapping[str, Any]:
    """Return the object that a message is; raise `BodyInvalid`."""
    try:
        found = json.loads(message)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise BodyInvalid("message: expected one JSON object")
    return found


def text_of(message: Mapping[str, Any]) -> str:
    """Return the text of a message; raise `BodyInvalid`."""
    text = message.get("text")
    if not isinstance(text, str) or len(text) > MAX_TEXT:
        raise BodyInvalid(f"text: expected at most {MAX_TEXT} characters")
    return text


def _form(message: Mapping[str, Any]) -> StreamFormat:
    try:
        return StreamFormat(message.get("format", "pcm"))
    except ValueError:
        raise BodyInvalid(f"format: expected one of {', '.join(StreamFormat)}") from None


_FIELDS: Final = {"model": "sayso", "voice": "alloy", "purpose": None, "project": None, "language": "en"}


def _wanted(message: Mapping[str, Any]) -> Wanted:
    got: dict[str, Any] = {name: message.get(name, default) for name, default in _FIELDS.items()}
    for name, value in got.items():
        if (value is not None or _FIELDS[name] is not None) and not (isinstance(value, str) and 0 < len(value) <= 200):
            raise BodyInvalid(f"{name}: expected a text of 1 to 200 characters")
    speed = message.get("speed", 1.0)
    if not isinstance(speed, int | float) or isinstance(speed, bool) or not 0.5 <= speed <= 2.0:
        raise BodyInvalid("speed: expected 0.5 to 2.0")
    timed = message.get("words", False)
    if not isinstance(timed, bool):
        raise BodyInvalid("words: expected true or false")
    return Wanted(text="", speed=float(speed), timed=timed, **got)


def _told(error: Exception) -> dict[str, Any]:
    told = problem(known(error))
    return {name: told[name] for name in ("error", "detail", "reasons", "status")}
