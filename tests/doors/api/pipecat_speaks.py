"""Run by a Python with pipecat-ai: seconds of sound of Pipecat's OpenAI service, of ours, and why ours is refused."""

import asyncio
import sys

from pipecat.frames.frames import ErrorFrame, TTSAudioRawFrame, TTSSpeakFrame
from pipecat.services.openai.tts import OpenAITTSService
from pipecat.tests.utils import run_test

from sayso.client.pipecat import PipecatVoice

url, bound, live = sys.argv[1:]


async def spoken(service):
    down, up = await run_test(service, frames_to_send=[TTSSpeakFrame("The lamp was lit.")])
    return [*down, *up]


def seconds(frames):
    return sum(len(frame.audio) for frame in frames if isinstance(frame, TTSAudioRawFrame)) / 48_000


async def main():
    settings = OpenAITTSService.Settings(voice="alloy", model="sayso")
    theirs = await spoken(OpenAITTSService(api_key=bound, base_url=f"{url}/v1", settings=settings))
    ours = await spoken(PipecatVoice(url, live, voice="narrator"))
    refused = await spoken(PipecatVoice(url, bound, voice="narrator"))
    print(seconds(theirs), seconds(ours), sep="\n")
    print(next(frame.error for frame in refused if isinstance(frame, ErrorFrame)).replace("\n", " "))


asyncio.run(main())
