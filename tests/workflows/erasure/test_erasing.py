"""Erasing: nothing of the speaker stays readable, the certificate checks, and old clips say what happened."""

from __future__ import annotations

import re

import numpy as np
import pytest

from sayso.audio import decode
from sayso.database import connect
from sayso.doors.shapes.provenance import verification
from sayso.errors import Invalid, NotFound, Refused, Tampered
from sayso.workflows.audit import auditing
from sayso.workflows.consent import granting
from sayso.workflows.erasure import erasing
from sayso.workflows.provenance import verifying
from sayso.workflows.speech.speaking import speak
from sayso.workflows.voices.house import house_speaker
from tests.workflows.conftest import NAME, TEXT, hibari_fit

MARKED_TEXT = TEXT.replace("not alone", "quite alone with Xylophagous Quillfeathers")


def readable_places(session, needles):
    """Return where, in any file below the home, one of the byte patterns stands."""
    found = []
    for path in session.settings.home.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            found += [(path.name, what) for what, needle in needles.items() if needle in data]
    return found


def patterns(estate, clip):
    """Return bytes that only this speaker's sound, style, embedding, name and text hold."""
    embedding = hibari_fit(None, (), None, effort=None, start=None, seed=0, progress=None).embedding
    sound = decode(clip).samples[0]
    loud = int(np.abs(sound).argmax())
    return {
        "name": NAME.encode(),
        "name in UTF-16": NAME.encode("utf-16-le"),
        "text": b"Quillfeathers",
        "embedding": embedding.astype("<f4").tobytes()[:64],
        "asset": b"sayso voice profile",
        "recording": estate.recording.read_bytes()[100:164],
        "float samples": sound[loud : loud + 32].astype("<f4").tobytes(),
        "PCM samples": np.round(sound[loud : loud + 32] * 32768).astype("<i2").tobytes(),
        "speaker id": estate.speaker.encode(),
    }


def test_nothing_is_readable_while_the_voice_lives_and_nothing_at_all_after(estate, tmp_path):
    session = estate.session
    speak(session, estate.order(text=MARKED_TEXT), tmp_path / "out.wav")
    needles = patterns(estate, tmp_path / "out.wav")
    in_the_open = dict(needles)
    del in_the_open["speaker id"]  # an id may stand in the database while the speaker is here
    assert readable_places(session, in_the_open) == []
    erasing.run(session, erasing.plan(session, estate.speaker).plan_id)
    assert readable_places(session, needles) == []


def test_the_hunt_finds_what_is_planted(estate, tmp_path):
    speak(estate.session, estate.order(), tmp_path / "out.wav")
    needles = patterns(estate, tmp_path / "out.wav")
    (estate.session.settings.home / "planted").write_bytes(b"..".join(needles.values()))
    assert {what for name, what in readable_places(estate.session, needles) if name == "planted"} == set(needles)


def test_the_certificate_checks_offline_and_a_changed_one_does_not(estate, tmp_path):
    session, file = estate.session, tmp_path / "erasure.certificate"
    erased = erasing.run(session, erasing.plan(session, estate.speaker).plan_id)
    erasing.certificate(session, erased.certificate, file)

    def no_home():
        raise Refused("nobody may open an installation for this")

    assert erasing.check(str(file), session.log.vkey, no_home).ok
    text = file.read_text()
    file.write_text(text.replace('"blobs_left":0', '"blobs_left":1') if '"blobs_left":0' in text else text[::-1])
    with pytest.raises((Tampered, Invalid)):
        erasing.check(str(file), session.log.vkey, no_home)


def test_old_clips_still_answer_and_new_ones_are_refused(estate, tmp_path):
    session = estate.session
    speak(session, estate.order(), tmp_path / "out.wav")
    erasing.run(session, erasing.plan(session, estate.speaker).plan_id)
    found = verification(verifying.verify_file(session, tmp_path / "out.wav"))
    assert (found["verdict"], found["grant_state"], found["proof_ok"]) == ("ours", "erased", True)
    with pytest.raises(NotFound):
        speak(session, estate.order(), tmp_path / "again.wav")
    with pytest.raises(NotFound):
        granting.listed(session, estate.speaker)
    assert auditing.audit(session).size


def test_another_speaker_keeps_everything(session, make_estate, tmp_path):
    gone, stays = make_estate(session, name="Gone"), make_estate(session, name="Stays")
    erasing.run(session, erasing.plan(session, gone.speaker).plan_id)
    speak(session, stays.order(), tmp_path / "out.wav")
    assert verification(verifying.verify_file(session, tmp_path / "out.wav"))["grant_state"] == "given"


def test_running_a_plan_again_gives_the_same_certificate(estate):
    plan = erasing.plan(estate.session, estate.speaker).plan_id
    assert erasing.run(estate.session, plan).certificate == erasing.run(estate.session, plan).certificate


def test_the_house_is_not_erased(session):
    with pytest.raises(Refused, match="house"):
        erasing.plan(session, house_speaker(session))


def test_entries_of_an_erased_speaker_hold_neither_id_nor_name(estate, tmp_path):
    session = estate.session
    speak(session, estate.order(), tmp_path / "out.wav")
    erasing.run(session, erasing.plan(session, estate.speaker).plan_id)
    entries = "".join(row.data.decode() for row in auditing.query(session, grant=None, speaker=None, since=None))
    assert estate.speaker not in entries
    assert NAME not in entries
    assert not re.search(r"spk_", entries)


def test_the_deleted_key_is_not_in_the_key_store(estate):
    session = estate.session
    keys = connect(session.settings.keys_url, journal="DELETE")
    with keys.read() as tx:
        wrapped = tx.exec_driver_sql(
            "SELECT wrapped FROM subject_keys WHERE speaker_id = ?", (estate.speaker,)
        ).scalar()
    erasing.run(session, erasing.plan(session, estate.speaker).plan_id)
    assert readable_places(session, {"wrapped key": bytes(wrapped)}) == []
    keys.close()
