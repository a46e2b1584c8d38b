"""A TTS service of Pipecat that speaks through a server of Sayso: ``pip install 'sayso[pipecat]'``.

It keeps one WebSocket open (the messages stand in ``sayso/doors/api/live.py``). A turn of Pipecat is one context there,
each sentence an utterance under a permit of its own; words carry the times at which they are said. An interruption
cancels what is being said at the server. A refused sentence is an error frame with every reason, and is not told to
the conversation's memory as said.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pipecat.frames.frames import ErrorFrame, Frame, TTSAudioRawFrame, TTSStoppedFrame
from pipecat.services.settings import TTSSettings
from pipecat.services.tts_service import TextAggregationMode, WebsocketTTSService
from pipecat.utils.errors import ErrorCategory, classify_http_status_code
from pipecat.utils.types import NOT_GIVEN
from websockets.protocol import State

SAMPLE_RATE: Final = 24_000
_STREAM: Final = "/v1/speech/stream"
_AHEAD: Final = 300  # characters; the server takes 32 sentences ahead of its speech
_FIELDS: Final = ("model", "voice", "language", "speed", "purpose", "project")


@dataclass
class PipecatVoiceSettings(TTSSettings):
    """What may change while a pipeline runs, from its next turn on; ``None`` leaves it to the key."""

    speed: Any = field(default_factory=lambda: NOT_GIVEN)
    purpose: Any = field(default_factory=lambda: NOT_GIVEN)
    project: Any = field(default_factory=lambda: NOT_GIVEN)


@dataclass
class _Turn:
    """One context of the server: how much of it was said, in ms, and the utterance that is being said.

    ``ahead`` counts the characters that are not said yet, without spaces.
    """

    before_ms: int = 0
    said_ms: int = 0
    text: str = ""
    is_timed: bool = False
    is_closing: bool = False
    ahead: int = 0
    room: asyncio.Event = field(default_factory=asyncio.Event)

    def send(self, text: str) -> None:
        self.ahead += _size(text)
        if self.ahead > _AHEAD:
            self.room.clear()

    def leave(self, ahead: int) -> None:
        """Note how much is ahead now; let who waits go on."""
        self.ahead = max(0, ahead)
        if self.ahead <= _AHEAD:
            self.room.set()

    def begin(self, text: str) -> None:
        self.before_ms, self.said_ms = self.before_ms + self.said_ms, 0
        self.text, self.is_timed = text, False

    def at_s(self, start_ms: int) -> float:
        """Return when in the turn what lies at ``start_ms`` of the utterance is heard."""
        return (self.before_ms + start_ms) / 1000


class PipecatVoice(WebsocketTTSService):
    """A voice of a server."""

    Settings = PipecatVoiceSettings
    _settings: PipecatVoiceSettings
    _websocket: Any

    def __init__(self, url: str, key: str, *, settings: PipecatVoiceSettings | None = None, **options: Any) -> None:
        """Take the server, such as ``http://127.0.0.1:7180``, and a key; ``options`` are those of Pipecat's services.

        ``settings`` are ``voice``, ``model``, ``language``, ``speed``, ``purpose`` and ``project``.
        """
        chosen = self.Settings(model="sayso", voice="alloy", language="en", speed=1.0, purpose=None, project=None)
        if settings is not None:
            chosen.apply_update(settings)
        # A turn without sound is told as the error that it was; a voice whose consent is suspended may speak again.
        options.setdefault("max_consecutive_zero_audio_contexts", 0)
        super().__init__(
            settings=chosen, sample_rate=SAMPLE_RATE, push_text_frames=False, push_start_frame=True, **options
        )
        self._address = url.replace("http", "ws", 1).rstrip("/") + _STREAM
        self._headers = {"Authorization": f"Bearer {key}"}
        self._turns: dict[str, _Turn] = {}
        self._refused: set[str] = set()
        self._receiving: Any = None

    def can_generate_metrics(self) -> bool:
        """Return that Pipecat may measure this service."""
        return True

    def language_to_service_language(self, language: Any) -> str:
        """Return the language without its region, as the server knows it."""
        return str(language).partition("-")[0]

    async def setup(self, setup: Any) -> None:
        """Connect, so that the first turn need not wait for it."""
        await super().setup(setup)
        await self._connect()

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        """Send ``text``; its sound comes by the connection, into the audio context ``context_id``."""
        try:
            if self._websocket is None or self._websocket.state is not State.OPEN:
                await self._connect()
            await self._put(text, context_id)
            await self.start_tts_usage_metrics(text)
        except Exception as error:  # noqa: BLE001 - whatever the network raises is told downstream
            yield ErrorFrame(f"the speech could not be asked for: {error}", exception=error)
            yield TTSStoppedFrame(context_id=context_id)
            await self.remove_audio_context(context_id)
        yield None

    async def flush_audio(self, context_id: str | None = None) -> None:
        """Have what waits for the end of its sentence spoken."""
        turn = context_id or self.get_active_audio_context_id()
        if turn in self._turns:
            await self._send("flush", turn)

    async def on_turn_context_completed(self) -> None:
        """Tell the server that no more text comes: it closes the context once all is said."""
        turn = self._turn_context_id
        await super().on_turn_context_completed()
        if turn in self._turns:
            await self._close(turn)

    async def on_audio_context_interrupted(self, context_id: str) -> None:
        """Stop the engine, and drop what was still to be said."""
        await self.stop_all_metrics()
        self._refused.discard(context_id)
        if context_id in self._turns:
            await self._send("cancel", context_id)
            await self._close(context_id)
        await super().on_audio_context_interrupted(context_id)

    async def _put(self, text: str, context: str) -> None:
        """Send a sentence once the speech is near, or a word at once, which nobody may speak before others come."""
        by_sentence = self._text_aggregation_mode is TextAggregationMode.SENTENCE
        if by_sentence and context in self._turns:
            await self._turns[context].room.wait()
        await self._open(context)
        self._turns[context].send(text)
        await self._send("text", context, text=text)
        if by_sentence:
            await self._send("flush", context)

    async def _open(self, context: str) -> None:
        if context in self._turns:
            return
        chosen = {name: getattr(self._settings, name) for name in _FIELDS}
        self._turns[context] = turn = _Turn()
        turn.leave(0)
        told = {name: value for name, value in chosen.items() if value is not None}
        await self._send("open", context, words=True, format="pcm", **told)

    async def _close(self, context: str) -> None:
        turn = self._turns[context]
        if not turn.is_closing:
            turn.is_closing = True
            await self._send("close", context)

    async def _send(self, kind: str, context: str, **more: Any) -> None:
        if self._websocket is None:
            raise ConnectionError("there is no connection to the server")
        await self._websocket.send(json.dumps({"type": kind, "context": context, **more}))

    async def _connect(self) -> None:
        await super()._connect()
        await self._connect_websocket()
        if self._websocket is not None and self._receiving is None:
            self._receiving = self.create_task(self._receive_task_handler(self._report_error))

    async def _disconnect(self) -> None:
        await super()._disconnect()
        if self._receiving is not None:
            await self.cancel_task(self._receiving)
            self._receiving = None
        await self._disconnect_websocket()

    async def _connect_websocket(self) -> None:
        if self._websocket is not None and self._websocket.state is State.OPEN:
            return
        for turn in self._turns.values():
            turn.leave(0)
        self._turns.clear()
        try:
            self._websocket = await self._websocket_connect(self._address, additional_headers=self._headers)
            await self._call_event_handler("on_connected")
        except Exception as error:  # noqa: BLE001 - the pipeline goes on, and asks again with its next text
            self._websocket = None
            await self._report_error(ErrorFrame(f"the server cannot be reached: {error}", exception=error))

    async def _disconnect_websocket(self) -> None:
        socket, self._websocket = self._websocket, None
        if socket is not None:
            await socket.close()
            await self._call_event_handler("on_disconnected")

    async def _receive_messages(self) -> None:
        if self._websocket is None:
            raise ConnectionError("there is no connection to the server")
        async for message in self._websocket:
            await self._take(json.loads(message))

    async def _take(self, told: Mapping[str, Any]) -> None:
        context, kind = told["context"], told["type"]
        turn = self._turns.get(context or "")
        if kind == "error":
            await self._fail(context, told)
        elif turn is None:
            return
        elif kind == "utterance":
            turn.begin(told["text"])
        elif kind == "audio":
            await self._hear(context, turn, told)
        elif kind == "spoken":
            await self._note_spoken(context, turn)
        elif kind == "closed":
            await self._end(context)

    async def _hear(self, context: str, turn: _Turn, told: Mapping[str, Any]) -> None:
        if not self.audio_context_available(context):
            return
        words = [(word["word"], turn.at_s(word["start_ms"])) for word in told["words"]]
        turn.said_ms, turn.is_timed = told["stop_ms"], turn.is_timed or bool(words)
        await self.add_word_timestamps(words, context)
        if sound := base64.b64decode(told["audio"]):
            await self.append_to_audio_context(context, TTSAudioRawFrame(sound, SAMPLE_RATE, 1, context_id=context))

    async def _note_spoken(self, context: str, turn: _Turn) -> None:
        turn.leave(turn.ahead - _size(turn.text))
        if not turn.is_timed:  # an engine that tells no words: the text, where it began
            await self.add_word_timestamps([(turn.text, turn.at_s(0))], context)

    async def _end(self, context: str) -> None:
        del self._turns[context]
        if self.audio_context_available(context):
            await self.append_to_audio_context(context, TTSStoppedFrame(context_id=context))
            await self.remove_audio_context(context)

    async def _fail(self, context: str | None, told: Mapping[str, Any]) -> None:
        """Tell of an error behind the sound that came before it."""
        if context in self._turns:
            self._turns[context].leave(0)
        reasons = "; ".join(told.get("reasons") or ())
        frame = ErrorFrame(f"{told['detail']} ({reasons})" if reasons else told["detail"], category=_category(told))
        if context is not None and self.audio_context_available(context):
            self._refused.add(context)
            await self.append_to_audio_context(context, frame)
        else:
            await self.push_error_frame(frame)

    async def _apply_force_complete(self, context_id: str) -> None:
        """Drop the words that a turn was refused: Pipecat takes what has no time for said."""
        if context_id in self._refused:
            self._refused.discard(context_id)
            others = set(self.get_audio_contexts()) - {context_id}
            self._aggregated_frame_sequencer.clear(keep_contexts=others)
        await super()._apply_force_complete(context_id)


def _size(text: str) -> int:
    return len("".join(text.split()))


def _category(told: Mapping[str, Any]) -> ErrorCategory:
    """Return the kind of an error; a refusal is of this text at this time, and the next may be allowed."""
    status = int(told.get("status") or 0)
    return ErrorCategory.APPLICATION if status == 403 else classify_http_status_code(status)
