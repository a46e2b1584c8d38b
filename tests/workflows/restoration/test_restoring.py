"""Restoring files: long ones in stretches, folders that go on where they stopped, live sound."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest

from sayso.audio import Container, Signal, concatenate, decode, encode, resample
from sayso.disk import TargetTaken
from sayso.doors.reports.restoration import page
from sayso.progress import silent
from sayso.restoration import restore
from sayso.workflows.restoration import restoring
from sayso.workflows.restoration.aims import NOTHING, Aims
from sayso.workflows.restoration.folders import NothingToRestore, done_before, jobs, note
from sayso.workflows.restoration.living import restore_live
from sayso.workflows.restoration.restoring import OriginalKept, restore_file
from tests.restoration.rooms import with_noise


@pytest.fixture
def noisy(speech, tmp_path):
    file = tmp_path / "noisy.wav"
    file.write_bytes(encode(with_noise(resample(speech, 16_000), 8), Container.WAV))
    return file


def test_a_long_file_is_repaired_in_stretches(noisy, tmp_path, monkeypatch):
    monkeypatch.setattr(restoring, "LONG_S", 5.0)
    long = tmp_path / "long.wav"
    long.write_bytes(encode(concatenate([decode(noisy)] * 3), Container.WAV))
    done = restore_file(long, tmp_path / "out.flac", silent, with_looks=True)
    assert [step.name for step in done.steps] == ["noise"]
    assert decode(tmp_path / "out.flac").num_samples == decode(long).num_samples
    assert done.after.ovr > done.before.ovr
    html = page([done])
    assert html.count("<audio") == 2
    assert html.count("data:image/png") == 2
    restore_file(long, tmp_path / "out.mp3", silent)
    assert abs(decode(tmp_path / "out.mp3").duration_s - decode(long).duration_s) < 0.1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["long.wav", "noisy.wav", "out.flac", "out.mp3"]


def test_the_recording_is_never_its_own_output(noisy, tmp_path):
    before = noisy.read_bytes()
    link = tmp_path / "link.wav"
    link.symlink_to(noisy)
    for output in (noisy, link):
        with pytest.raises(OriginalKept):
            restore_file(noisy, output, silent)
    assert noisy.read_bytes() == before


def test_a_run_goes_on_where_it_stopped(noisy, tmp_path):
    (job,) = jobs([noisy], tmp_path / "out")
    assert done_before(job) is None
    job.output.parent.mkdir()
    job.output.write_bytes(b"somebody's")
    with pytest.raises(TargetTaken):
        done_before(job)
    note(job, {"x": 1})
    assert done_before(job) == {"x": 1}
    noisy.write_bytes(b"another recording")
    assert done_before(job) is None
    job.output.write_bytes(b"changed")
    with pytest.raises(TargetTaken):
        done_before(job)
    assert json.loads(job.record.read_text())["result"] == {"x": 1}


def test_folders_keep_their_shape_and_two_of_one_name_are_refused(tmp_path):
    (tmp_path / "in" / "deep").mkdir(parents=True)
    for name in ("a.wav", "deep/a.wav", "deep/b.webm", "notes.txt"):
        (tmp_path / "in" / name).write_bytes(b"x")
    made = [job.output.relative_to(tmp_path / "out").as_posix() for job in jobs([tmp_path / "in"], tmp_path / "out")]
    assert made == ["a.wav", "deep/a.wav", "deep/b.webm.flac"]
    with pytest.raises(TargetTaken):
        list(jobs([tmp_path / "in" / "a.wav", tmp_path / "in" / "deep" / "a.wav"], tmp_path / "out"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(NothingToRestore):
        list(jobs([tmp_path / "empty"], tmp_path / "out"))


def test_live_sound_comes_out_as_long_as_it_went_in(noisy):
    sound = decode(noisy).samples[0, :32_000]
    levels = np.rint(sound * 32_767).astype("<i2")
    target = io.BytesIO()
    restore_live(io.BytesIO(levels.tobytes() + b"\0"), target, 16_000)
    made = np.frombuffer(target.getvalue(), "<i2")
    assert made.size == levels.size
    assert Signal.mono(made / 32_768, 16_000).samples.std() < sound.std()


def test_a_fuller_repair_is_another_wish_and_reaches_long_recordings(noisy, tmp_path, monkeypatch):
    told = []

    def noted(signal, **wishes):
        told.append(wishes["fuller_below"])
        return restore(signal)

    monkeypatch.setattr(restoring, "restore", noted)
    aims = Aims(fuller_below=0.5)
    restore_file(noisy, tmp_path / "short.wav", silent, aims=aims)
    monkeypatch.setattr(restoring, "LONG_S", 5.0)
    long = tmp_path / "long.wav"
    long.write_bytes(encode(concatenate([decode(noisy)] * 3), Container.WAV))
    restore_file(long, tmp_path / "out.wav", silent, aims=aims)
    assert told == [0.5, 0.5]
    assert len({aims.digest(), Aims(fuller_below=0.6).digest(), NOTHING.digest()}) == 3
