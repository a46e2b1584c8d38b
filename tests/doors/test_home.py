"""The home and the machine: what is no folder, dates at the ends of time, a full disk, what a kill left, secrets."""

from __future__ import annotations

import errno
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

import pytest

from sayso.clock import parse_stamp, stamp
from sayso.disk import DiskFull
from sayso.errors import Invalid
from sayso.ledger.log import Log
from sayso.lineage import Kind
from sayso.workflows.provenance.releasing import SoundDraft
from tests.workflows.conftest import LICENSEE, PURPOSE

from .program import Program

FORS = ("--licensee", LICENSEE, "--purpose", PURPOSE)


@pytest.fixture
def program(tmp_path):
    return Program(tmp_path)


@pytest.fixture
def house(estate, tmp_path):
    return Program(tmp_path, estate.session.settings.home)


def say(estate, *words):
    return ("say", "Good evening.", "--voice", estate.voice, *FORS, *words)


@pytest.mark.parametrize("home", ["file", "file/below"])
def test_a_home_that_is_a_file_is_told(program, tmp_path, home):
    (tmp_path / "file").write_bytes(b"")
    env = {"SAYSO_HOME": str(tmp_path / home)}
    assert program.json("consent", "list", env=env, code=7)["error"] == "disk-failed"
    findings = program.json("doctor", env=env, code=7)["findings"]
    assert [row["ok"] for row in findings if row["what"] == "home"] == [False]


@pytest.mark.parametrize("make", [lambda path: path.mkdir(), os.mkfifo], ids=["folder", "pipe"])
def test_a_configuration_that_is_no_file_is_told(program, make):
    (program.folder / "home").mkdir()
    make(program.folder / "home" / "config.toml")
    error = program.json("settings", "show", code=2)
    assert error["message"].count("config.toml") == 1


DATES = ("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "0000-01-01", "10000-01-01", "-1", "1e400")


@pytest.mark.parametrize("date", DATES)
def test_a_date_beyond_the_calendar_is_told(program, date):
    speaker = program.json("speaker", "add", "--name", "Ada")["speaker"]
    for words in (
        ("ledger", "query", f"--since={date}"),
        ("ledger", "export", f"--until={date}", "-o", "period"),
        ("report", "compliance", f"--since={date}"),
        ("consent", "grant", "--speaker", speaker, *FORS, f"--until={date}"),
        ("consent", "grant", "--speaker", speaker, *FORS, f"--since={date}"),
    ):
        assert program.json(*words, code=2)["message"]


def test_the_first_and_the_last_year_are_dates_of_four_digits():
    for moment in (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)):
        assert len(stamp(moment)) == len("2026-11-22T20:36:00.123Z")
        assert stamp(parse_stamp(stamp(moment))) == stamp(moment)
    with pytest.raises(Invalid, match="years"):
        parse_stamp("0001-01-01T00:00:00+00:01")


@pytest.mark.parametrize("minutes", ["1e308", "1e400", "nan", "0", "1e-300"])
def test_minutes_beyond_all_bounds_are_told(program, minutes):
    speaker = program.json("speaker", "add", "--name", "Ada")["speaker"]
    words = ("consent", "grant", "--speaker", speaker, *FORS, f"--max-minutes={minutes}")
    assert "m" in program.json(*words, code=2)["message"]


def test_a_name_comes_from_standard_input_or_a_file_and_is_in_no_argument(program):
    (program.folder / "name.txt").write_text("Ada Lovelace\n")
    for name, stdin in (("-", "Ada Lovelace\n"), ("@name.txt", "")):
        speaker = program.json("speaker", "add", "--name", name, stdin=stdin)["speaker"]
        grant = program.json("consent", "grant", "--speaker", speaker, *FORS)["grant"]
        receipt = program.run("consent", "receipt", grant, "-o", "-").stdout
        assert "Ada Lovelace" in receipt


def full(*_: object, **__: object) -> None:
    """Do what a full disk does."""
    raise DiskFull("the disk is full; free some space and run this again") from OSError(errno.ENOSPC, "No space left")


def test_a_disk_that_fills_when_the_clip_is_settled_says_not_to_make_it_again(house, estate, tmp_path):
    with mock.patch.object(SoundDraft, "publish", full):
        error = house.json(*say(estate, "-o", "out.wav"), code=7)
    clip = error["message"].partition("clp_")[2][:16]
    assert "run this again" not in error["message"]
    assert not (tmp_path / "out.wav").exists()
    assert house.json("export", f"clp_{clip}", "-o", "out.wav")["clip"] == f"clp_{clip}"


def test_a_disk_that_fills_after_the_release_says_what_is_done(house, estate, tmp_path):
    with mock.patch.object(Log, "integrate", full):
        done = house.run(*say(estate, "-o", "out.wav"))
    assert done.returncode == 7
    assert "run this again" not in done.stderr
    assert "out.wav is written" in done.stderr
    assert house.json("verify", "out.wav")["verdict"] == "ours"


def test_what_a_stopped_act_left_is_counted(house, estate):
    def blobs():
        return next(row["found"] for row in house.json("doctor")["findings"] if row["what"] == "blobs")

    assert "of no artifact" not in blobs()
    stray = estate.session.vault.seal(b"sound", [estate.speaker], kind=str(Kind.CLIP)).address
    assert "1 of no artifact" in blobs()
    assert stray in blobs()


HUSH = (
    ("SAYSO_DATABASE_URL", "postgresql://me:hush@host/db"),
    ("SAYSO_DATABASE_URL", "postgresql://me:hu/hush@host/db"),
    ("SAYSO_DATABASE_URL", "postgresql://me:hu#hush@host/db"),
    ("SAYSO_DATABASE_URL", "postgresql://me:hu?hush@host/db"),
    ("SAYSO_DATABASE_URL", "postgresql://me:hu@hush@host/db"),
    ("SAYSO_DATABASE_URL", "postgresql://me@host/db?password=hush"),
    ("SAYSO_BLOBS_URL", "s3://key:hush@bucket/x"),
    ("SAYSO_BLOBS_URL", "https://hush@host/x"),
    ("SAYSO_BLOBS_URL", "https://host/x?sig=1&sig=hush#t=hush"),
    ("SAYSO_CONTACT", "https://u:hush@x.example"),
)


@pytest.mark.parametrize(("name", "value"), HUSH, ids=[value for _, value in HUSH])
def test_no_secret_of_an_address_is_shown(program, name, value):
    for as_json in ((), ("--json",)):
        done = program.run("settings", "show", *as_json, env={name: value})
        assert done.returncode == 0
        assert "***" in done.stdout
        assert "hush" not in done.stdout


ESCAPES = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202eevil"


def test_no_escape_sequence_reaches_the_terminal(program):
    name = f"a{ESCAPES}\n.wav"
    (program.folder / name).write_bytes(b"x")
    speaker = program.json("speaker", "add", "--name", "Ada")["speaker"]
    grant = ("consent", "grant", "--speaker", speaker, "--purpose", "p", "--licensee")
    for words in (
        ("verify", name),
        ("mark", "detect", name),
        ("text", f"@{ESCAPES}"),
        ("voice", "show", ESCAPES),
        (*grant, ESCAPES),
        ("consent", "show", ESCAPES),
        (ESCAPES,),
        ("trace", name, f"--{ESCAPES}"),
    ):
        for as_json in ((), ("--json",)):
            done = program.run(*words, *as_json)
            assert done.returncode, words
            shown = done.stdout + done.stderr
            assert not set("\x1b\x07\x9b\u202e") & set(shown), words
            for line in done.stdout.splitlines() if as_json else ():
                assert json.loads(line)


@pytest.fixture
def fixed(spoken, tmp_path, monkeypatch):
    """Return the program with a home of which nothing can be written, as on a read-only disk."""
    estate = spoken.estate
    estate.session.integrate()
    estate.closed()
    home = estate.session.settings.home
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: home not in (path, *Path(path).parents) and access(path, mode))
    return Program(tmp_path, home)


def contents(home):
    return {path: path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file()}


def test_a_home_that_cannot_be_written_can_be_verified(fixed, spoken):
    home = spoken.estate.session.settings.home
    before = contents(home)
    assert fixed.json("verify", spoken.file)["verdict"] == "ours"
    assert fixed.json("ledger", "verify", "log")["ok"]
    assert fixed.json("doctor")["ok"]
    assert fixed.json("consent", "list")["grants"]
    assert fixed.json("ledger", "query", "--type", "synthesis")["count"]
    fixed.json("ledger", "prove", 0, "-o", "proof")
    error = fixed.json("speaker", "add", "--name", "Ada", code=7)
    assert "cannot be written" in error["message"]
    assert contents(home) == before


def test_a_home_that_cannot_be_written_and_is_not_whole_is_told(fixed, spoken):
    (spoken.estate.session.settings.home / "sayso.sqlite-wal").write_bytes(b"x")
    assert "can be written" in fixed.json("verify", spoken.file, code=7)["message"]
