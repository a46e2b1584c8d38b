"""Talks of Pipecat's real pipelines with a server, in an environment of their own: told as one JSON object.

Run by ``test_pipecat.py`` as ``pipecat_talk.py URL``, with ``{"key": ..., "live": ..., "voice": ..., "long": ...}`` on
standard input.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import dataclass, field
from typing import Any

from loguru import logger
from pipecat.frames.frames import (
    EndFrame,
    ErrorFrame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TTSAudioRawFrame,
    TTSSpeakFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
    TTSTextFrame,
    TTSUpdateSettingsFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.openai.tts import OpenAITTSService
from pipecat.services.tts_service import TextAggregationMode
from pipecat.workers.runner import WorkerRunner

from sayso.client.pipecat import PipecatVoice

logger.remove()
SHORT = "The lamp was lit at noon. And nobody saw it."


@dataclass
class Heard:
    """What came out of a pipeline, in order."""

    order: list[str] = field(default_factory=list)
    sound: int = 0
    rates: set[int] = field(default_factory=set)
    words: list[tuple[str, float]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    first_ns: int = 0

    def told(self) -> dict[str, Any]:
        seconds = [(word, (pts - self.first_ns) / 1e9) for word, pts in self.words]
        return {
            "order": self.order,
            "seconds": self.sound / 48_000,
            "rates": sorted(self.rates),
            "words": seconds,
            "errors": self.errors,
        }


class Sink(FrameProcessor):
    """The end of the pipeline; an event for whoever waits for a kind of frame."""

    def __init__(self) -> None:
        super().__init__()
        self.heard = Heard()
        self.waited: dict[str, asyncio.Event] = {name: asyncio.Event() for name in ("sound", "stopped")}

    async def process_frame(self, frame, direction):
        await super().process_frame(frame, direction)
        heard, name = self.heard, type(frame).__name__
        if isinstance(frame, TTSAudioRawFrame):
            if not heard.sound:
                heard.first_ns = self.get_clock().get_time()
            heard.sound += len(frame.audio)
            heard.rates.add(frame.sample_rate)
            self.waited["sound"].set()
        elif isinstance(frame, TTSTextFrame):
            heard.words.append((frame.text, frame.pts or 0))
        elif isinstance(frame, TTSStoppedFrame):
            self.waited["stopped"].set()
        if isinstance(frame, TTSStartedFrame | TTSStoppedFrame | TTSAudioRawFrame | TTSTextFrame):
            heard.order += [name] if heard.order[-1:] != [name] else []
        await self.push_frame(frame, direction)

    def forget(self) -> None:
        self.heard = Heard()
        for event in self.waited.values():
            event.clear()


class Talk:
    """A pipeline that runs, around one service."""

    def __init__(self, service) -> None:
        self.service, self.sink = service, Sink()
        params = PipelineParams(audio_out_sample_rate=24_000)
        self.worker = PipelineWorker(Pipeline([service, self.sink]), cancel_on_idle_timeout=False, params=params)
        self._started = asyncio.Event()
        self.worker.event_handler("on_pipeline_started")(self._begun)
        service.event_handler("on_error")(self._failed)

    async def _begun(self, *_: object) -> None:
        self._started.set()

    async def _failed(self, _: object, error: ErrorFrame) -> None:
        self.sink.heard.errors.append(error.error)

    async def __aenter__(self):
        runner = WorkerRunner(handle_sigint=False)
        await runner.add_workers(self.worker)
        self._running = asyncio.create_task(runner.run())
        await asyncio.wait_for(self._started.wait(), 20)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.worker.queue_frame(EndFrame())
        await asyncio.wait_for(self._running, 30)

    async def says(self, *texts: str) -> None:
        await self.put(LLMFullResponseStartFrame(), *map(LLMTextFrame, texts), LLMFullResponseEndFrame())

    async def put(self, *frames) -> None:
        for frame in frames:
            await self.worker.queue_frame(frame, FrameDirection.DOWNSTREAM)

    async def until(self, what: str) -> dict[str, Any]:
        await asyncio.wait_for(self.sink.waited[what].wait(), 30)
        return self.sink.heard.told()

    async def turn(self, *texts: str) -> dict[str, Any]:
        """Say what a language model writes, and return what was heard of it."""
        self.sink.forget()
        await self.says(*texts)
        return await self.until("stopped")


def ours(url: str, key: str, voice: str, mode=TextAggregationMode.SENTENCE, **fields) -> PipecatVoice:
    settings = PipecatVoice.Settings(voice=voice, **fields)
    return PipecatVoice(url, key, settings=settings, text_aggregation_mode=mode)


async def openai(url: str, given: dict[str, str]) -> dict[str, Any]:
    settings = OpenAITTSService.Settings(voice="alloy", model="sayso")
    service = OpenAITTSService(api_key=given["key"], base_url=f"{url}/v1", settings=settings)
    async with Talk(service) as talk:
        await talk.put(TTSSpeakFrame(SHORT))
        return await talk.until("stopped")


async def spoken(url: str, given: dict[str, str]) -> dict[str, Any]:
    """Two turns on one connection, the second with another speed; then text as it is written, word by word."""
    words = [f"{word} " for word in SHORT.split()]
    async with Talk(ours(url, given["live"], given["voice"])) as talk:
        first = await talk.turn(*words)
        await talk.put(TTSUpdateSettingsFrame(delta=PipecatVoice.Settings(speed=1.5)))
        faster = await talk.turn(*words)
        left = len(talk.service._turns)
    async with Talk(ours(url, given["live"], given["voice"], TextAggregationMode.TOKEN)) as talk:
        tokens = await talk.turn(*words)
    return {"first": first, "faster": faster, "tokens": tokens, "left": left}


async def interrupted(url: str, given: dict[str, str]) -> dict[str, Any]:
    async with Talk(ours(url, given["live"], given["voice"])) as talk:
        await talk.says(given["long"])
        await talk.until("sound")
        began = time.perf_counter()
        await talk.put(InterruptionFrame())
        async with asyncio.timeout(20):
            while talk.service._turns:  # noqa: ASYNC110 - the service tells nobody
                await asyncio.sleep(0.001)
        closed_s = time.perf_counter() - began
        at_once = talk.sink.heard.sound
        await asyncio.sleep(0.5)
        stopped = talk.sink.heard.told()
        after = await talk.turn("Go on.")
    return {"stopped": stopped, "later": talk.sink.heard.sound and stopped["seconds"] - at_once / 48_000, "after": after, "closed_s": closed_s}  # fmt: skip


async def refused(url: str, given: dict[str, str]) -> dict[str, Any]:
    async with Talk(ours(url, given["key"], given["voice"])) as talk:
        first = await talk.turn(SHORT)
        usable = talk.service.is_usable
        for _ in range(3):
            again = await talk.turn("Hello.")
        return {"first": first, "usable": usable, "again": again}


async def stranger(url: str, given: dict[str, str]) -> dict[str, Any]:
    async with Talk(ours(url, "wrong", given["voice"])) as talk:
        return {"errors": talk.sink.heard.errors, "usable": talk.service.is_usable}


async def reconnected(url: str, given: dict[str, str]) -> dict[str, Any]:
    async with Talk(ours(url, given["live"], given["voice"])) as talk:
        await talk.turn("One.")
        lost = talk.service._websocket
        lost.transport.abort()
        async with asyncio.timeout(20):
            while talk.service._websocket in {lost, None}:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.01)
        return await talk.turn(SHORT)


async def main() -> None:
    given = json.load(sys.stdin)
    talks = (openai, spoken, interrupted, refused, stranger, reconnected)
    chosen = [talk for talk in talks if talk.__name__ in sys.argv[2:]] or talks
    json.dump({talk.__name__: await talk(sys.argv[1], given) for talk in chosen}, sys.stdout)


if __name__ == "__main__":
    asyncio.run(main())
