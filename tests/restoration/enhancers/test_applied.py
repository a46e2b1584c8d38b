"""Taking noise away."""

from __future__ import annotations

import numpy as np
import pytest

from sayso.audio.resample import resample
from sayso.audio.signal import Signal
from sayso.restoration.enhancers import enhanced, enhancer
from tests.restoration.rooms import power, with_noise


def denoise(signal: Signal) -> Signal:
    return enhanced(signal, enhancer("hush"))


def error_db(signal: Signal, truth: Signal) -> float:
    return 10 * np.log10(power(signal.samples - truth.samples) / power(truth.samples))


@pytest.mark.parametrize("sample_rate", [8_000, 16_000, 24_000, 44_100])
def test_the_clean_speech_is_nearer_afterwards(speech, sample_rate):
    clean = resample(speech, sample_rate)
    noisy = with_noise(clean, 5)
    restored = denoise(noisy)
    assert restored.samples.shape == noisy.samples.shape
    assert restored.sample_rate == sample_rate
    assert error_db(restored, clean) < error_db(noisy, clean) - 3


def test_pauses_become_quiet_above_8_khz_too(speech):
    from scipy.signal import butter, sosfilt

    noisy = with_noise(speech, 10)
    pause = slice(64_500, 76_000)
    high_pass = butter(8, 9_000, "highpass", fs=speech.sample_rate, output="sos")
    before = power(sosfilt(high_pass, noisy.samples[0])[pause])
    after = power(sosfilt(high_pass, denoise(noisy).samples[0])[pause])
    assert 10 * np.log10(after / before) < -10


def test_the_level_does_not_matter(speech):
    noisy = with_noise(speech, 5)
    quiet = Signal(noisy.samples / np.float32(64), noisy.sample_rate)
    assert np.allclose(denoise(quiet).samples * 64, denoise(noisy).samples, atol=1e-4)


def test_channels_are_cleaned_apart_and_silence_stays_silent(speech):
    noisy = with_noise(speech, 5).slice(0, 48_000)
    three = Signal(np.concatenate([noisy.samples, noisy.samples, 0 * noisy.samples]), noisy.sample_rate)
    first, second, silent = denoise(three).samples
    assert np.array_equal(first, denoise(noisy).samples[0])
    assert np.array_equal(first, second)
    assert not silent.any()
