from __future__ import annotations

import stat
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.vault import FileKek
from sayso.vault.errors import KekExposed, KekMissing, KekReplaced, KeyTampered


def test_the_file_is_made_private_by_the_first_wrap(tmp_path):
    kek = FileKek(tmp_path / "keys" / "kek")
    assert not kek.path.exists()
    wrapped = kek.wrap(b"k" * 32, b"context")
    assert stat.S_IMODE(kek.path.stat().st_mode) == 0o600
    assert len(kek.path.read_bytes()) == 8192
    assert FileKek(kek.path).unwrap(wrapped, b"context") == b"k" * 32
    assert b"k" * 8 not in wrapped


def test_unwrapping_never_makes_a_key(tmp_path):
    with pytest.raises(KekMissing):
        FileKek(tmp_path / "kek").unwrap(b"\x01" + bytes(60), b"context")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o660, 0o644, 0o777, 0o610, 0o601])
def test_looser_modes_are_refused(tmp_path, mode):
    path = tmp_path / "kek"
    wrapped = FileKek(path).wrap(b"k" * 32, b"")
    path.chmod(mode)
    with pytest.raises(KekExposed, match="expected 0600"):
        FileKek(path).unwrap(wrapped, b"")
    with pytest.raises(KekExposed):
        FileKek(path).wrap(b"k" * 32, b"")


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_private_modes_are_taken(tmp_path, mode):
    path = tmp_path / "kek"
    wrapped = FileKek(path).wrap(b"k" * 32, b"")
    path.chmod(mode)
    assert FileKek(path).unwrap(wrapped, b"") == b"k" * 32


def test_another_kek_opens_nothing(tmp_path):
    wrapped = FileKek(tmp_path / "one").wrap(b"k" * 32, b"")
    other = FileKek(tmp_path / "two")
    other.wrap(b"k" * 32, b"")
    with pytest.raises(KeyTampered):
        other.unwrap(wrapped, b"")


@pytest.mark.parametrize("data", [b"", b"short", bytes(8192), bytes(8193)])
def test_a_damaged_kek_file_is_named(tmp_path, data):
    path = tmp_path / "kek"
    path.write_bytes(data)
    path.chmod(0o600)
    with pytest.raises(KeyTampered, match=str(path)):
        FileKek(path).wrap(b"k" * 32, b"")


@pytest.fixture(scope="module")
def kek(tmp_path_factory):
    return FileKek(tmp_path_factory.mktemp("kek") / "kek")


@settings(deadline=None)
@given(data=st.data())
def test_any_change_of_a_wrapped_key_or_its_context_is_found(kek, data):
    wrapped = bytearray(kek.wrap(b"k" * 32, b"context"))
    with pytest.raises(KeyTampered):
        kek.unwrap(bytes(wrapped), b"contexts")
    with pytest.raises(KeyTampered):
        kek.unwrap(bytes(wrapped[: data.draw(st.integers(0, len(wrapped) - 1))]), b"context")
    bit = data.draw(st.integers(0, len(wrapped) * 8 - 1))
    wrapped[bit // 8] ^= 1 << bit % 8
    with pytest.raises(KeyTampered):
        kek.unwrap(bytes(wrapped), b"context")


def test_many_first_users_make_one_key(tmp_path):
    path, wrapped = tmp_path / "kek", []
    threads = [threading.Thread(target=lambda: wrapped.append(FileKek(path).wrap(b"k" * 32, b""))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [FileKek(path).unwrap(one, b"") for one in wrapped] == [b"k" * 32] * 8


def test_a_new_key_stands_beside_the_old_until_that_is_retired(tmp_path):
    kek = FileKek(tmp_path / "kek")
    old = kek.wrap(b"k" * 32, b"")
    inode = kek.path.stat().st_ino
    renewed = kek.renew(kek.used(old))
    new = kek.wrap(b"k" * 32, b"", used=renewed)
    assert [FileKek(kek.path).unwrap(each, b"") for each in (old, new)] == [b"k" * 32] * 2
    kek.retire(renewed)
    for here in (kek, FileKek(kek.path)):
        assert here.unwrap(new, b"") == b"k" * 32
        with pytest.raises(KekReplaced):
            here.unwrap(old, b"")
    assert (kek.path.stat().st_ino, kek.path.stat().st_size) == (inode, 8192)
    assert kek.used(old) not in kek.path.read_bytes()


def test_the_key_in_use_is_never_overwritten(tmp_path):
    kek = FileKek(tmp_path / "kek")
    wrapped = kek.wrap(b"k" * 32, b"")
    for _ in range(3):  # each time killed before anything is wrapped
        kek.renew(kek.used(wrapped))
    assert FileKek(kek.path).unwrap(wrapped, b"") == b"k" * 32
    kek.retire(kek.used(wrapped))
    before = kek.path.read_bytes()
    with pytest.raises(KeyTampered):
        kek.retire(b"another!")
    assert kek.path.read_bytes() == before


@pytest.mark.parametrize("cut", [1, 20, 47, 60, 4095])
def test_a_block_that_was_half_written_counts_as_empty(tmp_path, cut):
    kek = FileKek(tmp_path / "kek")
    wrapped = kek.wrap(b"k" * 32, b"")
    kek.renew(kek.used(wrapped))
    data = kek.path.read_bytes()
    kek.path.write_bytes(data[:4096] + data[4096 : 4096 + min(cut, 63)].ljust(4096, b"\0"))
    assert FileKek(kek.path).unwrap(wrapped, b"") == b"k" * 32
    assert FileKek(kek.path).wrap(b"k" * 32, b"")[1:9] == kek.used(wrapped)
