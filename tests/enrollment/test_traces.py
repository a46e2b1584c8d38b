"""What a synthesiser leaves in speech: numbers that do not hang on level, and that tell sounds apart."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.enrollment.traces import LEAST_S, SAMPLE_RATE, traces

SECONDS = 4


def noise(seed=0, seconds=SECONDS):
    return np.random.default_rng(seed).standard_normal(seconds * SAMPLE_RATE).astype(np.float32) * 0.1


def hum(seconds=SECONDS):
    times = np.arange(seconds * SAMPLE_RATE) / SAMPLE_RATE
    return sum(np.sin(2 * np.pi * 120 * k * times) / k for k in range(1, 30)).astype(np.float32) * 0.1


@pytest.mark.parametrize("sound", [noise(), hum(), noise()[: round(LEAST_S * SAMPLE_RATE)], np.zeros(40_000, "f")])
def test_every_sound_has_as_many_numbers_and_all_are_finite(sound):
    found = traces(sound)
    assert found.shape == traces(noise(1)).shape
    assert np.isfinite(found).all()


@settings(max_examples=8, deadline=None)
@given(st.floats(0.01, 8.0))
def test_the_level_changes_nothing(gain):
    assert np.allclose(traces(noise() * np.float32(gain)), traces(noise()), atol=0.05)


def test_two_noises_are_closer_than_a_noise_and_a_hum():
    near = np.abs(traces(noise(1)) - traces(noise(2))).mean()
    assert np.abs(traces(noise(1)) - traces(hum())).mean() > 5 * near


def test_silence_between_words_is_not_looked_at():
    sound = noise()
    with_pause = np.concatenate([sound[:32_000], np.zeros(32_000, np.float32), sound[32_000:]])
    found, plain = traces(with_pause), traces(sound)
    assert np.abs(found - plain).mean() < 0.2 * np.abs(traces(hum()) - plain).mean()
