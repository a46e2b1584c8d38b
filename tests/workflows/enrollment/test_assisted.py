"""Who cannot read is helped: more time, no refusal for words, and two people who decide whatever the setting says."""

from dataclasses import replace

import pytest

from sayso.audio import Container, decode, encode
from sayso.enrollment.errors import ChallengeOver, SecondPersonNeeded
from sayso.workflows.accounts import credentials
from sayso.workflows.audit import reconciling
from sayso.workflows.consent.terms import Terms
from sayso.workflows.enrollment import reviewing, starting
from sayso.workflows.enrollment.evidence import evidence
from tests.workflows.conftest import LICENSEE, PURPOSE


def helped(booth):
    terms = Terms(booth.speaker, licensee=LICENSEE, purposes=(PURPOSE,))
    return starting.start(booth.session, terms, assisted=True)


@pytest.fixture
def repeated(booth):
    """Return an enrolment in which most words were not heard, ten minutes after it began."""
    every = ("Northwind", "Audio", "voice", "audiobook", "mystery", "allow", "words")
    return booth.submit(helped(booth).enrollment, unsaid=every, after_s=600.0).row.enrollment_id


def test_words_that_nobody_heard_and_ten_minutes_are_no_refusal_but_a_review(booth, repeated):
    found = evidence(booth.session, repeated).checks
    assert (str(found["words"].verdict), str(found["take"].verdict)) == ("review", "pass")
    assert str(found["assisted"].verdict) == "review"
    assert reconciling.findings(booth.session) == []
    told = booth.session.log.query(type="enrollment:challenge")[-1].entry.facts
    assert told["assisted"] is True


def test_what_passes_every_check_still_goes_to_two_people(booth):
    enrollment = booth.submit(helped(booth).enrollment).row.enrollment_id
    assert str(reviewing.decide(booth.session, enrollment, "accept", "I was there").state) == "review"
    with pytest.raises(SecondPersonNeeded):
        reviewing.decide(booth.session, enrollment, "accept", "I was there all the time")
    second = credentials.presented_to(booth.session, credentials.issue(booth.session, "operator").secret)
    done = reviewing.decide(second, enrollment, "accept", "she said it after him")
    assert str(done.state) == "passed"
    assert done.row.grant_id is not None
    assert reconciling.findings(booth.session) == []


def test_after_a_quarter_of_an_hour_it_is_over(booth):
    with pytest.raises(ChallengeOver):
        booth.submit(helped(booth).enrollment, after_s=901.0)


def test_another_voice_is_refused_all_the_same(booth):
    statement = decode(booth.recordings.statement)
    deep = encode(replace(statement, sample_rate=round(statement.sample_rate * 0.7)), Container.FLAC)
    done = booth.submit(helped(booth).enrollment, replace(booth.recordings, statement=deep))
    assert str(done.state) == "refused"
