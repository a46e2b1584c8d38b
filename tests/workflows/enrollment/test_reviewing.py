"""What the checks leave to people: decided with a reason, by one person or by two, and told in the ledger."""

from dataclasses import replace

import pytest

from sayso.accounts.errors import RoleRefused
from sayso.doors.reports.enrollment import page
from sayso.enrollment.errors import NotInReview, SecondPersonNeeded
from sayso.errors import Invalid
from sayso.settings import Settings
from sayso.workflows.accounts import credentials
from sayso.workflows.audit import reconciling
from sayso.workflows.consent import granting
from sayso.workflows.consent.speakers import add_speaker
from sayso.workflows.enrollment import reviewing
from sayso.workflows.enrollment.evidence import evidence
from sayso.workflows.installation.session import open_session


@pytest.fixture
def doubted(booth):
    return booth.submit(booth.start().enrollment, unsaid=("Northwind",)).row.enrollment_id


def decisions(session):
    return [row.entry.facts for row in session.log.query(type="enrollment:review")]


def test_a_person_accepts_and_the_grant_that_was_read_is_given(booth, doubted):
    assert [one.row.enrollment_id for one in reviewing.waiting(booth.session)] == [doubted]
    done = reviewing.decide(booth.session, doubted, "accept", "the name is said, with an accent")
    assert str(done.state) == "passed"
    assert str(granting.shown(booth.session, done.row.grant_id).origin) == "dictated"
    facts = decisions(booth.session)[-1]
    assert (facts["decision"], facts["state"]) == ("accept", "passed")
    assert "accent" not in str(facts)
    assert reviewing.waiting(booth.session) == []
    assert reconciling.findings(booth.session) == []
    with pytest.raises(NotInReview):
        reviewing.decide(booth.session, doubted, "reject", "changed my mind")


def test_a_person_rejects_and_nothing_is_given(booth, doubted):
    assert str(reviewing.decide(booth.session, doubted, "reject", "two voices").state) == "refused"
    assert granting.listed(booth.session, booth.speaker) == []


def test_where_two_must_agree_the_same_person_does_not_count_twice(booth, doubted):
    home = booth.session.settings.home
    booth.session.close()
    session = open_session(Settings(home=home, reviewers=2))
    assert str(reviewing.decide(session, doubted, "accept", "it is her").state) == "review"
    with pytest.raises(SecondPersonNeeded):
        reviewing.decide(session, doubted, "accept", "it is still her")
    secret = credentials.issue(session, "operator").secret
    second = credentials.presented_to(session, secret)
    assert str(reviewing.decide(second, doubted, "accept", "I agree").state) == "passed"
    assert [facts["number"] for facts in decisions(session)] == [1, 2]
    assert reconciling.findings(session) == []


def test_only_an_operator_decides_and_says_why(booth, doubted):
    with pytest.raises(Invalid, match="reason"):
        reviewing.decide(booth.session, doubted, "accept", " ")
    secret = credentials.issue(booth.session, "speaker", speaker=booth.speaker).secret
    with pytest.raises(RoleRefused):
        reviewing.decide(credentials.presented_to(booth.session, secret), doubted, "accept", "it is me")


def test_the_same_voice_under_another_name_goes_to_a_person(booth):
    booth.enrolled()
    other = replace(booth, speaker=add_speaker(booth.session, "Bea"))
    done = other.enrolled()
    assert str(done.state) == "review"
    assert str(evidence(booth.session, done.row.enrollment_id).checks["known"].verdict) == "review"


def test_the_page_has_the_recordings_side_by_side_and_the_figures(booth, doubted):
    written = page([evidence(booth.session, doubted)])
    assert written.count("<audio") == 2
    assert doubted in written
    assert "northwind" in written.partition("not heard")[2]
    assert "<script" not in written
