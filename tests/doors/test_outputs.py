"""Outputs: tried before anything is charged, never written over by chance, and ``-`` for standard output."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
import soundfile

from sayso.disk import TargetInvalid, TargetTaken, check_target, write_document
from sayso.workflows.audit import auditing
from sayso.workflows.consent import granting
from sayso.workflows.speech.speaking import speak
from tests.workflows.conftest import LICENSEE, PURPOSE

from .program import Program

FORS = ("--licensee", LICENSEE, "--purpose", PURPOSE)


@pytest.fixture
def program(estate, tmp_path):
    return Program(tmp_path, estate.session.settings.home)


def say(estate, *words):
    return ("say", "Good evening.", "--voice", estate.voice, *FORS, *words)


def told(estate):
    """Return what an act would change: entries of speech in the ledger, and the minutes left."""
    entries = [row for row in auditing.query(estate.session) if row.entry.type.startswith("synthesis")]
    return len(entries), granting.shown(estate.session, estate.grant).used_ms


def long_name(tmp_path):
    return tmp_path / ("x" * 252 + ".wav")


TARGETS = {
    "a folder": (lambda p: (p / "d.wav").mkdir() or p / "d.wav", 2),
    "a name too long": (long_name, 2),
    "a name too long for its labels": (lambda p: p / ("x" * 246 + ".wav"), 2),
    "a missing folder": (lambda p: p / "absent" / "out.wav", 2),
    "a file as folder": (lambda p: ((p / "f").write_bytes(b"") and None) or p / "f" / "out.wav", 2),
    "a read-only file system": (lambda _: "/proc/out.wav", 7),
    "a device": (lambda p: (p / "null.wav").symlink_to("/dev/null") or p / "null.wav", 2),
}


@pytest.mark.parametrize(("target", "code"), TARGETS.values(), ids=TARGETS.keys())
def test_a_target_that_cannot_be_written_costs_nothing_and_logs_nothing(program, estate, tmp_path, target, code):
    before = told(estate)
    done = program.run(*say(estate, "--force", "-o", target(tmp_path)), "--jurisdiction", "eu")
    assert done.returncode == code, done.stderr
    assert done.stderr.startswith("error: ")
    assert told(estate) == before


def test_a_workflow_checks_its_target_too(estate, tmp_path):
    before = told(estate)
    (tmp_path / "folder.wav").mkdir()
    for target in (tmp_path / "folder.wav", long_name(tmp_path), tmp_path / "absent" / "out.wav"):
        with pytest.raises(TargetInvalid):
            speak(estate.session, estate.order(), target)
    assert told(estate) == before
    assert not (tmp_path / "absent").exists()


def test_say_does_not_write_over_a_file_unless_forced(program, estate, tmp_path):
    out = tmp_path / "out.wav"
    out.write_bytes(b"mine")
    before = told(estate)
    refused = program.json(*say(estate, "-o", out), code=4)
    assert (refused["error"], out.read_bytes(), told(estate)) == ("target-taken", b"mine", before)
    assert "--force" in refused["hint"]
    assert program.json(*say(estate, "-o", out, "--force"))["clip"]
    assert out.read_bytes()[:4] == b"RIFF"


def test_no_command_writes_over_a_file(program, estate, spoken_words, tmp_path):
    taken = tmp_path / "taken.html"
    for words in spoken_words:
        taken.write_bytes(b"mine")
        target = taken.with_suffix(".wav") if words[0] in {"restore", "export"} else taken
        target.write_bytes(b"mine")
        done = program.run(*words, target)
        assert (done.returncode, target.read_bytes()) == (4, b"mine"), (words, done.stderr)
        assert str(target) in done.stderr


@pytest.fixture
def spoken_words(program, estate, recording, tmp_path):
    """Return every command line that ends in an output."""
    clip = program.json(*say(estate, "-o", tmp_path / "clip.wav"))["clip"]
    document = tmp_path / "draft.json"
    program.json("consent", "withdraw", estate.grant, "--draft", document)
    return [
        ("export", clip, "-o"),
        ("restore", recording, "-o"),
        ("trace", tmp_path / "clip.wav", "-o"),
        ("report", "compliance", "-o"),
        ("ledger", "keys", "-o"),
        ("ledger", "prove", 0, "-o"),
        ("ledger", "export", "-o"),
        ("ledger", "query", "--with-proofs"),
        ("consent", "export", estate.grant, "-o"),
        ("consent", "receipt", estate.grant, "-o"),
        ("consent", "withdraw", estate.grant, "--draft"),
        ("mark", "publish", "-o"),
        ("consent", "sign", document, "--key", document, "-o"),
    ]


def test_marked_files_and_a_page_are_not_written_over(program, recording, tmp_path):
    embed = ("mark", "embed", recording, "--id", "0123456789abcdef", "--out-dir", tmp_path / "m")
    program.json(*embed)
    marked = tmp_path / "m" / recording.name
    marked.write_bytes(b"mine")
    assert program.run(*embed).returncode == 4
    assert marked.read_bytes() == b"mine"
    assert program.json(*embed, "--force")["verified"]
    assert program.run("mark", "embed", recording, *embed[2:], "--force").returncode == 2  # one name twice
    assert program.run(*embed[:-1], tmp_path / "no" / "such").returncode == 2
    page = ("mark", "publish", "--page", tmp_path / "page")
    program.json(*page)
    assert program.run(*page).returncode == 4
    program.json(*page, "--force")


def test_sound_goes_to_standard_output_and_everything_else_to_standard_error(program, estate, recording):
    done = program.run(*say(estate, "-o", "-", "--json", "--jurisdiction", "eu"))
    assert done.returncode == 0, done.stderr
    assert soundfile.info(BytesIO(done.written)).duration > 0.4
    result = next(json.loads(line) for line in done.stderr.splitlines() if line.startswith('{"clip"'))
    assert result["clip"] in done.stderr.partition('"sayso-labels"')[2]
    done = program.run("restore", recording, "-o", "-")
    assert done.written[:4] == b"RIFF"
    assert "quality" in done.stderr


def test_errors_do_not_mix_with_sound_on_standard_output(program, estate):
    done = program.run(
        "say", "Hello.", "--voice", estate.voice, "--licensee", "R", "--purpose", "p", "-o", "-", "--json"
    )
    assert (done.returncode, done.written) == (5, b"")
    assert json.loads(done.stderr)["error"] == "consent-refused"


def test_a_document_goes_to_standard_output_too(program):
    done = program.run("ledger", "keys", "-o", "-", "--json")
    assert done.stdout.startswith("{") or done.stdout
    assert json.loads(done.stderr)["shards"]
    assert not (program.folder / "-").exists()


def test_sound_is_not_written_to_a_terminal(program, estate):
    before = told(estate)
    terminal, other = os.openpty()
    done = program.spawn(*say(estate, "-o", "-"), stdout=other)
    os.close(terminal)
    assert done.returncode == 4
    assert b"terminal" in done.stderr
    assert told(estate) == before


def test_what_reads_the_output_may_stop(program):
    """A pipe that is closed early is no error of Sayso's."""
    reader, writer = os.pipe()
    os.close(reader)
    assert program.spawn("settings", "show", stdout=writer).returncode == 0
    os.close(writer)
    with Path("/dev/full").open("wb") as full:
        done = program.spawn("settings", "show", stdout=full)
    assert (done.returncode, done.stderr.count(b"\n")) == (7, 1)


def test_a_check_leaves_nothing(tmp_path):
    check_target(tmp_path / "x.wav")
    (tmp_path / "y.wav").write_bytes(b"mine")
    with pytest.raises(TargetTaken):
        check_target(tmp_path / "y.wav")
    check_target(tmp_path / "y.wav", overwrite=True)
    with pytest.raises(TargetInvalid):
        check_target(tmp_path / "x\0.wav")
    assert {path.name for path in tmp_path.iterdir()} == {"y.wav"}


def test_a_name_of_full_length_is_written(tmp_path):
    path = tmp_path / ("x" * 255)
    write_document(path, "text")
    assert path.read_text() == "text"


def test_folders_are_private_whatever_the_umask(tmp_path):
    code = "import os,sys; os.umask(0); from sayso.doors.cli.main import run; sys.exit(run(['voice','list']))"
    home = tmp_path / "a" / "home"
    subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "SAYSO_HOME": str(home)}, check=True, capture_output=True
    )
    for path in (home.parent, home, *home.rglob("*")):
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path
