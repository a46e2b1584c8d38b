"""What people type: names of voices, texts that begin with a hyphen, files in other encodings, and what is missing."""

from __future__ import annotations

import os

import numpy as np
import pytest

import sayso
from sayso.audio import Container, Signal, encode
from tests.workflows.conftest import LICENSEE, PURPOSE

from .program import Program

FORS = ("--licensee", LICENSEE, "--purpose", PURPOSE)
FREE = ("--licence", "public-domain", "--evidence", "https://example.org/free")


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    return Program(tmp_path_factory.mktemp("handling"))


def spoken(program, *words, **more):
    return program.json("text", *words, **more)["spoken"]


def test_the_version_is_shown(program):
    done = program.run("--version")
    assert (done.returncode, done.stdout) == (0, f"sayso {sayso.__version__}\n")


def test_everything_that_is_missing_is_named_at_once(program):
    for words, names in (
        (("say",), ("TEXT", "--voice", "--licensee", "--purpose", "--output")),
        (("say", "Hello.", "--purpose", "p"), ("--voice", "--licensee", "--output")),
        (("consent", "grant"), ("--speaker", "--licensee", "--purpose")),
        (("mark", "embed"), ("FILES", "--out-dir", "--id")),
    ):
        error = program.json(*words, code=2)
        assert error["message"].startswith("missing ")
        assert all(name in error["message"] for name in names), error
        assert not any(name in error["message"] for name in words if name.startswith("--"))


def test_a_program_without_a_command_shows_its_help(program):
    done = program.run()
    assert done.returncode == 2
    assert "Commands:\n" in done.stderr
    assert "\\n" not in done.stderr


TEXTS = {
    "- a list item": "a list item.",
    "-5 degrees outside": "minus five degrees outside.",
    "-5": "minus five.",
    "--and then he went": "and then he went",
    "—so he said": "so he said",
}


@pytest.mark.parametrize(("text", "heard"), TEXTS.items(), ids=TEXTS)
def test_a_text_that_begins_with_a_hyphen_is_text(program, text, heard):
    assert heard.lower() in spoken(program, text).lower()
    assert heard.lower() in spoken(program, "--phonemes", text).lower()
    assert heard.lower() in program.run("text", "--phonemes", "--", text).stdout.lower()


def test_a_word_like_an_option_is_one_and_the_way_out_is_told(program):
    error = program.json("text", "-hello", code=2)
    assert "--" in error["hint"]
    assert "--voice" in program.json("say", "Hello.", "--vioce", "x", code=2)["message"]
    assert program.json("text", code=2)["message"] == "missing TEXT"


ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_text_in_any_unicode_encoding_is_read(program, encoding):
    data = "The café costs nine euros.\r\n".encode(encoding)
    (program.folder / "text.txt").write_bytes(data)
    assert "caf" in spoken(program, "@text.txt")
    assert spoken(program, "@text.txt") == spoken(program, "-", stdin=data)


UNREAD = {"Latin-1": "café".encode("latin-1"), "cut off": "a".encode("utf-16")[:-1], "a zero byte": b"abc\0def"}


@pytest.mark.parametrize("data", UNREAD.values(), ids=UNREAD)
def test_a_text_that_cannot_be_read_names_the_file_once_and_the_way_out(program, data):
    (program.folder / "other.txt").write_bytes(data)
    message = program.json("text", "@other.txt", code=2)["message"]
    assert message.count("other.txt") == 1
    assert "iconv" in message or ("UTF-16" in message and "save it as UTF-8" in message)


def test_stock_voices_are_known_by_name(program):
    out = program.folder / "heart.wav"
    clip = program.json("say", "Good evening.", "--voice", "heart", *FORS, "-o", out)
    assert clip["clip"]
    assert program.json("voice", "show", "af_heart")["engine"] == "kokoro"
    assert program.json("consent", "why", "--voice", "af_heart", *FORS)["decision"] == "permitted"
    error = program.json("say", "Hello.", "--voice", "af_haert", *FORS, "-o", out, "--force", code=2)
    assert "did you mean af_heart?" in error["message"]
    assert "did you mean heart?" in program.json("voice", "show", "HEART", code=2)["message"]
    assert program.run("voice", "show", "voi_short").returncode == 2


def test_a_stock_voice_refuses_a_language_that_it_does_not_speak(program):
    program.json("voice", "list")
    before = len(program.json("ledger", "query")["entries"])
    for language in ("de", "fr-CA"):
        words = ("say", "Hallo.", "--voice", "heart", *FORS, "-o", program.folder / "de.wav", "--language", language)
        error = program.json(*words, code=2)
        assert (error["error"], "en" in error["message"]) == ("language-unspoken", True)
    assert not (program.folder / "de.wav").exists()
    assert len(program.json("ledger", "query")["entries"]) == before
    british = ("say", "Hallo.", "--voice", "heart", *FORS, "-o", program.folder / "gb.wav", "--language", "en-GB")
    assert program.json(*british)["clip"]


def test_the_file_at_fault_is_named_once(program, speech):
    good, silent = program.folder / "good.wav", program.folder / "silent.wav"
    good.write_bytes(encode(speech, Container.WAV))
    silent.write_bytes(encode(Signal.mono(np.zeros(96_000), 24_000), Container.WAV))
    (program.folder / "empty.wav").write_bytes(b"")
    speaker = program.json("speaker", "add", "--name", "Ada")["speaker"]
    program.json("consent", "grant", "--speaker", speaker, *FORS)
    for bad in (silent, program.folder / "empty.wav"):
        message = program.json("voice", "clone", good, bad, "--speaker", speaker, *FREE, code=2)["message"]
        assert (message.count(bad.name), message.count(good.name)) == (1, 0)
    for words in (("verify", "absent.wav"), ("mark", "detect", "absent.wav"), ("verify", "empty.wav")):
        line = program.run(*words).stderr.splitlines()[0]
        assert line.count(words[-1]) == 1, line


def test_pipes_and_devices_are_no_recordings(program):
    os.mkfifo(program.folder / "pipe.wav")
    (program.folder / "zero.wav").symlink_to("/dev/zero")
    for name in ("pipe.wav", "zero.wav"):
        for words in (("verify", name), ("trace", name), ("mark", "detect", name), ("restore", name, "-o", "r.wav")):
            assert program.run(*words).returncode == 2, words


def test_no_file_is_read_without_bound(program):
    (program.folder / "zero2.wav").symlink_to("/dev/zero")
    for words in (("erase", "check", "/dev/zero"), ("labels", "read", "zero2.wav"), ("ledger", "verify", "/dev/zero")):
        assert program.run(*words).returncode in {2, 3, 6}, words
