"""Subject keys and operator secrets: read, held, made, and destroyed together with the key that wrapped them."""

from __future__ import annotations

import contextlib
import re
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, TypeVar

from sayso import clock
from sayso.database import Connection, Database
from sayso.ids import SpeakerId
from sayso.vault import store
from sayso.vault.errors import KekReplaced, KeyMissing, SealInvalid, Shredded, SubjectExists, SubjectUnknown
from sayso.vault.kek import KeyEncryptionKey
from sayso.vault.keys import SECRET_BYTES, DestroyedKey, SubjectKey

_NAME: Final = re.compile(r"[a-z0-9.-]{1,64}")
_LOOKS: Final = 8
_T = TypeVar("_T")


class _Held(threading.local):
    """The keys that this thread holds for the act it is in; None outside of any act.

    ``num_destroyed`` is how many keys had been destroyed when the first of them was read.
    """

    keys: dict[SpeakerId, SubjectKey] | None = None
    num_destroyed: int | None = None


class Keyring:
    """The keys of one key store, under one key-encryption key that is renewed at each destruction."""

    def __init__(self, kek: KeyEncryptionKey, keys: Database) -> None:
        """Take the key-encryption key and the key store."""
        self._kek = kek
        self._keys = keys
        self._secrets: dict[str, bytes] = {}
        self._held = _Held()

    # Subject keys

    @contextlib.contextmanager
    def holding(self) -> Iterator[None]:
        """Read each subject key once within the block, in this thread."""
        if self._held.keys is not None:
            yield
            return
        self._held.keys = {}
        try:
            yield
        finally:
            self._held.keys = self._held.num_destroyed = None

    def create(self, speaker: SpeakerId) -> str:
        """Make the key of a new speaker and return its id (hex); raise `SubjectExists`."""
        with self._keys.write(speaker) as tx:
            if store.key_of(tx, speaker) is not None:
                raise SubjectExists(f"{speaker} has a key already")
            key = SubjectKey.fresh()
            context = _subject_context(key.key_id.hex(), speaker)
            wrapped = self._kek.wrap(key.secret, context, used=self._used(tx))
            store.insert_key(tx, store.KeyRow(key.key_id.hex(), speaker, wrapped), created_at=clock.stamp(clock.now()))
        return key.key_id.hex()

    def subject(self, speaker: SpeakerId) -> SubjectKey:
        """Return the key of the speaker; raise `SubjectUnknown`."""
        held = (self._held.keys or {}).get(speaker)
        return self.subjects([speaker])[0] if held is None else held

    def subjects(self, speakers: Sequence[SpeakerId]) -> list[SubjectKey]:
        """Return the keys of the speakers, each once; raise `SubjectUnknown`."""
        known = dict(self._held.keys or {})
        if missing := [speaker for speaker in dict.fromkeys(speakers) if speaker not in known]:
            known |= self._read(lambda tx: self._opened(store.keys_by_speaker(tx, missing), missing))
        return [known[speaker] for speaker in dict.fromkeys(speakers)]

    def opening(self, speaker: SpeakerId, sealed_by: Mapping[bytes, str]) -> SubjectKey:
        """Return the speaker's key, to open what is ``sealed_by`` keys of these ids, each with a name for it.

        Raises `Shredded` where such a key was destroyed and `SubjectUnknown` where there is none otherwise.
        """
        if speaker in (self._held.keys or {}):
            return self.subjects([speaker])[0]

        def look(tx: Connection) -> SubjectKey:
            rows = store.keys_by_speaker(tx, [speaker])
            if not rows and store.destroyed(tx, [key_id.hex() for key_id in sealed_by]):
                raise Shredded(f"{next(iter(sealed_by.values()))} of {speaker} was erased: the key of it is destroyed")
            return self._opened(rows, [speaker])[speaker]

        return self._read(look)

    def by_id(self, key_ids: Sequence[bytes]) -> dict[bytes, SubjectKey]:
        """Return the keys of these ids; raise `Shredded` where one was destroyed, `KeyMissing` where one is lost."""
        held = {key.key_id: key for key in (self._held.keys or {}).values()}
        if all(key_id in held for key_id in key_ids):
            return {key_id: held[key_id] for key_id in key_ids}
        wanted = [key_id.hex() for key_id in key_ids]

        def look(tx: Connection) -> dict[bytes, SubjectKey]:
            rows = store.keys_by_id(tx, wanted)
            if len(rows) < len(wanted):
                if store.destroyed(tx, wanted):
                    raise Shredded("the blob was erased: a key that it needs is destroyed")
                missing = next(key_id for key_id in wanted if key_id not in rows)
                raise KeyMissing(f"the key store has no key {missing}; restore the key store from its newest backup")
            return {bytes.fromhex(key_id): self._learned(row) for key_id, row in rows.items()}

        return self._read(look)

    def destroy(self, speaker: SpeakerId) -> DestroyedKey:
        """Destroy the speaker's key: delete its row, wrap all others under a new key, destroy the old one."""
        with self._keys.write() as tx:
            row = _known(store.keys_by_speaker(tx, [speaker]).get(speaker), speaker)
            destroyed = store.destroy_key(tx, row, destroyed_at=clock.stamp(clock.now()))
            self._rewrap(tx, self._kek.used(row.wrapped))
        (self._held.keys or {}).pop(speaker, None)
        self.settle()
        return destroyed

    def destroy_again(self, key_id: str) -> DestroyedKey:
        """Destroy the key of this id in an older key store; where it is gone, note that it was destroyed."""
        at = clock.stamp(clock.now())
        with self._keys.write() as tx:
            row = store.keys_by_id(tx, [key_id]).get(key_id)
            if row is None:
                destroyed = store.note_destroyed(tx, key_id, destroyed_at=at)
            else:
                destroyed = store.destroy_key(tx, row, destroyed_at=at)
                self._rewrap(tx, self._kek.used(row.wrapped))
        self.settle()
        return destroyed

    def num_destroyed(self, *, anew: bool = False) -> int:
        """Return how many keys were destroyed here: as read with a key that is held, unless it is read ``anew``."""
        if self._held.num_destroyed is None or anew:
            return self._read(store.num_destroyed)
        return self._held.num_destroyed

    def settle(self) -> None:
        """Destroy every key-encryption key that wraps nothing; then rebuild the key store without deleted bytes."""
        with self._keys.write() as tx:  # nobody else is between making a new key and committing what it wraps
            used = self._used(tx)
            if used is None:
                used = self._kek.renew(None)
            self._kek.retire(used)
        self._keys.forget_deleted()

    # Operator secrets

    def operator_secret(self, name: str) -> bytes:
        """Return the secret of this name, made at its first use."""
        if name not in self._secrets:
            self._secrets[name] = self._read_secret(name) or self._make_secret(name)
        return self._secrets[name]

    def kept_secret(self, name: str) -> bytes:
        """Return a secret that was kept, read anew each time; raise `KeyMissing`."""
        secret = self._read_secret(name)
        if secret is None:
            raise KeyMissing(f"the key store has no secret {name}; restore the key store from its newest backup")
        return secret

    def keep_authority(self, certificates: Mapping[str, bytes], name: str, secret: bytes) -> None:
        """Keep certificates, and the secret that signs for them, in place of what had their names."""
        at = clock.stamp(clock.now())
        with self._keys.write() as tx:
            used, replaced = self._used(tx), store.secret(tx, name) is not None
            for title, pem in certificates.items():
                store.delete_certificate(tx, title)
                store.insert_certificate(tx, title, pem, created_at=at)
            wrapped = self._kek.wrap(secret, _secret_context(name), used=used)
            store.replace_secret(tx, name, wrapped, created_at=at)
            if replaced:
                self._rewrap(tx, self._kek.used(wrapped))
        self.settle()

    def drop_authority(self, certificate: str, name: str) -> None:
        """Remove a certificate and its secret for good, as `destroy` does."""
        with self._keys.write() as tx:
            used = self._used(tx)
            store.delete_certificate(tx, certificate)
            store.delete_secret(tx, name)
            self._rewrap(tx, used)
        self.settle()

    def drop_secret(self, name: str) -> None:
        """Destroy an operator secret for good, as `destroy` does; harmless where there is none."""
        self._secrets.pop(name, None)
        with self._keys.write() as tx:
            used = self._used(tx)
            store.delete_secret(tx, name)
            self._rewrap(tx, used)
        self.settle()

    # Inside

    def _read(self, look: Callable[[Connection], _T]) -> _T:
        """Return what ``look`` reads, looking again where the key-encryption key is renewed between row and key."""
        for _ in range(_LOOKS - 1):
            with contextlib.suppress(KekReplaced), self._keys.read() as tx:
                return self._looked(look, tx)
        with self._keys.read() as tx:
            return self._looked(look, tx)

    def _looked(self, look: Callable[[Connection], _T], tx: Connection) -> _T:
        """Return what ``look`` reads; an act counts the destroyed keys at the same time, which costs no other read."""
        if self._held.keys is not None and self._held.num_destroyed is None:
            self._held.num_destroyed = store.num_destroyed(tx)
        return look(tx)

    def _opened(self, rows: Mapping[str, store.KeyRow], speakers: Sequence[SpeakerId]) -> dict[SpeakerId, SubjectKey]:
        return {speaker: self._learned(_known(rows.get(speaker), speaker)) for speaker in speakers}

    def _learned(self, row: store.KeyRow) -> SubjectKey:
        """Return the key of a row, held from now on where an act holds keys."""
        key = self._unwrap(row)
        if self._held.keys is not None:
            self._held.keys[SpeakerId(row.speaker_id)] = key
        return key

    def _unwrap(self, row: store.KeyRow) -> SubjectKey:
        secret = self._kek.unwrap(row.wrapped, _subject_context(row.key_id, row.speaker_id))
        return SubjectKey(bytes.fromhex(row.key_id), secret)

    def _used(self, tx: Connection) -> bytes | None:
        """Return the id of the key-encryption key in use, None where nothing is wrapped.

        One wrapped key is opened first, so that a lost key-encryption key is never mixed with a new one.
        """
        found = store.any_secret(tx)
        if found is not None:
            self._kek.unwrap(found[1], _secret_context(found[0]))
            return self._kek.used(found[1])
        row = store.any_key(tx)
        if row is not None:
            self._unwrap(row)
            return self._kek.used(row.wrapped)
        return None

    def _rewrap(self, tx: Connection, used: bytes | None) -> None:
        """Wrap all that is kept under a new key-encryption key; raise `KeyTampered`, before, where one is damaged."""
        subject = {row.key_id: (self._unwrap(row).secret, row.speaker_id) for row in store.all_keys(tx)}
        kept = {name: self._kek.unwrap(wrapped, _secret_context(name)) for name, wrapped in store.all_secrets(tx)}
        new, wrap = self._kek.renew(used), self._kek.wrap
        store.rewrap(
            tx,
            {key: wrap(secret, _subject_context(key, of), used=new) for key, (secret, of) in subject.items()},
            {name: wrap(secret, _secret_context(name), used=new) for name, secret in kept.items()},
        )

    def _read_secret(self, name: str) -> bytes | None:
        if not _NAME.fullmatch(name):
            raise SealInvalid(f"got the secret name {name[:40]!r}, expected a-z, 0-9, . and -, at most 64")

        def look(tx: Connection) -> bytes | None:
            wrapped = store.secret(tx, name)
            return None if wrapped is None else self._kek.unwrap(wrapped, _secret_context(name))

        return self._read(look)

    def _make_secret(self, name: str) -> bytes:
        with self._keys.write(f"secret {name}") as tx:
            # Another process may have made it between the read and this transaction.
            wrapped = store.secret(tx, name)
            if wrapped is None:
                used = self._used(tx)
                wrapped = self._kek.wrap(secrets.token_bytes(SECRET_BYTES), _secret_context(name), used=used)
                store.insert_secret(tx, name, wrapped, created_at=clock.stamp(clock.now()))
            return self._kek.unwrap(wrapped, _secret_context(name))


def _known(row: store.KeyRow | None, speaker: SpeakerId) -> store.KeyRow:
    if row is None:
        raise SubjectUnknown(f"there is no key for {speaker} here: unknown, or erased")
    return row


def _subject_context(key_id: str, speaker: str) -> bytes:
    return f"sayso subject key\n{key_id}\n{speaker}".encode()


def _secret_context(name: str) -> bytes:
    return f"sayso operator secret\n{name}".encode()
