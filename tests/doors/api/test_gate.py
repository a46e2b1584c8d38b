"""Speech that would wait is refused before anything of it is looked at; everything else passes as it came."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from sayso.doors.api.admission import Admission
from sayso.doors.api.errors import Busy, TooLarge
from sayso.doors.api.gate import SpeechGate

SPEECH = "/v1/audio/speech"
GOOD = "Bearer good"


class Application:
    """What stands behind the gate: reads the body, and answers once it may."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.go = asyncio.Event()
        self.go.set()

    async def __call__(self, _: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        self.bodies.append(body)
        await self.go.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})


def scope(path: str = SPEECH, method: str = "POST", key: str = GOOD) -> dict[str, Any]:
    return {"type": "http", "path": path, "method": method, "headers": [(b"authorization", key.encode())]}


async def asked(gate: SpeechGate, asking: dict[str, Any], *parts: bytes | Exception) -> int:
    """Return the status of a request whose body comes in these parts."""
    waiting, statuses = [*parts], []

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0)
        part = waiting.pop(0)
        if isinstance(part, Exception):
            raise part
        return {"type": "http.request", "body": part, "more_body": bool(waiting)}

    async def send(message: dict[str, Any]) -> None:
        statuses.extend([message["status"]] if "status" in message else [])

    await gate(asking, receive, send)
    return statuses[0]


def gated(refused: list[Busy] | None = None) -> tuple[SpeechGate, Application]:
    application = Application()
    told = [] if refused is None else refused
    admission = Admission(places=1, patience_s=0.05)
    return SpeechGate(application, admission, lambda busy, _: told.append(busy), lambda key: key == GOOD), application


def test_of_many_at_once_those_beyond_the_places_are_refused_unread():
    async def tried() -> None:
        refused: list[Busy] = []
        gate, application = gated(refused)
        application.go.clear()
        first = [asyncio.create_task(asked(gate, scope(), b"one")) for _ in range(6)]
        done, pending = await asyncio.wait(first, timeout=0.2)
        assert sorted(task.result() for task in done) == [429] * 5
        assert (len(pending), len(refused), application.bodies) == (1, 5, [b"one"])
        application.go.set()
        assert await pending.pop() == 200
        assert await asked(gate, scope(), b"two") == 200

    asyncio.run(tried())


@pytest.mark.parametrize("other", [scope(path="/v1/models"), scope(method="GET"), scope(path="/v1/audio/voices")])
def test_what_is_not_speech_always_passes(other):
    async def tried() -> None:
        gate, application = gated()
        application.go.clear()
        speaking = asyncio.create_task(asked(gate, scope(), b"one"))
        await asyncio.sleep(0.02)
        passing = asyncio.create_task(asked(gate, other, b"two"))
        await asyncio.sleep(0.02)
        assert application.bodies == [b"one", b"two"]
        application.go.set()
        assert await asyncio.gather(speaking, passing) == [200, 200]

    asyncio.run(tried())


def test_who_sends_slowly_or_has_no_good_key_keeps_nobody_out():
    async def tried() -> None:
        gate, application = gated()
        application.go.clear()
        never = asyncio.Event()

        async def slowly() -> dict[str, Any]:
            await never.wait()
            raise AssertionError

        slow = asyncio.create_task(gate(scope(), slowly, slowly))
        strangers = [asyncio.create_task(asked(gate, scope(key="Bearer stolen"), b"no")) for _ in range(5)]
        await asyncio.sleep(0.02)
        mine = asyncio.create_task(asked(gate, scope(), b"mine"))
        await asyncio.sleep(0.02)
        assert application.bodies[-1] == b"mine"
        application.go.set()
        assert await mine == 200
        assert await asyncio.gather(*strangers) == [200] * 5
        slow.cancel()

    asyncio.run(tried())


def test_a_body_comes_to_the_application_as_it_was_sent():
    async def tried() -> None:
        gate, application = gated()
        assert await asked(gate, scope(), b"a", b"", b"bc") == 200
        assert application.bodies == [b"abc"]
        with pytest.raises(TooLarge):
            await asked(gate, scope(), b"a", TooLarge())

    asyncio.run(tried())
