"""The command contract: shapes of JSON, exit codes, and errors that are one line."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys

import numpy as np
import pytest

from sayso.audio import Container, Signal, encode

from .program import Program

LICENSEE = "Northwind Audio"
PURPOSE = "audiobook/mystery"
FREE = ("--licence", "public-domain", "--evidence", "https://example.org/free")


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    return Program(tmp_path_factory.mktemp("contract"))


@pytest.fixture(scope="module")
def voice(program):
    voices = program.json("voice", "list")["voices"]
    return next(voice["voice"] for voice in voices if voice["engine"] == "hibari")


@pytest.fixture(scope="module")
def clip(program, voice):
    words = ("say", "The lamp was lit at 9:30.", "--voice", voice, "--licensee", LICENSEE, "--purpose", PURPOSE)
    return program.json(*words, "-o", program.folder / "out.wav")


@pytest.fixture(scope="module")
def speaker(program):
    return program.json("speaker", "add", "--name", "Ada")["speaker"]


@pytest.fixture(scope="module")
def grant(program, speaker):
    terms = (
        "--licensee",
        LICENSEE,
        "--purpose",
        PURPOSE,
        "--purpose",
        "podcast",
        "--language",
        "en",
        "--until",
        "2099-01-01",
    )
    return program.json("consent", "grant", "--speaker", speaker, *terms, "--max-minutes", "2.5")["grant"]


def test_say_answers_as_promised(clip):
    assert 0.5 < clip["duration_s"] < 5


def test_verify_answers_as_promised_one_object_a_file(program, clip):
    rubbish = program.folder / "rubbish.wav"
    rubbish.write_bytes(b"RIFF" + b"x" * 100)
    done = program.run("verify", program.folder / "out.wav", rubbish, program.folder / "absent.wav", "--json")
    ours, broken, absent = (json.loads(line) for line in done.stdout.splitlines())
    assert (ours["verdict"], ours["mark"], ours["proof_ok"]) == ("ours", clip["mark"], True)
    assert broken["error"]
    assert absent["error"] == "audio-not-found"
    assert done.returncode == 2


def test_text_comes_from_standard_input_and_from_a_file(program, voice):
    (program.folder / "text.txt").write_text("From a file.")
    common = ("--voice", voice, "--licensee", LICENSEE, "--purpose", PURPOSE, "-o", program.folder / "in.wav")
    assert program.json("say", "-", *common, stdin="From standard input.")["clip"]
    assert program.json("say", "@text.txt", *common, "--force")["clip"]
    assert program.json("say", "@nothing.txt", *common, code=3)["error"]


def test_mark_embed_and_detect(program, speech):
    source = program.folder / "speech.wav"
    source.write_bytes(encode(speech, Container.WAV))
    marked = program.json("mark", "embed", source, "--out-dir", program.folder / "m", "--id", "0123456789abcdef")
    found, clean = program.json("mark", "detect", marked["out"], source)
    assert set(found) >= {"file", "present", "p_value", "mark", "segments"}
    assert (found["present"], found["mark"]) == (True, "0123456789abcdef")
    assert found["p_value"] < 1e-6
    assert (clean["present"], clean["mark"]) == (False, None)
    assert marked["verified"]
    assert program.json("mark", "embed", source, "--out-dir", program.folder, "--id", "xyz", code=2)["error"]


def test_a_ledger_that_does_not_prove_is_exit_code_6_and_still_an_answer(program, clip):
    database = sqlite3.connect(program.folder / "home" / "sayso.sqlite")
    row = (clip["clip"],)
    (duration_ms,) = database.execute("SELECT duration_ms FROM clips WHERE clip_id = ?", row).fetchone()
    for changed, code in ((duration_ms - 500, 6), (duration_ms, 0)):
        database.execute("UPDATE clips SET duration_ms = ? WHERE clip_id = ?", (changed, *row))
        database.commit()
        found = program.json("verify", program.folder / "out.wav", code=code)
        assert (found["verdict"], found["proof_ok"]) == ("ours", code == 0)
    database.close()


def test_silence_cannot_be_marked_and_nothing_is_written(program):
    source = program.folder / "silent.wav"
    source.write_bytes(encode(Signal.mono(np.zeros(48_000), 24_000), Container.WAV))
    error = program.json("mark", "embed", source, "--out-dir", program.folder / "s", "--id", "0123456789abcdef", code=2)
    assert error["error"] == "nothing-to-mark"
    assert not (program.folder / "s" / "silent.wav").exists()


def test_restore_answers_as_promised(program, speech):
    source = program.folder / "clean.wav"
    source.write_bytes(encode(speech, Container.WAV))
    restored = program.json("restore", source, "-o", program.folder / "restored.flac")
    assert restored["after"]["overall"] >= restored["before"]["overall"]


def test_grants_are_shown_explained_and_withdrawn(program, speaker, grant, voice):
    shown = program.json("consent", "show", grant)
    assert (shown["state"], shown["minutes_left"], shown["purposes"]) == ("given", 2.5, [PURPOSE, "podcast"])
    listed = program.json("consent", "list", "--speaker", speaker)["grants"]
    assert [row["grant"] for row in listed] == [grant]
    why = program.json("consent", "why", "--voice", voice, "--licensee", "A", "--purpose", "x")
    assert why["decision"] == "permitted"
    other = program.json("consent", "grant", "--speaker", speaker, "--licensee", "B", "--purpose", "podcast")["grant"]
    assert program.json("consent", "withdraw", other)["state"] == "withdrawn"
    assert program.json("consent", "withdraw", other, code=4)["error"] == "grant-state"


REFUSED_GRANTS = {
    "purpose": ("--purpose", "No Path!"),
    "until": ("--purpose", "podcast", "--until", "1999-01-01"),
    "max-minutes": ("--purpose", "podcast", "--max-minutes", "-1"),
    "date": ("--purpose", "podcast", "--until", "soon"),
    "language": ("--purpose", "podcast", "--language", "the Queen's English"),
    "licensee": ("--purpose", "podcast", "--licensee", ""),
}


@pytest.mark.parametrize(("field", "terms"), REFUSED_GRANTS.items(), ids=REFUSED_GRANTS.keys())
def test_a_malformed_grant_is_refused_naming_the_field(program, speaker, field, terms):
    error = program.json("consent", "grant", "--speaker", speaker, "--licensee", LICENSEE, *terms, code=2)
    assert field in error["message"]
    assert set(error) == {"error", "message", "reasons", "hint"}


def test_cloning_without_consent_is_refused_with_reasons(program, speech):
    nobody = program.json("speaker", "add", "--name", "Nobody")["speaker"]
    source = program.folder / "nobody.wav"
    source.write_bytes(encode(speech, Container.WAV))
    error = program.json("voice", "clone", "--speaker", nobody, source, *FREE, code=5)
    assert error["reasons"]


def test_cloning_from_our_own_output_is_refused(program, speaker, grant, voice):
    words = (
        "say",
        "A clip that somebody would like to launder into a voice of their own, so to speak, and at some length.",
    )
    program.json(
        *words, "--voice", voice, "--licensee", LICENSEE, "--purpose", PURPOSE, "-o", program.folder / "own.wav"
    )
    error = program.json("voice", "clone", "--speaker", speaker, program.folder / "own.wav", *FREE, code=5)
    assert error["error"] == "own-output"


def test_the_ledger_is_queried_proved_and_verified(program, clip):
    checkpoint = program.json("ledger", "checkpoint")
    entries = program.json("ledger", "query", "--grant", clip["grant"])
    assert entries["count"] == len(entries["entries"]) > 0
    proof = program.folder / "entry.tlog-proof"
    program.json("ledger", "prove", clip["entry"], "-o", proof)
    assert program.json("ledger", "verify", proof)["entry"] == clip["entry"]
    assert program.json("ledger", "verify", proof, "--key", checkpoint["vkey"])["ok"]
    text = proof.read_text()
    proof.write_text(text.replace(f"index {clip['entry']}", f"index {clip['entry'] + 1}"))
    assert program.json("ledger", "verify", proof, code=6)["error"]


def test_erasing_asks_first_and_then_certifies(program):
    speaker = program.json("speaker", "add", "--name", "To Be Forgotten")["speaker"]
    plan = program.json("erase", "plan", "--speaker", speaker)["plan"]
    assert program.json("erase", "run", plan, code=4)["error"] == "not-confirmed"
    certificate = program.json("erase", "run", plan, "--yes")["certificate"]
    file = program.folder / "certificate"
    assert program.json("erase", "certificate", certificate, "-o", file)["certificate"] == certificate
    vkey = program.json("ledger", "checkpoint")["vkey"]
    assert program.json("erase", "check", file, "--key", vkey, env={"SAYSO_HOME": "/nonexistent/home"})["ok"]


def test_doctor_and_settings(program, clip):
    assert program.json("doctor")["ok"]
    assert program.json("settings", "show")["home"]["origin"] == "SAYSO_HOME"


def test_people_get_lines_and_a_hint_and_programs_get_no_traceback(program, voice):
    done = program.run("say", "Hello.", "--voice", "nonsense", "--licensee", "L", "--purpose", "p", "-o", "x.wav")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("error: got 'nonsense', expected a voice id")
    assert "Traceback" not in done.stderr
    assert "hint:" in done.stderr


@pytest.mark.parametrize("words", [(), ("nonsense",), ("say",), ("mark", "detect")], ids=str)
def test_a_wrong_command_line_is_exit_code_2(program, words):
    assert program.run(*words).returncode == 2


def test_help_loads_nothing_heavy(program):
    heavy = (
        "numpy",
        "sqlalchemy",
        "onnxruntime",
        "scipy",
        "av",
        "c2pa",
        "cedarpy",
        "cryptography",
        "rich.progress",
        "alembic",
    )
    script = "import sys; from sayso.doors.cli.main import run; run(['--help']); print([m for m in sys.argv[1:] if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script, *heavy], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")


def test_trace_answers_as_promised_and_writes_a_page(program, clip):
    found = program.json("trace", program.folder / "out.wav", "-o", program.folder / "report.html")
    (part,) = found["parts"]
    assert (part["verdict"], part["clip"], part["content"]) == ("ours", clip["clip"], "ours")
    assert (part["allowed_now"], part["entry"], part["proof_ok"]) == (True, clip["entry"], True)
    assert "<script" not in (program.folder / "report.html").read_text()
    proof = program.folder / "traced.tlog-proof"
    proof.write_text(part["proof"])
    elsewhere = {"SAYSO_HOME": "/nonexistent/home"}
    assert program.json("ledger", "verify", proof, "--key", found["log_key"], env=elsewhere)["ok"]
    assert (found["outcome"], part["found_by"]) == ("allowed", "mark")
    assert program.json("trace", "absent.wav", code=3)["error"] == "audio-not-found"


def test_detect_needs_a_key_and_no_installation(program, clip, speech):
    key = program.folder / "key.json"
    assert program.json("mark", "publish", "-o", key)["version"] == 1
    plain = program.folder / "plain.wav"
    plain.write_bytes(encode(speech, Container.WAV))
    nowhere = {"SAYSO_HOME": "/nonexistent/home"}
    found, clean = program.json("detect", program.folder / "out.wav", plain, "--key", key, env=nowhere)
    assert set(found) == {"file", "present", "p_value", "segments"}
    assert (found["present"], clean["present"]) == (True, False)
    assert program.json("detect", plain, "--key", plain, env=nowhere, code=2)["error"] == "detector-key-invalid"


def test_credentials_check_explains(program):
    absent = {"SAYSO_HOME": "/nonexistent/home"}
    (program.folder / "own.pem").write_text("no certificate")
    assert program.json("credentials", "check", "own.pem", env=absent, code=2)["error"] == "certificate-malformed"
    assert program.json("credentials", "check", "absent.pem", env=absent, code=3)["error"]
