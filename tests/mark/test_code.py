from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.mark import code
from sayso.mark.mark import Mark
from sayso.mark.payload import MESSAGE_BITS, message_bits, read_message

messages = st.lists(st.integers(0, 1), min_size=MESSAGE_BITS, max_size=MESSAGE_BITS).map(
    lambda bits: np.array(bits, dtype=np.uint8)
)


def shift_register(bits):
    """Return the code word by the textbook: a register of K bits, started with the last K - 1 inputs."""
    register = 0
    for bit in bits[-(code.CONSTRAINT - 1) :]:
        register = (register >> 1) | (int(bit) << (code.CONSTRAINT - 1))
    out = []
    for bit in bits:
        register = (register >> 1) | (int(bit) << (code.CONSTRAINT - 1))
        out += [1 - 2 * ((register & generator).bit_count() % 2) for generator in code.GENERATORS]
    return np.array(out)


@given(messages)
@settings(max_examples=25, deadline=None)
def test_the_encoder_is_the_shift_register(bits):
    assert (code.encode(bits) == shift_register(bits)).all()


@given(messages)
@settings(max_examples=5, deadline=None)
def test_a_clean_word_decodes_first(bits):
    soft = code.encode(bits).astype(np.float32)
    assert (next(code.candidates(soft, count=4)) == bits).all()


def test_words_of_two_messages_are_at_least_the_free_distance_apart():
    rng = np.random.default_rng(3)
    base = rng.integers(0, 2, MESSAGE_BITS, dtype=np.uint8)
    word = code.encode(base)
    for weight in (1, 2, 3, 4, 40):
        for _ in range(50):
            other = base.copy()
            other[rng.choice(MESSAGE_BITS, weight, replace=False)] ^= 1
            assert np.count_nonzero(code.encode(other) != word) >= 26


@pytest.mark.parametrize("seed", range(4))
def test_a_word_with_one_bit_in_seven_wrong_is_read(seed):
    rng = np.random.default_rng(seed)
    mark = Mark(int(rng.integers(1 << 63)))
    soft = (1.1 * code.encode(message_bits(mark)) + rng.standard_normal(240)).astype(np.float32)
    assert mark in [read_message(bits) for bits in code.candidates(soft, count=32)]


def test_candidates_are_distinct_and_bounded():
    soft = np.random.default_rng(0).standard_normal(240).astype(np.float32)
    found = [bits.tobytes() for bits in code.candidates(soft, count=8)]
    assert 1 <= len(found) == len(set(found)) <= 8
