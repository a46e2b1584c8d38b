"""A clone beside its speaker, for the speaker: the recording as it came, the clip as it may be published."""

import base64
import re
from dataclasses import replace

import pytest

from sayso import lineage
from sayso.doors.reports.likeness import page
from sayso.engines.kokoro import Kokoro
from sayso.errors import Invalid
from sayso.workflows.consent import granting
from sayso.workflows.speech.comparing import compared
from sayso.workflows.voices import cloning, voicebook
from sayso.workflows.voices.cloning import Commission, clone_voice
from tests.workflows.conftest import FREE, hibari_fit


def test_the_page_plays_the_recording_and_a_published_clip(spoken):
    session, voice = spoken.estate.session, spoken.estate.voice
    found = compared(session, voicebook.shown(session, voice))
    assert found.recording == spoken.estate.recording.read_bytes()
    assert found.clip is not None
    assert [row.entry.type for row in session.log.query(clip=spoken.clip.clip)][-1].startswith("publication:clip")
    html = page(found)
    played = [base64.b64decode(data) for data in re.findall(r'src="data:audio/[a-z]+;base64,([^"]+)"', html)]
    assert played == [found.recording, found.clip]
    assert "media-src data:" in html
    assert "very like the speaker" in html  # 0.8, as the stand-in for the fit tells


def test_what_may_not_be_published_is_not_played_and_why_is_said(spoken):
    session, estate = spoken.estate.session, spoken.estate
    granting.withdraw(session, estate.grant)
    found = compared(session, voicebook.shown(session, estate.voice))
    assert found.clip is None
    assert "may not be published" in page(found)


def test_a_voice_that_said_nothing(estate):
    found = compared(estate.session, voicebook.shown(estate.session, estate.voice))
    assert "said nothing yet" in page(found)


def test_a_stock_voice_has_nobody_to_be_compared_with(estate):
    with pytest.raises(Invalid, match="stock voice"):
        compared(estate.session, voicebook.shown(estate.session, "af_heart"))


def test_a_clone_goes_on_from_a_voice_of_the_same_speaker_only(estate, monkeypatch):
    starts = []

    def fit(*words, start, **more):
        starts.append(start)
        return hibari_fit(*words, start=start, **more)

    monkeypatch.setattr(cloning, "fit", fit)
    commission = Commission(estate.speaker, (estate.recording,), "fast", "hibari", go_on=estate.voice, **FREE)
    cloned = clone_voice(estate.session, commission)
    row = voicebook.row_of(estate.session, estate.voice)
    assert starts == [voicebook.profile_of(estate.session, row).asset]
    made = voicebook.row_of(estate.session, cloned.voice)
    with estate.session.read() as tx:
        assert row.artifact_id in {one.artifact_id for one in lineage.ancestors(tx, made.artifact_id)}
    with pytest.raises(Invalid, match="to go on from"):
        clone_voice(estate.session, replace(commission, go_on="af_heart"))


def test_a_student_learns_a_voice_of_the_same_speaker_on_kokoro_and_is_its_child(estate, monkeypatch):
    taught = []

    def teach(*words, start, **more):
        taught.append(start)
        return hibari_fit(*words, start=start, **more)

    def on_kokoro(*words, **more):
        return replace(hibari_fit(*words, **more), asset=Kokoro().stock_asset("am_michael"))

    monkeypatch.setattr(cloning, "fit", on_kokoro)
    monkeypatch.setattr(cloning, "teach", teach)
    commission = Commission(estate.speaker, (estate.recording,), "fast", "kokoro", **FREE)
    teacher = clone_voice(estate.session, commission).voice
    student = clone_voice(estate.session, replace(commission, engine="hibari", go_on=teacher))
    assert taught == [Kokoro().stock_asset("am_michael")]
    rows = [voicebook.row_of(estate.session, voice) for voice in (teacher, student.voice)]
    assert [row.engine for row in rows] == ["kokoro", "hibari"]
    with estate.session.read() as tx:
        assert rows[0].artifact_id in {one.artifact_id for one in lineage.ancestors(tx, rows[1].artifact_id)}
    with pytest.raises(Invalid, match="made for kokoro"):  # what hibari says teaches no voice of Kokoro
        clone_voice(estate.session, replace(commission, go_on=student.voice))
