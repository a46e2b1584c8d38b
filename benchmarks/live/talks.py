"""A talk over the WebSocket: text goes in, sound comes out, and each utterance is timed as its listener has it."""

from __future__ import annotations

import base64
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import websockets
from benchmarks.live.player import Player
from benchmarks.live.served import Running


@dataclass
class Turn:
    """What came of one text: its sound as it arrived, or why there is none; ``ended_s`` is when that was told."""

    player: Player = field(default_factory=Player)
    ended: str = ""
    status: int = 0
    ended_s: float = 0.0

    @property
    def took_ms(self) -> float:
        """Return how long the whole turn took."""
        return 1000 * (self.ended_s - self.player.asked_s)


class Talk:
    """One connection with one context."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self.socket = socket

    async def tell(self, kind: str, **more: Any) -> None:
        """Send a message."""
        await self.socket.send(json.dumps({"type": kind, "context": "a", **more}))

    async def say(self, text: str, *, heard: Callable[[Turn], bool] = lambda _: True) -> Turn:
        """Return what came of ``text``; once ``heard`` says so, at a piece of sound, it is cancelled.

        A cancelled turn begins to be counted anew when the cancel is sent: its ``took_ms`` is from there.
        """
        await self.tell("text", text=text)
        turn, is_left = Turn(), False
        await self.tell("flush")
        async for message in self.socket:
            now, told = time.perf_counter(), json.loads(message)
            if told["type"] == "audio":
                turn.player.got(len(base64.b64decode(told["audio"])), now)
                if not is_left and not heard(turn):
                    is_left, turn.player.asked_s = True, time.perf_counter()
                    await self.tell("cancel")
            elif told["type"] in {"spoken", "cancelled", "error"}:
                if is_left and told["type"] == "spoken":
                    continue
                turn.ended, turn.ended_s, turn.status = told["type"], now, told.get("status", 200)
                return turn
        raise ConnectionError("the server closed the connection")


@contextlib.asynccontextmanager
async def connected(server: Running, key: str) -> AsyncIterator[Talk]:
    """Yield a connection on which nothing was said."""
    url = server.url.replace("http", "ws", 1) + "/v1/speech/stream"
    async with websockets.connect(
        url, additional_headers={"Authorization": f"Bearer {key}"}, open_timeout=60
    ) as socket:
        yield Talk(socket)


@contextlib.asynccontextmanager
async def talking(server: Running, key: str, voice: str) -> AsyncIterator[Talk]:
    """Yield a connection with an open context of ``voice``."""
    async with connected(server, key) as talk:
        await talk.tell("open", voice=voice)
        yield talk
