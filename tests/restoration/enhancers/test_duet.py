"""The duet beside the two enhancers that it is made of."""

from __future__ import annotations

import numpy as np
import pytest

from sayso.audio import Signal, resample
from sayso.restoration.enhancers import enhancer, run_whole


@pytest.fixture(scope="module")
def noisy(speech):
    """Return speech at 48 kHz that holds nothing above 8 kHz, in noise."""
    low = resample(speech, 16_000).slice(0, 4 * 16_000)
    noise = np.random.default_rng(2).normal(0, 0.05, low.samples.shape).astype(np.float32)
    return resample(Signal(low.samples + noise, 16_000), 48_000)


def test_it_is_the_mean_of_both(noisy):
    wide = run_whole(enhancer("deepfilternet"), noisy.samples[0])
    low = run_whole(enhancer("hush"), resample(noisy, 16_000).samples[0])
    low = resample(Signal.mono(low, 16_000), 48_000).samples[0][: wide.size]
    made = run_whole(enhancer("duet"), noisy.samples[0])
    apart = made[: low.size] - (wide[: low.size] + low) / 2
    assert np.sqrt(np.mean(apart**2)) < 0.05 * np.sqrt(np.mean((wide[: low.size] - low) ** 2))


def test_its_digest_is_that_of_neither():
    assert len({enhancer(name).digest() for name in ("hush", "deepfilternet", "duet")}) == 3
