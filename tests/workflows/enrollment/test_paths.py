"""A voice is cloned from recordings that came in by a path that is allowed, and the path is named wherever it is."""

import pytest

from sayso.doors.shapes import provenance
from sayso.doors.shapes import voices as shapes
from sayso.enrollment.errors import LabelledSynthetic, NotEnrolled, PathInvalid
from sayso.settings import Settings
from sayso.workflows.audit import reconciling
from sayso.workflows.consent.speakers import add_speaker
from sayso.workflows.erasure import erasing
from sayso.workflows.installation.session import open_session
from sayso.workflows.provenance.verifying import verify_file
from sayso.workflows.speech.orders import Order
from sayso.workflows.speech.speaking import speak
from sayso.workflows.voices import cloning, voicebook
from sayso.workflows.voices.cloning import Commission, clone_voice
from tests.workflows.conftest import FREE, LICENSEE, PURPOSE, TEXT, granted, hibari_fit


@pytest.fixture(autouse=True)
def _fit(monkeypatch):
    monkeypatch.setattr(cloning, "fit", hibari_fit)


def cloned(session, speaker, recording, **more):
    return clone_voice(session, Commission(speaker, (recording,), effort="fast", engine="hibari", **more))


def made(session):
    return [row.entry.facts for row in session.log.query(type="voices:voice:made")][-1]


def test_without_an_enrolment_nothing_is_cloned_and_the_next_step_is_told(session, recording):
    speaker, _ = granted(session)
    with pytest.raises(NotEnrolled) as refused:
        cloned(session, speaker, recording)
    assert refused.value.reasons
    assert [row.entry.type for row in session.log.query(type="voices:voice")][-1] == "voices:voice:failed"


def test_a_voice_is_cloned_from_the_very_recordings_that_were_enrolled(booth, tmp_path, recording):
    sample = tmp_path / "sample.flac"
    sample.write_bytes(booth.recordings.samples[0])
    done = booth.enrolled(purposes=(PURPOSE,))
    voice = cloned(booth.session, booth.speaker, sample)
    assert (str(voice.basis.path), voice.basis.enrollment) == ("enrolled", done.row.enrollment_id)
    assert made(booth.session)["enrollment"] == done.row.enrollment_id
    assert shapes.voice(voicebook.shown(booth.session, voice.voice))["path"] == "enrolled"
    with pytest.raises(NotEnrolled):
        cloned(booth.session, booth.speaker, recording)


@pytest.mark.parametrize("unsaid", [("Northwind",), ("Northwind", "Audio", "voice", "allow")])
def test_an_enrolment_that_did_not_pass_is_none(booth, tmp_path, unsaid):
    granted_to, sample = granted(booth.session), tmp_path / "sample.flac"
    sample.write_bytes(booth.recordings.samples[0])
    booth.speaker = granted_to[0]
    booth.submit(booth.start().enrollment, unsaid=unsaid)
    with pytest.raises(NotEnrolled):
        cloned(booth.session, booth.speaker, sample)


def test_somebody_elses_enrolment_is_none(booth, tmp_path):
    sample = tmp_path / "sample.flac"
    sample.write_bytes(booth.recordings.samples[0])
    booth.enrolled()
    thief, _ = granted(booth.session)
    with pytest.raises(NotEnrolled):
        cloned(booth.session, thief, sample)


def test_a_free_recording_names_its_licence_and_evidence_everywhere(session, recording, tmp_path):
    speaker, _ = granted(session)
    voice = cloned(session, speaker, recording, **FREE)
    shown = shapes.voice(voicebook.shown(session, voice.voice))
    assert (shown["path"], shown["licence"], shown["evidence"]) == ("licensed", "public-domain", FREE["evidence"])
    facts = made(session)
    assert (facts["path"], facts["licence"]) == ("licensed", "public-domain")
    assert FREE["evidence"] not in facts.values()
    clip = tmp_path / "clip.wav"
    speak(session, Order(TEXT, voice.voice, LICENSEE, PURPOSE), clip)
    assert provenance.verification(verify_file(session, clip))["path"] == "licensed"
    assert reconciling.findings(session) == []
    erasing.run(session, erasing.plan(session, speaker).plan_id)
    assert provenance.verification(verify_file(session, clip))["path"] == "licensed"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"licence": "CC-BY-NC-4.0", "evidence": "https://example.org"}, "licence"),
        ({"licence": "public-domain"}, "evidence"),
        ({"licence": "CC0-1.0", "evidence": "my word"}, "evidence"),
        ({"evidence": "https://example.org"}, "evidence"),
    ],
)
def test_a_licence_that_does_not_allow_it_or_has_no_evidence_is_refused(session, recording, more, field):
    speaker, _ = granted(session)
    with pytest.raises(PathInvalid, match=field):
        cloned(session, speaker, recording, **more)
    assert list(session.log.query(type="voices:voice")) == []


def test_an_operators_word_is_enough_only_where_the_setting_says_so(tmp_path, recording):
    session = open_session(Settings(home=tmp_path / "home", enrollment="attested"))
    speaker, _ = granted(session)
    voice = cloned(session, speaker, recording)
    assert made(session)["path"] == shapes.voice(voicebook.shown(session, voice.voice))["path"] == "attested"


@pytest.mark.parametrize(("path", "more"), [("required", FREE), ("attested", {})])
def test_where_no_person_looks_what_says_that_a_system_made_it_is_refused(tmp_path, recording, path, more):
    session = open_session(Settings(home=tmp_path / "home", enrollment=path))
    speaker, _ = granted(session)
    labelled = tmp_path / "labelled.wav"
    labelled.write_bytes(recording.read_bytes() + b"<Iptc4xmpExt:DigitalSourceType>trainedAlgorithmicMedia<")
    with pytest.raises(LabelledSynthetic) as refused:
        cloned(session, speaker, labelled, **more)
    assert "says that a system made it" in refused.value.reasons[0]
    assert [row.entry.type for row in session.log.query(type="voices:voice")][-1] == "voices:voice:failed"


def test_what_a_person_accepted_is_cloned_whatever_it_is_labelled(booth, tmp_path, monkeypatch):
    sample = tmp_path / "sample.flac"
    sample.write_bytes(booth.recordings.samples[0])
    booth.enrolled(purposes=(PURPOSE,))
    monkeypatch.setattr("sayso.enrollment.labelled.states_synthesis", lambda _: True)
    assert str(cloned(booth.session, booth.speaker, sample).basis.path) == "enrolled"


def test_a_stock_voice_says_that_it_is_one(session):
    add_speaker(session, "Ada")
    assert {one.row.path for one in voicebook.listed(session)} == {"stock"}
