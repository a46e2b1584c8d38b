"""The index names what a brute-force look at every place would, and forgets what is dropped."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.audio import Signal
from sayso.fingerprint import Features, Fingerprint, Index, features_of, find
from sayso.fingerprint.finding import FOUND_LOG10_P, Find, apart, log10_chance

ROWS = 250


def invented(seed: int, rows: int = ROWS) -> Fingerprint:
    """Return a fingerprint as smooth in time as those of sound."""
    rng = np.random.default_rng(seed)
    white = rng.standard_normal((rows + 12, 17))
    smooth = sum(weight * white[place : place + rows + 4] for place, weight in enumerate(np.hanning(10)[1:-1]))
    balance = np.diff(smooth, axis=1)
    return Fingerprint(np.where(balance[4:] > balance[:-4], 1, -1).astype(np.int8), np.ones(rows, dtype=np.bool_))


def heard(fingerprint: Fingerprint, start: int, end: int, *, wrong: float = 0.0, seed: int = 0) -> Features:
    """Return what is heard of some rows, of whose bits a share is ``wrong``, and less sure than the others."""
    signs = fingerprint.signs[start:end].astype(np.float32)
    bad = np.random.default_rng(seed).random(signs.shape) < wrong
    level_db = np.zeros(len(signs), dtype=np.float32)
    return Features(np.where(bad, -0.3 * signs, signs), level_db, level_db)


def encoded(prints):
    return [(number, one.encode()) for number, one in prints.items()]


@pytest.fixture(scope="module")
def prints():
    return {number: invented(number) for number in range(1, 301)}


@pytest.fixture(scope="module")
def index(prints):
    made = Index()
    for start in range(0, 300, 25):  # more lots than segments are kept
        made.add(encoded(prints)[start : start + 25])
    return made


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 300), st.integers(0, ROWS - 110), st.integers(0, 2**32))
def test_a_piece_with_wrong_bits_is_found_where_it_is(prints, index, number, start, seed):
    (found,) = find(index, heard(prints[number], start, start + 110, wrong=0.1, seed=seed))
    assert found.number == number
    assert (found.start_row, found.end_row) == (0, 110)
    assert found.log10_p < FOUND_LOG10_P


def test_a_short_clip_is_known_by_itself_only_and_not_found_in_longer_sound():
    plain = invented(1001, 90)
    for fingerprint in (plain, replace(plain, short=True)):
        index = Index()
        index.add([(1, fingerprint.encode())])
        assert len(find(index, heard(plain, 0, 90))) == (not fingerprint.short)


def test_nothing_is_found_of_what_is_not_there(index):
    for seed in range(1000, 1030):
        assert find(index, heard(invented(seed), 0, ROWS)) == []
    assert find(index, heard(invented(1), 0, 50)) == []  # too short to tell
    assert find(Index(), heard(invented(1), 0, ROWS)) == []
    silence = Signal(np.zeros((1, 240_000), dtype=np.float32), 24_000)
    assert find(index, features_of(silence)) == []
    quiet = Signal(np.random.default_rng(0).standard_normal((1, 240_000)).astype(np.float32) * 1e-5, 24_000)
    assert find(index, features_of(quiet)) == []


def test_the_votes_name_the_place(prints, index):
    piece = heard(prints[7], 31, 131)
    (number, shift), *_ = index.voted(piece.soft, np.ones(100, dtype=np.bool_), most=5)
    assert number == 7
    assert abs(shift - 31) <= 4


def test_pieces_of_two_in_one_sound(prints, index):
    parts = [heard(prints[3], 20, 200), heard(invented(999), 0, 150), heard(prints[9], 0, 180)]
    soft = np.concatenate([part.soft for part in parts])
    level_db = np.zeros(len(soft), dtype=np.float32)
    found = apart(find(index, Features(soft, level_db, level_db)))
    assert [one.number for one in found] == [3, 9]
    assert found[0].start_row <= 24
    assert 156 <= found[0].end_row <= 180 + 50
    assert 325 <= found[1].start_row <= 380
    assert found[1].end_row == 510


def test_one_by_one_is_as_all_at_once(prints, index):
    grown = Index()
    for item in encoded(prints):
        grown.add([item])
    for number in (1, 150, 300):
        piece = heard(prints[number], 20, 200, wrong=0.1)
        assert find(grown, piece) == find(index, piece)


def test_what_is_dropped_is_gone_and_the_rest_stays(prints):
    index = Index()
    index.add(encoded(prints)[:40])
    index.drop([5, 6])
    assert len(index) == 38
    assert index.num_rows == 38 * ROWS
    assert find(index, heard(prints[5], 0, 200)) == []
    assert [one.number for one in find(index, heard(prints[7], 0, 200))] == [7]
    index.drop(list(index.numbers()))
    assert (len(index), index.num_rows) == (0, 0)
    assert find(index, heard(prints[7], 0, 200)) == []


@given(st.integers(0, 60), st.integers(0, 2**32))
def test_the_index_gives_fingerprints_back(rows, seed):
    rng = np.random.default_rng(seed)
    made = Fingerprint(rng.choice(np.array([-1, 1], dtype=np.int8), (rows, 16)), rng.random(rows) > 0.3)
    index = Index()
    index.add([(4, made.encode())])
    assert np.array_equal(index.get(4).signs, made.signs)
    assert np.array_equal(index.get(4).active, made.active)


def test_the_chance_falls_with_agreement_and_with_length():
    assert log10_chance(0.2, 94) > log10_chance(0.5, 94) > log10_chance(0.5, 188) > log10_chance(0.8, 188)
    assert log10_chance(0.1, 94) == 0
    assert log10_chance(0.205, 94) == pytest.approx(-3, abs=0.05)  # as measured on real speech


def test_of_overlapping_finds_the_surest_stays():
    finds = [Find(1, 100, 200, 0.9, -40), Find(2, 150, 300, 0.8, -30), Find(3, 200, 260, 0.7, -20)]
    assert [one.number for one in apart(finds)] == [1, 3]


def test_no_level_and_no_pitch_can_be_had_from_a_fingerprint(speech):
    """One-way: sounds that differ in loudness, tilt and polarity, or by a constant filter, have one fingerprint."""
    from scipy.signal import lfilter

    made = Fingerprint.from_features(features_of(speech))
    for changed in (
        -0.2 * speech.samples,
        lfilter([1, -0.7], [1], speech.samples).astype(np.float32),
        lfilter([1], [1, -0.5], speech.samples).astype(np.float32),
    ):
        same = Fingerprint.from_features(features_of(Signal(np.ascontiguousarray(changed), speech.sample_rate)))
        loud = made.active & same.active
        assert np.mean(same.signs[loud] == made.signs[loud]) > 0.9


def test_a_whisper_of_seventeen_noises_has_the_same_fingerprint(speech):
    """What a fingerprint holds is less than the slow loudness of 17 bands: neither pitch nor a vocal tract."""
    made, index = Fingerprint.from_features(features_of(speech)), Index()
    index.add([(1, made.encode()), *encoded({number: invented(number) for number in range(2, 50)})])
    found = []
    for seed in range(5):
        features = features_of(whispered(speech, seed))
        same = Fingerprint.from_features(features)
        loud = made.active & same.active
        assert np.mean(same.signs[loud] == made.signs[loud]) > 0.7
        found += [one.number for one in find(index, features)]
    assert set(found) == {1}
    assert len(found) >= 3  # each by itself is found mostly


def whispered(speech, seed):
    """Return noise in 17 bands, each as loud as that band of ``speech`` over 128 ms."""
    from scipy.signal import butter, sosfilt

    from sayso.audio import resample

    samples = resample(speech, 8_000).mixed()
    rng, whisper = np.random.default_rng(seed), np.zeros(samples.size)
    slow = np.hanning(1024) / np.hanning(1024).sum()
    for low, high in itertools.pairwise(np.geomspace(300, 3300, 18)):
        band = butter(2, [low, high], "band", fs=8_000, output="sos")
        loudness = np.sqrt(np.convolve(sosfilt(band, samples) ** 2, slow, "same"))
        noise = sosfilt(band, rng.standard_normal(samples.size))
        whisper += loudness * noise / noise.std()
    return Signal.mono(whisper.astype(np.float32), 8_000)
