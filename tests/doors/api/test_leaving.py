"""What is said leaves only once it was asked for, even to who did not wait for it to begin."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from sayso.consent.errors import PermitRefused
from sayso.doors.api import speech
from sayso.doors.api.latency import Latency, Metrics
from sayso.doors.api.speech import Speaking
from sayso.engines import Stop


class Withdrawn:
    """An utterance whose consent ended before its one piece left."""

    ahead_s = 0.0

    def __init__(self) -> None:
        self.stop = Stop()

    def pieces(self):
        yield "a piece"

    def left(self, _):
        raise PermitRefused("withdrawn", reasons=["withdrawn"])

    def close(self):
        return None


class Slow(Withdrawn):
    """An utterance whose making takes until ``may_end``; notes that it was closed."""

    def __init__(self) -> None:
        super().__init__()
        self.may_end, self.closed = threading.Event(), threading.Event()

    def pieces(self):
        self.may_end.wait(5)
        yield from super().pieces()

    def close(self):
        self.closed.set()


class Counting(Withdrawn):
    """An utterance of three pieces that notes how many were made."""

    def __init__(self) -> None:
        super().__init__()
        self.made = 0

    def pieces(self):
        for self.made in range(1, 4):
            yield f"piece {self.made}"

    def left(self, _):
        return


def spoken(begin, pool, haste=None) -> Speaking:
    place = contextlib.nullcontext(SimpleNamespace(leave=lambda: None))
    return Speaking(begin, pool, pool, place, latency=Latency(Metrics(), 0.0), haste=haste)


def test_a_piece_is_asked_for_though_the_start_was_given_up():
    entered, may_begin = threading.Event(), threading.Event()

    def begin():
        entered.set()
        may_begin.wait(5)
        return Withdrawn()

    async def listen(pool):
        speaking = spoken(begin, pool)
        starting = asyncio.create_task(speaking.start())
        await asyncio.to_thread(entered.wait, 5)
        starting.cancel()
        await asyncio.wait({starting})
        may_begin.set()
        try:
            with pytest.raises(PermitRefused):
                await anext(speaking.pieces())
        finally:
            await speaking.aclose()

    with ThreadPoolExecutor(1) as pool:
        asyncio.run(listen(pool))


def test_who_leaves_before_it_is_permitted_stops_the_engine():
    entered, may_begin = threading.Event(), threading.Event()
    utterance = Counting()

    def begin():
        entered.set()
        may_begin.wait(5)
        return utterance

    async def leave(pool):
        speaking = spoken(begin, pool)
        starting = asyncio.create_task(speaking.start())
        await asyncio.to_thread(entered.wait, 5)
        starting.cancel()
        leaving = asyncio.create_task(speaking.aclose())
        await asyncio.sleep(0)
        may_begin.set()
        await asyncio.wait({starting, leaving})

    with ThreadPoolExecutor(1) as pool:
        asyncio.run(leave(pool))
    assert utterance.stop.is_set()


def test_what_was_heard_is_kept_though_leaving_was_cancelled_too():
    utterance = Slow()

    async def leave(pool):
        speaking = spoken(lambda: utterance, pool)
        await speaking.start()
        leaving = asyncio.create_task(speaking.aclose())
        await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.wait({leaving})
        utterance.may_end.set()
        assert await asyncio.to_thread(utterance.closed.wait, 5)

    with ThreadPoolExecutor(1) as pool:
        asyncio.run(leave(pool))


@pytest.mark.parametrize("wait_s", [30.0, 0.0])
def test_the_second_piece_is_made_once_the_first_is_out_or_takes_long(monkeypatch, wait_s):
    monkeypatch.setattr(speech, "FIRST_OUT_S", wait_s)
    utterance = Counting()

    async def listen(pool):
        speaking = spoken(lambda: utterance, pool)
        await speaking.start()
        pieces = speaking.pieces()
        heard = [await anext(pieces)]
        if wait_s:
            await asyncio.sleep(0.05)
            assert utterance.made == 1
        heard += [piece async for piece in pieces]
        await speaking.aclose()
        return heard

    with ThreadPoolExecutor(1) as pool:
        assert asyncio.run(listen(pool)) == ["piece 1", "piece 2", "piece 3"]


def test_who_leaves_after_the_first_piece_holds_nobody_up(monkeypatch):
    monkeypatch.setattr(speech, "FIRST_OUT_S", 30.0)
    utterance = Counting()

    async def leave(pool):
        speaking = spoken(lambda: utterance, pool)
        await speaking.start()
        await anext(speaking.pieces())
        await asyncio.wait_for(speaking.aclose(), 10)

    with ThreadPoolExecutor(1) as pool:
        asyncio.run(leave(pool))
    assert utterance.made <= 2


@pytest.mark.parametrize("ahead_s", [0.0, 9.0])
def test_who_has_enough_to_hear_gives_way_to_who_waits_for_first_sound(monkeypatch, ahead_s):
    monkeypatch.setattr(speech, "FIRST_OUT_S", 0.0)
    monkeypatch.setattr(speech, "GIVEN_WAY_S", 30.0)
    utterance, haste, other = Counting(), speech.Haste(), Slow()
    utterance.ahead_s = ahead_s

    async def listen(pool):
        hasty, speaking = spoken(lambda: other, pool, haste), spoken(lambda: utterance, pool, haste)
        await hasty.start()
        await speaking.start()
        pieces = speaking.pieces()
        heard = [await anext(pieces)]
        asking = asyncio.ensure_future(anext(pieces))  # the first is out
        if ahead_s:
            await asyncio.sleep(0.05)
            assert (utterance.made, asking.done()) == (1, False)
        else:
            await asyncio.wait_for(asyncio.shield(asking), 10)
        other.may_end.set()
        await hasty.aclose()
        heard += [await asking, *[piece async for piece in pieces]]
        await speaking.aclose()
        return heard

    with ThreadPoolExecutor(2) as pool:
        assert asyncio.run(listen(pool)) == ["piece 1", "piece 2", "piece 3"]


def test_who_is_refused_is_in_no_haste():
    haste = speech.Haste()

    def begin():
        raise PermitRefused("no", reasons=["no"])

    async def ask(pool):
        speaking = spoken(begin, pool, haste)
        with pytest.raises(PermitRefused):
            await speaking.start()
        haste.give_way(0.0)
        await speaking.aclose()

    with ThreadPoolExecutor(1) as pool:
        asyncio.run(ask(pool))
    started = threading.Thread(target=haste.give_way, args=(30.0,))
    started.start()
    started.join(5)
    assert not started.is_alive()
