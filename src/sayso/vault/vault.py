"""The vault: seals what belongs to speakers, so that destroying one small key unmakes every copy of it.

Keys form three levels: the key-encryption key wraps subject keys, subject keys wrap the data key of each blob. A key is
read from the key store when an act first needs it and forgotten at the act's end (`Vault.holding`), outside of an act
after each use, so that a key destroyed by one process is gone for all.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sayso.database import Database
from sayso.ids import SpeakerId
from sayso.vault import blob, store
from sayso.vault.domains import Domain
from sayso.vault.errors import (
    BlobMissing,
    BlobTampered,
    FieldTampered,
    SealInvalid,
)
from sayso.vault.kek import KeyEncryptionKey
from sayso.vault.keyring import Keyring
from sayso.vault.keys import KEY_ID_BYTES, DestroyedKey, SubjectKey
from sayso.vault.shelf import shelf

_ADDRESS: Final = re.compile(r"[0-9a-f]{64}")
_KIND: Final = re.compile(r"[a-z0-9-]{1,32}")
_NONCE_BYTES: Final = 12
_FIELD_VERSION: Final = b"\x01"
_FIELD_START: Final = 1 + KEY_ID_BYTES


@dataclass(frozen=True, slots=True)
class BlobRef:
    """A sealed blob: its address (SHA-256, hex, of the sealed file) and the length of the plain in bytes."""

    address: str
    size: int


@dataclass(frozen=True, slots=True, eq=False)
class SealedBlob:
    """What is sealed and lies in no store yet."""

    ref: BlobRef
    data: bytes


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did: files looked at, files unlinked, and files that are no blobs and were left alone."""

    scanned: int
    unlinked: tuple[str, ...]
    foreign: tuple[str, ...]


class Vault:
    """Subject keys, blobs and sealed fields of one installation."""

    def __init__(self, kek: KeyEncryptionKey, keys: Database, blobs_url: str) -> None:
        """Take the key-encryption key, the key store (a database of its own), and where blobs stand."""
        self.keys = keys
        self._ring = Keyring(kek, keys)
        self._shelf = shelf(blobs_url)

    # Subject keys

    def holding(self) -> contextlib.AbstractContextManager[None]:
        """Read each subject key once within the block, in this thread; whoever is inside another block shares its."""
        return self._ring.holding()

    def create_subject(self, speaker: SpeakerId) -> str:
        """Make the key of a new speaker and return its id (hex); raise `SubjectExists`."""
        return self._ring.create(speaker)

    def has_subject(self, speaker: SpeakerId) -> bool:
        """Return whether the speaker has a key."""
        with self.keys.read() as tx:
            return store.key_of(tx, speaker) is not None

    def subjects(self) -> list[SpeakerId]:
        """Return every speaker who has a key, in order."""
        with self.keys.read() as tx:
            return store.subjects(tx)

    def key_id(self, speaker: SpeakerId) -> str:
        """Return the id (hex) of the speaker's key; raise `SubjectUnknown`."""
        return self._subject(speaker).key_id.hex()

    def destroy_subject(self, speaker: SpeakerId) -> DestroyedKey:
        """Destroy the speaker's key for good, on the raw disk too; raise `SubjectUnknown` when there is none.

        Every other key is wrapped anew, so the cost grows with their number. Killed on the way, `settle` ends it.
        """
        return self._ring.destroy(speaker)

    def settle(self) -> None:
        """Destroy the old key-encryption key, where a destruction was killed behind its commit; harmless otherwise."""
        self._ring.settle()

    def destroy_again(self, key_id: str) -> DestroyedKey:
        """Destroy the key of this id in a key store that was restored from before it was destroyed."""
        return self._ring.destroy_again(key_id)

    def num_destroyed(self, *, anew: bool = False) -> int:
        """Return how many keys were destroyed here; within `holding` as of the first key that was read."""
        return self._ring.num_destroyed(anew=anew)

    def destroyed_keys(self, key_ids: Sequence[str]) -> frozenset[str]:
        """Return those of the ids whose key was destroyed here."""
        with self.keys.read() as tx:
            return frozenset(each.key_id for each in store.destroyed(tx, key_ids))

    def destroyed_key(self, key_id: str) -> DestroyedKey | None:
        """Return when the key of this id was destroyed, or None if it was not."""
        with self.keys.read() as tx:
            return next(iter(store.destroyed(tx, [key_id])), None)

    # Operator secrets

    def operator_secret(self, name: str) -> bytes:
        """Return the installation's 32-byte secret of this name, made at its first use."""
        return self._ring.operator_secret(name)

    def kept_secret(self, name: str) -> bytes:
        """Return a secret that was kept, read anew each time; raise `KeyMissing`."""
        return self._ring.kept_secret(name)

    def keep_authority(self, certificates: Mapping[str, bytes], name: str, secret: bytes) -> None:
        """Keep certificates, and the secret that signs for them, wrapped, in place of what had their names."""
        self._ring.keep_authority(certificates, name, secret)

    def drop_authority(self, certificate: str, name: str) -> None:
        """Remove a certificate and its secret for good."""
        self._ring.drop_authority(certificate, name)

    def seal_by_secret(self, plain: bytes, name: str, *, field: str) -> bytes:
        """Return ``plain`` sealed for one ``field`` by a secret of the installation, made where there is none yet.

        For what belongs to nobody who has a key here; destroying the secret unmakes every copy of it, as a key does.
        """
        nonce = secrets.token_bytes(_NONCE_BYTES)
        cipher = AESGCM(self.operator_secret(name))
        return _FIELD_VERSION + nonce + cipher.encrypt(nonce, plain, _joined(field, _FIELD_VERSION))

    def open_by_secret(self, sealed: bytes, name: str, *, field: str) -> bytes:
        """Return what `seal_by_secret` sealed; raise `FieldTampered`, or `KeyMissing` once the secret is destroyed."""
        nonce, rest = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return AESGCM(self.kept_secret(name)).decrypt(nonce, rest, _joined(field, sealed[:1]))
        except (InvalidTag, ValueError):
            raise FieldTampered(f"{field} of {name} is not what was sealed; restore it from a backup") from None

    def drop_secret(self, name: str) -> None:
        """Destroy a secret of the installation for good, on the raw disk too; harmless where there is none."""
        self._ring.drop_secret(name)

    def commit(self, speaker: SpeakerId, text: bytes, *, domain: Domain) -> str:
        """Return a commitment to ``text``: HMAC-SHA256 (hex) under a key derived from the subject key.

        The same text gives the same commitment within one ``domain`` and speaker; after erasure nobody can link it.
        """
        return hmac.digest(self._subject(speaker).derive("commit"), _joined(domain, text), "sha256").hex()

    def pseudonym(self, speaker: SpeakerId, context: str) -> str:
        """Return the speaker's name in one ``context``: 32 hex digits, unlinkable to other contexts."""
        return hmac.digest(self._subject(speaker).derive("pseudonym"), context.encode(), "sha256").hex()[:32]

    # Blobs

    def seal(self, plain: bytes, speakers: Sequence[SpeakerId], *, kind: str) -> BlobRef:
        """Seal ``plain`` so that the keys of all ``speakers`` are needed to open it, and keep it.

        Raises as `sealed` and `put` do, with nothing left behind.
        """
        return self.put(self.sealed(plain, speakers, kind=kind))

    def sealed(self, plain: bytes, speakers: Sequence[SpeakerId], *, kind: str) -> SealedBlob:
        """Return ``plain`` sealed so that the keys of all ``speakers`` are needed to open it; `put` it next.

        Raises `SubjectUnknown` for a speaker without a key, and `SealInvalid` for no speakers or a malformed kind.
        """
        if not _KIND.fullmatch(kind) or not 1 <= len(set(speakers)) <= blob.MAX_SPEAKERS:
            raise SealInvalid(
                f"got the kind {kind[:40]!r} and {len(set(speakers))} speakers, expected a-z, 0-9, - and at least one"
            )
        data = blob.seal(plain, self._ring.subjects(speakers), kind=kind)
        return SealedBlob(BlobRef(hashlib.sha256(data).hexdigest(), len(plain)), data)

    def put(self, sealed: SealedBlob) -> BlobRef:
        """Keep what was sealed, synced, from any thread; raise `DiskFull` with nothing left behind."""
        self._shelf.put(sealed.ref.address, sealed.data)
        return sealed.ref

    def open(self, address: str, *, kind: str) -> bytes:
        """Return the plain of a blob, every byte authenticated.

        Raises `BlobMissing`; `BlobTampered` (naming the address) when it is not what was sealed under this address
        and kind; `Shredded` when a key that it needs was destroyed; `KeyMissing` when one is not in the key store.
        """
        data = self._shelf.get(_address(address))
        try:
            if hashlib.sha256(data).hexdigest() != address:
                raise blob.Malformed("its bytes are not those of its address")
            return blob.unseal(data, self._ring.by_id(blob.parse(data).key_ids), kind=kind)
        except blob.Malformed as error:
            raise BlobTampered(
                f"blob {address} is not what was sealed: {error}", hint="restore this blob from a backup"
            ) from None

    def size(self, address: str) -> int:
        """Return the length of a blob's plain in bytes, read from its header; raise `BlobTampered` or `BlobMissing`."""
        try:
            return self._header(_address(address)).size
        except blob.Malformed as error:
            raise BlobTampered(f"blob {address} is not what was sealed: {error}") from None

    def has(self, address: str) -> bool:
        """Return whether there is a blob at ``address``."""
        return self._shelf.has(_address(address))

    def unlink(self, address: str) -> bool:
        """Remove a blob; return False when there was none."""
        return self._shelf.drop(_address(address))

    def addresses(self) -> Iterator[str]:
        """Yield the address of every blob."""
        return (name for name in self._shelf.names() if _ADDRESS.fullmatch(name))

    def key_ids(self, address: str) -> tuple[str, ...]:
        """Return the ids (hex) of the keys that a blob needs, read from its header; raise `BlobTampered`."""
        try:
            return self._header_keys(_address(address))
        except blob.Malformed as error:
            raise BlobTampered(f"blob {address} is not what was sealed: {error}") from None

    def sweep(self, key_id: str) -> Swept:
        """Unlink every file on the shelf whose header names this key, registered anywhere or not.

        Reads the header of each file, whatever its name; run again, it finds nothing more.
        """
        scanned, unlinked, foreign = 0, [], []
        for name in self._shelf.names():
            scanned += 1
            try:
                if key_id in self._header_keys(name) and self._shelf.drop(name):
                    unlinked.append(name)
            except blob.Malformed:
                foreign.append(name)
            except BlobMissing:
                continue  # another process removed it meanwhile
        return Swept(scanned, tuple(unlinked), tuple(foreign))

    # Small values kept in a database

    def seal_field(self, plain: bytes, speaker: SpeakerId, *, field: str) -> bytes:
        """Return ``plain`` sealed by the subject key for one ``field``: version, key id, nonce, AES-256-GCM."""
        key = self._subject(speaker)
        start, nonce = _FIELD_VERSION + key.key_id, secrets.token_bytes(_NONCE_BYTES)
        return start + nonce + AESGCM(key.derive("field")).encrypt(nonce, plain, _joined(field, start))

    def open_field(self, sealed: bytes, speaker: SpeakerId, *, field: str) -> bytes:
        """Return the plain of a sealed field; raise `FieldTampered`, `Shredded` or `SubjectUnknown`."""
        return next(self.open_fields([(field, sealed)], speaker))

    def open_fields(self, fields: Sequence[tuple[str, bytes]], speaker: SpeakerId) -> Iterator[bytes]:
        """Yield the plain of many sealed fields of one speaker, whose key is read once; raise as `open_field` does."""
        sealed_by = {sealed[1:_FIELD_START]: field for field, sealed in fields[:1]}
        key = self._ring.opening(speaker, sealed_by)
        cipher = AESGCM(key.derive("field"))
        return (_unsealed(cipher, key, sealed, field=field, speaker=speaker) for field, sealed in fields)

    # Inside

    def _subject(self, speaker: SpeakerId) -> SubjectKey:
        return self._ring.subject(speaker)

    def _header_keys(self, name: str) -> tuple[str, ...]:
        return tuple(key_id.hex() for key_id in self._header(name).key_ids)

    def _header(self, name: str) -> blob.Header:
        start = self._shelf.start(name, 512)
        length = blob.header_length(start)
        if length > len(start):
            start = self._shelf.start(name, length)
        return blob.parse(start)


def _unsealed(cipher: AESGCM, key: SubjectKey, sealed: bytes, *, field: str, speaker: SpeakerId) -> bytes:
    start, rest = sealed[:_FIELD_START], sealed[_FIELD_START:]
    try:
        if start != _FIELD_VERSION + key.key_id or len(rest) < _NONCE_BYTES:
            raise InvalidTag
        return cipher.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], _joined(field, start))
    except InvalidTag:
        raise FieldTampered(f"{field} of {speaker} is not what was sealed; restore it from a backup") from None


def _address(address: str) -> str:
    if not _ADDRESS.fullmatch(address):
        raise SealInvalid(f"got the blob address {address[:70]!r}, expected 64 hex digits")
    return address


def _joined(label: str, data: bytes) -> bytes:
    # The length first, so that no two pairs give the same bytes.
    name = label.encode()
    return len(name).to_bytes(4, "big") + name + data
