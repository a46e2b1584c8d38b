"""Windows of Kokoro's decoder: where they end, how they are joined, and that one of everything is the decoder's own."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.engines.kokoro import Kokoro, graph
from sayso.engines.kokoro.engine import handed_over
from sayso.engines.kokoro.voice import KokoroVoice
from sayso.engines.kokoro.windowed import Statistics, decode_window
from sayso.engines.kokoro.windows import Seam, Windows, cuts
from sayso.engines.phonemes import phonemes, token_ids
from sayso.engines.stop import Stop
from sayso.testing.conformance import SENTENCE

SIZES = (24, 28, 36, 48)


@given(st.integers(1, 600), st.integers(0, 2**32 - 1))
def test_windows_cover_each_frame_once_and_none_is_far_from_its_size(frames, seed):
    energy = np.random.default_rng(seed).standard_normal((1, 2 * frames)).astype(np.float32)
    ends = cuts(energy, SIZES)
    assert ends[-1] == frames
    lengths = np.diff([0, *ends])
    assert (lengths > 0).all()
    wanted = itertools.chain(SIZES, itertools.repeat(SIZES[-1]))
    for length, size in zip(lengths[:-1], wanted, strict=False):
        assert abs(length - size) <= 4
    assert len(ends) == 1 or lengths[-1] >= 12


def test_a_window_ends_where_it_is_quiet():
    energy = np.ones((1, 200), np.float32)
    energy[0, 2 * 26] = -5.0
    assert cuts(energy, SIZES)[0] == 26


@given(st.lists(st.integers(1000, 9000), min_size=1, max_size=5), st.integers(300, 900), st.integers(0, 2**32 - 1))
def test_windows_of_one_sound_are_joined_to_that_sound(lengths, around, seed):
    sound = np.random.default_rng(seed).standard_normal(sum(lengths)).astype(np.float32)
    seam, said = Seam(), []
    for first, last in itertools.pairwise(np.cumsum([0, *lengths])):
        start = max(0, first - around)
        said.append(seam.joined(sound[start : last + around], start, first, last))
    np.testing.assert_allclose(np.concatenate(said), sound, atol=1e-5)


def test_a_louder_window_begins_at_the_level_of_the_one_before_it():
    sound = np.random.default_rng(3).standard_normal(12_000).astype(np.float32)
    seam = Seam()
    first = seam.joined(sound[:6600], 0, 0, 6000)
    second = seam.joined(1.4 * sound[5400:], 5400, 6000, 12_000)
    assert second[:600].std() / first[-600:].std() == pytest.approx(
        sound[6000:6600].std() / sound[5400:6000].std(), rel=0.1
    )
    assert second[-600:].std() == pytest.approx(1.4 * sound[-600:].std(), rel=0.05)


def test_silence_before_a_window_leaves_its_level():
    seam = Seam()
    seam.joined(np.zeros(6600, np.float32), 0, 0, 6000)
    second = np.full(6600, 0.5, np.float32)
    np.testing.assert_array_equal(seam.joined(second, 5400, 6000, 12_000)[240:], second[840:])


@pytest.fixture(scope="module")
def handed():
    voice = KokoroVoice.from_asset(Kokoro().stock_asset("af_heart"))
    found, drift = handed_over(token_ids(phonemes("Mind the door.")), voice, 1.0, 1)
    return found, (voice.timbres() + drift).astype(np.float32)


def test_a_window_of_everything_is_what_the_decoder_says(handed):
    found, styles = handed
    source = graph.source(found, 1)
    samples, statistics = decode_window(found, source, styles, Statistics(), threads=1)
    np.testing.assert_array_equal(samples, graph.decode(found, styles, 1))
    assert statistics.frames == found.frames
    again, same = decode_window(found, source, styles, statistics, threads=1)  # the same sounds move no mean
    assert all(
        np.allclose(one, other, rtol=1e-3, atol=1e-4) for one, other in zip(statistics.values, same.values, strict=True)
    )
    assert np.corrcoef(samples, again)[0, 1] > 0.999


def test_a_window_goes_on_with_the_statistics_of_those_before_weighed_by_frames(handed):
    found, styles = handed
    source = graph.source(found, 1)
    first, last = found.part(0, 30), found.part(30, found.frames)
    before = decode_window(first, source[:, :, : 120 * 30 + 1], styles, Statistics(), threads=1)[1]
    rest = source[:, :, 120 * 30 :]
    alone = decode_window(last, rest, styles, Statistics(), threads=1)[1]
    both = decode_window(last, rest, styles, before, threads=1)[1]
    share = before.frames / found.frames  # of the first normalisation: what it hears no other has changed yet
    np.testing.assert_allclose(both.values[0], share * before.values[0] + (1 - share) * alone.values[0], atol=1e-4)
    assert not np.allclose(both.values[0], alone.values[0], atol=1e-2)
    held = decode_window(last, rest, styles, Statistics(before.values, 10**12), threads=1)[1]
    for kept, value in zip(held.values, before.values, strict=True):
        np.testing.assert_allclose(kept, value, rtol=1e-5, atol=1e-6)


def test_a_stopped_window_yields_nothing(handed):
    found, styles = handed
    stop = Stop()
    stop.set()
    assert list(Windows(1, stop).decoded(found, range(found.frames), styles, lambda samples: samples)) == []


def test_nothing_is_encoded_and_no_source_is_made_once_stopped(handed):
    stop = Stop()
    stop.set()
    voice = KokoroVoice.from_asset(Kokoro().stock_asset("af_heart"))
    assert handed_over(token_ids(phonemes("Mind the door.")), voice, 1.0, 1, stop) is None
    assert graph.source(handed[0], 1, stop) is None


def test_no_seam_clicks():
    engine = Kokoro(threads=1)
    pieces = [piece.samples[0] for piece in engine.stream(SENTENCE, engine.stock_asset("bm_george"), early=True)]
    said = np.concatenate(pieces)
    assert len(pieces) > 2
    for end in np.cumsum([len(piece) for piece in pieces])[:-1]:
        steps = np.abs(np.diff(said[end - 600 : end + 600]))
        assert steps[599] <= 1.2 * np.delete(steps, 599).max()
