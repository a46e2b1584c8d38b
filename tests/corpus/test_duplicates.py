"""Copies through a codec, gain, noise and cuts are found; the same text by another speaker is not one."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from sayso.audio import Container, Signal, encode
from sayso.audio.decode import decode
from sayso.corpus.duplicates import Candidate, duplicates
from sayso.corpus.measuring import content_of
from sayso.corpus.prints import Print


def candidate(name, signal, **more) -> Candidate:
    return Candidate(
        name, content_of(signal), Print.of(signal), seconds=signal.duration_s, bandwidth_hz=7_000.0, **more
    )


def noisy(signal, snr_db):
    rng = np.random.default_rng(3)
    noise = rng.standard_normal(signal.samples.shape)
    noise *= np.sqrt(np.square(signal.samples).mean()) / 10 ** (snr_db / 20)
    return Signal((signal.samples + noise).astype(np.float32), signal.sample_rate)


@pytest.mark.parametrize(
    "changed",
    [
        lambda s: decode(encode(s, Container.MP3)),
        lambda s: decode(encode(s, Container.OPUS)),
        lambda s: Signal(s.samples * np.float32(0.3), s.sample_rate),
        lambda s: noisy(s, 20),
        lambda s: s.slice(s.sample_rate, s.num_samples),
    ],
    ids=["mp3", "opus", "gain", "noise", "trimmed"],
)
def test_a_changed_copy_is_found(speech, changed):
    found = duplicates([candidate("a", speech), candidate("b", changed(speech))])
    assert len(found) == 1


def test_a_piece_is_a_part_of_the_whole(speech):
    piece = speech.slice(speech.sample_rate, 6 * speech.sample_rate)
    found = duplicates([candidate("piece", piece), candidate("whole", speech)])
    assert found["piece"].of == "whole"
    assert found["piece"].how == "partial"


def test_the_order_given_does_not_matter_and_what_is_repeated_stays(speech):
    made = [
        candidate("a", speech),
        candidate("b", noisy(speech, 25)),
        candidate("c", speech),
        candidate("d", noisy(speech, 15)),
    ]
    first = duplicates(made)
    assert all(duplicates(list(order)) == first for order in itertools.permutations(made))
    assert not {repeat.of for repeat in first.values()} & set(first)
    assert len(first) == 3


def test_other_speech_is_no_duplicate(speech):
    half = speech.num_samples // 2
    assert not duplicates([candidate("a", speech.slice(0, half)), candidate("b", speech.slice(half, 2 * half))])


def test_a_print_survives_its_text(speech):
    made = Print.of(speech)
    back = Print.decode(made.encode())
    assert np.array_equal(back.words, made.words)
    assert np.array_equal(back.unsure, made.unsure)
    assert np.array_equal(back.loud, made.loud)
