"""Orders that share a worker: each is heard at once; when the worker falls over, only the one that did it is lost."""

from __future__ import annotations

import threading

import pytest

from sayso.engines import VoiceAsset
from sayso.engines.host import SpeakOrder, WorkerLost
from sayso.engines.host.host import streams_fed
from tests.engines.host.test_host import ready, said, until

VOICE = VoiceAsset("shared", "tone", b"one")
LOUDNESSES = [round(place / 100, 2) for place in range(50)]


@pytest.fixture(scope="module")
def shared(crooked):
    """Return a host of one worker, which three orders share."""
    return crooked("shared", memory_mib=400, together=3, queue_limit=2)


def order(text):
    return SpeakOrder(text, VOICE)


def louder(pieces):
    return [round(float(piece.samples.max()), 2) for piece in pieces]


def test_three_are_heard_at_once_and_the_fourth_waits(shared):
    ready(shared)
    slow = [shared.stream(order("slow")) for _ in range(2)]
    for pieces in slow:
        next(pieces)
    assert len(said(shared, "hello")) == 3  # while both go on
    third = shared.submit(order("slow"), lambda _: None)
    fourth = shared.submit(order("hello"), lambda _: None)
    load = shared.load()
    assert (load.active, load.queued, load.room) == (3, 1, 1)
    assert louder(slow[0]) == louder(slow[1]) == LOUDNESSES[1:]
    assert fourth.wait(5.0)
    third.stop()


@pytest.mark.parametrize("text", ["die", "nonsense"])
def test_who_shares_a_worker_that_falls_over_is_heard_to_the_end(shared, text):
    ready(shared)
    before = shared.load().restarts
    others = [shared.stream(order("slow")) for _ in range(2)]
    heard = [[next(pieces) for _ in range(5)] for pieces in others]
    with pytest.raises(WorkerLost):
        said(shared, text)
    for first, pieces in zip(heard, others, strict=True):
        assert louder([*first, *pieces]) == LOUDNESSES
    ready(shared)
    assert shared.load().restarts == before + 2, "the worker that they shared, and the one in which it was alone"


def test_who_does_not_stop_ends_no_other(shared):
    ready(shared)
    outcomes = []
    run = shared.submit(order("hang"), outcomes.append)
    other = shared.stream(order("slow"))
    first = next(other)
    until(lambda: outcomes)
    threading.Timer(0.1, run.stop).start()
    assert louder([first, *other]) == LOUDNESSES
    assert run.is_over


def test_an_engine_that_never_repeats_itself_is_lost_where_it_was_heard(crooked):
    host = crooked("chancy", memory_mib=400, together=2)
    ready(host)
    heard = host.stream(order("slow"))
    next(heard)
    with pytest.raises(WorkerLost):
        said(host, "die")
    with pytest.raises(WorkerLost):
        list(heard)


def test_who_is_to_be_ended_at_the_close_does_not_begin_again(crooked):
    host = crooked("shared", memory_mib=400, together=2)
    ready(host)
    runs = [host.submit(order("slow"), lambda _: None) for _ in range(2)]
    host.close()
    assert all(run.wait(1.0) for run in runs)


@pytest.mark.parametrize("engine", ["crooked", "sluggish"])
def test_an_engine_that_is_not_safe_in_threads_or_too_slow_takes_one_at_a_time(crooked, engine):
    host = crooked(engine, memory_mib=400, together=3)
    ready(host)
    runs = [host.submit(order("slow"), lambda _: None) for _ in range(2)]
    assert (host.load().active, host.load().queued) == (1, 1)
    for run in reversed(runs):
        run.stop()


@pytest.mark.parametrize(
    ("real_time_factor", "streams"), [(0.0, 2), (0.01, 2), (0.45, 2), (0.46, 1), (0.9, 1), (3.0, 1)]
)
def test_a_worker_takes_as_many_as_it_feeds(real_time_factor, streams):
    assert streams_fed(real_time_factor, 2) == streams
