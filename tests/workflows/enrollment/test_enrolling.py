"""An enrolment: a statement that dictates its grant, read once and in time; evidence kept; nothing told to attackers."""

import json
import sqlite3
from dataclasses import replace

import pytest

from sayso.accounts.errors import RoleRefused
from sayso.consent.errors import CeilingExceeded
from sayso.doors.shapes import enrollment as shapes
from sayso.enrollment.errors import AttemptsExhausted, ChallengeOver, EnrollmentUnknown, StatementInvalid
from sayso.errors import Invalid, SaysoError
from sayso.settings import Settings
from sayso.vault.errors import Shredded
from sayso.workflows.accounts import credentials, organisations
from sayso.workflows.audit import reconciling
from sayso.workflows.consent import granting
from sayso.workflows.consent.signing import register
from sayso.workflows.consent.speakers import add_speaker
from sayso.workflows.enrollment import showing, starting
from sayso.workflows.enrollment.evidence import evidence
from sayso.workflows.enrollment.submitting import Recordings
from sayso.workflows.erasure import erasing
from sayso.workflows.installation.session import Session, open_session


def types(session):
    return [row.entry.type for row in session.log.query(type="enrollment")]


def test_the_statement_names_licensee_purpose_limits_and_words_that_differ_each_time(booth):
    first, second = booth.start(until="2027-06-30"), booth.start()
    assert all(part in first.text for part in ("Northwind Audio", "audiobook mystery", "June 30, 2027", "10 minutes"))
    assert "I am an adult." in first.text
    assert len(set(first.words)) == 8
    assert ", ".join(first.words) in first.text
    assert first.words != second.words


def test_who_reads_it_has_given_the_grant_and_the_ledger_tells_every_step(booth):
    done = booth.enrolled()
    assert str(done.state) == "passed"
    shown = granting.shown(booth.session, done.row.grant_id)
    assert (str(shown.state), str(shown.origin)) == ("given", "dictated")
    assert shown.grant.max_ms == 600_000
    assert types(booth.session) == [
        "enrollment:challenge:issued",
        "enrollment:attempt:begun",
        "enrollment:attempt:passed",
    ]
    assert reconciling.findings(booth.session) == []


def test_a_grant_that_was_typed_is_told_apart_from_one_that_was_dictated(booth):
    typed = granting.give(booth.session, granting.Terms(booth.speaker, "Northwind Audio", ("podcast",)))
    dictated = booth.enrolled().row.grant_id
    found = {one.grant.grant_id: str(one.origin) for one in granting.listed(booth.session, booth.speaker)}
    assert found == {typed: "typed", dictated: "dictated"}
    amended = granting.amend(booth.session, dictated, granting.Terms(max_minutes=99.0))
    assert str(amended.origin) == "typed"


@pytest.mark.parametrize(
    ("said", "state"),
    [({"unsaid": ("Northwind",)}, "review"), ({"unsaid": ("Northwind", "Audio", "voice", "allow")}, "refused")],
)
def test_a_statement_that_was_not_read_gives_no_grant(booth, said, state):
    done = booth.submit(booth.start().enrollment, **said)
    assert str(done.state) == state
    assert done.row.grant_id is None
    assert granting.listed(booth.session, booth.speaker) == []
    assert types(booth.session)[-1] == f"enrollment:attempt:{state}"


def test_a_statement_is_used_up_by_its_first_submission(booth):
    issued = booth.start()
    booth.submit(issued.enrollment, unsaid=issued.words)
    with pytest.raises(ChallengeOver):
        booth.submit(issued.enrollment)


def test_who_comes_too_late_changes_nothing(booth):
    issued = booth.start()
    with pytest.raises(ChallengeOver):
        booth.submit(issued.enrollment, after_s=121.0)
    assert types(booth.session) == ["enrollment:challenge:issued"]


def test_a_recording_longer_than_the_time_since_it_could_be_known_is_refused(booth):
    done = booth.submit(booth.start().enrollment, after_s=0.0)
    assert str(done.state) == "refused"
    assert str(evidence(booth.session, done.row.enrollment_id).checks["take"].verdict) == "refuse"


def test_recordings_that_are_none_do_not_use_the_statement_up(booth):
    issued = booth.start()
    with pytest.raises(Invalid, match="sample 1"):
        booth.submit(issued.enrollment, replace(booth.recordings, samples=(b"no sound",)))
    assert str(booth.submit(issued.enrollment).state) == "passed"


def test_what_is_told_of_a_refusal_does_not_say_which_check_it_was(booth, speech):
    from sayso.audio import Container, encode

    words = booth.submit(booth.start().enrollment, unsaid=("Northwind", "Audio", "voice", "allow"))
    other = booth.submit(booth.start().enrollment, replace(booth.recordings, samples=(encode(speech, Container.FLAC),)))
    told = [shapes.status(one) for one in (words, other)]
    for one in told:
        for name in ("enrollment", "started_at", "expires_at", "submitted_at", "attempts_left"):
            del one[name]
    # The start of the second left one attempt less, and nothing else differs.
    assert told[0] == told[1]
    assert "words" not in json.dumps(told)


def test_attempts_are_limited_by_day(booth, monkeypatch):
    monkeypatch.setattr(starting, "MOST_A_DAY", 2)
    assert [booth.start().attempts_left for _ in range(2)] == [1, 0]
    with pytest.raises(AttemptsExhausted):
        booth.start()
    other = replace_speaker(booth)
    assert other.start().attempts_left == 1


def replace_speaker(booth):
    return replace(booth, speaker=add_speaker(booth.session, "Bea"))


def test_terms_that_nobody_can_read_aloud_are_refused_before_anybody_reads(booth):
    with pytest.raises(StatementInvalid):
        booth.start(purposes=tuple(f"audiobook/story-of-number-{n}-and-more" for n in range(20)))
    granting.give(booth.session, granting.Terms(booth.speaker, "Rival", ("podcast",), outer=True))
    with pytest.raises(CeilingExceeded):
        booth.start()


def test_who_keeps_their_own_key_signs_the_grant_themselves(booth):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    register(booth.session, booth.speaker, public.decode())
    done = booth.enrolled()
    assert (str(done.state), done.row.grant_id) == ("passed", None)


def test_the_evidence_can_be_checked_again_and_names_the_models_of_the_day(booth, monkeypatch):
    done = booth.enrolled()
    found = evidence(booth.session, done.row.enrollment_id, again=True)
    assert {name: str(one.verdict) for name, one in found.checks.items()} == {
        name: str(one.verdict) for name, one in found.again.checks.items()
    }
    assert (found.evidence.statement, found.evidence.samples) == (booth.recordings.statement, booth.recordings.samples)
    assert all(then == now for then, now in found.models.values())
    monkeypatch.setattr("sayso.workflows.enrollment.evidence.models_of_the_day", lambda _: {"campplus": "0" * 64})
    changed = shapes.evidence(evidence(booth.session, done.row.enrollment_id))["models"]
    assert not changed["campplus"]["same"]
    assert changed["ge2e"]["now"] is None


def test_an_erasure_takes_the_evidence_and_leaves_the_audit_clean(booth):
    done = booth.enrolled()
    kept = evidence(booth.session, done.row.enrollment_id)
    erasing.run(booth.session, erasing.plan(booth.session, booth.speaker).plan_id)
    with pytest.raises(EnrollmentUnknown):
        showing.shown(booth.session, done.row.enrollment_id)
    with pytest.raises((Shredded, SaysoError)):
        booth.session.vault.open_field(kept.row.challenge_sealed, booth.speaker, field="enrollment challenge")
    assert reconciling.findings(booth.session) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE enrollments SET state = 'passed'",
        "UPDATE enrollments SET samples = '[]'",
        "DELETE FROM enrollments",
    ],
)
def test_an_enrolment_that_was_edited_shows_in_the_audit(booth, statement):
    issued = booth.start()
    done = booth.submit(issued.enrollment, unsaid=issued.words)
    home = booth.session.settings.home
    booth.session.close()
    with sqlite3.connect(home / "sayso.sqlite") as database:
        database.execute(statement)
    found = reconciling.findings(open_session(Settings(home=home)))
    assert any(done.row.enrollment_id in line for line in found)


def test_a_producer_can_neither_start_nor_submit(booth):
    place = organisations.add(booth.session, "Rival Limited")
    issued = credentials.issue(booth.session, "producer", organisation=place)
    producer = credentials.presented_to(booth.session, issued.secret)
    with pytest.raises(RoleRefused):
        replace(booth, session=producer).start()


def test_the_texts_and_words_stand_sealed(booth):
    issued = booth.start()
    booth.session.close()
    stored = (booth.session.settings.home / "sayso.sqlite").read_bytes()
    assert not any(word.encode() in stored for word in issued.words if len(word) > 6)


def test_too_many_samples_are_refused_before_any_is_read(booth):
    with pytest.raises(Invalid, match="samples: got 0"):
        Recordings(b"", ()).decoded()
    assert isinstance(booth.session, Session)
