"""What is edited in the database is not acted on: the row is held against the ledger first."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from sayso import lineage
from sayso.audio import Container
from sayso.errors import Tampered
from sayso.ids import SpeakerId
from sayso.synthesis import store as clips
from sayso.workflows.audit import auditing
from sayso.workflows.consent import granting, permission
from sayso.workflows.consent.granting import Terms
from sayso.workflows.erasure import erasing
from sayso.workflows.provenance.verifying import verify_file
from sayso.workflows.speech import speaking
from sayso.workflows.speech.exporting import Publication, export
from sayso.workflows.speech.speaking import speak
from tests.workflows.audit import furnished


def edit(session, statement, *values):
    with closing(sqlite3.connect(session.settings.home / "sayso.sqlite")) as db, db:
        db.execute("PRAGMA ignore_check_constraints = ON")
        assert db.execute(statement, values).rowcount >= 1


CLIP = {
    "licensee": "UPDATE clips SET licensee = 'Southwind'",
    "purpose": "UPDATE clips SET purpose = 'advertising'",
    "project": "UPDATE clips SET project = 'another'",
    "date": "UPDATE clips SET created_at = '2026-01-01T00:00:00.000Z'",
    "voice": "UPDATE clips SET voice_id = 'voi_aaaaaaaaaaaaaaaa'",
}


@pytest.mark.parametrize("statement", CLIP.values(), ids=CLIP.keys())
def test_a_clip_whose_record_was_edited_does_not_prove_and_is_not_exported(spoken, tmp_path, statement):
    session = spoken.estate.session
    edit(session, statement)
    found = verify_file(session, spoken.file)
    assert not found.standing.proof_ok
    assert spoken.clip.clip in found.problem
    if "voice_id" not in statement:
        with pytest.raises(Tampered, match=spoken.clip.clip):
            export(session, Publication(spoken.clip.clip), tmp_path / "again.mp3")
        assert not (tmp_path / "again.mp3").exists()


def test_a_clip_moved_in_time_does_not_prove_after_the_erasure_either(spoken):
    session = spoken.estate.session
    erasing.run(session, erasing.plan(session, spoken.estate.speaker).plan_id)
    assert verify_file(session, spoken.file).standing.proof_ok
    edit(session, CLIP["date"])
    assert "created_at" in verify_file(session, spoken.file).problem


def test_blobs_of_two_clips_that_were_swapped_are_not_exported(spoken, make_estate, tmp_path):
    session = spoken.estate.session
    other = make_estate(session, name="Berta")
    second = speak(session, other.order(), tmp_path / "2.wav")
    granting.withdraw(session, spoken.estate.grant)
    with session.read() as tx:
        first, mine = (clips.get_clip(tx, each.clip).artifact_id for each in (spoken.clip, second))
        blob = lineage.get(tx, first).blob
    edit(session, "UPDATE artifacts SET blob = ? WHERE artifact_id = ?", blob, mine)
    with pytest.raises(Tampered, match=second.clip):
        export(session, Publication(second.clip), tmp_path / "again.wav")
    assert not (tmp_path / "again.wav").exists()


GRANT = {
    "a withdrawal undone": (
        "UPDATE grants SET state = 'given'",
        "UPDATE grant_minutes SET state = 'given'",
        "DELETE FROM grant_events WHERE state = 'withdrawn'",
    ),
    "a death undone": ("UPDATE speakers SET died_at = NULL",),
    "minutes handed back": ("UPDATE grant_minutes SET made_ms = 0",),
    "takes handed back": ("UPDATE grant_minutes SET made_takes = 0",),
    "a cap lifted": ("UPDATE grant_minutes SET max_ms = NULL",),
    "a house made": ("UPDATE speakers SET house = 1 - house",),
    "an unknown word": ("UPDATE grants SET state = 'unheard-of'",),
    "an epoch turned back": ("UPDATE speakers SET epoch = epoch - 1",),
}


@pytest.mark.parametrize("name", GRANT)
def test_nothing_is_said_on_the_word_of_an_edited_row(spoken, tmp_path, name):
    session, estate = spoken.estate.session, spoken.estate
    if "withdrawal" in name:
        granting.withdraw(session, estate.grant)
    if "death" in name:
        granting.note_death(session, estate.speaker)
    for statement in GRANT[name]:
        edit(session, statement)
    with pytest.raises(Tampered, match=f"{estate.grant}|{estate.speaker}"):
        speak(session, estate.order(), tmp_path / "no.wav")
    assert not (tmp_path / "no.wav").exists()


EDITED = (
    ("grants", "licensee"),
    ("grant_versions", "terms"),
    ("grant_events", "who"),
    ("speakers", "created_at"),
    ("speaker_keys", "at"),
    ("grant_minutes", "outer_id"),
)


@pytest.mark.parametrize(("table", "column"), EDITED, ids=[table for table, _ in EDITED])
def test_an_edit_between_two_acts_of_one_session_is_found_at_the_next(estate, table, column):
    """What a session remembers of one act, so that the next is quick, hides no edit that came between them."""
    session, order = estate.session, estate.order()
    owner, key = ("speaker_id", estate.speaker) if table.startswith("speaker") else ("grant_id", estate.grant)
    where = f"WHERE {owner} = ?"
    permission.failed(session, speaking.begun(session, order, Container.WAV).granted, speaking.ACT)
    with closing(sqlite3.connect(session.settings.home / "sayso.sqlite")) as db:
        ((before,),) = db.execute(f"SELECT {column} FROM {table} {where}", [key]).fetchall()  # noqa: S608
    for _ in range(2):
        edit(session, f"UPDATE {table} SET {column} = ? {where}", f"{before or ''} ", key)  # noqa: S608
        with pytest.raises(Tampered, match=f"{estate.grant}|{estate.speaker}"):
            speaking.begun(session, order, Container.WAV)
        edit(session, f"UPDATE {table} SET {column} = ? {where}", before, key)  # noqa: S608
        permission.failed(session, speaking.begun(session, order, Container.WAV).granted, speaking.ACT)


def test_minutes_handed_back_are_found_behind_many_permits_without_a_clip(spoken, tmp_path):
    session, estate = spoken.estate.session, spoken.estate
    for _ in range(33):  # two entries each: the clip is not among the last 64
        run = speaking.begun(session, estate.order(), Container.WAV)
        permission.failed(session, run.granted, speaking.ACT)
    edit(session, "UPDATE grant_minutes SET made_ms = 0")
    with pytest.raises(Tampered, match=f"grant_minutes row {estate.grant}"):
        speak(session, estate.order(), tmp_path / "no.wav")


OUTER = ("max_ms = 6000000", "max_ms = NULL", "made_ms = 0", "made_takes = 0", "outer_id = NULL")


@pytest.fixture(scope="module")
def licensed(template, tmp_path_factory):
    """Return an estate, closed, with a licence cut from an outer consent and two clips under it; and the two grants."""
    estate = template.copied(tmp_path_factory.mktemp("licensed"))
    session, order = estate.session, estate.order()
    granting.withdraw(session, estate.grant)
    terms = Terms(speaker=estate.speaker, licensee="*", purposes=("audiobook",), outer=True, max_minutes=1)
    outer = granting.give(session, terms)
    terms = Terms(speaker=estate.speaker, licensee=order.licensee, purposes=("audiobook",), max_minutes=1)
    licence = granting.give(session, terms)
    for number in range(2):
        speak(session, order, estate.recording.with_name(f"{number}.wav"))
    return estate.closed(), outer, licence


@pytest.mark.parametrize("change", OUTER)
def test_an_outer_consent_is_charged_as_the_ledger_says(licensed, tmp_path, change):
    estate, outer, licence = licensed
    estate = estate.copied(tmp_path)
    edited = licence if "outer_id" in change else outer
    edit(estate.session, f"UPDATE grant_minutes SET {change} WHERE grant_id = ?", edited)  # noqa: S608
    with pytest.raises(Tampered, match=edited):
        speak(estate.session, estate.order(), tmp_path / "3.wav")


PLAN = ("speaker_id = ?", "key_id = ?", "subject = ?", "requested_at = ?")


@pytest.mark.parametrize("change", PLAN)
def test_a_plan_that_was_edited_erases_nobody(estate, make_estate, change):
    session = estate.session
    other = make_estate(session, name="Berta")
    plan = erasing.plan(session, estate.speaker)
    values = {
        "speaker_id = ?": other.speaker,
        "key_id = ?": session.vault.key_id(other.speaker),
        "subject = ?": "0" * 32,
        "requested_at = ?": "2026-01-01T00:00:00.000Z",
    }
    edit(session, f"UPDATE erasure_plans SET {change}", values[change])  # noqa: S608
    with pytest.raises(Tampered, match=plan.plan_id):
        erasing.run(session, plan.plan_id)
    assert session.vault.has_subject(estate.speaker)
    assert session.vault.has_subject(other.speaker)


def test_a_word_that_nobody_knows_is_named_and_the_audit_goes_on(spoken):
    session = spoken.estate.session
    edit(session, "UPDATE grant_events SET who = 'nobody'")
    edit(session, "UPDATE artifacts SET kind = 'song' WHERE kind = 'clip'")
    edit(session, "UPDATE clips SET purpose = 'advertising'")
    with pytest.raises(Tampered) as found:
        auditing.audit(session)
    told = " ".join(found.value.reasons)
    assert all(part in told for part in ("grant_events row", "artifacts row", f"clips row {spoken.clip.clip}: purpose"))


def test_an_erasure_that_stopped_half_way_is_no_tampering_and_is_named(spoken):
    session, speaker = spoken.estate.session, SpeakerId(spoken.estate.speaker)
    plan = furnished.begun(session, speaker)
    assert auditing.audit(session).size
    session.vault.destroy_subject(speaker)
    with pytest.raises(auditing.ErasureUnfinished, match=plan):
        auditing.audit(session)
    erasing.run(session, plan)
    assert auditing.audit(session).size
