"""What a folder, a tar and each manifest hold comes out as references, with what is said of the speaker."""

from __future__ import annotations

import gzip
import json
import tarfile

import pytest

from sayso.corpus.errors import CorpusInputInvalid
from sayso.corpus.reading import digest_of, opened_reference
from sayso.corpus.sources import items_of


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "b.wav").write_bytes(b"RIFF b")
    (tmp_path / "a.flac").write_bytes(b"fLaC a")
    (tmp_path / "notes.txt").write_text("no sound")
    return tmp_path


def test_a_folder_is_listed_by_name_and_other_files_are_passed_over(folder):
    assert [item.name for item in items_of(str(folder))] == ["a.flac", "deep/b.wav"]


def test_a_member_of_a_tar_is_read_by_its_place(folder, tmp_path):
    path = tmp_path / "all.tar"
    with tarfile.open(path, "w") as tar:
        tar.add(folder / "a.flac", "x/a.flac")
        tar.add(folder / "deep" / "b.wav", "x/b #1.wav")
    items = list(items_of(str(path)))
    assert [item.name for item in items] == ["x/a.flac", "x/b #1.wav"]
    for item, whole in zip(items, (b"fLaC a", b"RIFF b"), strict=True):
        with opened_reference(item.reference) as found:
            assert found.read_bytes() == whole


def test_a_stamp_changes_with_the_file(folder):
    before = next(items_of(str(folder)))
    (folder / "a.flac").write_bytes(b"fLaC other")
    after = next(items_of(str(folder)))
    assert before.stamp != after.stamp
    assert digest_of(folder / "a.flac")


NEMO = {"audio_filepath": "a.flac", "duration": 2.0, "text": "hello", "speaker": "Ada"}
CUT = {
    "id": "c", "start": 1.0, "duration": 2.5, "channel": 0,
    "recording": {"id": "r", "duration": 9.0, "sources": [{"type": "file", "channels": [0], "source": "a.flac"}]},
    "supervisions": [{"id": "s", "speaker": "Ada", "gender": "F", "language": "en", "text": "hello"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "line", "bounds"),
    [
        ("nemo.jsonl", NEMO, (None, None)),
        ("nemo.jsonl", {**NEMO, "offset": 3.0}, (3000, 5000)),
        ("cuts.jsonl.gz", CUT, (1000, 3500)),
        ("cuts.jsonl", {**CUT, "start": 0.0, "duration": 9.0}, (None, None)),
        ("metadata.jsonl", {"file_name": "a.flac", "transcription": "hello", "speaker_id": "Ada"}, (None, None)),
    ],
)
def test_a_manifest_says_what_and_which_stretch(folder, name, line, bounds):
    text = json.dumps(line).encode() + b"\n"
    path = folder / name
    path.write_bytes(gzip.compress(text) if name.endswith("gz") else text)
    (item,) = items_of(str(path))
    assert item.reference.endswith("/a.flac")
    assert (item.start_ms, item.end_ms) == bounds
    assert (item.speaker, item.text) == ("Ada", "hello")


def test_recordings_of_lhotse_and_a_folder_of_hugging_face(folder):
    (folder / "recordings.jsonl").write_text(json.dumps({"id": "r", **CUT["recording"]}) + "\n")
    assert [item.name for item in items_of(str(folder / "recordings.jsonl"))] == ["a.flac"]
    (folder / "metadata.csv").write_text("file_name,speaker,accent\ndeep/b.wav,Ada,Irish\n")
    (item,) = items_of(str(folder))
    assert (item.name, item.speaker, item.accent) == ("deep/b.wav", "Ada", "Irish")


@pytest.mark.parametrize("text", ["{}", "no json", '{"audio_filepath": 3}', '{"sources": []}', "[1]"])
def test_a_manifest_that_is_none_names_its_line(folder, text):
    path = folder / "manifest.jsonl"
    path.write_text(text + "\n")
    with pytest.raises(CorpusInputInvalid, match=r"manifest.jsonl, line 1"):
        list(items_of(str(path)))
