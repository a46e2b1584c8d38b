"""Clicks put into speech and taken out again, hiss turned down to its voice; what has neither stays as it is."""

from __future__ import annotations

import time

import numpy as np
import pytest
from scipy.signal import butter, sosfiltfilt

from sayso.audio.mending import lone_clicks, softened, without_clicks
from sayso.audio.signal import Signal

_SHAPES = {"one sample": [1.0], "a spike and its echo": [1.0, -0.6], "a ringing": [0.7, 1.0, -0.8, 0.4]}


def _clicked(speech: Signal, shape: list[float], amplitude: float) -> tuple[np.ndarray, list[int]]:
    """Return speech with a click every 0.4 s, and where they are."""
    samples = speech.mixed().copy()
    places = list(range(4000, samples.size - 4000, 9_600))
    for count, place in enumerate(places):
        sign = (-1) ** count
        samples[place : place + len(shape)] += np.float32(sign * amplitude) * np.array(shape, np.float32)
    return samples, places


def _snr_db(clean: np.ndarray, found: np.ndarray, places: list[int]) -> float:
    """Return the signal-to-error ratio in the 4 ms around each click."""
    around = np.zeros(clean.size, bool)
    for place in places:
        around[place - 48 : place + 48] = True
    error = np.sum(np.square(found[around] - clean[around], dtype=np.float64))
    return float(10 * np.log10(np.sum(np.square(clean[around], dtype=np.float64)) / error))


@pytest.mark.parametrize("shape", _SHAPES.values(), ids=list(_SHAPES))
def test_clicks_are_found_and_the_speech_under_them_comes_back(speech, shape):
    clicked, places = _clicked(speech, shape, 0.5)
    mended, count = without_clicks(clicked, speech.sample_rate)
    assert count >= 0.8 * len(places)
    clean = speech.mixed()
    found = lone_clicks(clicked, speech.sample_rate)
    known = [place for place in places if np.abs(found[:, 0] - place).min() <= 4]
    assert len(known) == count, "what was found are the clicks, and nothing else"
    assert _snr_db(clean, mended, known) > _snr_db(clean, clicked, known) + 30


def test_all_but_a_millisecond_around_them_stays_as_it_is(speech):
    clicked, places = _clicked(speech, [1.0], 0.5)
    mended, _ = without_clicks(clicked, speech.sample_rate)
    (changed,) = np.nonzero(mended != clicked)
    assert np.abs(changed[:, None] - np.array(places)).min(axis=1).max() <= 0.0005 * speech.sample_rate


def test_speech_without_clicks_is_left_alone(speech):
    mended, count = without_clicks(speech.mixed(), speech.sample_rate)
    assert count == 0
    assert np.array_equal(mended, speech.mixed())


@pytest.mark.parametrize("size", [0, 1, 3, 100, 700])
def test_a_sound_too_short_to_say_is_left_alone(size):
    samples = np.zeros(size, np.float32)
    assert without_clicks(samples, 24_000)[1] == 0


def test_noise_and_silence_have_no_clicks():
    noise = np.random.default_rng(5).normal(0, 0.1, 48_000).astype(np.float32)
    assert without_clicks(noise, 24_000)[1] == 0
    assert without_clicks(np.zeros(48_000, np.float32), 24_000)[1] == 0


def test_a_click_on_the_end_of_a_block_is_one_click():
    for place in range(2000, 2100):
        samples = np.zeros(4800, np.float32)
        samples[place : place + 2] = 0.5, -0.4
        mended, count = without_clicks(samples, 24_000)
        assert (count, float(np.abs(mended).max())) == (1, pytest.approx(0.0, abs=1e-3)), place


def test_finding_clicks_costs_next_to_nothing(speech):
    samples = np.tile(speech.mixed(), 4)
    began = time.process_time()
    lone_clicks(samples, speech.sample_rate)
    assert time.process_time() - began < 0.01 * samples.size / speech.sample_rate


RATE = 24_000
VOICE_DBFS = -20.0


def _level(samples: np.ndarray) -> float:
    return 10 * np.log10(np.mean(np.square(samples, dtype=np.float64)))


def _at(samples: np.ndarray, level_dbfs: float) -> np.ndarray:
    return samples * 10 ** ((level_dbfs - _level(samples)) / 20)


def _vowel(seconds: float) -> np.ndarray:
    """Return a voice at 120 Hz with partials up to 4 kHz."""
    t = np.arange(round(seconds * RATE)) / RATE
    partials = [np.sin(2 * np.pi * 120 * n * t + n * n) / n for n in range(1, 33)]
    return _at(np.sum(partials, axis=0), VOICE_DBFS)


def _hiss(seconds: float, level_dbfs: float) -> np.ndarray:
    noise = np.random.default_rng(1).normal(size=round(seconds * RATE))
    return _at(sosfiltfilt(butter(4, (5500, 8500), "bandpass", fs=RATE, output="sos"), noise), level_dbfs)


def _spoken(hiss_dbfs: float) -> np.ndarray:
    """Return vowel, hiss, vowel: 0.3, 0.2 and 0.3 s."""
    return np.concatenate([_vowel(0.3), _hiss(0.2, hiss_dbfs), _vowel(0.3)]).astype(np.float32)


_HISS = slice(round(0.32 * RATE), round(0.48 * RATE))


@pytest.mark.parametrize("over_db", [3.0, 6.0, 10.0])
def test_hiss_is_turned_down_by_as_much_as_it_is_too_loud(over_db):
    samples = _spoken(VOICE_DBFS + over_db)
    made, seconds = softened(samples, RATE, most_dbfs=VOICE_DBFS)
    assert _level(made[_HISS]) - _level(samples[_HISS]) == pytest.approx(-over_db, abs=1.5)
    assert seconds == pytest.approx(0.2, abs=0.02)


def test_it_is_turned_down_by_twelve_decibels_at_the_most():
    samples = _spoken(VOICE_DBFS + 25)
    made, _ = softened(samples, RATE, most_dbfs=VOICE_DBFS)
    assert _level(made[_HISS]) - _level(samples[_HISS]) == pytest.approx(-12, abs=1)


def test_vowels_stay_sample_for_sample():
    samples = _spoken(VOICE_DBFS + 10)
    made, _ = softened(samples, RATE, most_dbfs=VOICE_DBFS)
    for part in (slice(0, round(0.285 * RATE)), slice(round(0.515 * RATE), None)):
        assert np.array_equal(made[part], samples[part])


def test_what_sounds_below_the_hiss_at_the_same_time_stays():
    low = _vowel(0.8)
    samples = (low + np.pad(_hiss(0.2, VOICE_DBFS + 10), (round(0.3 * RATE), round(0.3 * RATE)))).astype(np.float32)
    made, _ = softened(samples, RATE, most_dbfs=VOICE_DBFS)
    below = butter(6, 3500, fs=RATE, output="sos")
    assert _level(sosfiltfilt(below, made - samples)[_HISS]) < _level(sosfiltfilt(below, samples)[_HISS]) - 30


def test_hiss_that_is_not_too_loud_is_left_alone():
    samples = _spoken(VOICE_DBFS - 3)
    made, seconds = softened(samples, RATE, most_dbfs=VOICE_DBFS)
    assert made is samples
    assert seconds == 0


def test_speech_without_sharp_hiss_is_left_alone(speech):
    samples = speech.mixed()
    made, _ = softened(samples, speech.sample_rate, most_dbfs=_level(samples) + 6)
    assert made is samples


@pytest.mark.parametrize(("size", "sample_rate"), [(0, 24_000), (50, 24_000), (8_000, 8_000)])
def test_a_sound_without_such_a_band_is_left_alone(size, sample_rate):
    samples = np.ones(size, np.float32)
    assert softened(samples, sample_rate, most_dbfs=-90)[0] is samples


def test_turning_hiss_down_costs_next_to_nothing():
    samples = np.tile(_spoken(VOICE_DBFS + 10), 20)
    softened(samples, RATE, most_dbfs=VOICE_DBFS)
    began = time.process_time()
    softened(samples, RATE, most_dbfs=VOICE_DBFS)
    assert time.process_time() - began < 0.01 * samples.size / RATE
