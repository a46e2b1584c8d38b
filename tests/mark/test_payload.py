from __future__ import annotations

import binascii

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sayso.mark.mark import Mark
from sayso.mark.payload import MESSAGE_BITS, checksum, message_bits, read_message

ids = st.integers(0, 2**64 - 1)


@given(ids)
def test_bits_and_back(mark_id):
    assert read_message(message_bits(Mark(mark_id))) == Mark(mark_id)


@given(ids)
def test_the_checksum_is_crc_ccitt(mark_id):
    assert checksum(mark_id) == binascii.crc_hqx(mark_id.to_bytes(8, "big"), 0x5359)


@given(ids, st.sets(st.integers(0, MESSAGE_BITS - 1), min_size=1, max_size=3))
def test_up_to_three_wrong_bits_are_noticed(mark_id, places):
    bits = message_bits(Mark(mark_id))
    bits[list(places)] ^= 1
    assert read_message(bits) is None


def test_all_zeros_and_all_ones_are_no_marks():
    assert read_message(np.zeros(MESSAGE_BITS, dtype=np.uint8)) is None
    assert read_message(np.ones(MESSAGE_BITS, dtype=np.uint8)) is None
