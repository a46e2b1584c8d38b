"""Turns of real processes: a bound holds, a dead one's turn goes on, one that ends gives its place up."""

from __future__ import annotations

import os
import signal
import threading
import time
from dataclasses import replace

import pytest

from sayso.errors import Invalid
from sayso.productions.errors import RunPaused
from sayso.workflows.installation.session import open_session
from sayso.workflows.productions import planning, queueing, running, runs, takes
from sayso.workflows.productions.queueing import Queue, TurnGivenUp

from .test_sharing import in_company


def bounded(book, **settings):
    """Return the book in an installation with these settings."""
    session = open_session(replace(book.session.settings, origins={}, **settings))
    book.session.close()
    return replace(book, estate=replace(book.estate, session=session))


def other_production(book):
    return planning.plan(book.session, book.brief(purpose="audiobook/other")).production


def holding(book, production):
    """Hold the one turn in a process of its own, and return its id once it is held."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        with Queue(book.session, production, 5).turn(1000, is_line=True, is_over=lambda: False):
            os.write(writer, b"x")
            time.sleep(60)
        os._exit(0)
    os.read(reader, 1)
    return pid


def killed(pid):
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def test_a_run_waits_for_its_turn_and_gets_that_of_a_process_that_died(book, produced_template):
    _, alone = produced_template
    book = bounded(book, production_turns=1)
    pid = holding(book, other_production(book))
    seen = []

    def look():
        other = open_session(book.session.settings)
        while not seen or not seen[-1].waits_for:
            seen.extend(runs.listed(other))
            time.sleep(0.05)
        seen.append(runs.shown(other, seen[-1].run))
        other.close()
        killed(pid)

    looker = threading.Thread(target=look)
    looker.start()
    done = book.run(priority=7)
    looker.join()
    assert done.digest == alone.digest
    assert (seen[-1].waits_for, seen[-1].priority, seen[-1].state) == ("turn", 7, "pending")
    assert queueing.obstacles(book.session) == {}
    (run,) = runs.listed(book.session)
    assert (run.waits_for, run.priority, run.licensee) == ("", 7, book.planned.production.licensee)
    assert running.fork(book.session, run.run, 1).digest == alone.digest
    assert {one.priority for one in runs.listed(book.session)} == {7}
    assert sorted(path.name for path in (book.session.settings.home / "productions" / "turns").iterdir()) == [
        "lock",
        "turns.json",
    ]


def test_a_run_that_waits_is_paused_at_once_and_goes_on(book, produced_template):
    _, alone = produced_template
    book = bounded(book, production_turns=1)
    pid = holding(book, other_production(book))

    def pause():
        other = open_session(book.session.settings)
        while not (found := runs.listed(other)) or not found[0].waits_for:
            time.sleep(0.05)
        runs.pause(other, found[0].run)
        other.close()

    pauser = threading.Thread(target=pause)
    pauser.start()
    with pytest.raises(RunPaused):
        book.run()
    pauser.join()
    killed(pid)
    (run,) = runs.listed(book.session)
    assert running.resume(book.session, run.run).digest == alone.digest


@pytest.mark.slow
def test_helpers_of_one_book_are_bounded_too(book, produced_template):
    _, alone = produced_template
    company = in_company(bounded(book, production_turns=1, licensee_turns=1), 3)
    assert company.run().digest == alone.digest


def test_a_rate_delays_the_next_line_and_not_what_is_made(book, monkeypatch):
    book = bounded(book, licensee_rate=7)
    begun = []
    make = takes.make
    monkeypatch.setattr(takes, "make", lambda *words, **more: begun.append(1) or make(*words, **more))
    book.run()
    assert len(begun) == 7
    again = Queue(book.session, book.planned.production, 5)
    with pytest.raises(TurnGivenUp), again.turn(1000, is_line=True, is_over=lambda: True):
        pass
    with again.turn(1000, is_line=False, is_over=lambda: False):
        assert len(begun) == 7
    again.close()
    assert book.run().reused == 7  # what is made takes no turn


def test_a_file_of_turns_that_is_rubbish_is_begun_anew(book, produced_template):
    _, alone = produced_template
    book = bounded(book, production_turns=1)
    folder = book.session.settings.home / "productions" / "turns"
    folder.mkdir(parents=True)
    for rubbish in ("", "[]", '{"waiting": 3}', "{"):
        (folder / "turns.json").write_text(rubbish)
        assert queueing.obstacles(book.session) == {}
    assert book.run().digest == alone.digest


def test_a_priority_that_there_is_not_is_refused(book):
    for priority in (0, 10):
        with pytest.raises(Invalid, match="priority"):
            book.run(priority=priority)
    assert runs.listed(book.session) == []
