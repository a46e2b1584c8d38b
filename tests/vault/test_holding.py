"""Within an act each key is read once; after it, it is read again, so that a destroyed one is gone."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import pytest

from sayso.vault import Vault
from sayso.vault.errors import Shredded, SubjectUnknown


@contextmanager
def counted(vault: Vault, monkeypatch):
    """Count the transactions that read the key store."""
    reads, read = [], vault.keys.read
    with monkeypatch.context() as patch:
        patch.setattr(vault.keys, "read", lambda: reads.append(1) or read())
        yield reads


def test_an_act_reads_a_key_once_whatever_it_does_with_it(vault, speaker, monkeypatch):
    with counted(vault, monkeypatch) as reads, vault.holding():
        field = vault.seal_field(b"plain", speaker, field="name")
        blob = vault.seal(b"sound", [speaker], kind="clip")
        assert vault.open_field(field, speaker, field="name") == b"plain"
        assert vault.open(blob.address, kind="clip") == b"sound"
        assert vault.key_ids(blob.address) == (vault.key_id(speaker),)
        with vault.holding():
            vault.pseudonym(speaker, "here")
    assert len(reads) == 1


def test_many_speakers_are_read_together_and_only_those_not_known_yet(vault, speaker, other, monkeypatch):
    with counted(vault, monkeypatch) as reads, vault.holding():
        vault.seal(b"sound", [speaker], kind="clip")
        vault.seal(b"sound", [speaker, other], kind="clip")
        vault.seal(b"sound", [other, speaker], kind="clip")
    assert len(reads) == 2


def test_a_key_that_another_process_destroyed_is_gone_for_the_next_act(make_vault, vault, speaker):
    with vault.holding():
        sealed = vault.seal_field(b"plain", speaker, field="name")
        make_vault().destroy_subject(speaker)
    with pytest.raises(SubjectUnknown), vault.holding():
        vault.seal_field(b"plain", speaker, field="name")
    with pytest.raises(Shredded), vault.holding():
        vault.open_field(sealed, speaker, field="name")


def test_a_key_that_the_act_itself_destroys_is_gone_at_once(vault, speaker):
    with vault.holding():
        blob = vault.seal(b"sound", [speaker], kind="clip")
        vault.destroy_subject(speaker)
        with pytest.raises(Shredded):
            vault.open(blob.address, kind="clip")
        with pytest.raises(SubjectUnknown):
            vault.pseudonym(speaker, "here")


def test_what_one_thread_holds_no_other_thread_sees(make_vault, vault, speaker):
    errors = []

    def look():
        try:
            vault.pseudonym(speaker, "here")
        except SubjectUnknown as error:
            errors.append(error)

    with vault.holding():
        vault.pseudonym(speaker, "here")
        make_vault().destroy_subject(speaker)
        other = threading.Thread(target=look)
        other.start()
        other.join()
    assert len(errors) == 1
