"""Mains hum: found at its frequency and level, taken out, and not imagined."""

from __future__ import annotations

import numpy as np
import pytest

from sayso.restoration.diagnosis.hum import a_weighting, find_hum, remove_hum
from tests.restoration.rooms import power, with_hum, with_noise


@pytest.mark.parametrize("level_db", [-10, -25, -40])
@pytest.mark.parametrize("mains_hz", [49.9, 50.0, 60.0, 60.15])
def test_hum_is_found_at_its_frequency_and_level(speech, mains_hz, level_db):
    hum = find_hum(with_hum(speech, mains_hz, level_db).samples[0], speech.sample_rate)
    assert hum is not None
    assert hum.mains_hz == round(mains_hz)
    assert hum.tones_hz[0] == pytest.approx(mains_hz, abs=0.15)
    assert hum.level_db == pytest.approx(level_db, abs=3.0)


def test_a_weighting_is_that_of_its_table():
    hertz = np.array([50.0, 63.0, 100.0, 200.0, 500.0, 1_000.0])
    assert a_weighting(hertz) == pytest.approx([-30.2, -26.2, -19.1, -10.9, -3.2, 0.0], abs=0.15)


def test_hum_is_heard_as_ears_weigh_it(speech):
    hum = find_hum(with_hum(speech, 50, -20).samples[0], speech.sample_rate)
    assert hum is not None
    share = np.array([1, 1 / 4, 1 / 9, 1 / 25])
    weighed = (share * 10 ** (a_weighting(50.0 * np.array([1, 2, 3, 5])) / 10)).sum() / share.sum()
    assert hum.heard_db - hum.level_db == pytest.approx(10 * np.log10(weighed), abs=1.5)


def test_hum_of_a_long_recording_whose_mains_wander_is_found(speech):
    samples = np.tile(speech.samples[0], 5)
    t = np.arange(samples.size) / speech.sample_rate
    phase = 2 * np.pi * np.cumsum(50 + 0.05 * np.sin(2 * np.pi * t / 30)) / speech.sample_rate
    hum = sum(np.sin(number * phase) / number for number in (1, 2, 3, 5))
    level = 10 ** (-30 / 20) * np.sqrt(np.mean(samples**2) / np.mean(hum**2))
    found = find_hum((samples + level * hum).astype(np.float32), speech.sample_rate)
    assert found is not None
    assert found.mains_hz == 50
    assert found.level_db == pytest.approx(-30, abs=3.0)


def test_noise_is_no_hum_however_often_it_is_drawn():
    drawn = np.random.default_rng(0).standard_normal((150, 24_000)).astype(np.float32)
    assert [find_hum(samples, 8_000) for samples in drawn] == [None] * len(drawn)


@pytest.mark.parametrize("frequency", [100.0, 180.0])
def test_one_steady_tone_is_no_hum(speech, frequency):
    t = np.arange(speech.num_samples) / speech.sample_rate
    tone = 0.1 * np.sin(2 * np.pi * frequency * t)
    assert find_hum((speech.samples[0] + tone).astype(np.float32), speech.sample_rate) is None


def test_speech_noise_tones_and_silence_are_no_hum(speech):
    t = np.arange(5 * 24_000) / 24_000
    silence = np.zeros(t.size, np.float32)
    for samples in (speech.samples[0], with_noise(speech, 10).samples[0], silence):
        assert find_hum(samples, 24_000) is None


@pytest.mark.parametrize("frequency", [100.0, 180.0, 300.0, 440.0, 1000.0])
def test_what_leaks_of_a_pure_tone_is_no_hum(frequency):
    t = np.arange(5 * 24_000) / 24_000
    assert find_hum((0.2 * np.sin(2 * np.pi * frequency * t)).astype(np.float32), 24_000) is None


def test_a_recording_of_under_two_seconds_is_too_short_to_tell(speech):
    assert find_hum(with_hum(speech, 50, -10).samples[0, :40_000], speech.sample_rate) is None


@pytest.mark.parametrize("sample_rate", [8_000, 44_100])
def test_rates(speech, sample_rate):
    from sayso.audio.resample import resample

    humming = with_hum(resample(speech, sample_rate), 50, -20)
    hum = find_hum(humming.samples[0], sample_rate)
    assert hum is not None
    assert hum.mains_hz == 50


@pytest.mark.parametrize("mains_hz", [50.1, 60.0])
def test_removal_takes_the_hum_and_leaves_the_speech(speech, mains_hz):
    humming = with_hum(speech, mains_hz, -6)
    hum = find_hum(humming.samples[0], speech.sample_rate)
    assert hum is not None
    clean = remove_hum(humming, hum)
    assert clean.samples.shape == speech.samples.shape
    left_db = 10 * np.log10(power(clean.samples - speech.samples) / power(speech.samples))
    assert left_db < -17
    untouched = remove_hum(speech, hum)
    assert 10 * np.log10(power(untouched.samples - speech.samples) / power(speech.samples)) < -17
