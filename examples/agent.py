"""A voice agent: answers each line of standard input aloud, as 16-bit PCM of 24 kHz on standard output.

    export SPEECH_URL=http://127.0.0.1:7180 SPEECH_KEY=... SPEECH_VOICE=narrator
    python examples/agent.py | aplay -r 24000 -f S16_LE

A new line interrupts the answer before it. The key's licensee needs a grant with the action `stream`.
"""

import asyncio
import base64
import json
import os
import sys
from collections.abc import AsyncIterator

from websockets.asyncio.client import ClientConnection, connect


async def answer(line: str) -> AsyncIterator[str]:
    """Yield the answer as it is written; a language model would stand here."""
    for word in f"You said: {line}. I heard every word of it.".split():
        await asyncio.sleep(0.02)
        yield f"{word} "


async def lines() -> AsyncIterator[str]:
    """Yield the lines of standard input."""
    while line := await asyncio.to_thread(sys.stdin.readline):
        yield line.strip()


async def play(socket: ClientConnection, closed: asyncio.Queue[str]) -> None:
    """Write what is spoken to standard output; tell of each turn that is over."""
    async for message in socket:
        told = json.loads(message)
        if told["type"] == "audio":
            sys.stdout.buffer.write(base64.b64decode(told["audio"]))
            sys.stdout.buffer.flush()
        elif told["type"] == "error":
            print(told.get("detail", told), file=sys.stderr)
        elif told["type"] == "closed":
            closed.put_nowait(told["context"])


async def main() -> None:
    """Answer until standard input ends, and the last answer was spoken."""
    address = os.environ["SPEECH_URL"].replace("http", "ws", 1) + "/v1/speech/stream"
    headers = {"Authorization": f"Bearer {os.environ['SPEECH_KEY']}"}
    closed, turn = asyncio.Queue[str](), 0
    async with connect(address, additional_headers=headers) as socket:

        async def send(kind: str, **more: str) -> None:
            await socket.send(json.dumps({"type": kind, "context": str(turn), **more}))

        player = asyncio.create_task(play(socket, closed))
        async for line in lines():
            await send("cancel")  # which changes nothing where the last answer is over
            turn += 1
            await send("open", voice=os.environ["SPEECH_VOICE"])
            async for text in answer(line):
                await send("text", text=text)
            await send("close")
        while turn and await closed.get() != str(turn):
            pass
        player.cancel()


if __name__ == "__main__":
    asyncio.run(main())
