"""A TTS of LiveKit Agents that speaks through a server of Sayso: ``pip install 'sayso[livekit]'``.

For text that comes in pieces wrap it in LiveKit's own ``tts.StreamAdapter``; each sentence is asked for under a permit
of its own. `livekit-plugins-openai` works too; this one asks for live speech, and hands on every reason of a refusal.
"""

from __future__ import annotations

from typing import Any

from livekit.agents import APIConnectionError, APIConnectOptions, APIStatusError, tts
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS

from sayso.client.live import AsyncSaysoClient
from sayso.errors import SaysoError, Unavailable

SAMPLE_RATE = 24_000


class LiveKitVoice(tts.TTS):
    """A voice of a server."""

    def __init__(self, url: str, key: str, *, voice: str, live: bool = True, **fields: Any) -> None:
        """Take the server, a key, and the voice; ``live`` asks for text that was not written before."""
        super().__init__(capabilities=tts.TTSCapabilities(streaming=False), sample_rate=SAMPLE_RATE, num_channels=1)
        self.client = AsyncSaysoClient(url, key)
        self.fields = {"voice": voice, "live": live, **fields}

    def synthesize(
        self, text: str, *, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS
    ) -> tts.ChunkedStream:
        """Return the speech of ``text``, as LiveKit takes it."""
        return _Speech(tts=self, input_text=text, conn_options=conn_options)

    async def aclose(self) -> None:
        """Close the connections."""
        await self.client.aclose()


class _Speech(tts.ChunkedStream):
    async def _run(self, output_emitter: tts.AudioEmitter) -> None:
        voice: Any = self._tts
        try:
            async with voice.client.stream(self.input_text, **voice.fields) as stream:
                output_emitter.initialize(
                    request_id=stream.heard.clip,
                    sample_rate=SAMPLE_RATE,
                    num_channels=1,
                    mime_type="audio/pcm",
                )
                async for data in stream:
                    output_emitter.push(data)
                output_emitter.flush()
        except Unavailable as error:
            raise APIConnectionError(error.message) from None
        except SaysoError as error:
            told = {"reasons": list(error.reasons)}
            raise APIStatusError(error.message, status_code=403, body=told, retryable=False) from None
