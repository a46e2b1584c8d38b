"""The ledger's commands for outsiders: a period audited offline, answers with proofs, a witness that cosigns."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from sayso.ledger.witness import witness_key

from .test_contract import Program

NOWHERE = {"SAYSO_HOME": "/nonexistent/home"}


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    return Program(tmp_path_factory.mktemp("ledger"))


@pytest.fixture(scope="module")
def vkey(program):
    speaker = program.json("speaker", "add", "--name", "Ada")["speaker"]
    program.json("consent", "grant", "--speaker", speaker, "--licensee", "Acme", "--purpose", "podcast/news")
    return program.json("ledger", "checkpoint")["vkey"]


def test_a_period_is_audited_offline_and_a_changed_byte_is_exit_6(program, vkey):
    file = program.folder / "period"
    written = program.json("ledger", "export", "--since", "2020-01-01", "--until", "2099-01-01", "-o", file)
    assert written["entries"] >= 2
    assert program.json("ledger", "audit", file, "--key", vkey, env=NOWHERE)["ok"]
    content = bytearray(file.read_bytes())
    content[-20] ^= 1
    file.write_bytes(content)
    found = program.json("ledger", "audit", file, "--key", vkey, env=NOWHERE, code=6)
    assert found["error"] == "ledger-tampered"
    assert found["reasons"]
    program.json("ledger", "audit", program.folder / "absent", "--key", vkey, env=NOWHERE, code=3)
    program.json("ledger", "export", "--since", "2098-01-01", "-o", file, "--force", code=3)


def test_an_answer_with_proofs_is_checked_offline(program, vkey):
    file = program.folder / "answer"
    asked = ("ledger", "query", "--type", "consent:grant", "--since", "2020-01-01")
    assert program.json(*asked)["count"] == program.json(*asked, "--with-proofs", file)["count"] == 1
    checked = program.json("ledger", "verify", file, "--key", vkey, env=NOWHERE)
    assert (checked["count"], checked["asked"]) == (1, {"since": "2020-01-01T00:00:00.000Z", "type": "consent:grant"})
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:1]))
    program.json("ledger", "verify", file, "--key", vkey, env=NOWHERE, code=6)
    assert program.json("ledger", "reindex")["corrected"] == 0


def test_a_witness_cosigns_and_a_quorum_is_asked_for(program, vkey):
    folder = program.folder / "witness"
    words = ("witness", "serve", "--dir", str(folder), "--origin-key", vkey, "--port", "0", "--json")
    words += ("--name", "union.example/w")
    command = [sys.executable, "-c", "from sayso.doors.cli.main import main; main()", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=program.env) as server:
        try:
            shown = json.loads(server.stdout.readline())
            key = shown["vkey"]
            assert key == str(witness_key(folder).verifier)
            env = {"SAYSO_WITNESSES": f"{shown['url']} {key}", "SAYSO_WITNESS_QUORUM": "1"}
            assert program.json("ledger", "checkpoint", env=env)["cosigned_by"] == ["union.example/w"]
            proof = program.folder / "entry.tlog-proof"
            program.json("ledger", "prove", 0, "-o", proof, env=env)
        finally:
            server.terminate()
    wanted = ("ledger", "verify", proof, "--key", vkey, "--witness", key)
    assert program.json(*wanted, "--quorum", 1, env=NOWHERE)["ok"]
    other = str(witness_key(program.folder / "other", "other.example/w").verifier)
    program.json(*wanted, "--witness", other, "--quorum", 2, env=NOWHERE, code=6)


def test_a_key_is_rotated_and_the_first_one_leads_to_the_newest(tmp_path):
    program = Program(tmp_path)  # of its own: the others hold on to the key of theirs
    program.json("speaker", "add", "--name", "Ada")
    before = program.json("ledger", "checkpoint")
    old, later, proven, keys, period = (tmp_path / name for name in ("old", "later", "answer", "keys", "period"))
    program.json("ledger", "prove", 0, "-o", old)
    program.json("speaker", "add", "--name", "Before The Turn")
    rotated = program.json("ledger", "rotate")
    assert rotated["shards"] == before["shards"] + 1
    assert rotated["vkey"] != before["vkey"]
    assert rotated["first_vkey"] == before["first_vkey"] == before["vkey"]
    last = rotated["entries"] - 1
    assert program.json("ledger", "prove", last, "-o", later)["vkey"] == rotated["vkey"]
    listed = program.json("ledger", "keys", "-o", keys)["shards"]
    assert [shard["vkey"] for shard in listed] == [before["vkey"], rotated["vkey"]]
    assert program.json("ledger", "verify", old, "--key", before["vkey"], env=NOWHERE)["entry"] == 0
    assert program.json("ledger", "verify", old)["entry"] == 0
    program.json("ledger", "verify", later, "--key", before["vkey"], env=NOWHERE, code=6)
    checked = program.json("ledger", "verify", later, "--key", before["vkey"], "--keys", keys, env=NOWHERE)
    assert (checked["entry"], checked["shard"]) == (last, rotated["origin"])
    program.json("ledger", "query", "--type", "consent", "--with-proofs", proven)
    program.json("ledger", "export", "-o", period)
    for vkey in (before["vkey"], rotated["vkey"]):
        assert program.json("ledger", "audit", period, "--key", vkey, env=NOWHERE)["size"] == rotated["entries"]
        assert program.json("ledger", "verify", proven, "--key", vkey, env=NOWHERE)["ok"]
    assert program.json("ledger", "verify", "log")["ok"]
