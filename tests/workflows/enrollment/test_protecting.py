"""Protected voices: a print alone, a review for who sounds like it, and nothing left once it is off the list."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest

from sayso.audio import Container, encode
from sayso.enrollment.errors import NothingToKeep, ProtectedUnknown, VoiceProtected
from sayso.enrollment.protected import ProtectedOrigin
from sayso.enrollment.same_speaker import packed_print
from sayso.errors import Invalid
from sayso.vault.errors import KeyMissing
from sayso.workflows.audit import reconciling
from sayso.workflows.consent.speakers import add_speaker
from sayso.workflows.enrollment import protecting
from sayso.workflows.enrollment.evidence import evidence
from sayso.workflows.enrollment.listed_prints import opened_print, protected_prints
from sayso.workflows.erasure import erasing
from sayso.workflows.voices.cloning import Commission, clone_voice


@pytest.fixture
def recording(tmp_path, halves):
    path = tmp_path / "voice.flac"
    path.write_bytes(halves[1])
    return path


@pytest.fixture
def stranger(tmp_path, speech):
    path = tmp_path / "stranger.flac"
    path.write_bytes(encode(speech, Container.FLAC))
    return path


def test_who_sounds_like_a_protected_voice_goes_to_a_person_who_sees_which(booth, recording, stranger):
    one = protecting.protect(booth.session, [recording], "a public voice")
    other = protecting.protect(booth.session, [stranger], "another")
    done = booth.enrolled()
    assert str(done.state) == "review"
    check = evidence(booth.session, done.row.enrollment_id).checks["protected"]
    assert (str(check.verdict), check.figures["hits"], check.figures["voices"]) == ("review", 1.0, 2.0)
    first, second = protecting.compared_with_list(booth.session, done.row.enrollment_id)
    assert (first.entry, first.hit, second.entry, second.hit) == (one, True, other, False)
    assert reconciling.findings(booth.session) == []


def test_what_a_speaker_may_read_of_a_hit_tells_no_score(booth, recording):
    protecting.protect(booth.session, [recording], "a public voice")
    figures = evidence(booth.session, booth.enrolled().row.enrollment_id).checks["protected"].figures
    assert figures.keys() == {"voices", "threshold", "hits"}


def test_who_sounds_like_none_of_them_passes(booth, stranger):
    protecting.protect(booth.session, [stranger], "a public voice")
    assert str(booth.enrolled().state) == "passed"


def test_off_the_list_neither_row_nor_secret_is_left(booth, recording):
    entry = protecting.protect(booth.session, [recording], "a public voice")
    database = booth.session.settings.home / "sayso.sqlite"
    before = database.read_bytes() + database.with_name("sayso.sqlite-wal").read_bytes()
    assert entry.row.print_sealed in before
    protecting.unprotect(booth.session, entry.row.protected_id, "asked for it")
    after = b"".join(file.read_bytes() for file in database.parent.glob("sayso.sqlite*"))
    assert entry.row.print_sealed not in after
    with pytest.raises(KeyMissing):
        opened_print(booth.session.vault, entry.row.protected_id, entry.row.print_sealed)
    with pytest.raises(ProtectedUnknown):
        protecting.unprotect(booth.session, entry.row.protected_id, "asked for it")
    assert str(booth.enrolled().state) == "passed"
    told = [row.entry.type for row in booth.session.log.query(type="protected")]
    assert told == ["protected:voice:added", "protected:voice:removed"]
    assert reconciling.findings(booth.session) == []


def test_a_row_that_was_removed_and_put_back_is_found(booth, recording):
    entry = protecting.protect(booth.session, [recording], "a public voice")
    path = booth.session.settings.home / "sayso.sqlite"
    with sqlite3.connect(path) as db:
        kept = db.execute("SELECT * FROM protected_voices").fetchone()
    protecting.unprotect(booth.session, entry.row.protected_id, "asked for it")
    with sqlite3.connect(path) as db:
        db.execute("INSERT INTO protected_voices VALUES (?, ?, ?, ?, ?, ?)", kept)
    assert reconciling.findings(booth.session) == [
        f"protected_voices row {entry.row.protected_id}: is not what the ledger says"
    ]


def test_nobodys_word_but_its_speakers_clones_a_protected_voice(booth, recording):
    from sayso.workflows.consent import granting

    granting.give(booth.session, granting.Terms(booth.speaker, "Northwind Audio", ("audiobook",), actions=("clone",)))
    protecting.protect(booth.session, [recording], "a public voice")
    free = {"licence": "CC0-1.0", "evidence": "https://example.org/voice"}
    with pytest.raises(VoiceProtected):
        clone_voice(booth.session, Commission(booth.speaker, (recording,), effort="fast", engine="hibari", **free))


@pytest.mark.parametrize("reason", ["", "  x ", "y" * 1001])
def test_a_protected_voice_has_a_reason(booth, recording, reason):
    with pytest.raises(Invalid, match="reason"):
        protecting.protect(booth.session, [recording], reason)


def test_who_is_erased_and_asks_for_it_is_known_when_they_come_back(booth, tmp_path):
    booth.enrolled()
    kept = packed_print(protecting.newest_print(booth.session, booth.speaker))
    plan = erasing.plan(booth.session, booth.speaker, keep_print=True)
    erased = erasing.run(booth.session, plan.plan_id)
    (entry,) = protecting.protected_list(booth.session).entries
    assert (entry.row.protected_id, entry.row.origin) == (plan.protected, ProtectedOrigin.ERASED)
    assert [packed_print(one) for one in protected_prints(booth.session)] == [kept]
    text = erasing.certificate(booth.session, erased.certificate, tmp_path / "certificate").text
    assert f"{plan.protected} on the list of protected voices, because the speaker asked" in text
    assert "no list is kept" not in text
    (told,) = booth.session.log.query(type="protected")
    assert (told.entry.facts["plan"], told.entry.facts["origin"]) == (plan.plan_id, "erased")
    assert erasing.check(str(tmp_path / "certificate"), booth.session.log.vkey, lambda: booth.session).ok
    assert reconciling.findings(booth.session) == []
    again = replace(booth, speaker=add_speaker(booth.session, "Ada again"))
    assert str(again.enrolled().state) == "review"


def test_without_asking_nothing_is_kept(booth):
    booth.enrolled()
    plan = erasing.plan(booth.session, booth.speaker)
    assert "no list is kept" in plan.not_reached[-1]
    erasing.run(booth.session, plan.plan_id)
    assert protecting.protected_list(booth.session).entries == ()
    assert list(booth.session.log.query(type="protected")) == []


def test_only_the_speaker_can_leave_a_print(booth):
    with pytest.raises(NothingToKeep):
        erasing.plan(booth.session, booth.speaker, keep_print=True)
    booth.enrolled()
    plan = erasing.plan(booth.session, booth.speaker, keep_print=True)
    with pytest.raises(Invalid, match="nobody else"):
        erasing.run(booth.session, plan.plan_id, by="operator")
    assert protecting.protected_list(booth.session).entries == ()


def test_a_plan_that_is_made_to_keep_a_print_is_not_run(booth):
    from sayso.workflows.erasure.plan_rows import PlanTampered

    booth.enrolled()
    plan = erasing.plan(booth.session, booth.speaker)
    with sqlite3.connect(booth.session.settings.home / "sayso.sqlite") as db:
        db.execute("UPDATE erasure_plans SET protected_id = 'prt_aaaaaaaaaaaaaaaa'")
    with pytest.raises(PlanTampered):
        erasing.run(booth.session, plan.plan_id)


def test_a_speaker_cannot_read_the_list(booth, recording):
    from sayso.accounts.errors import RoleRefused
    from sayso.workflows.accounts import credentials

    protecting.protect(booth.session, [recording], "a public voice")
    issued = credentials.issue(booth.session, "speaker", speaker=booth.speaker)
    theirs = credentials.presented_to(booth.session, issued.secret)
    for act in (protecting.protected_list, lambda here: protecting.protect(here, [recording], "mine")):
        with pytest.raises(RoleRefused):
            act(theirs)
