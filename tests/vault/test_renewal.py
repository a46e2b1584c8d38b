"""Each destruction renews the key-encryption key; killed anywhere, keys stay usable and destroyed ones destroyed."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path

import pytest

from sayso.database import Database
from sayso.ids import SpeakerId, new_id
from sayso.vault import FileKek, Vault, store
from sayso.vault.errors import KeyTampered, Shredded, SubjectUnknown


class Killed(BaseException):
    """The process ends here."""


def kek_ids(vault: Vault) -> set[bytes]:
    with vault.keys.read() as tx:
        return {row.wrapped[1:9] for row in store.all_keys(tx)} | {w[1:9] for _, w in store.all_secrets(tx)}


def test_every_other_key_is_under_a_new_one(vault, speaker, other, make_vault, tmp_path):
    secret, blob = vault.operator_secret("log"), vault.seal(b"sound", [other], kind="clip")
    before, copy = kek_ids(vault), (tmp_path / "keys" / "kek").read_bytes()
    vault.destroy_subject(speaker)
    (after,) = kek_ids(vault)
    assert after not in before
    assert copy[16:48] not in (tmp_path / "keys" / "kek").read_bytes()
    for here in (vault, make_vault()):
        assert here.open(blob.address, kind="clip") == b"sound"
        assert here.operator_secret("log") == secret


STEPS = {
    "new key": (FileKek, "renew"),
    "rows": (store, "rewrap"),
    "old key": (FileKek, "retire"),
    "free pages": (Database, "forget_deleted"),
}


@pytest.fixture(params=[(step, behind) for step in STEPS for behind in (False, True)], ids=str)
def dying(request, monkeypatch):
    """Return a block in which the process dies before or behind one of the steps."""
    (owner, name), behind = STEPS[request.param[0]], request.param[1]
    real = getattr(owner, name)

    def die(*args, **more) -> None:
        if behind:
            real(*args, **more)
        raise Killed

    @contextlib.contextmanager
    def dying():
        with monkeypatch.context() as patch, pytest.raises(Killed):
            patch.setattr(owner, name, die)
            yield

    return dying


def test_killed_at_any_step_nothing_is_lost_and_nothing_comes_back(vault, speaker, other, make_vault, dying):
    secret, blobs = vault.operator_secret("log"), [vault.seal(b"x", [who], kind="clip") for who in (speaker, other)]
    with dying():
        vault.destroy_subject(speaker)
    again = make_vault()
    assert again.operator_secret("log") == secret
    assert again.open(blobs[1].address, kind="clip") == b"x"
    again.create_subject(SpeakerId(new_id("speaker")))
    if again.has_subject(speaker):
        assert again.open(blobs[0].address, kind="clip") == b"x"
        again.destroy_subject(speaker)
    else:
        again.settle()
    with pytest.raises(Shredded):
        again.open(blobs[0].address, kind="clip")
    assert again.open(blobs[1].address, kind="clip") == b"x"
    assert again.operator_secret("log") == secret
    kek = Path(again.keys.engine.url.database).with_name("kek")
    assert kek.read_bytes().count(b"sayso-k1") == 1


def test_the_last_key_of_a_store_is_destroyed_the_same_way(vault, speaker, make_vault, tmp_path):
    before = (tmp_path / "keys" / "kek").read_bytes()[16:48]
    vault.destroy_subject(speaker)
    data = (tmp_path / "keys" / "kek").read_bytes()
    assert before not in data
    assert data.count(b"sayso-k1") == 1
    make_vault().create_subject(speaker)


def test_a_vault_that_was_open_meanwhile_goes_on(vault, speaker, other, make_vault):
    blob, open_before = vault.seal(b"sound", [other], kind="clip"), make_vault()
    assert open_before.open(blob.address, kind="clip") == b"sound"
    vault.destroy_subject(speaker)
    assert open_before.open(blob.address, kind="clip") == b"sound"
    with pytest.raises(SubjectUnknown):
        open_before.key_id(speaker)
    third = SpeakerId(new_id("speaker"))
    open_before.create_subject(third)
    assert len(kek_ids(vault)) == 1
    assert vault.key_id(third)


def test_readers_and_makers_beside_destructions_never_fail(vault, other, make_vault):
    blob, failed, done = vault.seal(b"sound", [other], kind="clip"), [], threading.Event()

    def work(make: bool) -> None:
        here = make_vault()
        while not done.is_set():
            try:
                if make:
                    here.create_subject(SpeakerId(new_id("speaker")))
                assert here.open(blob.address, kind="clip") == b"sound"
            except Exception as error:  # noqa: BLE001 - whatever it is, it is told below
                failed.append(error)

    threads = [threading.Thread(target=work, args=(make,)) for make in (False, True)]
    for thread in threads:
        thread.start()
    for _ in range(8):
        speaker = SpeakerId(new_id("speaker"))
        vault.create_subject(speaker)
        vault.destroy_subject(speaker)
    done.set()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(kek_ids(vault)) == 1


def test_a_damaged_key_of_another_stops_the_destruction_before_anything_is_changed(vault, speaker, other, tmp_path):
    with vault.keys.write() as tx:
        tx.exec_driver_sql("update subject_keys set wrapped = zeroblob(69) where speaker_id = ?", (other,))
    before = (tmp_path / "keys" / "kek").read_bytes()
    with pytest.raises(KeyTampered):
        vault.destroy_subject(speaker)
    assert vault.key_id(speaker)
    assert (tmp_path / "keys" / "kek").read_bytes() == before


def test_an_operator_secret_that_is_dropped_takes_its_key_encryption_key_along(vault, speaker, tmp_path):
    vault.keep_authority({"chain": b"pem"}, "authority", b"s" * 32)
    for act in (
        lambda: vault.keep_authority({"chain": b"pem"}, "authority", b"t" * 32),
        lambda: vault.drop_authority("chain", "authority"),
    ):
        before = (tmp_path / "keys" / "kek").read_bytes()
        kek = before[16:48] if before.startswith(b"sayso-k1") else before[4096 + 16 : 4096 + 48]
        act()
        assert kek not in (tmp_path / "keys" / "kek").read_bytes()
    assert vault.key_id(speaker)
