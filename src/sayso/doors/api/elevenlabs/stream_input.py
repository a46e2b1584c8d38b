"""ElevenLabs' WebSocket ``/v1/text-to-speech/{voice}/stream-input``: text comes in as it is written, sound leaves.

    in   {"text": " ", "voice_settings": {...}, "xi_api_key": ...}     first; the key may stand in a header instead
         {"text": "The lamp was lit. "}    {"text": "...", "flush": true}    {"text": ""} ends the speech
    out  {"audio": base64, "isFinal": null, "alignment": {...}, "normalizedAlignment": {...}}
         {"isFinal": true} and the end (1000), or {"message": ..., "error": ..., "code": ...} and the end (1008)

A sentence is spoken once it is whole, under a permit of its own for live speech; the query's ``purpose`` and
``project`` stand in place of the key's. Times count from the start of the message's sound, as ElevenLabs' do.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from sayso.audio.streamed import StreamFormat
from sayso.consent import Action
from sayso.doors.api.callers import Caller
from sayso.doors.api.elevenlabs.bodies import form_of, model_of
from sayso.doors.api.elevenlabs.characters import CharacterTimes, TimedText
from sayso.doors.api.errors import BodyInvalid
from sayso.doors.api.live import Context, parsed, text_of
from sayso.doors.api.ordering import Wanted, begun
from sayso.doors.api.parts import SoundPart, parts_of
from sayso.doors.api.problems import known, problem
from sayso.doors.api.service import Service
from sayso.errors import SaysoError

router = APIRouter()

IDLE_S: Final = 180.0
_POLICY: Final = 1008
_MOST_CHARS: Final = 200


@dataclass
class InputConversation:
    """One connection: one voice that speaks what comes in."""

    socket: WebSocket
    service: Service
    caller: Caller
    context: Context

    async def run(self) -> None:
        """Read and speak until the text ends, or the connection does; raise why nothing more can be said."""
        reading = asyncio.create_task(self._read())
        speaking = asyncio.create_task(self._speak())
        try:
            done, _ = await asyncio.wait({reading, speaking}, return_when=asyncio.FIRST_COMPLETED)
            if reading in done:
                reading.result()
                await speaking
            else:
                speaking.result()
        finally:
            for task in (reading, speaking):
                task.cancel()
            await asyncio.gather(reading, speaking, return_exceptions=True)

    async def _read(self) -> None:
        while True:
            message = parsed(await asyncio.wait_for(self.socket.receive_text(), IDLE_S))
            text = text_of(message)
            for sentence in self.context.taken(text):
                await self.context.texts.put(sentence)
            if message.get("flush") or not text:
                for sentence in self.context.flushed():
                    await self.context.texts.put(sentence)
            if not text:
                await self.context.texts.put(None)
                return

    async def _speak(self) -> None:
        while (text := await self.context.texts.get()) is not None:
            await self._say(text)

    async def _say(self, text: str) -> None:
        wanted, engines = replace(self.context.wanted, text=text), self.service.hosts.engine
        speaking = self.service.speaking(
            self.caller, lambda: begun(self.caller, wanted, Action.STREAM, engines), came_s=time.perf_counter()
        )
        try:
            utterance = await speaking.start()
            times = CharacterTimes(text, utterance.run.take.phrases)
            async for part in parts_of(utterance, speaking.pieces(), self.context.form):
                written, spoken = times.told(part.words, ends=part.start_ms == part.stop_ms)
                if part.data or spoken:
                    await self.socket.send_text(_message(part, written, spoken))
                speaking.latency.sent(utterance, part)
        finally:
            await speaking.aclose()


@router.websocket("/v1/text-to-speech/{voice}/stream-input")
async def stream_input(socket: WebSocket, voice: str) -> None:
    """Speak while text comes in, as ElevenLabs' clients ask for it."""
    service: Service = socket.app.state.service
    await socket.accept()
    try:
        first = parsed(await asyncio.wait_for(socket.receive_text(), IDLE_S))
        caller = await service.caller(_token(socket, first))
        wanted, form = _wanted(socket, voice, first)
        context = Context(voice, wanted, form)
        context.taken(text_of(first).lstrip())
        await InputConversation(socket, service, caller, context).run()
        await socket.send_text(json.dumps({"isFinal": True}))
        await socket.close()
    except (WebSocketDisconnect, TimeoutError):
        return
    except Exception as error:  # noqa: BLE001 - told to who is connected, and no more than it may be
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):
            await socket.send_text(json.dumps(_told(known(error))))
            await socket.close(_POLICY, known(error).slug)


def _token(socket: WebSocket, first: Mapping[str, Any]) -> str | None:
    key = socket.headers.get("xi-api-key") or first.get("xi_api_key")
    return f"Bearer {key}" if isinstance(key, str) else socket.headers.get("authorization")


def _wanted(socket: WebSocket, voice: str, first: Mapping[str, Any]) -> tuple[Wanted, StreamFormat]:
    query = socket.query_params
    if any(len(value) > _MOST_CHARS for value in query.values()):
        raise BodyInvalid(f"query: expected values of at most {_MOST_CHARS} characters")
    form = form_of(query.get("output_format", "mp3_24000_128"))
    if form is StreamFormat.WAV:
        raise BodyInvalid("output_format: got wav, which ends with its first sentence; use pcm_24000")
    wanted = Wanted(
        model_of(query.get("model_id", "sayso")),
        voice,
        "",
        purpose=query.get("purpose"),
        project=query.get("project"),
        language=query.get("language_code", "en"),
        speed=_speed(first.get("voice_settings")),
        timed=True,
    )
    return wanted, form


def _speed(settings: object) -> float:
    speed = settings.get("speed") if isinstance(settings, Mapping) else None
    if speed is None:
        return 1.0
    if isinstance(speed, bool) or not isinstance(speed, int | float) or not 0.5 <= speed <= 2.0:
        raise BodyInvalid("voice_settings.speed: expected 0.5 to 2.0")
    return float(speed)


def _message(part: SoundPart, written: TimedText, spoken: TimedText) -> str:
    told = {"audio": base64.b64encode(part.data).decode(), "isFinal": None}
    places = {"alignment": _shape(written, part), "normalizedAlignment": _shape(spoken, part)}
    return json.dumps({**told, **places})


def _shape(text: TimedText, part: SoundPart) -> dict[str, Any] | None:
    if not text:
        return None
    return {
        "chars": [each.character for each in text],
        "charStartTimesMs": [each.start_ms - part.start_ms for each in text],
        "charDurationsMs": [each.stop_ms - each.start_ms for each in text],
    }


def _told(error: SaysoError) -> dict[str, Any]:
    told = problem(error)
    return {"message": error.message, "error": error.slug, "code": told["status"], "reasons": told["reasons"]}
