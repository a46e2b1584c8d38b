"""`sayso trace` tells by its exit code what the file comes to: ours and given 0, given no more 4, not ours 3, broken 6."""

from __future__ import annotations

import json
import sqlite3

import pytest

from sayso.audio import Container, encode
from sayso.doors.cli.main import run
from sayso.mark import Mark
from sayso.workflows.consent import granting
from sayso.workflows.erasure import erasing
from sayso.workflows.provenance.marking_files import Batch
from sayso.workflows.speech.speaking import speak


@pytest.fixture
def trace(estate, monkeypatch, capsys):
    monkeypatch.setenv("SAYSO_HOME", str(estate.session.settings.home))

    def trace(file):
        code = run(["trace", str(file), "--json"])
        return code, json.loads(capsys.readouterr().out)["outcome"]

    return trace


def test_each_outcome_has_its_code(estate, trace, speech, tmp_path):
    session = estate.session
    spoken = speak(
        session, estate.order(text="Nobody had told the captain that the harbour was closed."), tmp_path / "out.wav"
    )
    (tmp_path / "plain.wav").write_bytes(encode(speech.slice(0, 72_000), Container.WAV))
    assert trace(tmp_path / "plain.wav") == (3, "not-ours")
    assert trace(tmp_path / "out.wav") == (0, "allowed")

    granting.withdraw(session, estate.grant)
    assert trace(tmp_path / "out.wav") == (4, "not-allowed")

    (tmp_path / "victim.wav").write_bytes(encode(speech, Container.WAV))
    with Batch(session) as batch:
        batch.embed(tmp_path / "victim.wav", tmp_path / "copied.wav", Mark.parse(spoken.mark))
        batch.embed(tmp_path / "victim.wav", tmp_path / "strange.wav", Mark(77))
    assert trace(tmp_path / "copied.wav") == (6, "broken")
    assert trace(tmp_path / "strange.wav") == (3, "not-ours")  # a mark of the operator's, of no clip

    erasing.run(session, erasing.plan(session, estate.speaker).plan_id)
    assert trace(tmp_path / "out.wav") == (4, "not-allowed")

    with sqlite3.connect(session.settings.home / "sayso.sqlite") as database:
        database.execute("UPDATE clips SET duration_ms = duration_ms + 1")
    assert trace(tmp_path / "out.wav") == (6, "broken")
