"""A signal holds finite samples within bounds, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from sayso.audio.signal import MAX_SAMPLE, MalformedSignal, Signal


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1.1 * MAX_SAMPLE, -1.1 * MAX_SAMPLE])
def test_one_sample_that_is_not_finite_or_beyond_the_bound_is_refused(value):
    samples = np.zeros((2, 100), np.float32)
    samples[1, 50] = value
    with pytest.raises(MalformedSignal):
        Signal(samples, 24_000)


@pytest.mark.parametrize("value", [0.0, 1.0, MAX_SAMPLE, -MAX_SAMPLE])
def test_every_sample_within_the_bound_is_kept(value):
    samples = np.full((1, 3), value, np.float32)
    assert Signal(samples, 24_000).samples.tolist() == samples.tolist()


def test_a_signal_may_be_empty():
    assert Signal(np.zeros((1, 0), np.float32), 24_000).num_samples == 0
