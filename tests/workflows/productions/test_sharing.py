"""Several processes make the lines of one production: each line once, and the same as one process makes."""

from __future__ import annotations

import os
import signal
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from sayso.workflows.audit import auditing
from sayso.workflows.installation.session import open_session
from sayso.workflows.productions import takes
from sayso.workflows.productions.queueing import Queue
from sayso.workflows.productions.sharing import SharedLines

from .test_running import entries, hashes


def in_company(book, workers):
    session = open_session(replace(book.session.settings, production_workers=workers, origins={}))
    book.session.close()
    return replace(book, estate=replace(book.estate, session=session))


def helpers():
    """Return the processes that this one started to help it."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = path.read_text().rpartition(")")[2].split()
            words = path.with_name("cmdline").read_bytes()
        except OSError:
            continue
        if int(told[1]) == os.getpid() and b"productions.elsewhere" in words:
            found.append(int(path.parent.name))
    return found


@pytest.mark.slow
def test_three_processes_make_what_one_makes(book, produced_template):
    alone, made = produced_template
    company = in_company(book, 3)
    done = company.run()
    assert (done.digest, done.rendered, done.reused) == (made.digest, 7, 0)
    assert hashes(company) == hashes(alone)
    assert len(entries(company, "synthesis:clip:made")) == 7
    assert not helpers()
    auditing.audit(company.session)


def test_helpers_that_are_killed_cost_nothing(book, produced_template):
    _, made = produced_template
    company = in_company(book, 3)
    stopped = threading.Event()

    def kill():
        while not stopped.wait(0.5):
            for pid in helpers():
                os.kill(pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        assert company.run().digest == made.digest
    finally:
        stopped.set()
        killer.join()
    assert len({entry.facts["clip"] for entry in entries(company, "synthesis:clip:made")}) == 7


def test_a_line_that_another_process_holds_is_waited_for_and_others_are_made_meanwhile(book, monkeypatch):
    production = book.planned.production
    order: list[str] = []
    monkeypatch.setattr(takes, "worked", lambda session, production, line, **_: order.append(line.line.label))
    queue = Queue(book.session, production, 5)
    shared = SharedLines(book.session, production, queue)
    pid = os.fork()
    if pid == 0:  # POSIX locks are of a process: this one holds the first line until it dies
        SharedLines(book.session, production, queue)._claim(0)
        time.sleep(30)
        os._exit(0)
    time.sleep(0.5)
    threading.Timer(0.5, os.kill, (pid, signal.SIGKILL)).start()
    with shared.taken("c01-0001"):
        assert order[:2] == ["c01-0002", "c01-0003"]
        assert len(order) == 6
    os.waitpid(pid, 0)
    shared.close()
