from __future__ import annotations

import pytest

from sayso.consent.errors import ConsentRefused
from sayso.errors import Tampered
from sayso.workflows import auditing, erasing, granting
from sayso.workflows.reconsidering import DecisionDiffers, NoDecision, RecordGone, reconsider
from sayso.workflows.speakers import add_speaker
from sayso.workflows.speaking import speak

from .conftest import LICENSEE


def entries(home, kind: str) -> list[int]:
    return [row.as_json()["entry"] for row in auditing.query(home, question=auditing.Question(type=kind))]


@pytest.fixture
def spoken(estate, tmp_path):
    speak(estate.home, estate.order(), tmp_path / "out.wav")
    with pytest.raises(ConsentRefused):
        speak(estate.home, estate.order(purpose="advertising"), tmp_path / "no.wav")
    return estate


def test_decisions_come_out_the_same_after_everything_has_changed(spoken):
    home = spoken.home
    granting.withdraw(home, spoken.grant)
    [intended] = entries(home, "synthesis:clip:intended")
    [refused] = entries(home, "synthesis:clip:refused")
    found = reconsider(home, intended).as_json()
    assert (found["then"], found["again"], found["grants"]) == ("permitted", "permitted", [spoken.grant])
    found = reconsider(home, refused).as_json()
    assert (found["then"], found["again"], found["grants"]) == ("refused", "refused", [])


def test_policies_are_kept_once_for_many_decisions(spoken, tmp_path):
    home = spoken.home

    def count() -> int:
        with home.database.read() as tx:
            return tx.exec_driver_sql("SELECT count(*) FROM decision_records").scalar()

    before = count()
    with pytest.raises(ConsentRefused):
        speak(home, spoken.order(purpose="podcast"), tmp_path / "no.wav")
    assert count() == before + 1


def test_the_entry_holds_digests_only(spoken):
    home = spoken.home
    [intended] = entries(home, "synthesis:clip:intended")
    text = home.log.entry(intended)
    assert spoken.speaker.encode() not in text
    with home.database.read() as tx:
        sealed = b"".join(tx.exec_driver_sql("SELECT sealed FROM decision_records").scalars())
    assert LICENSEE.encode() not in sealed


@pytest.mark.parametrize("change", ["UPDATE decision_records SET sealed = zeroblob(100)", "swap"])
def test_an_altered_record_is_found(spoken, change):
    home = spoken.home
    [intended] = entries(home, "synthesis:clip:intended")
    [refused] = entries(home, "synthesis:clip:refused")
    if change == "swap":
        one, other = (
            home.log.query(type=f"synthesis:clip:{kind}")[0].entry.facts["decision"] for kind in ("intended", "refused")
        )
        change = f"UPDATE decision_records SET sealed = (SELECT sealed FROM decision_records WHERE digest = '{other}') WHERE digest = '{one}'"  # noqa: S608 - ours
    with home.database.write() as tx:
        tx.exec_driver_sql(change)
    with pytest.raises(DecisionDiffers):
        reconsider(home, intended)
    assert refused


def test_an_entry_without_a_decision_says_so(spoken):
    with pytest.raises(NoDecision):
        reconsider(spoken.home, entries(spoken.home, "consent:grant:given")[0])


def test_erasure_takes_the_records(spoken):
    home = spoken.home
    [intended] = entries(home, "synthesis:clip:intended")
    erasing.run(home, erasing.plan(home, spoken.speaker).as_json()["plan"])
    with home.database.read() as tx:
        rows = tx.exec_driver_sql("SELECT count(*) FROM decision_records WHERE speaker_id = ?", (spoken.speaker,))
        assert rows.scalar() == 0
    with pytest.raises(RecordGone):
        reconsider(home, intended)


def test_a_speakers_entries_are_listed_with_what_was_refused_them_and_nobody_elses(spoken, tmp_path):
    home = spoken.home
    other = add_speaker(home, "Somebody Else")
    with pytest.raises(ConsentRefused):
        speak(home, spoken.order(licensee="声" * 200, purpose="podcast"), tmp_path / "no.wav")
    mine = [shown.as_json()["type"] for shown in auditing.query(home, speaker=spoken.speaker)]
    assert mine.count("synthesis:clip:refused") == 2
    assert {"consent:speaker:added", "consent:grant:given", "synthesis:clip:made"} <= {*mine}
    assert [shown.as_json()["type"] for shown in auditing.query(home, speaker=other)] == ["consent:speaker:added"]
    question = auditing.Question(speaker=spoken.speaker, type="synthesis:clip:refused")
    assert len(auditing.query(home, question=question)) == 2
    assert len(auditing.query(home, question=auditing.Question(licensee="声" * 200))) == 1
    answer = tmp_path / "answer"
    assert auditing.answer(home, auditing.Question(speaker=spoken.speaker), answer).as_json()["count"] == len(mine)
    assert auditing.verify_proof(answer, home.log.first_vkey).as_json()["count"] == len(mine)
    lines = answer.read_bytes().splitlines(keepends=True)
    answer.write_bytes(b"".join(line for line in lines if b"clip:refused" not in line))
    with pytest.raises(Tampered):
        auditing.verify_proof(answer, home.log.first_vkey)
