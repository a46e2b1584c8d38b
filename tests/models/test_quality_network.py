"""The network piece by piece, without the channels that never sound, says what the published one says of 9.01 s."""

from __future__ import annotations

import numpy as np
import pytest

from sayso.audio.resample import resample
from sayso.models import session
from sayso.models.quality_network import RATE, quality_in_whole_numbers, quality_of

WINDOW = 144_160


def sounds(speech):
    plain = np.resize(resample(speech, RATE).mixed(), WINDOW).astype(np.float32)
    noise = np.random.default_rng(0).standard_normal(WINDOW).astype(np.float32)
    seconds = np.arange(WINDOW) / RATE
    return {
        "speech": plain,
        "speech in noise": plain + np.float32(0.02) * noise,
        "noise": np.float32(0.3) * noise,
        "a tone": (0.5 * np.sin(2 * np.pi * 440 * seconds)).astype(np.float32),
        "clicks": np.where(np.arange(WINDOW) % 8_000 == 0, 1, 0).astype(np.float32),
        "cut flat": np.clip(30 * plain, -1, 1),
        "faint": np.float32(1e-4) * plain,
        "silence": np.zeros(WINDOW, np.float32),
    }


@pytest.mark.parametrize(
    "name", ["speech", "speech in noise", "noise", "a tone", "clicks", "cut flat", "faint", "silence"]
)
def test_it_is_the_published_network(speech, name):
    samples = sounds(speech)[name]
    published = session("dnsmos").run(None, {"input_1": samples[np.newaxis]})[0][0]
    np.testing.assert_allclose(quality_of(samples), published, atol=1e-4)


@pytest.mark.parametrize("length", [1, 2_720, 71_841, WINDOW + 5_000])
def test_any_length_is_heard(speech, length):
    told = quality_of(np.resize(resample(speech, RATE).mixed(), length))
    assert told.shape == (3,)
    assert np.isfinite(told).all()


@pytest.mark.parametrize("name", ["speech", "speech in noise", "noise", "a tone", "cut flat", "faint"])
def test_in_whole_numbers_it_says_nearly_the_same(speech, name):
    samples = sounds(speech)[name]
    np.testing.assert_allclose(quality_in_whole_numbers(samples), quality_of(samples), atol=0.15)


def test_in_whole_numbers_it_says_the_same_each_time(speech):
    samples = np.resize(resample(speech, RATE).mixed(), 40_000)
    assert np.array_equal(quality_in_whole_numbers(samples), quality_in_whole_numbers(samples))
