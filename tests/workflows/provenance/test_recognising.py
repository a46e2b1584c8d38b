"""A clip whose mark is gone is known by its content, said to be, and not once its voice is erased."""

from __future__ import annotations

import numpy as np
import pytest

from sayso.audio import Container, Signal, decode, encode
from sayso.doors.reports.trace import page
from sayso.doors.shapes.provenance import trace
from sayso.fingerprint import features_of, store
from sayso.settings import Settings
from sayso.workflows.consent import granting
from sayso.workflows.erasure import erasing
from sayso.workflows.installation.session import open_session
from sayso.workflows.provenance.recognising import UNMARKED, ContentFinder
from sayso.workflows.provenance.tracing import trace_file
from sayso.workflows.speech.speaking import speak

OURS = "Every instrument in the orchestra had been tuned, but the conductor was standing in the cold."
OTHER = "Nobody had told the captain that the harbour was closed, and so he sailed in under full canvas."


@pytest.fixture
def made(estate, make_estate, tmp_path):
    """A clip of ours, and a file with the same words by the same voice from another installation, amid other speech.

    To us that is the clip without its mark: the other's mark is nothing that our keys can see.
    """
    spoken = speak(estate.session, estate.order(text=OURS), tmp_path / "ours.wav")
    stranger = make_estate(open_session(Settings(home=tmp_path / "stranger")))
    speak(stranger.session, stranger.order(text=OURS), tmp_path / "unmarked.wav")
    speak(stranger.session, stranger.order(text=OTHER), tmp_path / "other.wav")
    sounds = [decode(tmp_path / f"{name}.wav").samples for name in ("other", "unmarked", "other")]
    whole = Signal(np.concatenate(sounds, axis=1), 24_000)
    (tmp_path / "program.mp3").write_bytes(encode(whole, Container.MP3))
    starts_s = sounds[0].shape[1] / 24_000
    return spoken, (starts_s, starts_s + sounds[1].shape[1] / 24_000)


def test_what_lost_its_mark_is_known_by_its_content(estate, made, tmp_path):
    spoken, (start_s, end_s) = made
    found = trace_file(estate.session, tmp_path / "program.mp3")
    (part,) = trace(found)["parts"]
    assert (part["verdict"], part["found_by"], part["mark"]) == ("unmarked", "content", None)
    assert (part["clip"], part["grant"], part["proof_ok"]) == (spoken.clip, estate.grant, True)
    assert part["p_value"] < 1e-6
    assert start_s - 0.3 < part["start_s"] < start_s + 1.6
    assert end_s - 1.6 < part["end_s"] < end_s + 0.3
    assert found.parts[0].said == UNMARKED
    assert (found.marked_s, str(found.outcome)) == (0, "allowed")
    assert UNMARKED in page(found)


def test_what_still_has_its_mark_is_found_by_that(estate, made, tmp_path):
    (part,) = trace(trace_file(estate.session, tmp_path / "ours.wav"))["parts"]
    assert (part["verdict"], part["found_by"]) == ("ours", "mark")


def test_an_erased_voice_is_not_known_any_more(estate, made, tmp_path):
    heard = features_of(decode(tmp_path / "unmarked.wav"))
    finder = ContentFinder(estate.session)
    assert [one.clip for one in finder.find(heard)] == [made[0].clip]
    granting.withdraw(estate.session, estate.grant)
    assert str(trace_file(estate.session, tmp_path / "program.mp3").outcome) == "not-allowed"
    erasing.run(estate.session, erasing.plan(estate.session, estate.speaker).plan_id)
    assert finder.find(heard) == []  # nor by a process that knew it before
    assert str(trace_file(estate.session, tmp_path / "program.mp3").outcome) == "not-ours"


def test_a_finder_follows_what_is_made(estate, tmp_path):
    finder = ContentFinder(estate.session)
    speak(estate.session, estate.order(text=OURS), tmp_path / "one.wav")
    heard = features_of(decode(tmp_path / "one.wav"))
    first = finder.find(heard)
    speak(estate.session, estate.order(text=OTHER), tmp_path / "two.wav")
    assert [one.clip for one in finder.find(heard)] == [one.clip for one in first]
    assert len(finder.find(features_of(decode(tmp_path / "two.wav")))) == 1


def test_a_damaged_fingerprint_hides_no_other(estate, tmp_path):
    session = estate.session
    one = speak(session, estate.order(text=OURS), tmp_path / "one.wav")
    two = speak(session, estate.order(text=OTHER), tmp_path / "two.wav")
    with session.act() as tx:
        sealed = store.of_clip(tx, two.clip).sealed
        tx.execute(store.fingerprints.update().where(store.fingerprints.c.clip_id == one.clip).values(sealed=sealed))
    found = ContentFinder(session).find(features_of(decode(tmp_path / "two.wav")))
    assert [each.clip for each in found] == [two.clip]
    assert ContentFinder(session).find(features_of(decode(tmp_path / "one.wav"))) == []
