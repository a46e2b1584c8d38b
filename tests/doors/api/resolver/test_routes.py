"""So many questions at once: memory has an end, and whoever sends slowly keeps nobody else out."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from sayso.doors.api.errors import RequestSlow
from sayso.doors.api.resolver import routes
from sayso.doors.api.resolver.limits import Limits
from sayso.errors import Unavailable


def request(body: asyncio.Future[bytes] | None = None):
    """Return a question whose body is here, or comes when ``body`` does."""

    async def receive():
        return {"type": "http.request", "body": b"RIFF" if body is None else await body}

    return SimpleNamespace(headers={"content-length": "4"}, receive=receive)


def test_whoever_sends_for_longest_makes_room(monkeypatch):
    async def tried():
        one = routes.Answering(object, Limits(connections=2, quiet_s=60, body_s=60))
        slow = [asyncio.create_task(one.ask(request(asyncio.Future()), 10, lambda _: [])) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Unavailable):
            await one.ask(request(), 10, lambda _: [])  # all are new: nobody has had their second yet
        monkeypatch.setattr(routes, "_GRACE_S", 0.0)
        assert (await one.ask(request(), 10, lambda _: [])).body == b'{"matches": []}'
        with pytest.raises(RequestSlow):
            await slow[0]
        assert not slow[1].done()
        slow[1].cancel()

    asyncio.run(tried())


def test_what_is_searched_is_not_interrupted_and_nothing_is_while_speech_needs_the_machine(monkeypatch):
    monkeypatch.setattr(routes, "_GRACE_S", 0.0)

    async def tried():
        is_free = [True]
        one = routes.Answering(object, Limits(connections=1, hands=1), lambda: is_free[0])
        begun, over = asyncio.Event(), asyncio.Event()
        loop = asyncio.get_running_loop()

        def look(_):
            loop.call_soon_threadsafe(begun.set)
            asyncio.run_coroutine_threadsafe(over.wait(), loop).result(10)
            return []

        first = asyncio.create_task(one.ask(request(), 10, look))
        await begun.wait()
        with pytest.raises(Unavailable):
            await one.ask(request(), 10, lambda _: [])
        over.set()
        assert (await first).body == b'{"matches": []}'
        is_free[0] = False
        with pytest.raises(Unavailable):
            await one.ask(request(), 10, lambda _: [])
        is_free[0] = True
        assert (await one.look(list)).body == b'{"matches": []}'

    asyncio.run(tried())
