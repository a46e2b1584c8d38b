"""People of a corpus are measured as far as their recordings may be used at that very moment."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest

pytest.importorskip("daft", reason="of the extra corpus")

from sayso.audio import Container, encode
from sayso.consent import Action
from sayso.corpus.catalogue import Catalogue
from sayso.corpus.errors import QuotaInvalid, SegmentUnknown
from sayso.corpus.sounds import Sounds
from sayso.errors import SaysoError
from sayso.fairness.errors import CohortInvalid
from sayso.fairness.table import read_table
from sayso.workflows.benches.measuring import measure
from sayso.workflows.consent.changing import withdraw as withdraw_grant
from sayso.workflows.corpus import running
from sayso.workflows.corpus.cells import EACH, cohort_of
from sayso.workflows.corpus.sealing import VaultSeal
from tests.corpus.rows import AHEAD, PAST, row
from tests.workflows.conftest import granted

LICENSED = {"licence": "CC-BY-4.0", "evidence": "https://www.openslr.org/12"}
INTAKE = "model:silero-vad"


@pytest.fixture
def lamp(session, speech):
    """Return a function that publishes a corpus of rows, each with its sound; a speaker's own are sealed."""

    def made(*rows):
        running.create(session, "lamp")
        corpus = running.opened(session, "lamp")
        sounds = Sounds(corpus.sounds, VaultSeal(session.settings))
        flac = encode(speech.slice(0, 5 * speech.sample_rate), Container.FLAC)
        held = [
            replace(
                one, seconds=5.0, audio=sounds.put({one.segment: flac}, one.speaker if one.grant else "")[one.segment]
            )
            for one in rows
        ]
        Catalogue(corpus.path).publish(held)
        return corpus, held

    return made


def own(number, speaker, grant, **changes):
    return replace(row(number, 0), speaker=speaker, grant=grant, licence="", evidence="", **changes)


def free(number, **changes):
    return replace(row(number, 0), grant="", **LICENSED, **changes)


def test_who_may_be_used_now_is_measured_and_who_withdrew_leaves_the_table(session, lamp, tmp_path):
    speaker, grant = granted(session, actions=(Action.CLONE, Action.TRAIN))
    lamp(own(1, speaker, grant, sex="F"), free(2, sex="M", speaker="ext_2"))
    table, found = tmp_path / "table.csv", cohort_of(session, "lamp", ["sex"])
    assert {(one.group, one.speaker) for one in found.members} == {("F", speaker), ("M", "ext_2")}
    assert measure(session, INTAKE, found, table, order=None).new == 2
    assert {cell.group for cell in read_table(table).cells} == {"F", "M"}
    withdraw_grant(session, grant)
    with pytest.raises(SegmentUnknown, match="may not be used any more"):
        next(one for one in found.members if one.group == "F").sound()
    left = cohort_of(session, "lamp", ["sex"])
    assert ([one.speaker for one in left.members], left.unconsented) == (["ext_2"], 1)
    again = measure(session, INTAKE, left, table, order=None)
    assert (again.new, again.samples) == (0, 1)
    assert speaker not in table.read_text()


def test_what_has_expired_is_left_out_and_what_expires_meanwhile_is_not_read(session, lamp, monkeypatch):
    _, (_, ends) = lamp(free(1, expires=PAST, speaker="ext_1"), free(2, expires="2999" + AHEAD[4:], speaker="ext_2"))
    (member,) = cohort_of(session, "lamp", ["sex"]).members
    assert member.speaker == "ext_2"
    assert member.sound().startswith(b"fLaC")
    monkeypatch.setattr("sayso.workflows.corpus.cells.stamp", lambda _: ends.expires)
    with pytest.raises(SegmentUnknown):
        member.sound()


def test_a_speaker_who_was_taken_out_has_no_sound(session, lamp):
    lamp(free(1, speaker="ext_1"), free(2, speaker="ext_2"))
    first, _ = sorted(cohort_of(session, "lamp", ["sex"]).members, key=lambda one: one.speaker)
    running.withdraw(session, "lamp", "ext_1")
    with pytest.raises(SaysoError):
        first.sound()
    assert {one.speaker for one in cohort_of(session, "lamp", ["sex"]).members} == {"ext_2"}


def test_a_few_of_each_speaker_who_declares_all_columns_are_taken_the_same_each_time(session, lamp):
    many = [free(n, speaker="ext_1", accent="Irish", sex="F") for n in range(1, 7)]
    lamp(*many, free(8, speaker="ext_2", accent="", sex="M"))
    found = cohort_of(session, "lamp", ["sex", "accent"]).members
    assert len({one.sample for one in found}) == len(found) == EACH
    assert {one.group for one in found} == {"F, Irish"}
    assert [one.sample for one in cohort_of(session, "lamp", ["sex", "accent"]).members] == [
        one.sample for one in found
    ]
    later = replace(many[0], stage_versions=("vad=2",))
    Catalogue(running.opened(session, "lamp").path).publish([replace(later, seconds=5.0, audio="x.flac")])
    assert cohort_of(session, "lamp", ["sex"]).members[0].sample not in {one.sample for one in found}


@pytest.mark.parametrize("by", [[], ["speaker"]])
def test_a_group_is_made_of_what_people_declare(session, lamp, by):
    lamp(free(1, speaker="ext_1"))
    with pytest.raises(QuotaInvalid):
        cohort_of(session, "lamp", by)


def test_nobody_is_told(session, lamp):
    lamp(free(1, speaker="ext_1", accent=""))
    with pytest.raises(CohortInvalid, match="got nobody who declares accent"):
        cohort_of(session, "lamp", ["accent"])


def test_a_worker_unseals_for_itself_and_reads_nothing_that_was_withdrawn(session, lamp):
    speaker, grant = granted(session, actions=(Action.CLONE, Action.TRAIN))
    lamp(own(1, speaker, grant, sex="F"))
    (member,) = cohort_of(session, "lamp", ["sex"]).members
    sent = pickle.dumps(member.sound)
    assert pickle.loads(sent)() == member.sound()
    withdraw_grant(session, grant)
    with pytest.raises(SegmentUnknown):
        pickle.loads(sent)()
