"""Levels are those of the whole signal, however long it is; the limiter lets nothing above its ceiling."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.audio.mastering import limit, noise_floor_dbfs, peak_dbfs, rms_dbfs

RATE = 44_100


def noise(size: int, seed: int = 1) -> np.ndarray:
    return (0.1 * np.random.default_rng(seed).standard_normal(size)).astype(np.float32)


@pytest.mark.parametrize("size", [1, 1000, RATE, (1 << 20) + 7, 3_000_000])
def test_levels_are_those_of_the_whole(size):
    samples = noise(size)
    whole = samples.astype(np.float64)
    assert rms_dbfs(samples) == pytest.approx(10 * math.log10(np.mean(whole**2)), abs=1e-6)
    assert peak_dbfs(samples) == pytest.approx(20 * math.log10(np.abs(whole).max()), abs=1e-6)


@pytest.mark.parametrize("at", [0, 1_025_000, 1_034_000, 1_043_000, 1_048_576, 2_500_000])
def test_the_quietest_half_second_is_found_wherever_it_lies(at):
    samples = noise(3_000_000)
    samples[at : at + 26_500] *= 0.001  # half a second, and a fifth of it: the step from one look to the next
    assert noise_floor_dbfs(samples, RATE) == pytest.approx(20 * math.log10(0.1 * 0.001), abs=0.2)


def test_silence_and_nothing_have_no_level():
    for samples in (np.zeros(0, np.float32), np.zeros(RATE, np.float32)):
        assert rms_dbfs(samples) == peak_dbfs(samples) == noise_floor_dbfs(samples, RATE) == -math.inf


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), size=st.integers(1, 30_000), ceiling=st.floats(-30, -1))
def test_nothing_is_above_the_ceiling_and_what_is_quiet_stays(seed, size, ceiling):
    samples = noise(size, seed)
    done = samples.copy()
    limit(done, RATE, ceiling_dbfs=ceiling)
    assert np.abs(done).max() <= 10 ** (ceiling / 20) * (1 + 1e-6)
    assert (np.abs(done) <= np.abs(samples) * (1 + 1e-6)).all()
