"""The workbench: one piece of work at a time, few that wait, and none of a key too many."""

from __future__ import annotations

import asyncio
import threading

import pytest

from sayso.doors.api.problems import answer
from sayso.doors.api.uploads.workbench import EACH, WAITING, Workbench, WorkbenchBusy


def with_bench(talk, **given):
    async def held() -> None:
        bench, over = Workbench(**given), threading.Event()
        try:
            await talk(bench, over)
        finally:
            over.set()
            await asyncio.to_thread(bench.close)

    asyncio.run(held())


def test_work_is_done_one_after_another_in_the_order_in_which_it_came():
    running, done = [], []

    def work(number):
        running.append(number)
        assert len(running) == 1
        done.append(running.pop())
        return number

    async def talk(bench, _):
        came = [bench.run(f"key {number}", lambda number=number: work(number)) for number in range(WAITING)]
        assert await asyncio.gather(*came) == done == list(range(WAITING))

    with_bench(talk)


def test_a_key_has_a_few_pieces_of_work_and_the_others_have_room_until_all_is_taken():
    async def talk(bench, over):
        waiting = [asyncio.ensure_future(bench.run("one", over.wait)) for _ in range(EACH)]
        await asyncio.sleep(0)
        with pytest.raises(WorkbenchBusy, match="this key"):
            await bench.run("one", over.wait)
        waiting += [asyncio.ensure_future(bench.run(f"other {n}", over.wait)) for n in range(WAITING - EACH)]
        await asyncio.sleep(0)
        with pytest.raises(WorkbenchBusy, match="other work"):
            await bench.run("last", over.wait)
        over.set()
        await asyncio.gather(*waiting)
        assert await bench.run("one", lambda: "again") == "again"

    with_bench(talk)


def test_who_goes_away_keeps_the_place_until_the_work_has_ended():
    async def talk(bench, over):
        waiting = [asyncio.ensure_future(bench.run("one", over.wait)) for _ in range(EACH)]
        await asyncio.sleep(0)
        for each in waiting:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        with pytest.raises(WorkbenchBusy):
            await bench.run("one", over.wait)

    with_bench(talk)


def test_work_that_failed_gives_its_place_back_and_none_begins_while_speech_takes_all_places():
    free = [True]

    async def talk(bench, _):
        for _each in range(2 * WAITING):
            with pytest.raises(ZeroDivisionError):
                await bench.run("one", lambda: 1 / 0)
        free[0] = False
        with pytest.raises(WorkbenchBusy) as refused:
            await bench.run("one", lambda: 1)
        told = answer(refused.value, "/v1/diagnoses")
        assert (told.status_code, told.headers["Retry-After"]) == (429, "5")

    with_bench(talk, is_free=lambda: free[0])
