from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from sayso.ids import SpeakerId, new_id
from sayso.vault import FileKek, Vault
from sayso.vault.errors import (
    BlobMissing,
    BlobTampered,
    FieldTampered,
    KekMissing,
    KeyMissing,
    KeyTampered,
    SealInvalid,
    Shredded,
    SubjectExists,
    SubjectUnknown,
)

PLAIN = bytes(range(256)) * 600


def path_of(session: Path, address: str) -> Path:
    return session / "blobs" / address[:2] / address


def test_seal_and_open(vault: Vault, speaker, other, tmp_path):
    ref = vault.seal(PLAIN, [speaker, other, speaker], kind="clip")
    assert ref.size == len(PLAIN)
    assert vault.open(ref.address, kind="clip") == PLAIN
    assert hashlib.sha256(path_of(tmp_path, ref.address).read_bytes()).hexdigest() == ref.address
    assert list(vault.addresses()) == [ref.address]
    assert set(vault.key_ids(ref.address)) == {vault.key_id(speaker), vault.key_id(other)}
    assert vault.has(ref.address)
    assert vault.unlink(ref.address)
    assert not vault.unlink(ref.address)
    with pytest.raises(BlobMissing, match=ref.address):
        vault.open(ref.address, kind="clip")


def test_nothing_on_the_disk_names_a_speaker_or_shows_the_plain(vault: Vault, speaker, tmp_path):
    ref = vault.seal(b"a very secret sentence" * 50, [speaker], kind="recording")
    sealed = path_of(tmp_path, ref.address).read_bytes()
    assert speaker.encode() not in sealed
    assert speaker.encode() not in ref.address.encode()
    for path in tmp_path.rglob("*"):
        assert path.is_dir() or b"very secret" not in path.read_bytes()


def test_sealing_asks_for_known_speakers_and_a_kind(vault: Vault, speaker):
    stranger = SpeakerId(new_id("speaker"))
    with pytest.raises(SubjectUnknown, match=stranger):
        vault.seal(PLAIN, [speaker, stranger], kind="clip")
    for speakers, kind in (([], "clip"), ([speaker], ""), ([speaker], "Clip"), ([speaker], "x" * 33)):
        with pytest.raises(SealInvalid):
            vault.seal(PLAIN, speakers, kind=kind)
    for address in ("", "../../etc/passwd", "A" * 64, "0" * 63):
        with pytest.raises(SealInvalid):
            vault.open(address, kind="clip")
    assert list(vault.addresses()) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_a_changed_blob_is_found_and_named(vault: Vault, speaker, tmp_path, data):
    ref = vault.seal(PLAIN, [speaker], kind="clip")
    path = path_of(tmp_path, ref.address)
    sealed = path.read_bytes()
    changes = {
        "flip": lambda i: sealed[:i] + bytes([sealed[i] ^ (1 << i % 8)]) + sealed[i + 1 :],
        "cut": lambda i: sealed[:i],
        "grow": lambda i: sealed + sealed[: i + 1],
    }
    change = changes[data.draw(st.sampled_from(sorted(changes)))](data.draw(st.integers(0, len(sealed) - 1)))
    path.write_bytes(change)
    with pytest.raises(BlobTampered, match=ref.address):
        vault.open(ref.address, kind="clip")


def test_one_blob_in_the_place_of_another_is_found(vault: Vault, speaker, tmp_path):
    one, two = (vault.seal(plain, [speaker], kind="clip") for plain in (b"one", b"two"))
    path_of(tmp_path, one.address).write_bytes(path_of(tmp_path, two.address).read_bytes())
    with pytest.raises(BlobTampered, match=one.address):
        vault.open(one.address, kind="clip")


def test_a_change_that_renames_the_file_is_found_by_the_seal(vault: Vault, speaker, tmp_path):
    ref = vault.seal(PLAIN, [speaker], kind="clip")
    sealed = path_of(tmp_path, ref.address).read_bytes()
    changed = sealed[:-1] + bytes([sealed[-1] ^ 1])
    address = hashlib.sha256(changed).hexdigest()
    path_of(tmp_path, address).parent.mkdir(exist_ok=True)
    path_of(tmp_path, address).write_bytes(changed)
    with pytest.raises(BlobTampered, match=address):
        vault.open(address, kind="clip")


def test_a_blob_of_another_kind_is_refused(vault: Vault, speaker):
    ref = vault.seal(PLAIN, [speaker], kind="clip")
    with pytest.raises(BlobTampered, match="holds clip, expected voice"):
        vault.open(ref.address, kind="voice")


def test_after_destruction_nothing_opens(vault: Vault, speaker, other, tmp_path, make_vault):
    alone, both = (vault.seal(PLAIN, who, kind="clip") for who in ([speaker], [speaker, other]))
    theirs = vault.seal(PLAIN, [other], kind="clip")
    name = vault.seal_field(b"Anna", speaker, field="name")
    key_id = vault.key_id(speaker)
    with vault.keys.read() as tx:
        wrapped = tx.execute(text("select wrapped from subject_keys where key_id = :k"), {"k": key_id}).scalar()
    destroyed = vault.destroy_subject(speaker)
    assert destroyed.key_id == key_id
    assert vault.destroyed_key(key_id) == destroyed
    assert vault.destroyed_key(vault.key_id(other)) is None
    assert not vault.has_subject(speaker)
    for vault_now in (vault, make_vault()):
        for ref in (alone, both):
            with pytest.raises(Shredded):
                vault_now.open(ref.address, kind="clip")
        with pytest.raises(Shredded):
            vault_now.open_field(name, speaker, field="name")
        for act in (
            lambda v: v.destroy_subject(speaker),
            lambda v: v.key_id(speaker),
            lambda v: v.seal(PLAIN, [speaker, other], kind="clip"),
            lambda v: v.seal_field(b"", speaker, field="name"),
            lambda v: v.commit(speaker, b"", domain="text"),
            lambda v: v.pseudonym(speaker, "log"),
        ):
            with pytest.raises(SubjectUnknown):
                act(vault_now)
        assert vault_now.open(theirs.address, kind="clip") == PLAIN
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert wrapped not in path.read_bytes(), path
            assert wrapped[13:29] not in path.read_bytes(), path
            assert speaker.encode() not in path.read_bytes(), path


def test_a_key_that_was_never_here_is_told_apart_from_a_destroyed_one(vault: Vault, speaker):
    ref = vault.seal(PLAIN, [speaker], kind="clip")
    with vault.keys.write() as tx:
        tx.execute(text("delete from subject_keys"))
    with pytest.raises(KeyMissing, match="restore"):
        vault.open(ref.address, kind="clip")


def test_a_changed_or_moved_key_row_is_found(vault: Vault, speaker, other):
    ref = vault.seal(PLAIN, [speaker], kind="clip")
    with vault.keys.write() as tx:
        tx.execute(
            text(
                "update subject_keys set wrapped = (select wrapped from subject_keys where speaker_id = :o) "
                "where speaker_id = :s"
            ),
            {"s": speaker, "o": other},
        )
    with pytest.raises(KeyTampered):
        vault.open(ref.address, kind="clip")


def test_a_lost_kek_is_never_replaced_silently(vault: Vault, speaker, tmp_path, make_vault):
    (tmp_path / "keys" / "kek").unlink()
    fresh = make_vault()
    with pytest.raises(KekMissing):
        fresh.create_subject(SpeakerId(new_id("speaker")))
    with pytest.raises(KekMissing):
        fresh.operator_secret("permits")
    assert not (tmp_path / "keys" / "kek").exists()


def test_another_kek_is_never_mixed_in(vault: Vault, tmp_path, make_vault):
    vault.operator_secret("permits")
    (tmp_path / "keys" / "kek").write_bytes(bytes(32))
    with pytest.raises(KeyTampered):
        make_vault().create_subject(SpeakerId(new_id("speaker")))


def test_a_speaker_has_one_key(vault: Vault, speaker):
    with pytest.raises(SubjectExists):
        vault.create_subject(speaker)


def test_operator_secrets_are_made_once(vault: Vault, tmp_path, make_vault):
    secret = vault.operator_secret("permits")
    assert len(secret) == 32
    assert vault.operator_secret("permits") == secret == make_vault().operator_secret("permits")
    assert vault.operator_secret("log") != secret
    assert all(path.is_dir() or secret not in path.read_bytes() for path in tmp_path.rglob("*"))
    with pytest.raises(SealInvalid):
        vault.operator_secret("Two words")


def test_commitments_bind_speaker_domain_and_text(vault: Vault, speaker, other, make_vault):
    one = vault.commit(speaker, b"good morning", domain="text")
    assert one == make_vault().commit(speaker, b"good morning", domain="text")
    others = [
        vault.commit(other, b"good morning", domain="text"),
        vault.commit(speaker, b"good morning", domain="audio"),
        vault.commit(speaker, b"tgood morning", domain="tex"),
        vault.commit(speaker, b"good mornin", domain="text"),
        hashlib.sha256(b"good morning").hexdigest(),
    ]
    assert len({one, *others}) == 6
    assert len(bytes.fromhex(one)) == 32


def test_pseudonyms_differ_by_context(vault: Vault, speaker, other):
    names = {vault.pseudonym(who, where) for who in (speaker, other) for where in ("log", "export")}
    assert len(names) == 4
    assert vault.pseudonym(speaker, "log") in names
    assert all(len(name) == 32 for name in names)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(plain=st.binary(max_size=200), data=st.data())
def test_fields_open_as_they_were_or_not_at_all(vault: Vault, speaker, other, plain, data):
    sealed = vault.seal_field(plain, speaker, field="name")
    assert vault.open_field(sealed, speaker, field="name") == plain
    for who, field in ((speaker, "email"), (other, "name")):
        with pytest.raises(FieldTampered):
            vault.open_field(sealed, who, field=field)
    place = data.draw(st.integers(0, len(sealed) - 1))
    for changed in (sealed[:place], sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :], sealed + b"\0"):
        with pytest.raises(FieldTampered):
            vault.open_field(changed, speaker, field="name")


def test_the_sweep_finds_every_file_of_a_key_and_no_other(vault: Vault, speaker, other, tmp_path):
    mine = [vault.seal(PLAIN, [speaker], kind="clip").address, vault.seal(PLAIN, [other, speaker], kind="clip").address]
    theirs = vault.seal(PLAIN, [other], kind="clip").address
    blobs = tmp_path / "blobs"
    sealed = path_of(tmp_path, mine[0]).read_bytes()
    (blobs / "copy.bak").write_bytes(sealed)
    (blobs / "ab").mkdir(exist_ok=True)
    (blobs / "ab" / ".torn").write_bytes(sealed[:200])
    (blobs / "note.txt").write_bytes(b"nothing of ours")
    key_id = vault.key_id(speaker)
    vault.destroy_subject(speaker)
    swept = vault.sweep(key_id)
    assert swept.scanned == 6
    assert sorted(swept.unlinked) == sorted([*mine, "./copy.bak", "ab/.torn"])
    assert swept.foreign == ("./note.txt",)
    again = vault.sweep(key_id)
    assert (again.scanned, again.unlinked) == (2, ())
    assert vault.open(theirs, kind="clip") == PLAIN


def test_a_blob_of_many_speakers_is_swept_too(vault: Vault, speaker):
    crowd = [SpeakerId(new_id("speaker")) for _ in range(40)]
    for one in crowd:
        vault.create_subject(one)
    ref = vault.seal(PLAIN, crowd, kind="clip")
    assert vault.open(ref.address, kind="clip") == PLAIN
    last = vault.key_ids(ref.address)[-1]
    assert vault.sweep(vault.key_id(speaker)).unlinked == ()
    assert vault.sweep(last).unlinked == (ref.address,)


def test_the_vault_works_on_an_object_store(vault: Vault, speaker, tmp_path):
    remote = Vault(FileKek(tmp_path / "keys" / "kek"), vault.keys, "memory:///blobs")
    ref = remote.seal(PLAIN, [speaker], kind="clip")
    assert remote.open(ref.address, kind="clip") == PLAIN
    assert list(remote.addresses()) == [ref.address]
    assert remote.sweep(vault.key_id(speaker)).unlinked == (ref.address,)
    assert not (tmp_path / "blobs").exists()


def test_many_fields_open_as_one_does(vault: Vault, speaker, other):
    sealed = [(f"field {n}", vault.seal_field(bytes([n]), speaker, field=f"field {n}")) for n in range(5)]
    assert list(vault.open_fields(sealed, speaker)) == [bytes([n]) for n in range(5)]
    assert list(vault.open_fields([], speaker)) == []
    with pytest.raises(FieldTampered):
        list(vault.open_fields([sealed[0], ("field 9", sealed[1][1])], speaker))
    with pytest.raises(FieldTampered):
        list(vault.open_fields(sealed, other))
    vault.destroy_subject(speaker)
    with pytest.raises(Shredded):
        list(vault.open_fields(sealed, speaker))
