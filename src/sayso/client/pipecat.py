"""A speech service of Pipecat that speaks through a server of Sayso: install pipecat-ai beside ``sayso[client]``.

Pipecat's own OpenAI service works with OpenAI's names of voices; this one takes every voice, asks for live speech, and
tells every reason of a refusal. An interruption closes the request, which stops the engine.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from pipecat.frames.frames import ErrorFrame, Frame, TTSAudioRawFrame
from pipecat.services.settings import TTSSettings
from pipecat.services.tts_service import TTSService

from sayso.client.live import AsyncSaysoClient
from sayso.errors import SaysoError

SAMPLE_RATE = 24_000


class PipecatVoice(TTSService):
    """A voice of a server."""

    def __init__(self, url: str, key: str, *, voice: str, live: bool = True, fields: Any = None, **kwargs: Any) -> None:
        """Take the server, a key, and the voice; ``live`` asks for text that was not written before."""
        super().__init__(
            sample_rate=SAMPLE_RATE,
            push_start_frame=True,
            push_stop_frames=True,
            settings=TTSSettings(model="sayso", voice=voice, language=None),
            **kwargs,
        )
        self._client = AsyncSaysoClient(url, key)
        self._fields = {"voice": voice, "live": live, **(fields or {})}

    def can_generate_metrics(self) -> bool:
        """Return that the time to the first byte is measured."""
        return True

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame, None]:
        """Yield the sound of ``text``, 24 kHz, or why there is none."""
        try:
            async with self._client.stream(text, **self._fields) as stream:
                await self.start_tts_usage_metrics(text)
                rest = b""
                async for data in stream:
                    await self.stop_ttfb_metrics()
                    whole = (rest + data)[: (len(rest) + len(data)) & ~1]  # no sample is cut in two
                    rest = (rest + data)[len(whole) :]
                    yield TTSAudioRawFrame(whole, SAMPLE_RATE, 1, context_id=context_id)
        except SaysoError as error:
            yield ErrorFrame(error="; ".join([error.message, *error.reasons]))

    async def cleanup(self) -> None:
        """Close the connections."""
        await super().cleanup()
        await self._client.aclose()
