"""A real run on Daft: what becomes of each recording, the same again, and after kills."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sayso.corpus.catalogue import Catalogue
from sayso.corpus.cleaning import Cleaning
from sayso.corpus.errors import CorpusBusy
from sayso.corpus.folder import CorpusFolder
from sayso.corpus.program import Runner, RunnerName
from sayso.corpus.row import SegmentDecision
from sayso.corpus.running import CorpusRun
from sayso.corpus.stages import MeasureStage
from sayso.corpus.status import status_of
from sayso.corpus.worklog import records
from sayso.disk import locked

from .conftest import LICENSED

pytest.importorskip("daft", reason="of the extra corpus")

MEASURED = Cleaning(scores=False)


def run(corpus, workers=1, name=RunnerName.NATIVE, wanted=MEASURED, **more):
    return CorpusRun(corpus, Runner(name, workers), wanted, **more).run()


def test_each_recording_becomes_what_it_should(done):
    corpus, result = done
    rows = list(Catalogue(corpus.path).rows())
    became = {}
    for row in rows:
        became.setdefault(Path(row.source).name, set()).add(row.decision)
    assert became["a.flac"] == {SegmentDecision.KEPT}
    assert became["again.flac"] == became["near.mp3"] == {SegmentDecision.DUPLICATE}
    assert became["broken.flac"] == became["text.wav"] == {SegmentDecision.QUARANTINED}
    assert became["hiss.flac"] == {SegmentDecision.REJECTED}
    assert all(row.reasons for row in rows if row.decision is not SegmentDecision.KEPT)
    assert all(row.licence == "CC-BY-4.0" and row.evidence and row.purpose for row in rows)
    assert result.quarantined == 2
    assert {row.segment for row in rows} >= {row.duplicate_of for row in rows if row.duplicate_of}
    assert all((corpus.sounds / row.audio).is_file() for row in rows if row.audio)


def test_run_again_it_does_nothing_and_says_the_same(done):
    corpus, result = done
    before = sum(1 for _ in records(MeasureStage(corpus.work).worklog))
    again = run(corpus)
    assert again == result
    assert again.worked_s == 0.0
    assert sum(1 for _ in records(MeasureStage(corpus.work).worklog)) == before


def test_where_recordings_lie_and_how_many_work_changes_nothing(done, raw, tmp_path):
    _, result = done
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for path in raw.iterdir():
        (moved / path.name).write_bytes(path.read_bytes())
    corpus = CorpusFolder.created(tmp_path / "other", "lamp")
    corpus.add(str(moved), LICENSED, {})
    assert run(corpus, 1) == result


def test_two_runs_at_once_are_refused_and_a_status_is_read_meanwhile(corpus, raw):
    corpus.add(str(raw), LICENSED, {})
    with locked(corpus.lock), pytest.raises(CorpusBusy):
        run(corpus)
    assert status_of(corpus).state == "new"


def test_a_basis_that_does_not_hold_lets_nothing_in(corpus, raw):
    corpus.add(str(raw), LICENSED, {})
    result = run(corpus, refused=lambda _: "grant-ended")
    assert result.kept == 0
    assert {row.reasons for row in Catalogue(corpus.path).rows()} == {("grant-ended",)}
    assert not list(records(MeasureStage(corpus.work).worklog))


PROGRAM = """
import sys
from pathlib import Path
from sayso.corpus.cleaning import Cleaning
from sayso.corpus.folder import CorpusFolder
from sayso.corpus.program import Runner
from sayso.corpus.running import CorpusRun
print(CorpusRun(CorpusFolder.named(Path(sys.argv[1]), "lamp"), Runner(workers=2), Cleaning(scores=False)).run().digest)
"""


def started(corpus):
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(corpus.path.parent)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")},
    )


@pytest.mark.slow
def test_killed_at_any_moment_and_run_again_the_digest_is_the_same(done, raw, corpus):
    _, result = done
    corpus.add(str(raw), LICENSED, {})
    rng = random.Random(15)
    kills = 0
    while True:
        process = started(corpus)
        try:
            out, _ = process.communicate(timeout=rng.uniform(2.0, 6.0) if kills < 3 else 200)
            break
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            kills += 1
            assert status_of(corpus).state in {
                "new",
                "stopped",
                "done",
            }  # done, where it was killed on its last way out
    assert out.decode().split()[-1] == result.digest
    keys = [record["key"] for record in records(MeasureStage(corpus.work).worklog)]
    assert len({key for key in keys if not key.startswith("stamp:")}) >= len(list(raw.iterdir())) - 2


@pytest.mark.slow
def test_a_worker_that_dies_is_replaced_and_the_run_goes_on(done, raw, corpus):
    _, result = done
    corpus.add(str(raw), LICENSED, {})
    process = started(corpus)
    for _ in range(600):
        if list((corpus.work / "begun").glob("*")) or process.poll() is not None:
            break
        time.sleep(0.05)
    for child in children(process.pid):
        os.kill(child, signal.SIGKILL)
    out, _ = process.communicate(timeout=250)
    assert out.decode().split()[-1] == result.digest


def children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.slow
def test_on_ray_the_digest_is_the_same(done, raw, corpus):
    corpus.add(str(raw), LICENSED, {})
    code = PROGRAM.replace("Runner(workers=2)", "Runner(RunnerName.RAY, 2)").replace(
        "import Runner", "import Runner, RunnerName"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, str(corpus.path.parent)],
        stdout=subprocess.PIPE,
        check=True,
        timeout=280,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")},
    )
    assert found.stdout.decode().split()[-1] == done[1].digest


@pytest.mark.slow
def test_a_process_that_runs_natively_does_not_say_that_it_ran_on_ray(raw, corpus):
    corpus.add(str(raw), LICENSED, {})
    code = "import daft; daft.set_runner_native()\n" + PROGRAM.replace(
        "Runner(workers=2)", "Runner(RunnerName.RAY, 2)"
    ).replace("import Runner", "import Runner, RunnerName")
    found = subprocess.run(
        [sys.executable, "-c", code, str(corpus.path.parent)],
        stderr=subprocess.PIPE,
        check=False,
        timeout=280,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")},
    )
    assert found.returncode
    assert b"runs on native already" in found.stderr


def test_the_status_document_is_whole(done):
    corpus, result = done
    told = status_of(corpus)
    assert (told.state, told.part) == ("done", 1.0)
    assert told.published["digest"] == result.digest
    assert json.loads((corpus.path / "status.json").read_text())["stage"] == "done"
