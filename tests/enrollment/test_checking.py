"""An enrolment: the strictest check decides, one person must speak, and nothing made here gets in."""

from __future__ import annotations

from importlib.resources import files

import pytest

from sayso.audio import decode
from sayso.enrollment.checking import check_enrollment
from sayso.enrollment.same_speaker import PASS_SCORE, check_same_speaker
from sayso.enrollment.verdict import EnrollmentVerdict, worst_of
from tests.enrollment.test_intake import FOUND, NOTHING, Says
from tests.recognition.echo import Echo

TEXT = "The keeper climbed the narrow stair before dawn."


@pytest.fixture(scope="module")
def person():
    return decode((files("sayso.doors.demo") / "two_cities.flac").read_bytes()).slice(0, 24_000 * 16)


def halves(signal):
    return signal.slice(0, signal.num_samples // 2), signal.slice(signal.num_samples // 2, signal.num_samples)


def test_two_halves_of_one_recording_are_one_speaker_and_two_voices_are_not(speech, person):
    first, second = halves(person)
    assert check_same_speaker(first, [second]).verdict == "pass"
    assert check_same_speaker(speech, [person]).verdict == "refuse"


def test_a_short_foreign_sample_among_many_of_ones_own_is_not_passed(speech, person):
    first, second = halves(person)
    own, foreign = [second] * 4, speech.slice(0, 3 * speech.sample_rate)
    found = check_same_speaker(first, [*own, foreign])
    assert found.figures["score"] > PASS_SCORE > found.figures["lowest"]
    assert found.verdict == "refuse"


def test_sound_that_was_made_here_is_refused_whatever_else_passes(person):
    first, second = halves(person)
    found = check_enrollment(first, TEXT, [second], Echo(), Says(FOUND), files=[])
    assert {name: check.verdict for name, check in found.checks.items()} == {
        "speech": "pass", "words": "pass", "speaker": "pass", "alone": "pass", "capture": "pass", "mark": "refuse", "labels": "pass", "adult": "pass", "synthetic": "pass",
    }  # fmt: skip
    assert found.verdict == "refuse"


def test_samples_without_speech_are_refused(person):
    silent = person.slice(0, 1000)
    found = check_enrollment(person, TEXT, [silent], Echo(), Says(NOTHING), files=[])
    assert found.checks["speech"].verdict == found.checks["speaker"].verdict == "refuse"


def test_the_strictest_verdict_decides_and_no_check_is_no_pass():
    passed, review, refuse = EnrollmentVerdict.PASS, EnrollmentVerdict.REVIEW, EnrollmentVerdict.REFUSE
    assert worst_of([passed, review]) == review
    assert worst_of([passed, refuse, review]) == refuse
    assert worst_of([]) == refuse
