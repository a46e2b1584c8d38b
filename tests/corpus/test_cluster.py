"""A run on a Ray cluster of two nodes, one of which dies in the middle."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("daft", reason="of the extra corpus")
pytest.importorskip("ray", reason="of the extra corpus")

from sayso.audio import Container, Signal, encode
from sayso.corpus.catalogue import Catalogue
from sayso.corpus.cleaning import Cleaning
from sayso.corpus.folder import CorpusFolder
from sayso.corpus.running import CorpusRun
from sayso.corpus.stages import MeasureStage
from sayso.corpus.worklog import records

from .conftest import LICENSED
from .ray_nodes import QUIET, TOKEN, RayNodes

PROGRAM = """
import sys
from pathlib import Path
from sayso.corpus.cleaning import Cleaning
from sayso.corpus.folder import CorpusFolder
from sayso.corpus.program import Runner, RunnerName
from sayso.corpus.running import CorpusRun
home, address = sys.argv[1:]
runner = Runner(RunnerName.RAY, 2, address)
print(CorpusRun(CorpusFolder.named(Path(home), "lamp"), runner, Cleaning(scores=False)).run().digest)
"""
COUNT = 40


@pytest.fixture
def recordings(speech, tmp_path):
    """A folder of recordings none of which repeats another: the same speech at other speeds."""
    folder = tmp_path / "raw"
    folder.mkdir()
    for number in range(COUNT):
        other = Signal(speech.samples, 14_000 + 500 * number)
        (folder / f"{number:02d}.flac").write_bytes(encode(other, Container.FLAC))
    return folder


@pytest.fixture
def nodes(tmp_path):
    with contextlib.closing(RayNodes(tmp_path)) as made:
        yield made


def parts(corpus):
    """The keys of the parts that are finished, those that are finished twice twice."""
    keys = [record["key"] for record in records(MeasureStage(corpus.work).worklog)]
    return [key for key in keys if ":" in key and not key.startswith("stamp:")]


def rows(corpus):
    return [(row.segment, row.decision, row.audio) for row in Catalogue(corpus.path).rows()]


@pytest.mark.slow
def test_where_a_node_dies_in_the_middle_nothing_is_lost_or_there_twice_or_made_again(recordings, nodes, tmp_path):
    whole = CorpusFolder.created(tmp_path / "native", "lamp")
    corpus = CorpusFolder.created(tmp_path / "ray", "lamp")
    for one in (whole, corpus):
        one.add(str(recordings), LICENSED, {})
    expected = CorpusRun(whole, wanted=Cleaning(scores=False)).run()
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(corpus.path.parent), nodes.address],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **QUIET, **TOKEN, "PYTHONPATH": str(Path(__file__).parents[2] / "src")},
    )
    worked = 0
    while process.poll() is None and worked < COUNT // 2:
        time.sleep(0.01)
        worked = len(parts(corpus))
    assert nodes.working(), "the second node had no part in it"
    nodes.kill_second()
    assert COUNT // 2 <= len(parts(corpus)) < COUNT, "it was not in the middle"
    out, _ = process.communicate(timeout=280)
    assert out.split() == [expected.digest]
    assert sorted(rows(corpus)) == sorted(rows(whole))
    assert len(rows(corpus)) == len({segment for segment, _, _ in rows(corpus)})
    kept = {path.name for path in corpus.sounds.rglob("*.flac")}
    assert kept == {Path(audio).name for _, _, audio in rows(corpus) if audio}
    # What two workers had in hand when one of them died is made again at most.
    assert len(set(parts(corpus))) == COUNT
    assert len(parts(corpus)) <= COUNT + 2
