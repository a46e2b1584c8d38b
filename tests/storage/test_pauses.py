"""Pauses: only what is one to the ear, as long as it was, of the room's own colour."""

from __future__ import annotations

import numpy as np
import pytest

from sayso.audio import Signal
from sayso.storage.pauses import StoredPause, pauses_in, put_back, room_tone, without


@pytest.fixture(scope="module")
def paused(speech) -> Signal:
    """Return speech, 3 s of a dark room, and speech again."""
    rate = speech.sample_rate
    words = speech.samples[:, : 4 * rate]
    noise = np.random.default_rng(3).standard_normal(words.shape[1] * 2 + 3 * rate)
    room = np.convolve(noise, np.ones(8) / 8, mode="same")[: 2 * words.shape[1] + 3 * rate]
    room = (room * 10 ** (-58 / 20) / room.std()).astype(np.float32)
    silence = np.zeros((1, 3 * rate), np.float32)
    return Signal(np.concatenate([words, silence, words], axis=1) + room, rate)


def test_a_pause_is_found_taken_out_and_put_back_with_its_length(paused):
    pauses = pauses_in(paused)
    assert sum(each.length for each in pauses) > 2 * paused.sample_rate
    short = without(paused, pauses)
    assert short.num_samples == paused.num_samples - sum(each.length for each in pauses)
    back = put_back(short, pauses)
    assert back.num_samples == paused.num_samples
    spoken = np.ones(paused.num_samples, bool)
    for each in pauses:
        spoken[each.start : each.start + each.length] = False
    assert np.array_equal(back.samples[0, spoken], paused.samples[0, spoken])


def test_room_tone_has_the_level_and_colour_of_the_room(paused):
    longest = max(pauses_in(paused), key=lambda each: each.length)
    room = paused.samples[0, longest.start : longest.start + longest.length]
    tone = room_tone(longest, paused.sample_rate)
    assert tone.size == room.size
    assert 20 * np.log10(tone.std() / room.std()) == pytest.approx(0, abs=1.5)
    halves = [np.abs(np.fft.rfft(each)) ** 2 for each in (room, tone)]
    shares = [half[: half.size // 4].sum() / half.sum() for half in halves]
    assert shares[0] == pytest.approx(shares[1], abs=0.1)


def test_a_page_that_is_turned_is_no_pause(paused):
    longest = max(pauses_in(paused), key=lambda each: each.length)
    samples = paused.samples.copy()
    at = longest.start + longest.length // 2
    samples[0, at : at + 2_000] += np.random.default_rng(4).standard_normal(2_000).astype(np.float32) * 0.1
    left = pauses_in(Signal(samples, paused.sample_rate))
    assert not any(each.start <= at < each.start + each.length for each in left)


def test_digital_silence_stays_silent():
    assert not room_tone(StoredPause(0, 10_000, (-1500,) * 24), 16_000).any()


def test_where_nobody_speaks_there_is_no_pause(paused):
    assert pauses_in(Signal.mono(np.zeros(16_000, np.float32), 16_000)) == ()
    assert pauses_in(Signal(np.repeat(paused.samples, 2, axis=0), paused.sample_rate)) == ()
