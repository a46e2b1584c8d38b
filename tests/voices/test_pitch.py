from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.voices.pitch import Pitch, log_pitch


def buzz(hz: float, harmonics: int = 12) -> np.ndarray:
    place = np.arange(16_000) / 16_000
    return sum(np.sin(2 * np.pi * order * hz * place) / order for order in range(1, harmonics)).astype(np.float32)


@given(st.floats(75.0, 380.0), st.floats(0.01, 0.5))
@settings(max_examples=25, deadline=None)
def test_finds_the_pitch_of_a_buzz_at_any_level(hz, level):
    assert np.exp(log_pitch(buzz(hz) * np.float32(level))) == pytest.approx(hz, rel=0.03)


def test_a_missing_fundamental_is_heard_all_the_same():
    place = np.arange(16_000) / 16_000
    upper = sum(np.sin(2 * np.pi * order * 120 * place) for order in (2, 3, 4, 5)).astype(np.float32)
    assert np.exp(log_pitch(upper)) == pytest.approx(120, rel=0.03)


@pytest.mark.parametrize("num_samples", [0, 100, 16_000])
def test_noise_and_nothing_have_no_pitch(num_samples):
    noise = np.random.default_rng(0).normal(size=num_samples).astype(np.float32)
    assert np.isnan(log_pitch(noise))


def test_silence_has_no_pitch():
    assert np.isnan(log_pitch(np.zeros(16_000, np.float32)))


def test_the_range_of_a_pitch_is_that_of_its_quartiles():
    pieces = [buzz(hz)[:4_000] for hz in (100, 120, 140, 160)]
    found = Pitch.of(np.concatenate(pieces))
    assert found.is_known
    assert np.exp(found.log_median) == pytest.approx(130, rel=0.1)
    assert np.exp(found.spread) == pytest.approx(1.35, rel=0.15)
    assert not Pitch.of(np.zeros(16_000, np.float32)).is_known
    assert not Pitch.of(buzz(100)).is_known or Pitch.of(buzz(100)).spread < 0.01
