"""The blob format: one sealed file, readable only with the subject keys of every speaker in it.

::

    magic 8 | header length u32 | kind length u8, kind | plain size u64 | keys n u16 | n key ids of 16
            | nonce prefix 7 | wrapped data key 32 + 28 n || chunk 0 | chunk 1 | ...

Integers are big-endian. A chunk is 64 KiB of plain (the last may be shorter, and is empty for an empty plain) under
AES-256-GCM with the data key, the nonce prefix | counter u32 | last flag u8, and the whole header as associated data.
That is the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizar, "Online authenticated encryption and its
nonce-reuse misuse-resistance", CRYPTO 2015, section 7): no chunk can be dropped, swapped, repeated, or appended.

The data key is random, and wrapped in one AES-256-GCM layer a speaker, in the order of the key ids. Opening takes all
of them; destroying one subject key makes the blob noise.
"""

from __future__ import annotations

import secrets
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sayso.vault.keys import KEY_ID_BYTES, SubjectKey

MAGIC: Final = b"sayso-b1"
CHUNK: Final = 65_536
MAX_SPEAKERS: Final = 1_000
MAX_HEADER: Final = 65_536
PREAMBLE: Final = struct.Struct(">8sI")

_TAG: Final = 16
_NONCE: Final = 12
_PREFIX: Final = 7
_LAYER: Final = _NONCE + _TAG
_KEY: Final = 32
_WRAP_USE: Final = "blob wrap"
_COUNTS: Final = struct.Struct(">QH")
_NONCE_TAIL: Final = struct.Struct(">IB")


class Malformed(Exception):
    """The bytes are no intact blob; the vault, which knows the address, raises `BlobTampered` instead."""


@dataclass(frozen=True, slots=True)
class Header:
    """The clear part of a blob: what it is (``kind``), how long the plain is in bytes, and whose keys it takes."""

    kind: str
    size: int
    key_ids: tuple[bytes, ...]
    prefix: bytes
    wrapped: bytes = b""

    def context(self) -> bytes:
        """Return every byte before the wrapped key: what the wrapping layers authenticate."""
        kind = self.kind.encode("ascii")
        body = bytes([len(kind)]) + kind + _COUNTS.pack(self.size, len(self.key_ids)) + b"".join(self.key_ids)
        wrapped_bytes = _KEY + _LAYER * len(self.key_ids)
        length = PREAMBLE.size + len(body) + _PREFIX + wrapped_bytes
        return PREAMBLE.pack(MAGIC, length) + body + self.prefix

    def encode(self) -> bytes:
        """Return the header as it stands in the file."""
        return self.context() + self.wrapped

    @property
    def num_chunks(self) -> int:
        """The number of chunks, at least one."""
        return max(1, -(-self.size // CHUNK))


def seal(plain: bytes, keys: Sequence[SubjectKey], *, kind: str) -> bytes:
    """Return the sealed file for ``plain``; two calls never give the same bytes."""
    keys = sorted(keys, key=lambda key: key.key_id)
    data_key = AESGCM.generate_key(_KEY * 8)
    header = Header(kind, len(plain), tuple(key.key_id for key in keys), secrets.token_bytes(_PREFIX))
    head = replace(header, wrapped=_wrap(data_key, keys, context=header.context())).encode()
    cipher, view = AESGCM(data_key), memoryview(plain)
    chunks = (
        cipher.encrypt(nonce, view[place * CHUNK : (place + 1) * CHUNK], head)
        for place, nonce in enumerate(nonces_of(header))
    )
    return b"".join((head, *chunks))


def unseal(data: bytes, keys: Mapping[bytes, SubjectKey], *, kind: str) -> bytes:
    """Return the plain of a sealed file; raise `Malformed` unless each byte of it is as `seal` made it.

    ``keys`` must hold every key id of the header.
    """
    header = parse(data)
    if header.kind != kind:
        raise Malformed(f"it holds {header.kind}, expected {kind}")
    head = header.encode()
    if len(data) != len(head) + header.size + _TAG * header.num_chunks:
        raise Malformed(f"it has {len(data)} bytes, its header promises {header.size} of plain")
    try:
        cipher = AESGCM(_unwrap(header, [keys[key_id] for key_id in header.key_ids]))
        body, step = memoryview(data)[len(head) :], CHUNK + _TAG
        return b"".join(
            cipher.decrypt(nonce, body[place * step : (place + 1) * step], head)
            for place, nonce in enumerate(nonces_of(header))
        )
    except InvalidTag:
        raise Malformed("its bytes are not those that were sealed") from None


def header_length(start: bytes) -> int:
    """Return the length of the header, told by its first bytes; raise `Malformed` if they are not a blob's."""
    if len(start) < PREAMBLE.size:
        raise Malformed("it is shorter than a header")
    magic, length = PREAMBLE.unpack_from(start)
    if magic != MAGIC or not PREAMBLE.size < length <= MAX_HEADER:
        raise Malformed("it does not start as a blob does")
    return int(length)


def parse(data: bytes) -> Header:
    """Return the header that ``data`` starts with, unauthenticated; raise `Malformed` if it is none."""
    length = header_length(data)
    raw = bytes(data[:length])
    try:
        at = PREAMBLE.size + 1
        kind, at = raw[at : at + raw[at - 1]].decode("ascii"), at + raw[at - 1]
        size, count = _COUNTS.unpack_from(raw, at)
        at += _COUNTS.size
        ids = tuple(raw[i : i + KEY_ID_BYTES] for i in range(at, at + count * KEY_ID_BYTES, KEY_ID_BYTES))
        at += count * KEY_ID_BYTES
        header = Header(kind, size, ids, raw[at : at + _PREFIX], raw[at + _PREFIX :])
        same = header.encode() == raw and count >= 1 and list(ids) == sorted(set(ids))
    except (struct.error, IndexError, UnicodeError):
        raise Malformed("its header does not parse") from None
    if not same:
        raise Malformed("its header does not parse")
    return header


def nonces_of(header: Header) -> Iterator[bytes]:
    """Yield the nonce of each chunk, 12 bytes; its last byte is 1 for the last chunk and 0 for the others."""
    last = header.num_chunks - 1
    return (header.prefix + _NONCE_TAIL.pack(place, place == last) for place in range(last + 1))


def _wrap(data_key: bytes, keys: Sequence[SubjectKey], *, context: bytes) -> bytes:
    wrapped = data_key
    for key in keys:
        nonce = secrets.token_bytes(_NONCE)
        wrapped = nonce + AESGCM(key.derive(_WRAP_USE)).encrypt(nonce, wrapped, context)
    return wrapped


def _unwrap(header: Header, keys: Sequence[SubjectKey]) -> bytes:
    wrapped, context = header.wrapped, header.context()
    for key in reversed(keys):
        wrapped = AESGCM(key.derive(_WRAP_USE)).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], context)
    return wrapped
