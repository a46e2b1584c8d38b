"""The host: what one text does to its worker touches no other; what is stopped is over soon; what is too much waits."""

from __future__ import annotations

import asyncio
import os
import threading
import time

import numpy as np
import pytest

from sayso.audio.signal import Signal
from sayso.engines import EngineUnknown, Stop, Unspeakable, VoiceAsset
from sayso.engines.host import EngineFailed, EngineHost, HostBusy, HostClosed, HostedEngine, SpeakOrder, WorkerLost

VOICE = VoiceAsset("crooked", "tone", b"one")


def said(host, text, **words):
    return list(host.stream(SpeakOrder(text, VOICE, **words)))


def until(what, seconds=10.0):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.005)


def ready(host):
    until(lambda: host.load().ready == host.load().workers and not host.load().active)


def test_pieces_come_as_the_engine_made_them(host):
    pieces = said(host, "hello")
    assert [piece.num_samples for piece in pieces] == [2400] * 3
    assert np.all(pieces[0].samples == np.float32(0.5))
    assert pieces[0].sample_rate == 24_000


def test_the_engine_runs_in_other_processes(host):
    assert said(host, "pid")[0].num_samples != os.getpid()


@pytest.mark.parametrize("text", ["die", "quit", "nonsense"])
def test_a_text_that_kills_its_worker_takes_no_other_with_it(host, text):
    ready(host)
    before = host.load().restarts
    slow = host.stream(SpeakOrder("slow", VOICE))
    next(slow)
    with pytest.raises(WorkerLost):
        said(host, text)
    assert len(list(slow)) == 49
    until(lambda: host.load().ready == 2)
    assert host.load().restarts == before + 1
    assert len(said(host, "hello")) == 3


def test_an_error_of_the_engine_is_told_without_what_it_quotes(host):
    with pytest.raises(EngineFailed) as told:
        said(host, "fail")
    assert "secret" not in told.value.message
    with pytest.raises(Unspeakable, match="nothing to say"):
        said(host, "silent")
    assert host.load().ready == 2


def test_more_memory_than_allowed_is_refused_and_harms_nobody(host):
    ready(host)
    before = host.load().restarts
    with pytest.raises(EngineFailed, match="MemoryError"):
        said(host, "grow")
    assert host.load().restarts == before


def test_a_worker_that_grows_is_ended(crooked):
    host = crooked(memory_mib=200)
    with pytest.raises((WorkerLost, EngineFailed)):
        said(host, "fatten")
    ready(host)
    assert len(said(host, "hello")) == 3


@pytest.mark.parametrize("text", ["slow", "slow to stop"])
def test_a_stop_keeps_the_worker(host, text):
    ready(host)
    before, stop = host.load().restarts, Stop()
    pieces = host.stream(SpeakOrder(text, VOICE), stop=stop)
    next(pieces)
    stop.set()
    assert list(pieces) == []
    ready(host)
    assert host.load().restarts == before


def test_an_engine_that_does_not_stop_is_killed(host):
    ready(host)
    before, outcomes = host.load().restarts, []
    run = host.submit(SpeakOrder("hang", VOICE), outcomes.append)
    until(lambda: outcomes)
    started = time.monotonic()
    run.stop()
    assert run.wait(5.0)
    assert time.monotonic() - started < 2.0
    assert outcomes[-1] is None
    assert not any(isinstance(outcome, WorkerLost) for outcome in outcomes)
    until(lambda: host.load().restarts == before + 1)
    ready(host)


def test_leaving_the_loop_stops_the_engine(host):
    ready(host)
    for _ in host.stream(SpeakOrder("slow", VOICE)):
        break
    until(lambda: host.load().active == 0, 0.8)  # the whole text takes a second


def test_a_full_queue_refuses_at_once_and_says_when_to_come_back(host):
    ready(host)
    runs = [host.submit(SpeakOrder("slow", VOICE), lambda _: None) for _ in range(4)]
    assert (host.load().active, host.load().queued, host.load().room) == (2, 2, 0)
    with pytest.raises(HostBusy) as busy:
        said(host, "hello")
    assert busy.value.retry_after_s > 0.0
    for run in reversed(runs):
        run.stop()
    ready(host)
    assert host.load().queued == 0
    assert len(said(host, "hello")) == 3


def test_who_waits_longer_than_his_patience_is_sent_away(host):
    ready(host)
    runs = [host.submit(SpeakOrder("slow", VOICE), lambda _: None) for _ in range(2)]
    with pytest.raises(HostBusy):
        said(host, "hello", patience_s=0.05)
    for run in runs:
        run.stop()


def test_what_waits_is_said_in_its_turn(host):
    ready(host)
    slow = [host.submit(SpeakOrder("slow", VOICE), lambda _: None) for _ in range(2)]
    ended = []
    waiting = [
        host.submit(SpeakOrder("hello", VOICE), lambda outcome, place=place: outcome or ended.append(place))
        for place in range(2)
    ]
    slow[0].stop()
    assert all(run.wait(5.0) for run in waiting)
    assert ended == [0, 1]
    slow[1].stop()


def test_an_event_loop_is_not_held_up(host):
    async def talk():
        ticks, pieces = 0, 0
        async for _ in host.astream(SpeakOrder("slow", VOICE)):
            pieces += 1
            await asyncio.sleep(0)
            ticks += 1
        return pieces, ticks

    async def cancelled():
        task = asyncio.create_task(talk())
        await asyncio.sleep(0.1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    assert asyncio.run(talk()) == (50, 50)
    asyncio.run(cancelled())
    until(lambda: host.load().active == 0, 0.8)


def test_the_hosted_engine_is_an_engine(host):
    engine = HostedEngine(host)
    voice = engine.clone(Signal.mono(np.zeros(4800, np.float32), 24_000))
    assert voice == VoiceAsset("crooked", "tone", b"4800")
    assert [time.word for time in engine.align("one two", voice)] == ["one", "two"]
    assert len(list(engine.stream("hello", voice))) == 3
    assert (engine.name, engine.digest()) == ("crooked", "0" * 64)


def test_capacity_is_measured_when_it_starts(host):
    load = host.load()
    assert load.real_time_factor > 0.0
    assert load.streams > 1.0


def test_an_engine_that_cannot_be_had_says_why(crooked):
    with pytest.raises(EngineUnknown, match="crooked"):
        EngineHost("crook").start()


def test_a_closed_host_takes_no_more(crooked):
    host = crooked()
    pieces = host.stream(SpeakOrder("slow", VOICE))
    next(pieces)
    closing = threading.Thread(target=host.close, kwargs={"grace_s": 5.0})
    closing.start()
    assert len(list(pieces)) == 49
    closing.join()
    with pytest.raises(HostClosed):
        said(host, "hello")
    assert host.load().ready == 0
