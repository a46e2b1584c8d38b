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
        yield f"{word} "


async def say(socket: ClientConnection, turn: int, kind: str, **more: str) -> None:
    """Send a message about one turn, which is a context of the socket."""
    await socket.send(json.dumps({"type": kind, "context": str(turn), **more}))


async def play(socket: ClientConnection, closed: asyncio.Queue[str]) -> None:
    """Write what is spoken to standard output; tell of each turn that is over."""
    async for message in socket:
        told = json.loads(message)
        if told["type"] == "audio":
            os.write(sys.stdout.fileno(), base64.b64decode(told["audio"]))
        elif told["type"] == "error":
            print(told.get("detail", told), file=sys.stderr)
        elif told["type"] == "closed":
            closed.put_nowait(told["context"])


async def main() -> None:
    """Answer until standard input ends, and the last answer was spoken."""
    url, key, voice = (os.environ[f"SPEECH_{name}"] for name in ("URL", "KEY", "VOICE"))
    address, headers = f"ws{url.removeprefix('http')}/v1/speech/stream", {"Authorization": f"Bearer {key}"}
    closed, turn = asyncio.Queue[str](), 0
    async with connect(address, additional_headers=headers) as socket:
        player = asyncio.create_task(play(socket, closed))
        while line := await asyncio.to_thread(sys.stdin.readline):
            await say(socket, turn, "cancel")  # which changes nothing where the last answer is over
            await say(socket, turn := turn + 1, "open", voice=voice)
            async for text in answer(line.strip()):
                await say(socket, turn, "text", text=text)
            await say(socket, turn, "close")
        while turn and await closed.get() != str(turn):
            pass
        player.cancel()


asyncio.run(main())
