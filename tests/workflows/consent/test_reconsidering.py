from __future__ import annotations

import pytest

from sayso.consent.errors import ConsentRefused
from sayso.errors import Tampered
from sayso.workflows.audit import auditing
from sayso.workflows.consent import granting
from sayso.workflows.consent.reconsidering import DecisionDiffers, NoDecision, RecordGone, reconsider
from sayso.workflows.consent.speakers import add_speaker
from sayso.workflows.erasure import erasing
from sayso.workflows.speech.speaking import speak
from tests.workflows.conftest import LICENSEE


def entries(session, kind: str) -> list[int]:
    return [row.index for row in auditing.query(session, question=auditing.LedgerQuery(type=kind))]


@pytest.fixture
def spoken(estate, tmp_path):
    speak(estate.session, estate.order(), tmp_path / "out.wav")
    with pytest.raises(ConsentRefused):
        speak(estate.session, estate.order(purpose="advertising"), tmp_path / "no.wav")
    return estate


def test_decisions_come_out_the_same_after_everything_has_changed(spoken):
    session = spoken.session
    granting.withdraw(session, spoken.grant)
    [intended] = entries(session, "synthesis:clip:intended")
    [refused] = entries(session, "synthesis:clip:refused")
    found = reconsider(session, intended)
    assert (found.then, found.again, found.grants) == (True, True, (spoken.grant,))
    found = reconsider(session, refused)
    assert (found.then, found.again, found.grants) == (False, False, ())


def test_policies_are_kept_once_for_many_decisions(spoken, tmp_path):
    session = spoken.session

    def count() -> int:
        with session.read() as tx:
            return tx.exec_driver_sql("SELECT count(*) FROM decision_records").scalar()

    before = count()
    with pytest.raises(ConsentRefused):
        speak(session, spoken.order(purpose="podcast"), tmp_path / "no.wav")
    assert count() == before + 1


def test_the_entry_holds_digests_only(spoken):
    session = spoken.session
    [intended] = entries(session, "synthesis:clip:intended")
    text = session.log.entry(intended)
    assert spoken.speaker.encode() not in text
    with session.read() as tx:
        sealed = b"".join(tx.exec_driver_sql("SELECT sealed FROM decision_records").scalars())
    assert LICENSEE.encode() not in sealed


@pytest.mark.parametrize("change", ["UPDATE decision_records SET sealed = zeroblob(100)", "swap"])
def test_an_altered_record_is_found(spoken, change):
    session = spoken.session
    [intended] = entries(session, "synthesis:clip:intended")
    [refused] = entries(session, "synthesis:clip:refused")
    if change == "swap":
        one, other = (
            session.log.query(type=f"synthesis:clip:{kind}")[0].entry.facts["decision"]
            for kind in ("intended", "refused")
        )
        change = f"UPDATE decision_records SET sealed = (SELECT sealed FROM decision_records WHERE digest = '{other}') WHERE digest = '{one}'"  # noqa: S608 - ours
    with session.act() as tx:
        tx.exec_driver_sql(change)
    with pytest.raises(DecisionDiffers):
        reconsider(session, intended)
    assert refused


def test_an_entry_without_a_decision_says_so(spoken):
    with pytest.raises(NoDecision):
        reconsider(spoken.session, entries(spoken.session, "consent:grant:given")[0])


def test_erasure_takes_the_records(spoken):
    session = spoken.session
    [intended] = entries(session, "synthesis:clip:intended")
    erasing.run(session, erasing.plan(session, spoken.speaker).plan_id)
    with session.read() as tx:
        rows = tx.exec_driver_sql("SELECT count(*) FROM decision_records WHERE speaker_id = ?", (spoken.speaker,))
        assert rows.scalar() == 0
    with pytest.raises(RecordGone):
        reconsider(session, intended)


def test_a_speakers_entries_are_listed_with_what_was_refused_them_and_nobody_elses(spoken, tmp_path):
    session = spoken.session
    other = add_speaker(session, "Somebody Else")
    with pytest.raises(ConsentRefused):
        speak(session, spoken.order(licensee="声" * 200, purpose="podcast"), tmp_path / "no.wav")
    mine = [shown.entry.type for shown in auditing.query(session, speaker=spoken.speaker)]
    assert mine.count("synthesis:clip:refused") == 2
    assert {"consent:speaker:added", "consent:grant:given", "synthesis:clip:made"} <= {*mine}
    assert [shown.entry.type for shown in auditing.query(session, speaker=other)] == ["consent:speaker:added"]
    question = auditing.LedgerQuery(speaker=spoken.speaker, type="synthesis:clip:refused")
    assert len(auditing.query(session, question=question)) == 2
    assert len(auditing.query(session, question=auditing.LedgerQuery(licensee="声" * 200))) == 1
    answer = tmp_path / "answer"
    assert auditing.answer(session, auditing.LedgerQuery(speaker=spoken.speaker), answer).count == len(mine)
    assert auditing.verify_proof(answer, session.log.first_vkey).count == len(mine)
    lines = answer.read_bytes().splitlines(keepends=True)
    answer.write_bytes(b"".join(line for line in lines if b"clip:refused" not in line))
    with pytest.raises(Tampered):
        auditing.verify_proof(answer, session.log.first_vkey)
