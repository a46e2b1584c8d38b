"""Copies through a codec, gain, noise and cuts are found; the same text by another speaker is not one."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from sayso.audio import Container, Signal, encode
from sayso.audio.decode import decode
from sayso.corpus.duplicates import Candidate, duplicates, repeats
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


def made_up(count, seed=1):
    """Prints of chance, and after them changed pieces of the first few."""
    rng = np.random.default_rng(seed)
    prints = []
    for _ in range(count):
        rows = int(rng.integers(60, 300))
        weak = np.argsort(rng.random((rows, 16)), axis=1)[:, :5]
        unsure = (np.uint16(1) << weak.astype(np.uint16)).sum(axis=1, dtype=np.uint16)
        words = rng.integers(0, 1 << 16, rows).astype(np.uint16)
        prints.append(Print(words, unsure, np.ones(rows, np.bool_)))
    for one in prints[: count // 3]:
        turned = np.where(rng.random(len(one.words)) < 0.2, np.uint16(1) << np.uint16(3), np.uint16(0))
        start = int(rng.integers(0, 10))
        prints.append(Print((one.words ^ turned)[start:], one.unsure[start:], one.loud[start:]))
    return [
        Candidate(f"{number:03d}", f"{number}", each, seconds=0.032 * len(each.words))
        for number, each in enumerate(prints)
    ]


@pytest.mark.parametrize(("block", "batch"), [(7, 5), (4_096, 3), (16, 512)])
def test_how_many_are_in_memory_at_a_time_changes_nothing(block, batch, monkeypatch):
    made = made_up(60)
    whole = duplicates(made)
    assert len(whole) >= 18
    monkeypatch.setattr("sayso.corpus.duplicates.postings.BLOCK", block)
    monkeypatch.setattr("sayso.corpus.duplicates.searching.BATCH", batch)
    assert duplicates(made) == whole


def test_what_is_looked_for_leaves_no_file(tmp_path):
    assert dict(repeats(made_up(12), tmp_path)) == duplicates(made_up(12))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("copies", [3, 12, 40])
def test_however_many_copies_are_more_alike_than_the_first_all_are_found(copies):
    found = duplicates(alike(copies))
    assert {repeat.of for repeat in found.values()} == {"000"}
    assert len(found) == copies


def alike(copies, seed=2):
    """A print, and copies of one changed copy of it, which are more alike to one another than to it."""
    rng = np.random.default_rng(seed)
    first = made_up(1, seed)[0].print_
    changed = flipped(first, rng, 0.12)
    prints = [first, *(flipped(changed, rng, 0.02) for _ in range(copies))]
    return [Candidate(f"{number:03d}", f"{number}", each, seconds=10.0) for number, each in enumerate(prints)]


def flipped(one, rng, share):
    signs = rng.random((len(one.words), 16)) < share
    return Print(one.words ^ np.packbits(signs, axis=1).view(">u2").reshape(-1).astype(np.uint16), one.unsure, one.loud)
