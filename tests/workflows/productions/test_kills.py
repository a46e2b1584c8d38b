"""Killed with SIGKILL again and again, a production ends as one that was left alone: the same digest, the same files."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from sayso.consent import minutes
from sayso.workflows.audit import auditing
from sayso.workflows.installation.session import open_session

WORK = """
import sys
from pathlib import Path
from sayso.settings import Settings
from sayso.workflows.installation.session import open_session
from sayso.workflows.productions import running
from sayso.workflows.productions.delivery import Delivery
home, production, out = sys.argv[1:]
session = open_session(Settings(home=Path(home)))
print("ready", flush=True)
running.run(session, production, Delivery(Path(out), ("mp3", "m4b")))
session.close()
"""


def worked(book, *, kill_after_s=None) -> float | None:
    """Run the production in a process of its own; return how long it took once ready, None where it was killed."""
    words = [sys.executable, "-c", WORK, str(book.session.settings.home), book.production, str(book.folder / "out")]
    with subprocess.Popen(words, stdout=subprocess.PIPE, env={**os.environ, "OMP_NUM_THREADS": "1"}) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        started = time.monotonic()
        try:
            assert process.wait(kill_after_s) == 0
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            return None
        return time.monotonic() - started


def hashes(book):
    told = json.loads((book.folder / "out" / "package.json").read_text())
    return told["digest"], {file["name"]: file["sha256"] for file in told["files"]}


@pytest.mark.slow
def test_killed_at_random_it_ends_as_if_it_was_left_alone(book, tmp_path):
    book.session.close()
    (tmp_path / "alone").mkdir()
    alone = book.copied(tmp_path / "alone")
    alone.session.close()
    whole_s = worked(alone)
    chance, kills = random.Random(5), 0
    # The first one early, so that the run cannot be over before it.
    while (
        worked(book, kill_after_s=whole_s * chance.uniform(0.05, 0.9 if kills else 0.3) if kills < 6 else None) is None
    ):
        kills += 1
    assert kills >= 1
    assert hashes(book) == hashes(alone)
    session = open_session(book.session.settings)
    made = [row.entry.facts["clip"] for row in auditing.query(session) if row.entry.type == "synthesis:clip:made"]
    assert len(made) == len(set(made)) == 7
    with session.read() as tx:
        used = minutes.usage(tx, book.estate.speaker)
    charged = sum(row.entry.facts["duration_ms"] for row in auditing.query(session, grant=book.estate.grant) if row.entry.type == "synthesis:clip:made")  # fmt: skip
    held = used.ms[book.estate.grant] - charged
    assert 0 <= held <= 20_000  # what the last killed process had reserved comes back with its lease
    auditing.audit(session)
