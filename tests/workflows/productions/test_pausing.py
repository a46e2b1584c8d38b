"""A paused run makes no further line, charges nothing and stays paused over every restart, until it is resumed."""

from __future__ import annotations

import os
import signal
import threading
import time
from dataclasses import replace

import pytest

from sayso.productions.errors import RunEnded, RunPaused
from sayso.workflows.audit import auditing
from sayso.workflows.installation.session import open_session
from sayso.workflows.productions import durable, planning, running, runs, takes

from .test_running import entries
from .test_sharing import helpers, in_company


def made(book):
    return [entry.facts["clip"] for entry in entries(book, "synthesis:clip:made")]


def paused_after(book, monkeypatch, count):
    """Run the book until so many lines are made, pause it, and return the run."""
    (make, seen) = takes.make, []

    def makes(session, production, line, **more):
        sound = make(session, production, line, **more)
        seen.append(line.line.label)
        if len(seen) == count:
            (run,) = runs.listed(session)
            assert runs.pause(session, run.run).state == "paused"
        return sound

    monkeypatch.setattr(takes, "make", makes)
    with pytest.raises(RunPaused):
        book.run()
    monkeypatch.undo()
    (run,) = runs.listed(book.session)
    return run


def test_a_paused_run_makes_nothing_until_it_is_resumed(book, produced_template, monkeypatch):
    _, alone = produced_template
    run = paused_after(book, monkeypatch, 2)
    assert run.state == runs.shown(book.session, run.run).state == "paused"
    assert running.progress(book.session, book.production).stage == "paused"
    assert len(made(book)) == 2
    with pytest.raises(RunPaused):
        book.run()
    with pytest.raises(RunPaused):
        book.run("elsewhere")
    with pytest.raises(RunPaused):
        running.fork(book.session, run.run, 1)
    book.session.close()
    again = replace(book, estate=replace(book.estate, session=open_session(book.session.settings)))
    with pytest.raises(RunPaused):
        again.run()
    assert runs.pause(again.session, run.run).state == "paused"
    assert len(made(again)) == 2
    done = running.resume(again.session, run.run)
    assert (done.run, done.digest, done.rendered) == (run.run, alone.digest, 7)
    assert len(made(again)) == len(set(made(again))) == 7
    with pytest.raises(RunEnded):
        runs.pause(again.session, run.run)
    auditing.audit(again.session)


def test_a_paused_run_that_is_cancelled_holds_nothing_up(book, produced_template, monkeypatch):
    _, alone = produced_template
    run = paused_after(book, monkeypatch, 1)
    assert runs.cancel(book.session, run.run).state == "cancelled"
    with pytest.raises(RunEnded):
        runs.pause(book.session, run.run)
    done = book.run()
    assert (done.digest, done.rendered, done.reused) == (alone.digest, 6, 1)


@pytest.mark.slow
def test_helpers_end_the_lines_that_they_are_at_and_begin_no_other(book, produced_template):
    _, alone = produced_template
    company = in_company(book, 2)
    other = open_session(company.session.settings)
    found = []

    def pause():
        while not (listed := runs.listed(other)) or not running.progress(other, book.production).done:
            time.sleep(0.02)
        found.append((runs.pause(other, listed[0].run), running.progress(other, book.production).done))

    pauser = threading.Thread(target=pause)
    pauser.start()
    try:
        with pytest.raises(RunPaused):
            company.run()
    finally:
        pauser.join()
    ((run, done),) = found
    assert not helpers()
    assert done <= len(made(company)) <= done + 2
    assert len(made(company)) == len(entries(company, "synthesis:clip:intended"))
    assert running.resume(company.session, run.run).digest == alone.digest
    other.close()


def test_the_run_of_a_dead_process_is_paused_and_a_restart_leaves_it(book, tmp_path, monkeypatch):
    pid = os.fork()
    if pid == 0:
        monkeypatch.setattr(takes, "worked", lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
        session = open_session(book.session.settings)
        running.run(session, book.production, running.Delivery(tmp_path / "out", ("mp3",)))
    os.waitpid(pid, 0)
    (run,) = runs.listed(book.session)
    assert run.state == "pending"
    assert runs.pause(book.session, run.run).state == "paused"
    with pytest.raises(RunPaused):
        book.run()
    assert not made(book)


def test_a_run_that_waits_is_not_taken_up_by_the_process_of_another_production(book, monkeypatch):
    run = paused_after(book, monkeypatch, 1)
    with durable.client(book.session.settings) as client:
        client.resume_workflow(run.run)  # as its own process does, which dies before it goes on
    other = planning.plan(book.session, book.brief(purpose="audiobook/other")).production.production_id
    with durable.at_work(book.session, other):
        time.sleep(2.5)
    assert len(made(book)) == 1
