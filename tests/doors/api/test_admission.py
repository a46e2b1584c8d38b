"""What does not fit is refused at once; keys take turns; a place is given on whatever happens to who had it."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from sayso.doors.api.admission import QUEUED, Admission
from sayso.doors.api.errors import Busy, RateExceeded


async def hold(admission: Admission, key: str, order: list[str], go: asyncio.Event) -> None:
    async with admission.place(key):
        order.append(key)
        await go.wait()


def test_beyond_the_places_and_the_patience_a_request_is_refused_with_when_to_come_again():
    async def tried() -> None:
        admission, order, go = Admission(places=2, patience_s=0.15), [], asyncio.Event()
        tasks = [asyncio.create_task(hold(admission, "a", order, go)) for _ in range(5)]
        await asyncio.sleep(0)
        assert (admission.held, admission.queued) == (2, 2)  # at 0.1 s each, the fifth would wait 0.15 s
        with pytest.raises(Busy) as caught:
            async with admission.place("b"):
                pass
        assert caught.value.retry_after_s > 0.1
        with pytest.raises(Busy):
            async with admission.place("b", deadline_s=0.0):
                pass
        go.set()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert (admission.held, admission.queued) == (0, 0)

    asyncio.run(tried())


def test_keys_take_turns_and_one_key_fills_only_its_own_line():
    async def tried() -> list[str]:
        admission, order = Admission(places=1, patience_s=100), []

        async def say(key: str) -> None:
            async with admission.place(key):
                order.append(key)
                await asyncio.sleep(0)

        greedy = [asyncio.create_task(say("greedy")) for _ in range(QUEUED + 1)]
        await asyncio.sleep(0)
        modest = asyncio.create_task(say("modest"))
        with pytest.raises(Busy):
            async with admission.place("greedy"):
                pass
        await asyncio.gather(*greedy, modest)
        return order

    order = asyncio.run(tried())
    assert order.index("modest") < 4
    assert len(order) == QUEUED + 2


def test_who_gives_up_waiting_takes_no_place():
    async def tried() -> None:
        admission, order, go = Admission(places=1, patience_s=100), [], asyncio.Event()
        first = asyncio.create_task(hold(admission, "a", order, go))
        await asyncio.sleep(0)
        second = asyncio.create_task(hold(admission, "b", order, go))
        await asyncio.sleep(0)
        second.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await second
        go.set()
        await first
        assert admission.held == 0
        async with admission.place("c"):
            assert admission.held == 1

    asyncio.run(tried())


def test_a_rate_is_held_and_refills():
    moments = iter([0.0, 0.0, 0.0, 30.0, 30.0])
    admission = Admission(places=1, clock=lambda: next(moments))
    admission.charge("a", 2)
    admission.charge("a", 2)
    with pytest.raises(RateExceeded) as caught:
        admission.charge("a", 2)
    assert caught.value.retry_after_s == pytest.approx(30)
    admission.charge("a", 2)
    admission.charge("b", 0)


def test_those_on_their_way_to_a_place_count_until_they_have_one():
    async def tried() -> None:
        admission = Admission(places=1, patience_s=0.05)
        with admission.arriving(is_counted=True) as busy:
            assert busy is None
            with admission.arriving(is_counted=True) as late:
                assert isinstance(late, Busy)
                assert late.retry_after_s > 0.05
            assert (admission.arrivals, admission.refused) == (1, 1)
            async with admission.place("a"):
                assert (admission.arrivals, admission.held) == (0, 1)
                with admission.arriving(is_counted=True) as late:
                    assert isinstance(late, Busy)
        assert (admission.arrivals, admission.held) == (0, 0)

    asyncio.run(tried())


def test_who_is_not_known_keeps_nobody_out():
    admission = Admission(places=1, patience_s=0.05)
    with contextlib.ExitStack() as strangers:
        for _ in range(50):
            assert strangers.enter_context(admission.arriving(is_counted=False)) is None
        with admission.arriving(is_counted=True) as busy:
            assert busy is None


def test_a_request_that_fails_on_its_way_is_counted_no_more():
    admission = Admission(places=1, patience_s=0.05)
    with pytest.raises(KeyError), admission.arriving(is_counted=True):
        raise KeyError
    assert admission.arrivals == 0
