"""DNSMOS by its differentiated form: the score of the published network, and the gradient of finite differences."""

import numpy as np
import pytest

from sayso.audio.quality import dnsmos
from sayso.audio.resample import resample
from sayso.audio.signal import Signal
from sayso.voices.dnsmos_gradient import overall_score

RATE = 16_000


def test_of_nine_seconds_it_gives_the_very_score(speech):
    samples = np.resize(resample(speech, RATE).mixed(), 144_160).astype(np.float32)
    assert overall_score(samples)[0] == pytest.approx(dnsmos(Signal.mono(samples, RATE)).ovr, abs=1e-4)


def test_of_less_it_gives_about_that_of_the_whole(speech):
    samples = resample(speech, RATE).mixed()[: 3 * RATE]
    assert overall_score(samples)[0] == pytest.approx(dnsmos(Signal.mono(samples, RATE)).ovr, abs=0.4)


@pytest.mark.parametrize("seed", range(3))
def test_the_gradient_is_that_of_finite_differences(seed):
    random = np.random.default_rng(seed)
    samples = (0.1 * random.standard_normal(RATE)).astype(np.float32)  # noise: no bin is silent
    gradient = overall_score(samples)[1]()
    way = 1e-4 * (gradient / np.linalg.norm(gradient)).astype(np.float32)
    up, down = (overall_score(samples + side * way)[0] for side in (1, -1))
    assert float(gradient @ way) == pytest.approx((up - down) / 2, rel=0.2)  # soft bins count less in it


def test_what_follows_the_gradient_sounds_better(speech):
    samples = resample(speech, RATE).mixed()[: 2 * RATE]
    noisy = samples + (0.02 * np.random.default_rng(0).standard_normal(len(samples))).astype(np.float32)
    before, gradient = overall_score(noisy)
    way = gradient()
    after, _ = overall_score(noisy + np.float32(2e-3) * way / np.abs(way).max())
    assert after > before


def test_silence_has_a_gradient_of_nothing_infinite():
    assert np.isfinite(overall_score(np.zeros(RATE, np.float32))[1]()).all()
