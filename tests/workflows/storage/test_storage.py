"""Storing under consent: what is kept can be read, goes with its grant, and leaves nothing behind an erasure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sayso import lineage
from sayso.audio import Container, decode, encode
from sayso.consent.errors import ConsentRefused
from sayso.ids import SpeakerId
from sayso.lineage import Kind
from sayso.storage.errors import ItemOfEndedGrant, ItemReleasedAsClip, ItemUnknown, MarkOfAnother
from sayso.workflows.audit import auditing
from sayso.workflows.audit.auditing import StateTampered
from sayso.workflows.consent import changing
from sayso.workflows.consent.granting import Terms, give
from sayso.workflows.erasure import erasing
from sayso.workflows.storage import clearing, copying, shelf
from sayso.workflows.storage.keeping import Deposit, StoredTake, add
from tests.workflows.conftest import LICENSEE, PURPOSE, Estate, granted

ALL = ("clone", "synthesize", "export")


def lending(estate) -> Estate:
    """Return ``estate`` once its speaker lets recordings be exported, too."""
    grant = give(
        estate.session,
        Terms(speaker=estate.speaker, licensee=LICENSEE, purposes=(PURPOSE,), actions=("export", "stream", "clone")),
    )
    changing.withdraw(estate.session, estate.grant)
    return replace(estate, grant=grant)


@pytest.fixture(scope="module")
def stored_template(tmp_path_factory, template) -> tuple[Estate, StoredTake]:
    """Return an estate with a stored recording, which tests get copies of: to choose its form takes seconds."""
    estate = lending(template.copied(tmp_path_factory.mktemp("stored")))
    added = add(estate.session, Deposit(estate.recording, estate.speaker, "archive"))
    return estate.closed(), added


@pytest.fixture
def able(tmp_path, stored_template) -> Estate:
    return stored_template[0].copied(tmp_path)


@pytest.fixture
def stored(stored_template) -> StoredTake:
    return stored_template[1]


def wrong(session) -> list[str]:
    try:
        auditing.audit(session)
    except StateTampered as error:
        return list(error.reasons)
    return []


def test_what_is_stored_is_shown_sealed_and_audited(able, stored):
    session, item = able.session, stored.item
    assert [each.item_id for each in shelf.items(session)] == [item.item_id]
    assert shelf.item(session, item.item_id).sheet == item.sheet
    assert shelf.sound_of(session, item).num_samples == decode(able.recording).num_samples
    assert item.sheet.num_bytes < item.sheet.flac_bytes / 2
    entry = next(iter(session.log.query(type="storage:item:made"))).entry
    assert (entry.facts["item"], entry.facts["form"]) == (item.item_id, item.sheet.form.name)
    assert wrong(session) == []


def test_the_same_sound_is_stored_once_whatever_its_container(able, stored, tmp_path):
    again = tmp_path / "again.wav"
    again.write_bytes(encode(decode(able.recording), Container.WAV))
    second = add(able.session, Deposit(again, able.speaker, "archive"))
    assert (second.was_there, second.item.item_id) == (True, stored.item.item_id)
    other = add(able.session, Deposit(again, able.speaker, "preview"))
    assert not other.was_there
    assert other.alike == (stored.item.item_id,)
    assert len(shelf.items(able.session)) == 2


def test_an_address_is_keyed_by_the_speaker(able, stored):
    speaker, _ = granted(able.session, name="Bea", actions=ALL)
    theirs = add(able.session, Deposit(able.recording, speaker, "archive")).item
    assert theirs.item_id != stored.item.item_id
    assert [each.item_id for each in shelf.items(able.session, speaker)] == [theirs.item_id]


def test_nothing_is_stored_that_no_grant_allows(estate):
    able = lending(estate)
    with pytest.raises(ConsentRefused):
        add(able.session, Deposit(able.recording, able.speaker, "training"))
    assert shelf.items(able.session) == []
    assert wrong(able.session) == []


def test_a_stored_recording_is_written_where_the_grant_allows_it(able, stored, tmp_path):
    done = copying.export(able.session, stored.item.item_id, tmp_path / "out.flac")
    made, was = decode(done.file), decode(able.recording)
    assert (made.sample_rate, made.num_samples) == (was.sample_rate, was.num_samples)
    assert able.session.entry_of(done.ticket) > 0
    assert wrong(able.session) == []


def test_without_the_action_to_export_nothing_is_written(estate, tmp_path):
    item = add(estate.session, Deposit(estate.recording, estate.speaker, "preview")).item
    with pytest.raises(ConsentRefused):
        copying.export(estate.session, item.item_id, tmp_path / "out.flac")
    assert not (tmp_path / "out.flac").exists()


def test_a_withdrawn_grant_lets_nothing_out_and_its_items_go(able, stored, tmp_path):
    session, item = able.session, stored.item
    changing.withdraw(session, able.grant)
    with pytest.raises(ConsentRefused):
        copying.export(session, item.item_id, tmp_path / "out.flac")
    blobs = set(session.vault.addresses())
    planned = clearing.plan(session)
    assert [(each.item.item_id, each.why) for each in planned.leaving] == [(item.item_id, "withdrawn")]
    assert planned.saved_bytes == item.sheet.num_bytes
    assert set(session.vault.addresses()) == blobs
    with pytest.raises(ItemOfEndedGrant):
        add(session, Deposit(able.recording, able.speaker, "archive"))
    assert len(clearing.clear(session)) == 1
    assert shelf.items(session) == []
    assert len(blobs - set(session.vault.addresses())) == 2
    assert clearing.clear(session) == ()
    with pytest.raises(ItemUnknown):
        shelf.item(session, item.item_id)
    assert wrong(session) == []


def test_an_item_that_goes_without_an_entry_is_found_out(able, stored):
    with able.session.act(SpeakerId(able.speaker)) as tx:
        lineage.forget(tx, [stored.item.item_id, stored.item.sheet.sound])
    assert any("missing" in each for each in wrong(able.session))


def test_a_clearing_that_is_killed_is_done_by_the_next(able, stored, monkeypatch):
    session = able.session
    changing.withdraw(session, able.grant)
    monkeypatch.setattr(lineage, "forget", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        clearing.clear(session)
    monkeypatch.undo()
    assert len(clearing.clear(session)) == 1
    assert wrong(session) == []


def test_a_master_goes_once_its_archived_form_is_kept_and_its_days_are_over(able, stored, monkeypatch):
    session = able.session
    master = add(session, Deposit(able.recording, able.speaker, "master")).item
    assert clearing.clear(session) == ()
    assert clearing.clear(session, masters_for_days=90) == ()
    (leaving,) = clearing.clear(session, masters_for_days=0)
    assert (leaving.item.item_id, leaving.why) == (master.item_id, "superseded")
    assert [each.item_id for each in shelf.items(session)] == [stored.item.item_id]
    assert wrong(session) == []


def test_an_erasure_takes_all_that_is_stored(able, stored):
    session = able.session
    plan = erasing.plan(session, able.speaker)
    assert {Kind.SOUND, Kind.STORED} <= {each.kind for each in plan.artifacts}
    erasing.run(session, plan.plan_id)
    assert shelf.items(session) == []
    assert list(session.vault.addresses()) == []
    assert wrong(session) == []


def test_a_plan_tells_the_bytes_of_files_and_changes_nothing(able):
    session = able.session
    blobs, entries = set(session.vault.addresses()), len(list(session.log.query()))
    planned = clearing.plan(session, (able.recording,), "preview")
    (deposit,) = planned.deposits
    assert planned.saved_bytes == deposit.chosen.flac_bytes - len(deposit.chosen.data) > 0
    assert (set(session.vault.addresses()), len(list(session.log.query()))) == (blobs, entries)


def test_a_clip_keeps_its_mark_and_is_released_as_a_clip(spoken, tmp_path):
    estate = spoken.estate
    session = estate.session
    item = add(session, Deposit(spoken.file, estate.speaker, "preview")).item
    assert (item.sheet.clip, item.sheet.mark) == (spoken.clip.clip, spoken.clip.mark)
    found = session.detector.detect(shelf.sound_of(session, item))
    assert found.present
    assert str(found.mark) == item.sheet.mark
    with session.read() as tx:
        assert Kind.CLIP in {each.kind for each in lineage.ancestors(tx, item.item_id)}
    with pytest.raises(ItemReleasedAsClip):
        copying.export(session, item.item_id, tmp_path / "out.flac")
    other, _ = granted(session, name="Bea", actions=ALL)
    with pytest.raises(MarkOfAnother):
        add(session, Deposit(spoken.file, other, "preview"))
    assert wrong(session) == []
