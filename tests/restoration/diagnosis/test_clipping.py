"""Cut peaks: found however short and quiet they are, and not imagined."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sayso.restoration.diagnosis.clipping import clipped_at, clipped_ratio

RATE = 16_000


def stored(samples):
    """Return the samples as 16 bits hold them."""
    return (np.round(np.clip(samples, -1, 1) * 32_767) / 32_767).astype(np.float32)


def cut(samples, share):
    limit = np.quantile(np.abs(samples), 1 - share)
    return np.clip(samples, -limit, limit), limit


@pytest.mark.parametrize("peak", [0.02, 0.2, 1.0])
@pytest.mark.parametrize("share", [0.0003, 0.002, 0.02])
def test_cut_peaks_are_found_where_they_are(speech, share, peak):
    made, limit = cut(speech.samples[0], share)
    made = stored(made / limit * peak)
    found = clipped_at(made)
    assert found[np.abs(speech.samples[0]) > limit].all()
    assert found.mean() == pytest.approx(share, rel=0.1)


@pytest.mark.parametrize("peak", [0.02, 0.2, 1.0])
def test_speech_that_was_not_cut_is_whole(speech, peak):
    made = stored(speech.samples[0] / np.abs(speech.samples[0]).max() * peak)
    assert clipped_ratio(made) == 0.0


@given(st.floats(20, 7_000), st.floats(0.01, 0.9), st.floats(0, 6.3))
@example(6_367.34765625, 0.5, 1.0)  # 98 samples are nearly 39 periods
def test_a_tone_is_whole(frequency, level, phase):
    t = np.arange(2 * RATE) / RATE
    tone = level * np.sin(2 * np.pi * frequency * t + phase)
    if frequency * np.sqrt(level) > 60:  # a slower one stands still for three samples at its top
        assert clipped_ratio(stored(tone)) == 0.0


@pytest.mark.parametrize("frequency", [200, 500, 1_000, 4_000])
def test_a_tone_that_fits_into_the_rate_is_whole(frequency):
    t = np.arange(2 * RATE) / RATE
    assert clipped_ratio(stored(0.5 * np.sin(2 * np.pi * frequency * t + 0.3))) == 0.0


def test_silence_and_nothing_are_whole():
    assert clipped_ratio(np.zeros(RATE, np.float32)) == 0.0
    assert clipped_ratio(np.zeros(0, np.float32)) == 0.0
