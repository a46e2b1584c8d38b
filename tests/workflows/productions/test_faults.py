"""A full disk, a database that is away, a clock that jumps, a plan or a program that changes: a book survives it."""

from __future__ import annotations

import errno
import os
import signal
import sqlite3
import threading
import time
from contextlib import closing
from datetime import datetime, timedelta

import psycopg
import pytest

from sayso import clock, disk
from sayso.database.engine import DatabaseUnavailable
from sayso.engines.hibari import HibariEngine
from sayso.errors import SaysoError
from sayso.settings import Settings
from sayso.workflows.audit import auditing
from sayso.workflows.installation.session import open_session
from sayso.workflows.productions import chapters, durable, planning, running, runs, takes
from sayso.workflows.productions.delivery import Delivery

from .conftest import BOOK
from .test_running import entries, hashes


def killed(book, monkeypatch, module, name, *, at=1):
    """Run the book in a process of its own, which kills itself when it comes to a function for the given time."""
    pid = os.fork()
    if pid:
        assert os.waitpid(pid, 0)[1] == signal.SIGKILL
        return
    called, count = getattr(module, name), []

    def dies(*words, **more):
        count.append(1)
        if len(count) == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return called(*words, **more)

    monkeypatch.setattr(module, name, dies)
    running.run(open_session(book.session.settings), book.production, Delivery(book.folder / "out", ("mp3",)))


def test_a_line_asked_for_anew_after_a_crash_is_made_and_not_left_out(book, produced_template, monkeypatch):
    _, alone = produced_template
    killed(book, monkeypatch, chapters, "release")
    running.redo(book.session, book.production, "c02-0002")
    done = book.run()
    assert (done.stopped, done.rendered, done.reused) == ((), 1, 6)
    assert done.digest != alone.digest
    (left,) = [one for one in runs.listed(book.session) if one.run != done.run]
    assert left.state == "cancelled"
    with pytest.raises(running.RunOutdated):
        running.fork(book.session, left.run, 2)
    assert running.resume(book.session, left.run).digest == done.digest


def test_a_plan_that_changed_after_a_crash_is_what_is_made(book, monkeypatch):
    killed(book, monkeypatch, takes, "worked", at=3)
    text = (book.folder / "lamp.txt").read_text().replace("Nobody answered", "No one answered")
    (book.folder / "lamp.txt").write_text(text + "\n\nThat was all.\n")
    planning.plan(book.session, book.brief(), revises=book.production)
    done = book.run()
    assert (done.stopped, done.rendered, done.reused) == ((), 6, 2)


def test_a_disk_that_is_full_stops_the_run_which_then_goes_on(book, produced_template, monkeypatch):
    _, alone = produced_template
    fsync, count = os.fsync, []

    def full(fd):
        count.append(fd)
        if len(count) > 12:
            raise OSError(errno.ENOSPC, "No space left on device")
        return fsync(fd)

    monkeypatch.setattr(disk.os, "fsync", full)
    with pytest.raises(SaysoError):
        book.run()
    monkeypatch.undo()
    assert not (book.folder / "out" / "package.json").exists()
    assert book.run().digest == alone.digest
    made = [entry.facts["clip"] for entry in entries(book, "synthesis:clip:made")]
    assert len(made) == len(set(made)) == 7
    auditing.audit(book.session)


def test_a_database_that_is_away_is_waited_for(book, produced_template, monkeypatch):
    """Another program holds the file of the runs and that of the state; work goes on when it lets go."""
    _, alone = produced_template
    home, make, locking = book.session.settings.home, takes.make, []

    def away(seconds):
        with closing(sqlite3.connect(home / "runs.sqlite")) as db:
            db.execute("BEGIN EXCLUSIVE")
            time.sleep(seconds)
            db.rollback()

    def makes(session, production, line, **more):
        if not locking:
            locking.append(threading.Thread(target=away, args=(3,)))
            locking[0].start()
            time.sleep(0.2)
        return make(session, production, line, **more)

    monkeypatch.setattr(takes, "make", makes)
    done = book.run()
    locking[0].join()
    assert (done.digest, done.rendered) == (alone.digest, 7)


def test_a_state_that_is_away_is_waited_for(book, produced_template, monkeypatch):
    _, alone = produced_template
    make, count = takes.make, []

    def away(*words, **more):
        count.append(1)
        if len(count) in {2, 3}:
            raise DatabaseUnavailable("the database is away")
        return make(*words, **more)

    monkeypatch.setattr(takes, "make", away)
    monkeypatch.setattr(durable, "RETRY_S", 0.05)
    done = book.run()
    assert (done.digest, done.rendered, done.failed, len(count)) == (alone.digest, 7, (), 9)


@pytest.mark.slow
def test_a_server_that_is_gone_for_half_a_minute_is_waited_for(postgres, tmp_path, monkeypatch):
    address = postgres().replace("postgresql://", "postgresql+psycopg://")
    server, _, name = address.replace("postgresql+psycopg", "postgresql").rpartition("/")
    session = open_session(Settings(home=tmp_path / "home", database_url=address))
    (tmp_path / "book.txt").write_text(BOOK)
    brief = planning.Brief(tmp_path / "book.txt", "Northwind", "audiobook", voice="heart")
    production = planning.plan(session, brief).production.production_id
    make, cutters = takes.make, []

    def gone():
        with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
            admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
            time.sleep(30)
            admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")

    def makes(*words, **more):
        if not cutters:
            cutters.append(threading.Thread(target=gone))
            cutters[0].start()
            time.sleep(1)
        return make(*words, **more)

    monkeypatch.setattr(takes, "make", makes)
    done = running.run(session, production, Delivery(tmp_path / "out", ("mp3",)))
    cutters[0].join()
    assert (done.rendered, done.stopped, done.failed) == (5, (), ())
    made = [row.entry.facts["clip"] for row in auditing.query(session) if row.entry.type == "synthesis:clip:made"]
    assert len(made) == len(set(made)) == 5
    auditing.audit(session)
    session.close()


def jumping(monkeypatch, hours, then):
    """Have the clock go wrong by so many hours now, and by others in the middle of the third line."""

    def at(hours):
        class Jumped(datetime):
            @classmethod
            def now(cls, tz=None):
                return datetime.now(tz) + timedelta(hours=hours)

        return Jumped

    stream = HibariEngine.stream

    def jumps(self, text, voice, **more):
        if "somebody" in text:
            monkeypatch.setattr(clock, "datetime", at(then))
        return stream(self, text, voice, **more)

    monkeypatch.setattr(clock, "datetime", at(hours))
    monkeypatch.setattr(HibariEngine, "stream", jumps)


def test_a_machine_that_sleeps_over_a_line_makes_it_once_more(book, produced_template, monkeypatch):
    template, alone = produced_template
    jumping(monkeypatch, 0, 1)
    done = book.run()
    assert (done.digest, done.stopped, done.failed) == (alone.digest, (), ())
    assert hashes(book) == hashes(template)
    made = [entry.facts["clip"] for entry in entries(book, "synthesis:clip:made")]
    assert len(made) == len(set(made)) == 7


def test_a_clock_that_goes_back_stops_the_run_until_it_is_set(book, produced_template, monkeypatch):
    _, alone = produced_template
    jumping(monkeypatch, 1, 0)
    with pytest.raises(durable.WorkFailed, match="clock"):
        book.run()
    jumping(monkeypatch, 1, 1)
    assert book.run().digest == alone.digest
    made = [entry.facts["clip"] for entry in entries(book, "synthesis:clip:made")]
    assert len(made) == len(set(made)) == 7


def test_a_newer_program_goes_on_with_the_book_of_an_older_one(book, produced_template, monkeypatch):
    """The steps are the same, their code is not: what an older program began is neither stranded nor begun anew."""
    template, alone = produced_template
    killed(book, monkeypatch, takes, "worked", at=4)
    (left,) = runs.listed(book.session)
    before = runs.shown(book.session, left.run).steps

    older = takes.worked

    def newer(*words, **more):
        return older(*words, **more)

    monkeypatch.setattr(takes, "worked", newer)
    done = book.run()
    assert before == 1 + 3
    assert (done.run, done.digest) == (left.run, alone.digest)
    assert hashes(book) == hashes(template)
