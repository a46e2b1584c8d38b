"""The commands diagnose and restore: pages, folders, and what they refuse."""

from __future__ import annotations

import json

import numpy as np
import pytest

from sayso.audio.container import Container
from sayso.audio.encode import encode
from sayso.audio.signal import Signal
from tests.doors.program import Program
from tests.restoration.rooms import with_hum


@pytest.fixture
def program(tmp_path):
    return Program(tmp_path)


@pytest.fixture
def folder(program, speech):
    folder = program.folder / "in"
    folder.mkdir()
    (folder / "hum.wav").write_bytes(encode(with_hum(speech, 50, -12), Container.WAV))
    (folder / "junk.mp3").write_bytes(b"no sound at all")
    return folder


def test_a_diagnosis_is_one_page_and_one_object_a_file(program, folder):
    page = program.folder / "page.html"
    done = program.run("diagnose", folder / "hum.wav", folder / "junk.mp3", "-o", page, "--json")
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert done.returncode == 2
    assert "hum" in first["faults"]
    assert second["error"] == "unknown-format"
    html = page.read_text()
    assert "mains hum" in html
    assert "data:image/png" in html
    assert "<script" not in html


def test_a_folder_is_restored_and_the_next_run_goes_on(program, folder):
    first = program.run("restore", folder, "--out-dir", program.folder / "out", "--json")
    again = program.run("restore", folder, "--out-dir", program.folder / "out", "--json")
    for done, state in ((first, "repaired"), (again, "kept")):
        assert done.returncode == 2
        results = [json.loads(line) for line in done.stdout.splitlines()]
        assert [result.get("state", result.get("error")) for result in results] == [state, "unknown-format"]
    assert (program.folder / "out" / "hum.wav").exists()
    assert not (program.folder / "out" / "junk.mp3").exists()


def test_the_colour_of_a_reference_is_matched(program, folder, speech):
    reference = program.folder / "reference.wav"
    tilted = np.fft.irfft(np.fft.rfft(speech.samples) / np.geomspace(1, 4, speech.num_samples // 2 + 1), axis=1)
    reference.write_bytes(encode(Signal.mono(tilted, speech.sample_rate), Container.WAV))
    words = ("restore", folder / "hum.wav", "-o", program.folder / "out.wav", "--match", reference)
    result = program.json(*words)
    assert result["repaired"][-1] == "match"
    assert result["match"]["after_db"] < 0.5 * result["match"]["before_db"]
    assert program.run("restore", "--raw", "16000", "--match", reference).returncode == 2


def test_a_reference_names_who_is_meant(program, folder, speech):
    reference = program.folder / "reference.wav"
    reference.write_bytes(encode(speech, Container.WAV))
    words = ("restore", folder / "hum.wav", "--out-dir", program.folder / "out", "--json")
    (plain,) = (json.loads(line) for line in program.run(*words).stdout.splitlines())
    (meant,) = (json.loads(line) for line in program.run(*words, "--speaker", reference).stdout.splitlines())
    assert plain["speaker"] is None
    assert meant["state"] == "repaired"
    assert meant["speaker"]["heard"]
    assert meant["speaker"]["removed"] == []
    assert meant["speaker"]["likeness_after"] >= meant["speaker"]["likeness_before"]
    done = program.run(*words, "--speaker", program.folder / "absent.wav")
    assert done.returncode == 3
    assert program.run("restore", "--raw", "16000", "--speaker", reference).returncode == 2


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("a.wav",),
        ("a.wav", "b.wav", "-o", "c.wav"),
        ("--raw", "16000", "a.wav"),
        ("a.wav", "-o", "c.wav", "--fuller-below", "nan"),
    ],
)
def test_an_unclear_request_is_refused(program, words):
    assert program.run("restore", *words).returncode == 2
