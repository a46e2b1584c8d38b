from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sayso.vault import blob
from sayso.vault.keys import SubjectKey

CHUNK = blob.CHUNK
STEP = CHUNK + 16
KEYS = [SubjectKey.fresh() for _ in range(3)]
RING = {key.key_id: key for key in KEYS}
LENGTHS = [0, 1, 15, 16, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7]
PLAIN = bytes(i % 251 for i in range(3 * CHUNK + 7))
SEALED = blob.seal(PLAIN, KEYS[:2], kind="recording")
HEADER_BYTES = blob.header_length(SEALED)


def opens(data: bytes) -> bool:
    try:
        return blob.unseal(data, RING, kind="recording") is not None
    except blob.Malformed:
        return False
    except KeyError:
        return False  # a header that names unknown keys: the vault looks them up and refuses


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("count", [1, 2, 3])
def test_what_is_sealed_opens_as_it_was(length, count):
    sealed = blob.seal(PLAIN[:length], KEYS[:count], kind="recording")
    assert blob.unseal(sealed, RING, kind="recording") == PLAIN[:length]
    assert len(blob.parse(sealed).key_ids) == count


def test_no_plain_is_left_in_the_sealed_file():
    assert not any(PLAIN[i : i + 8] in SEALED for i in range(0, 4096, 8))


def test_two_seals_of_one_plain_differ():
    assert blob.seal(b"same", KEYS[:1], kind="clip") != blob.seal(b"same", KEYS[:1], kind="clip")


@settings(deadline=None)
@given(st.integers(0, len(SEALED) * 8 - 1))
@example(0)
@example(HEADER_BYTES * 8 - 1)
@example(HEADER_BYTES * 8)
@example(len(SEALED) * 8 - 1)
def test_any_flipped_bit_is_found(bit):
    data = bytearray(SEALED)
    data[bit // 8] ^= 1 << bit % 8
    assert not opens(bytes(data))


def test_each_flipped_bit_of_the_header_is_found():
    for bit in range(HEADER_BYTES * 8):
        data = bytearray(SEALED)
        data[bit // 8] ^= 1 << bit % 8
        assert not opens(bytes(data)), bit


@settings(deadline=None)
@given(st.integers(0, len(SEALED) - 1))
@example(HEADER_BYTES)
@example(HEADER_BYTES + STEP)
@example(HEADER_BYTES + 3 * STEP)
def test_any_truncation_is_found(length):
    assert not opens(SEALED[:length])


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=64))
@example(SEALED[-STEP:])
def test_any_extension_is_found(tail):
    assert not opens(SEALED + tail)


def test_reordered_repeated_and_dropped_chunks_are_found():
    head, body = SEALED[:HEADER_BYTES], SEALED[HEADER_BYTES:]
    chunks = [body[i : i + STEP] for i in range(0, len(body), STEP)]
    orders = {c for n in range(5) for c in itertools.product(range(4), repeat=n)} - {(0, 1, 2, 3)}
    for order in orders:
        assert not opens(head + b"".join(chunks[i] for i in order))


def test_chunks_of_two_blobs_do_not_mix():
    other = blob.seal(PLAIN, KEYS[:2], kind="recording")
    assert not opens(SEALED[: HEADER_BYTES + STEP] + other[HEADER_BYTES + STEP :])
    assert not opens(other[:HEADER_BYTES] + SEALED[HEADER_BYTES:])


def test_a_shorter_blob_cannot_be_made_by_rewriting_the_header():
    header = blob.parse(SEALED)
    short = blob.Header(header.kind, CHUNK, header.key_ids, header.prefix, header.wrapped)
    assert not opens(short.encode() + SEALED[HEADER_BYTES : HEADER_BYTES + STEP])


def test_the_data_key_needs_every_speaker():
    sealed = blob.seal(PLAIN[:100], KEYS, kind="clip")
    for lost in KEYS:
        ring = dict(RING) | {lost.key_id: SubjectKey(lost.key_id, bytes(32))}
        with pytest.raises(blob.Malformed):
            blob.unseal(sealed, ring, kind="clip")
    assert blob.unseal(sealed, RING, kind="clip") == PLAIN[:100]


def test_a_speaker_cannot_be_taken_out_of_the_header():
    header = blob.parse(blob.seal(PLAIN[:100], KEYS[:2], kind="recording"))
    alone = blob.Header(header.kind, header.size, header.key_ids[:1], header.prefix, header.wrapped[28:])
    assert not opens(alone.encode() + SEALED[HEADER_BYTES:])


def test_the_kind_is_part_of_what_is_sealed():
    with pytest.raises(blob.Malformed, match="holds recording"):
        blob.unseal(SEALED, RING, kind="clip")


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_noise_is_no_blob(data):
    for start in (b"", blob.MAGIC, blob.PREAMBLE.pack(blob.MAGIC, 200)):
        with pytest.raises(blob.Malformed):
            blob.parse(start + data)


def test_every_nonce_of_a_blob_is_used_once():
    nonces = list(blob.nonces_of(blob.parse(SEALED)))
    assert len(set(nonces)) == len(nonces) == 4
    assert all(len(nonce) == 12 for nonce in nonces)
    assert [nonce[-1] for nonce in nonces] == [0, 0, 0, 1]
