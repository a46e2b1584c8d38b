"""ElevenLabs' routes for one text: whole and streamed sound, with or without the times of its characters."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from sayso.consent import Action
from sayso.doors.api.asking import Asked
from sayso.doors.api.elevenlabs.answers import TimedSound
from sayso.doors.api.elevenlabs.bodies import Form, TextBody, form_of, wanted_of
from sayso.doors.api.elevenlabs.characters import CharacterTimes, TimedText
from sayso.doors.api.ordering import begun
from sayso.doors.api.parts import SoundPart
from sayso.doors.api.sounds import PLAIN, SOUND, Deadline, Framing, described, response_of
from sayso.workflows.speech.live import LiveSpeech

router = APIRouter(tags=["elevenlabs"])

_PLAIN: Final = described("The sound, while it is made.", SOUND)
_TIMED: Final = described("The sound with the times of its characters.", {"application/json": {}})
_TIMED[200]["model"] = TimedSound
_TIMED_LINES: Final = described(
    "A line of JSON for each part of the sound, with the times of the characters that begin in it.",
    {"application/x-ndjson": {"schema": {"type": "string"}}},
)


@router.post("/v1/text-to-speech/{voice}", response_class=Response, responses=_PLAIN)
@router.post("/v1/text-to-speech/{voice}/stream", response_class=Response, responses=_PLAIN)
async def speech(
    voice: str, body: TextBody, asked: Asked, deadline_ms: Deadline = None, output_format: Form = "mp3_24000_128"
) -> Response:
    """Speak a text, as ElevenLabs' clients ask for it; the sound is sent while it is made."""
    return await _spoken(voice, body, asked, deadline_ms, output_format, PLAIN)


@router.post("/v1/text-to-speech/{voice}/with-timestamps", response_class=Response, responses=_TIMED)
async def timed_speech(
    voice: str, body: TextBody, asked: Asked, deadline_ms: Deadline = None, output_format: Form = "mp3_24000_128"
) -> Response:
    """Speak a text and tell when each of its characters is said, in one answer."""
    return await _spoken(voice, body, asked, deadline_ms, output_format, _WHOLE)


@router.post("/v1/text-to-speech/{voice}/stream/with-timestamps", response_class=Response, responses=_TIMED_LINES)
async def timed_stream(
    voice: str, body: TextBody, asked: Asked, deadline_ms: Deadline = None, output_format: Form = "mp3_24000_128"
) -> Response:
    """Send a line of JSON for each part of a sound as it is made, with the times of the characters that begin in it."""
    return await _spoken(voice, body, asked, deadline_ms, output_format, _LINES)


async def _spoken(
    voice: str, body: TextBody, asked: Asked, deadline_ms: int | None, output_format: str, framing: Framing
) -> Response:
    form, wanted = form_of(output_format), wanted_of(voice, body, timed=framing is not PLAIN)
    speaking = asked.service.speaking(
        asked.caller,
        lambda: begun(asked.caller, wanted, Action.SYNTHESIZE, asked.service.hosts.engine),
        came_s=asked.came_s,
        deadline_ms=deadline_ms,
    )
    return await response_of(speaking, form, framing)


async def _lines(utterance: LiveSpeech, parts: AsyncIterator[SoundPart]) -> AsyncIterator[bytes]:
    times = CharacterTimes(utterance.run.take.order.text, utterance.run.take.phrases)
    async for part in parts:
        written, spoken = times.told(part.words, ends=part.start_ms == part.stop_ms)
        if part.data or spoken:
            yield _line(part.data, written, spoken)


async def _whole(utterance: LiveSpeech, parts: AsyncIterator[SoundPart]) -> AsyncIterator[bytes]:
    times = CharacterTimes(utterance.run.take.order.text, utterance.run.take.phrases)
    got = [part async for part in parts]
    heard_ms = got[-1].stop_ms if got else 0
    words = [replace(word, stop_ms=min(word.stop_ms, heard_ms)) for part in got for word in part.words]
    written, spoken = times.told(words, ends=True)
    yield _line(b"".join(part.data for part in got), written, spoken)


_LINES: Final = Framing(_lines, "application/x-ndjson")
_WHOLE: Final = Framing(_whole, "application/json", is_whole=True)


def _line(data: bytes, written: TimedText, spoken: TimedText) -> bytes:
    told = {"audio_base64": base64.b64encode(data).decode(), "alignment": _shape(written)}
    return json.dumps({**told, "normalized_alignment": _shape(spoken)}).encode() + b"\n"


def _shape(text: TimedText) -> dict[str, Any] | None:
    if not text:
        return None
    return {
        "characters": [each.character for each in text],
        "character_start_times_seconds": [each.start_ms / 1000 for each in text],
        "character_end_times_seconds": [each.stop_ms / 1000 for each in text],
    }
