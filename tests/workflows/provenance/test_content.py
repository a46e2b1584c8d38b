"""A mark on content that it was not given to is told, whatever the codec; the fingerprint goes with the voice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sayso.audio import Container, decode, encode
from sayso.consent import State
from sayso.credentials import Credentials
from sayso.doors.shapes.provenance import verification
from sayso.fingerprint import Content
from sayso.fingerprint import store as fingerprints
from sayso.lineage import Kind, of_speaker
from sayso.mark import Mark
from sayso.mark.mark import MarkKeys
from sayso.settings import Settings
from sayso.synthesis import store as clips
from sayso.workflows.erasure import erasing
from sayso.workflows.installation.session import open_session
from sayso.workflows.provenance import verifying
from sayso.workflows.provenance.content import COPIED, ERASED, fingerprint_of
from sayso.workflows.provenance.marking_files import Batch
from sayso.workflows.provenance.public_detector import detect_public
from sayso.workflows.provenance.tracing import Part, Passage, TraceOutcome, trace_file
from sayso.workflows.speech.speaking import speak

TEXT = "Nobody had told the captain that the harbour was closed, and so he sailed in."  # nothing of what `speech` says


@pytest.fixture
def spoken(estate, tmp_path):
    return speak(estate.session, estate.order(text=TEXT), tmp_path / "out.wav")


@pytest.fixture
def copied(estate, spoken, speech, tmp_path):
    (tmp_path / "victim.wav").write_bytes(encode(speech, Container.WAV))
    with Batch(estate.session) as batch:
        batch.embed(tmp_path / "victim.wav", tmp_path / "copied.wav", Mark.parse(spoken.mark))
    return tmp_path / "copied.wav"


def clip_of(session, spoken):
    with session.read() as tx:
        return clips.clip_of_mark(tx, spoken.mark)


@pytest.mark.parametrize("container", list(Container))
def test_our_content_is_ours_through_codecs(estate, spoken, tmp_path, container):
    file = tmp_path / f"again.{container}"
    file.write_bytes(encode(decode(tmp_path / "out.wav"), container))
    found = verification(verifying.verify_file(estate.session, file))
    assert (found["verdict"], found["content"], found["problem"]) == ("ours", "ours", None)


@pytest.mark.parametrize("container", [Container.WAV, Container.MP3, Container.OPUS])
def test_a_copied_mark_is_marked_and_not_ours(estate, spoken, copied, container):
    file = copied.with_suffix(f".{container}")
    file.write_bytes(encode(decode(copied), container))
    found = verification(verifying.verify_file(estate.session, file))
    assert found["mark"] == spoken.mark
    assert (found["verdict"], found["content"], found["problem"]) == ("marked", "other", COPIED)


@pytest.mark.parametrize(
    "case",
    [
        (Content.OURS, State.GIVEN, "ours"),
        (Content.UNKNOWN, State.GIVEN, "marked"),
        (Content.UNKNOWN, State.WITHDRAWN, "marked"),
        (Content.OTHER, State.GIVEN, "marked"),
        (Content.UNKNOWN, State.ERASED, "marked"),
        (Content.OTHER, State.ERASED, "marked"),
    ],
)
def test_a_mark_alone_does_not_make_a_sound_ours(estate, spoken, tmp_path, case):
    content, state, verdict = case
    found = verifying.verify_file(estate.session, tmp_path / "out.wav")
    found = replace(
        found,
        credentials=Credentials(present=False),
        content=content,
        standing=replace(found.standing, grant_state=state),
    )
    assert found.verdict == verdict
    part = Part(Passage(0, 3, found.detection.mark, -20), found.standing, content)
    assert part.verdict == ("copied" if content is Content.OTHER else verdict)
    assert (part.outcome is TraceOutcome.ALLOWED) == (content is Content.OURS)


def test_without_a_mark_there_is_nothing_to_compare(estate, speech, tmp_path):
    (tmp_path / "plain.wav").write_bytes(encode(speech, Container.WAV))
    found = verification(verifying.verify_file(estate.session, tmp_path / "plain.wav"))
    assert (found["verdict"], found["content"]) == ("none", "unknown")


def test_the_fingerprint_is_an_artifact_of_the_speaker_and_goes_with_the_voice(estate, spoken, tmp_path):
    session, clip = estate.session, clip_of(estate.session, spoken)
    assert fingerprint_of(session, clip) is not None
    with session.read() as tx:
        kept = [one for one in of_speaker(tx, estate.speaker) if one.kind is Kind.FINGERPRINT]
        assert len(kept) == 1
        sealed = fingerprints.of_clip(tx, spoken.clip).sealed
    plain = fingerprint_of(session, clip).encode()
    assert plain not in (session.settings.home / "sayso.sqlite").read_bytes()
    erasing.run(session, erasing.plan(session, estate.speaker).plan_id)
    with session.read() as tx:
        assert fingerprints.census(tx)[0] == 0
    assert sealed not in (session.settings.home / "sayso.sqlite").read_bytes()
    assert fingerprint_of(session, clip) is None
    assert fingerprint_of(session, clip_of(session, spoken)) is None
    found = verification(verifying.verify_file(session, tmp_path / "out.wav"))
    assert (found["verdict"], found["content"], found["grant_state"]) == ("ours", "unknown", "erased")


def test_a_mark_copied_from_an_erased_clip_is_not_ours(estate, spoken, copied, tmp_path):
    erasing.run(estate.session, erasing.plan(estate.session, estate.speaker).plan_id)
    found = verification(verifying.verify_file(estate.session, copied))
    assert (found["verdict"], found["grant_state"], found["content"]) == ("marked", "erased", "unknown")
    traced = trace_file(estate.session, copied)
    assert [(part.verdict, part.said) for part in traced.parts] == [("marked", ERASED)]
    assert traced.outcome is TraceOutcome.NOT_ALLOWED


def test_the_published_key_does_not_make_verify_say_marked(session, speech, tmp_path):
    forger = open_session(Settings(home=tmp_path / "forger"))
    known = MarkKeys(session.mark_keys.public_pilot, b"p" * 32, b"d" * 32)
    vars(forger.installation)["mark_keys"] = known
    (tmp_path / "foreign.wav").write_bytes(encode(speech, Container.WAV))
    with Batch(forger) as batch:
        batch.embed(tmp_path / "foreign.wav", tmp_path / "forged.wav", Mark(7))
    assert detect_public(session.mark_keys.public, tmp_path / "forged.wav").scan.present
    found = verification(verifying.verify_file(session, tmp_path / "forged.wav"))
    assert (found["verdict"], found["mark"], found["segments"]) == ("none", None, [])
    assert trace_file(session, tmp_path / "forged.wav").parts == ()


def test_a_word_or_two_are_compared_as_well(estate, speech, tmp_path):
    short = speak(estate.session, estate.order(text="Good evening."), tmp_path / "short.wav")
    sound = decode(tmp_path / "short.wav")
    assert sound.duration_s < 1.2
    (tmp_path / "short.opus").write_bytes(encode(sound, Container.OPUS))
    assert verifying.verify_file(estate.session, tmp_path / "short.opus").verdict == "ours"
    other = speech.slice(48_000, 48_000 + 2 * sound.num_samples)
    (tmp_path / "other.wav").write_bytes(encode(other, Container.WAV))
    with Batch(estate.session) as batch:
        batch.embed(tmp_path / "other.wav", tmp_path / "copied.wav", Mark.parse(short.mark))
    found = verification(verifying.verify_file(estate.session, tmp_path / "copied.wav"))
    assert (found["mark"], found["verdict"]) == (short.mark, "marked")


def test_a_failure_leaves_no_fingerprint_behind(estate, tmp_path, monkeypatch):
    before = set(estate.session.vault.addresses())
    monkeypatch.setattr(
        "sayso.workflows.speech.speaking.insert_clip", lambda *_: (_ for _ in ()).throw(OSError("planted"))
    )
    with pytest.raises(OSError, match="planted"):
        speak(estate.session, estate.order(), tmp_path / "out.wav")
    assert set(estate.session.vault.addresses()) == before
