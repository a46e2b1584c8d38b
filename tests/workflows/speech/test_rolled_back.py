"""State, ledger, witnesses and clock of different times: nothing is permitted until they agree again."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta

import pytest

from sayso.clock import now, stamp
from sayso.consent import State
from sayso.consent.errors import PermitRefused
from sayso.errors import Tampered
from sayso.ledger import append
from sayso.ledger.acts import SpeakerAdded
from sayso.ledger.errors import ClockTurnedBack, LedgerRolledBack, LedgerTampered, LogForked, QuorumMissed
from sayso.settings import Settings
from sayso.vault.errors import KekReplaced, KeysRolledBack
from sayso.workflows.audit.auditing import audit, rotate
from sayso.workflows.consent.granting import suspend, withdraw
from sayso.workflows.consent.showing import shown
from sayso.workflows.consent.speakers import add_speaker
from sayso.workflows.erasure import erasing
from sayso.workflows.installation.session import Session, open_session
from sayso.workflows.operations.checkup import accept_present_clock, examine
from sayso.workflows.provenance.releasing import SoundDraft
from sayso.workflows.speech.speaking import speak
from tests.ledger.serving import Serving
from tests.workflows.conftest import granted


class Backup:
    """Parts of a home, copied aside while the installation is closed."""

    def __init__(self, estate, folder):
        estate.session.close()
        self.home, self.folder = estate.session.settings.home, folder
        shutil.copytree(self.home, folder)

    def restore(self, *names: str) -> Session:
        """Put files and folders back as they were; return the installation as it is opened then."""
        for name in names:
            for there in self.home.glob(f"{name}*"):
                shutil.rmtree(there) if there.is_dir() else there.unlink()
            for here in self.folder.glob(f"{name}*"):
                to = self.home / here.relative_to(self.folder)
                shutil.copytree(here, to) if here.is_dir() else shutil.copy2(here, to)
        return open_session(Settings(home=self.home))


def entries(session):
    return len(session.installation.log.query())


def refused(session, estate, tmp_path, error):
    """Check that nothing is said, and nothing logged; return the error."""
    before = entries(session)
    with pytest.raises(error) as caught:
        speak(session, estate.order(), tmp_path / "out.wav")
    assert not list(tmp_path.glob("*out.wav*"))
    assert entries(session) == before
    return caught.value


@pytest.fixture
def withdrawn(estate, tmp_path):
    """Return a backup from before a withdrawal; the withdrawal stands in the home."""
    estate.session.catch_up()
    backup = Backup(estate, tmp_path / "backup")
    session = open_session(Settings(home=backup.home))
    withdraw(session, estate.grant)
    session.close()
    return backup


def test_a_state_older_than_the_ledger_permits_nothing(estate, withdrawn, tmp_path):
    session = withdrawn.restore("sayso.sqlite")
    assert shown(session, estate.grant).state is State.GIVEN
    refused(session, estate, tmp_path, LedgerRolledBack)
    findings = {finding.what: finding.problem for finding in examine(session.settings)}
    assert findings["ledger"] is not None


def test_nor_after_acts_have_filled_the_places_that_the_old_state_lacks(estate, withdrawn, tmp_path):
    session = withdrawn.restore("sayso.sqlite")
    for number in range(3):
        add_speaker(session, f"Speaker {number}")
    with pytest.raises(LedgerTampered, match="not the one"):
        session.integrate()
    refused(session, estate, tmp_path, LedgerRolledBack)


@pytest.mark.parametrize("what", ["missing", "older"])
def test_a_folder_of_the_ledger_that_is_missing_or_older_permits_nothing(estate, tmp_path, what):
    backup = Backup(estate, tmp_path / "backup")
    session = open_session(Settings(home=backup.home))
    suspend(session, estate.grant)
    session.close()
    folder = session.settings.tiles.name
    if what == "missing":
        shutil.rmtree(session.settings.tiles)
        session = open_session(session.settings)
    else:
        session = backup.restore(folder)
    refused(session, estate, tmp_path, LedgerRolledBack)


def test_a_state_that_is_gone_does_not_speak_beside_a_ledger_that_is_not(estate, tmp_path):
    estate.session.close()
    home = estate.session.settings.home
    for file in home.glob("sayso.sqlite*"):
        file.unlink()
    session = open_session(Settings(home=home))
    add_speaker(session, "Ada")
    with pytest.raises(LedgerTampered):
        session.integrate()


@pytest.fixture
def erased(estate, tmp_path):
    """Return a backup from before the erasure of another speaker, and the plan; the erasure stands in the home."""
    other, _ = granted(estate.session, name="Bea")
    estate.session.catch_up()
    backup = Backup(estate, tmp_path / "backup")
    session = open_session(Settings(home=backup.home))
    plan = erasing.plan(session, other).plan_id
    erasing.run(session, plan)
    session.close()
    return backup, plan


def test_a_key_store_from_before_an_erasure_permits_nothing_until_the_key_is_destroyed_again(estate, erased, tmp_path):
    backup, plan = erased
    session = backup.restore("keys")
    refused(session, estate, tmp_path, KeysRolledBack)
    findings = {finding.what: finding.problem for finding in examine(session.settings)}
    assert isinstance(findings["keys"], KeysRolledBack)
    assert plan in findings["keys"].reasons[0]
    with pytest.raises(KeysRolledBack):
        audit(session)
    erasing.run(session, plan)
    assert [row.entry.facts for row in session.log.query(type="erasure:key")] == [{"plan": plan}]
    speak(session, estate.order(), tmp_path / "out.wav")
    audit(session)


def test_nor_after_others_were_erased_since(estate, erased, tmp_path):
    backup, _ = erased
    session = backup.restore("keys")
    other, _ = granted(session, name="Cara")
    erasing.run(session, erasing.plan(session, other).plan_id)
    refused(session, estate, tmp_path, KeysRolledBack)


def test_the_key_store_alone_does_not_open_under_the_renewed_key(estate, erased, tmp_path):
    backup, _ = erased
    session = backup.restore("keys/keys.sqlite")
    with pytest.raises(KekReplaced):
        speak(session, estate.order(), tmp_path / "out.wav")
    assert not list(tmp_path.glob("*out.wav*"))


def test_state_and_keys_from_before_an_erasure_are_older_than_the_ledger(estate, erased, tmp_path):
    backup, _ = erased
    session = backup.restore("keys", "sayso.sqlite")
    refused(session, estate, tmp_path, LedgerRolledBack)


@pytest.fixture
def witnessed(estate, tmp_path):
    """Return an estate whose ledger a witness has cosigned before and after a withdrawal, and the witnesses."""
    serving = Serving(tmp_path / "witness", estate.session.log.vkey)
    witness = serving.start("w")
    settings = replace(estate.session.settings, witnesses=(f"{witness.url} {witness.key}",), witness_quorum=1)
    yield settings, serving
    serving.stop()


def test_a_home_from_before_a_withdrawal_is_found_by_whoever_has_cosigned_more(estate, witnessed, tmp_path):
    settings, _ = witnessed
    open_session(settings).installation.witnessing.check()
    backup = Backup(estate, tmp_path / "backup")
    session = open_session(settings)
    withdraw(session, estate.grant)
    session.catch_up()
    session.installation.witnessing.ask()
    session.close()
    shutil.rmtree(backup.home)
    shutil.copytree(backup.folder, backup.home)
    restored = open_session(settings)
    refused(restored, estate, tmp_path, LogForked)
    add_speaker(restored, "Ada")
    add_speaker(restored, "Bea")
    restored.catch_up()
    refused(restored, estate, tmp_path, LogForked)
    findings = {finding.what: finding.problem for finding in examine(settings)}
    assert isinstance(findings["witnesses"], LogForked)


def test_a_home_from_before_a_withdrawal_is_found_by_the_high_water_mark_outside_of_it(estate, tmp_path):
    settings = replace(estate.session.settings, high_water=tmp_path / "high-water")
    backup = Backup(estate, tmp_path / "backup")
    session = open_session(settings)
    withdraw(session, estate.grant)
    session.close()
    shutil.rmtree(backup.home)
    shutil.copytree(backup.folder, backup.home)
    restored = open_session(settings)
    refused(restored, estate, tmp_path, LogForked)
    for name in ("Ada", "Bea", "Cara"):
        add_speaker(restored, name)
    with pytest.raises(LogForked, match="another history"):
        restored.integrate()
    refused(restored, estate, tmp_path, LogForked)
    findings = {finding.what: finding.problem for finding in examine(settings)}
    assert isinstance(findings["witnesses"], LogForked)


def test_the_high_water_mark_lets_the_present_home_speak_again_and_again(estate, tmp_path):
    settings = replace(estate.session.settings, high_water=tmp_path / "high-water")
    estate.session.close()
    for number in range(2):
        session = open_session(settings)
        speak(session, estate.order(), tmp_path / f"{number}.wav")
        rotate(session)
        session.close()
    audit(open_session(settings))


def test_the_check_up_says_that_nobody_outside_knows_the_home(estate):
    findings = {finding.what: finding for finding in examine(estate.session.settings)}
    assert findings["witnesses"].problem is None
    assert "taken for the present one" in findings["witnesses"].found


def test_a_witness_that_is_away_counts_where_a_quorum_is_asked_for(estate, witnessed, tmp_path):
    settings, serving = witnessed
    serving.stop()
    serving.servers.clear()
    refused(open_session(settings), estate, tmp_path, QuorumMissed)
    speak(open_session(replace(settings, witness_quorum=0)), estate.order(), tmp_path / "out.wav")
    assert (tmp_path / "out.wav").exists()


@pytest.fixture
def ahead(estate):
    """Return a session whose ledger has an entry of tomorrow, as after a clock that was turned back."""
    later = stamp(now() + timedelta(days=1))
    with estate.session.act() as tx:
        append(tx, SpeakerAdded(subject="0" * 64).entry(later))
    return estate.session


def test_a_clock_turned_back_permits_nothing_and_the_audit_tells(estate, ahead, tmp_path):
    refused(ahead, estate, tmp_path, ClockTurnedBack)
    withdraw(ahead, estate.grant)
    with pytest.raises(Tampered, match="turned back"):
        audit(ahead)


def test_a_clock_that_was_ahead_is_accepted_by_an_act_that_stands_in_the_ledger(estate, ahead, tmp_path):
    accept_present_clock(ahead)
    speak(ahead, estate.order(), tmp_path / "out.wav")
    assert (tmp_path / "out.wav").exists()
    assert [row.entry.type for row in ahead.log.query(type="operations:clock")] == ["operations:clock:accepted"]
    audit(ahead)


def test_a_clock_some_seconds_behind_is_taken(estate, tmp_path):
    with estate.session.act() as tx:
        append(tx, SpeakerAdded(subject="0" * 64).entry(stamp(now() + timedelta(seconds=60))))
    speak(estate.session, estate.order(), tmp_path / "out.wav")
    audit(estate.session)


def test_whoever_is_held_up_before_the_file_has_its_name_does_not_release_it(estate, tmp_path, monkeypatch):
    publish = SoundDraft.publish

    def held_up(draft):
        withdraw(estate.session, estate.grant)
        publish(draft)

    monkeypatch.setattr(SoundDraft, "publish", held_up)
    with pytest.raises(PermitRefused, match="withdrawn"):
        speak(estate.session, estate.order(), tmp_path / "out.wav")
    assert not list(tmp_path.glob("*out.wav*"))
