"""A Pipecat pipeline: says each line of standard input, as 16-bit PCM of 24 kHz on standard output.

    pip install 'sayso[pipecat]'
    export SPEECH_URL=http://127.0.0.1:7180 SPEECH_KEY=... SPEECH_VOICE=narrator
    python examples/pipecat_agent.py | aplay -r 24000 -f S16_LE

A language model would stand where the lines come in. The key's licensee needs a grant with the action `stream`.
"""

import asyncio
import os
import sys

from pipecat.frames.frames import EndFrame, ErrorFrame, Frame, TTSAudioRawFrame, TTSSpeakFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.workers.runner import WorkerRunner

from sayso.client.pipecat import PipecatVoice


class Player(FrameProcessor):
    """Writes what is spoken to standard output."""

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Play sound, and pass everything on."""
        await super().process_frame(frame, direction)
        if isinstance(frame, TTSAudioRawFrame):
            sys.stdout.buffer.write(frame.audio)
            sys.stdout.buffer.flush()
        await self.push_frame(frame, direction)


async def told(_: PipecatVoice, error: ErrorFrame) -> None:
    """Tell why a line was refused."""
    print(error.error, file=sys.stderr)


async def main() -> None:
    """Speak until standard input ends, and the last line was spoken."""
    settings = PipecatVoice.Settings(voice=os.environ["SPEECH_VOICE"])
    voice = PipecatVoice(os.environ["SPEECH_URL"], os.environ["SPEECH_KEY"], settings=settings)
    voice.event_handler("on_error")(told)
    params = PipelineParams(audio_out_sample_rate=24_000)
    worker = PipelineWorker(Pipeline([voice, Player()]), params=params)
    runner = WorkerRunner()
    await runner.add_workers(worker)
    speaking = asyncio.create_task(runner.run())
    while line := await asyncio.to_thread(sys.stdin.readline):
        await worker.queue_frame(TTSSpeakFrame(line.strip()))
    await worker.queue_frame(EndFrame())
    await speaking


asyncio.run(main())
