"""Consent travels with recordings: into a corpus, through a run, to every reading, and out of it again."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

pytest.importorskip("daft", reason="of the extra corpus")

from sayso.consent import Action
from sayso.corpus.catalogue import Catalogue
from sayso.corpus.cleaning import Cleaning
from sayso.corpus.errors import (
    BasisRefused,
    CorpusExists,
    CorpusInputInvalid,
    CorpusPartMissing,
    CorpusUnknown,
    QuotaInvalid,
)
from sayso.corpus.program import Runner
from sayso.corpus.row import Segment, SegmentDecision
from sayso.corpus.sounds import Sounds
from sayso.corpus.worklog import records
from sayso.errors import SaysoError
from sayso.progress import silent
from sayso.workflows.consent.changing import withdraw as withdraw_grant
from sayso.workflows.corpus import running
from sayso.workflows.corpus.cells import recorded
from sayso.workflows.corpus.sealing import VaultSeal
from sayso.workflows.corpus.standing import in_force
from sayso.workflows.erasure import erasing
from tests.corpus.rows import row
from tests.workflows.conftest import granted

TRAINS = (Action.CLONE, Action.TRAIN)
PAGE = "https://www.openslr.org/12"


@pytest.fixture
def folder(tmp_path, recording):
    made = tmp_path / "raw"
    made.mkdir()
    (made / "one.flac").write_bytes(recording.read_bytes())
    return made


def run(session):
    return running.run(session, "lamp", Runner(workers=1), Cleaning(scores=False), silent)


def rows(session):
    return list(Catalogue(running.opened(session, "lamp").path).rows())


@pytest.mark.parametrize(
    "basis",
    [
        {},
        {"licence": "CC-BY-4.0"},
        {"licence": "CC-BY-ND-4.0", "evidence": PAGE},
        {"licence": "CC-BY-4.0", "evidence": "somebody said so"},
        {"licence": "CC-BY-4.0", "evidence": PAGE, "grant": "grt_aaaaaaaaaaaaaaaa"},
    ],
)
def test_nothing_enters_without_a_whole_basis(session, folder, basis):
    running.create(session, "lamp")
    with pytest.raises(BasisRefused):
        running.add(session, "lamp", str(folder), **basis)
    assert not list(running.opened(session, "lamp").inputs())


def test_a_grant_that_does_not_allow_training_is_no_basis(session, folder):
    _, grant = granted(session)
    running.create(session, "lamp")
    with pytest.raises(BasisRefused) as refused:
        running.add(session, "lamp", str(folder), grant=grant)
    assert refused.value.reasons


def test_rows_carry_the_grant_and_sounds_are_sealed_under_the_speakers_key(session, folder):
    speaker, grant = granted(session, actions=TRAINS)
    running.create(session, "lamp")
    running.add(session, "lamp", str(folder), grant=grant)
    assert run(session).kept >= 1
    found = rows(session)
    assert {(row.speaker, row.grant, row.purpose) for row in found} == {(speaker, grant, "audiobook/mystery")}
    kept = next(row for row in found if row.audio)
    path = running.opened(session, "lamp").sounds / kept.audio
    assert kept.audio.endswith(".sealed")
    assert b"fLaC" not in path.read_bytes()
    seal = VaultSeal(session.settings)
    assert Sounds(path.parents[1], seal).get(kept.audio, speaker).startswith(b"fLaC")
    session.vault.destroy_subject(speaker)
    with pytest.raises(SaysoError):
        Sounds(path.parents[1], VaultSeal(session.settings)).get(kept.audio, speaker)


def test_a_grant_that_ended_stands_no_more_and_its_recordings_are_quarantined(session, folder):
    _, grant = granted(session, actions=TRAINS)
    running.create(session, "lamp")
    running.add(session, "lamp", str(folder), grant=grant)
    assert in_force(session)(frozenset({grant, "grt_aaaaaaaaaaaaaaaa"})) == {grant}
    run(session)
    withdraw_grant(session, grant)
    assert in_force(session)(frozenset({grant})) == frozenset()
    assert run(session).quarantined == 1
    assert [(row.decision, row.reasons) for row in rows(session)] == [(SegmentDecision.QUARANTINED, ("grant-ended",))]


def test_an_erased_speaker_leaves_the_corpora(session, folder):
    speaker, grant = granted(session, actions=TRAINS)
    running.create(session, "lamp")
    running.add(session, "lamp", str(folder), grant=grant)
    run(session)
    corpus = running.opened(session, "lamp")
    assert {row.speaker for row in rows(session)} == {speaker}
    erasing.run(session, erasing.plan(session, speaker).plan_id)
    assert rows(session) == []
    assert not [path for path in corpus.sounds.rglob("*") if path.is_file()]
    held = [path for path in corpus.path.rglob("*") if path.is_file() and path.suffix == ".lance"]
    assert not [path for path in held if speaker.encode() in path.read_bytes()]


def test_an_erasure_without_the_extra_destroys_the_key_and_ends_once_it_is_there(session, folder, monkeypatch):
    speaker, grant = granted(session, actions=TRAINS)
    running.create(session, "lamp")
    running.add(session, "lamp", str(folder), grant=grant)
    run(session)
    plan = erasing.plan(session, speaker).plan_id
    with monkeypatch.context() as patch:
        patch.setattr("sayso.corpus.catalogue.find_spec", lambda _: None)
        with pytest.raises(CorpusPartMissing, match="corpus"):
            erasing.run(session, plan)
    with pytest.raises(SaysoError):
        session.vault.seal(b"plain", [speaker], kind="test")
    assert erasing.run(session, plan).certificate
    assert rows(session) == []


def test_a_withdrawn_speaker_is_gone_and_does_not_come_back(session, folder):
    (folder / "metadata.csv").write_text("file_name,speaker\none.flac,Ada\n")
    running.create(session, "lamp")
    running.add(session, "lamp", str(folder), licence="CC-BY-4.0", evidence=PAGE)
    before = run(session)
    corpus = running.opened(session, "lamp")
    assert "Ada" not in {row.speaker for row in rows(session)}
    taken = running.withdraw(session, "lamp", "Ada")
    assert taken.segments == before.kept
    assert taken.sounds == before.kept
    assert rows(session) == []
    assert not [path for path in corpus.sounds.rglob("*") if path.is_file()]
    assert run(session).kept == 0


def left_of(corpus):
    """What is left in a corpus of recordings: sounds, records of finished work, and files of the catalogue."""
    sounds = [path for path in corpus.sounds.rglob("*") if path.is_file()]
    rows = list(Catalogue(corpus.path).rows())
    return sounds + rows + [one for stage in corpus.work.iterdir() for one in records(stage)]


def ends_the_grant(session, folder, grant):
    withdraw_grant(session, grant)
    run(session)  # the speaker's rows say no more than that the grant has ended


def takes_the_recordings_away(session, folder, grant):
    (folder / "one.flac").rename(folder / "one.txt")
    run(session)


def never_published(session, folder, grant):
    for name in ("segments.lance", "voices.lance"):
        shutil.rmtree(running.opened(session, "lamp").path / name / "_versions")


@pytest.mark.parametrize("happened", [ends_the_grant, takes_the_recordings_away, never_published])
def test_an_erasure_takes_what_the_catalogue_does_not_name_any_more(session, folder, happened):
    speaker, grant = granted(session, actions=TRAINS)
    running.create(session, "lamp")
    running.add(session, "lamp", str(folder), grant=grant)
    run(session)
    happened(session, folder, grant)
    corpus = running.opened(session, "lamp")
    assert left_of(corpus)
    erasing.run(session, erasing.plan(session, speaker).plan_id)
    assert left_of(corpus) == []
    held = [path for path in corpus.path.rglob("*") if path.is_file() and path.suffix == ".lance"]
    assert not [path for path in held if speaker.encode() in path.read_bytes()]


@pytest.mark.parametrize("happened", [takes_the_recordings_away, never_published])
def test_a_withdrawal_takes_what_the_catalogue_does_not_name_any_more(session, folder, happened):
    (folder / "metadata.csv").write_text("file_name,speaker\none.flac,Ada\n")
    running.create(session, "lamp")
    running.add(session, "lamp", str(folder), licence="CC-BY-4.0", evidence=PAGE)
    run(session)
    happened(session, folder, "")
    assert running.withdraw(session, "lamp", "Ada").sounds
    assert [one for one in left_of(running.opened(session, "lamp")) if not isinstance(one, Segment)] == []


def test_names_and_places_that_are_none(session, tmp_path):
    running.create(session, "lamp")
    with pytest.raises(CorpusExists):
        running.create(session, "lamp")
    with pytest.raises(CorpusUnknown):
        running.status(session, "other")
    empty = tmp_path / "empty"
    empty.mkdir()
    for place in (empty, tmp_path / "nowhere"):
        with pytest.raises(CorpusInputInvalid):
            running.add(session, "lamp", str(place), licence="CC0-1.0", evidence=PAGE)


def test_the_speakers_of_each_group_fill_a_request_and_who_withdrew_does_not(session, folder):
    _, grant = granted(session, actions=TRAINS)
    running.create(session, "lamp")
    people = [("F", "Irish", "ext_1", ""), ("F", "Irish", "ext_1", ""), ("F", "Irish", "ext_2", grant)]
    people += [("M", "Irish", "ext_3", ""), ("M", "", "ext_4", "")]
    segments = [
        replace(
            row(n, 0), sex=sex, accent=accent, speaker=who, grant=of, **({"licence": "", "evidence": ""} if of else {})
        )
        for n, (sex, accent, who, of) in enumerate(people, 1)
    ]
    Catalogue(running.opened(session, "lamp").path).publish(segments)
    assert recorded(session, "lamp", ["sex"]) == {"F": 2, "M": 2}
    assert recorded(session, "lamp", ["sex", "accent"]) == {"F, Irish": 2, "M, Irish": 1}
    withdraw_grant(session, grant)
    assert recorded(session, "lamp", ["sex", "accent"]) == {"F, Irish": 1, "M, Irish": 1}
    for by in ([], ["speaker"]):
        with pytest.raises(QuotaInvalid):
            recorded(session, "lamp", by)
