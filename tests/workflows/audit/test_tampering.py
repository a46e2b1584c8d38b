"""What is changed by hand is found, named, and exit code 6: a blob, a tile, a row, the checkpoint, a model."""

from __future__ import annotations

import pytest

from sayso.doors.shapes.provenance import verification
from sayso.errors import Tampered
from sayso.workflows.audit import auditing
from sayso.workflows.consent import granting
from sayso.workflows.provenance import verifying
from sayso.workflows.speech.speaking import speak
from sayso.workflows.voices import voicebook
from tests.workflows.conftest import granted


def flip(path, place=None):
    data = bytearray(path.read_bytes())
    data[len(data) // 2 if place is None else place] ^= 1
    path.chmod(0o600)
    path.write_bytes(data)


def change(session, statement, *values):
    with session.act() as tx:
        assert tx.exec_driver_sql(statement, values).rowcount == 1


def test_a_changed_blob_is_found_and_named_when_the_voice_is_asked_to_speak(estate, tmp_path):
    from sayso import lineage

    with estate.session.read() as tx:
        blob = lineage.get(tx, voicebook.row_of(estate.session, estate.voice).artifact_id).blob
    path = next(path for path in (estate.session.settings.home / "blobs").rglob("*") if path.name.endswith(blob[4:]))
    flip(path)
    with pytest.raises(Tampered, match=blob[:12]):
        speak(estate.session, estate.order(), tmp_path / "out.wav")
    assert not (tmp_path / "out.wav").exists()


@pytest.mark.parametrize("what", ["tile/0", "tile/entries", "checkpoint"])
def test_a_changed_file_of_the_log_is_found(spoken, what):
    session = spoken.estate.session
    folder = session.settings.tiles
    files = [
        path for path in sorted(folder.rglob("*")) if path.is_file() and what in path.relative_to(folder).as_posix()
    ]
    for path in files:
        flip(path, -30 if "entries" in what else 20)
    with pytest.raises(Tampered):
        auditing.audit(session)
    found = verification(verifying.verify_file(session, spoken.file))
    assert (found["verdict"], found["proof_ok"]) == ("ours", False)
    assert found["problem"]
    assert spoken.clip.mark == found["mark"]


ROWS = {
    "an entry": "UPDATE ledger_entries SET data = CAST(replace(data, 'audiobook', 'audiobooc') AS BLOB) WHERE type LIKE '%clip:intended'",
    "an entry's place": "UPDATE ledger_entries SET entry_index = 4000 WHERE type LIKE '%clip:made'",
    "an entry left out": "DELETE FROM ledger_entries WHERE type LIKE '%clip:intended'",
    "the published size": "UPDATE ledger_published SET size = size - 1",
}


@pytest.mark.parametrize("statement", ROWS.values(), ids=ROWS.keys())
def test_a_changed_row_of_the_log_is_found(spoken, statement):
    session = spoken.estate.session
    change(session, statement)
    with pytest.raises(Tampered):
        auditing.audit(session)


def test_a_clip_moved_to_another_grant_does_not_prove(spoken):
    session = spoken.estate.session
    _, grant = granted(session, name="Another")
    change(session, "UPDATE clips SET grant_id = ?", grant)
    found = verification(verifying.verify_file(session, spoken.file))
    assert found["proof_ok"] is False
    assert "grant" in found["problem"]


def test_a_voice_moved_under_another_speaker_does_not_speak(estate, tmp_path):
    other, _ = granted(estate.session, name="Another", licensee="Somebody Else")
    change(estate.session, "UPDATE voices SET speaker_id = ? WHERE voice_id = ?", other, estate.voice)
    with pytest.raises(Tampered, match=estate.voice):
        speak(estate.session, estate.order(licensee="Somebody Else"), tmp_path / "out.wav")
    with pytest.raises(Tampered, match=f"voices row {estate.voice}"):
        auditing.audit(estate.session)


def test_a_grant_widened_by_hand_is_found(estate):
    """The ledger holds a commitment to the terms; an audit finds terms that were never granted."""
    widened = "UPDATE grants SET terms = replace(terms, 'audiobook/mystery', 'advertising') WHERE grant_id = ?"
    change(estate.session, widened, estate.grant)
    with pytest.raises(Tampered, match=f"{estate.grant}: its terms"):
        auditing.audit(estate.session)


STATE = {
    "minutes handed back": ("UPDATE grant_minutes SET made_ms = 0 WHERE made_ms > 0", "grant_minutes"),
    "a withdrawal undone": ("UPDATE grants SET state = 'given' WHERE state = 'withdrawn'", "the ledger says withdrawn"),
    "a clip left out": ("DELETE FROM clips", "clips row"),
    "a fingerprint left out": ("DELETE FROM fingerprints", "the fingerprint that it tells of is gone"),
    "a fingerprint altered": ("UPDATE fingerprints SET sealed = zeroblob(99)", "fingerprints row"),
    "a manifest left out": ("DELETE FROM manifests", "the manifest that it tells of is gone"),
    "a manifest altered": ("UPDATE manifests SET sealed = zeroblob(99)", "manifests row"),
}


@pytest.mark.parametrize(("statement", "found"), STATE.values(), ids=STATE.keys())
def test_state_changed_by_hand_is_found_and_named(spoken, statement, found):
    session = spoken.estate.session
    granting.withdraw(session, spoken.estate.grant)
    assert auditing.audit(session).size
    change(session, statement)
    with pytest.raises(Tampered, match=found):
        auditing.audit(session)
