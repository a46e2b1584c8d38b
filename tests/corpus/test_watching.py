"""Workers that are gone before Daft has met them: the run goes on, nothing is lost, and no unit is blamed."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import tempfile
import threading
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Listener
from pathlib import Path

import pytest

from sayso.corpus.cleaning import Cleaning
from sayso.corpus.program import Runner
from sayso.corpus.running import CorpusRun
from sayso.corpus.stages import MeasureStage
from sayso.corpus.workers import WorkersWatched, sockets_waiting
from sayso.corpus.worklog import records

from .conftest import LICENSED

pytestmark = pytest.mark.skipif(not Path("/proc/net/unix").exists(), reason="workers are watched on Linux")


@pytest.fixture
def listener():
    """A socket as Daft makes one for each worker."""
    with tempfile.NamedTemporaryFile() as name:
        place = name.name
    with Listener(place, authkey=b"key") as made:
        yield made


class Accepting(threading.Thread):
    """Waits for a worker, as Daft does, and keeps what came of it."""

    def __init__(self, listener) -> None:
        super().__init__(daemon=True)
        self._listener, self.failed = listener, None
        self.start()

    def run(self):
        try:
            self._listener.accept()
        except (EOFError, OSError, AuthenticationError) as error:
            self.failed = error


def named(place):
    """A process with the command line of a worker, which connects to nothing."""
    command = [sys.executable, "-c", "import time; time.sleep(60)", "daft.execution.udf_worker", place, "00"]
    return subprocess.Popen(command)


def test_who_waits_for_a_worker_that_is_dead_is_hung_up_on(listener):
    worker = named(listener.address)
    waits = Accepting(listener)
    with WorkersWatched(grace_s=0.2) as watched:
        waits.join(1.0)
        assert waits.is_alive()
        assert not watched.hung_up
        worker.kill()
        waits.join(10.0)
        assert waits.failed is not None
        assert watched.hung_up == {listener.address}
    worker.wait()


def test_a_socket_that_somebody_came_to_waits_no_more(listener):
    assert listener.address in sockets_waiting()
    accepted = []
    thread = threading.Thread(target=lambda: accepted.append(listener.accept()))
    thread.start()
    with Client(listener.address, authkey=b"key"):
        thread.join()
        assert listener.address not in sockets_waiting()
    accepted[0].close()


DIES = """
import os, signal, sys
from pathlib import Path
deaths = Path({folder!r})
if "daft.execution.udf_worker" in sys.orig_argv and len(list(deaths.iterdir())) < {times}:
    (deaths / str(os.getpid())).touch()
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def deaths(request, tmp_path, monkeypatch):
    """Kill so many workers as the test asks for before they connect; the folder that names them."""
    code, deaths = tmp_path / "code", tmp_path / "deaths"
    code.mkdir()
    deaths.mkdir()
    (code / "sitecustomize.py").write_text(DIES.format(folder=str(deaths), times=request.param))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(code), os.environ.get("PYTHONPATH", "")]))
    yield deaths
    assert len(list(deaths.iterdir())) == request.param
    gc.collect()  # Daft leaves the ends of what broke off open


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("deaths", [1, pytest.param(5, marks=pytest.mark.slow)], indirect=True)
def test_workers_killed_before_they_connect_are_replaced_and_nothing_is_lost(done, raw, corpus, deaths):
    unharmed, expected = done
    corpus.add(str(raw), LICENSED, {})
    assert CorpusRun(corpus, Runner(workers=1), Cleaning(scores=False)).run() == expected
    assert kept_keys(corpus) == kept_keys(unharmed)


def kept_keys(corpus):
    return sorted(record["key"] for record in records(MeasureStage(corpus.work).worklog))
