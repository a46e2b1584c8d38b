"""Loudness against the published test signals: ITU-R BS.1770-4 and EBU Tech 3341."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import resample_poly, sosfilt

from sayso.audio.loudness import integrated_loudness, k_weighting, true_peak_dbtp
from sayso.audio.signal import Signal, concatenate

RATE = 48_000


def tone(level_db: float, duration_s: float, *, channels: int = 2, sample_rate: int = RATE, frequency_hz: float = 1e3):
    t = np.arange(round(duration_s * sample_rate)) / sample_rate
    wave = 10 ** (level_db / 20) * np.sin(2 * np.pi * frequency_hz * t)
    return Signal(np.tile(wave.astype(np.float32), (channels, 1)), sample_rate)


def sequence(*parts: tuple[float, float]) -> Signal:
    return concatenate([tone(level_db, duration_s) for level_db, duration_s in parts])


def test_a_full_scale_sine_in_one_channel_reads_minus_3_01():
    assert integrated_loudness(tone(0, 5, channels=1, frequency_hz=997)) == pytest.approx(-3.01, abs=0.005)


@pytest.mark.parametrize(("sample_rate", "off"), [(8_000, 0.25), (16_000, 0.06), (24_000, 0.03), (44_100, 0.01)])
def test_so_it_does_at_other_rates(sample_rate, off):
    sine = tone(0, 5, channels=1, frequency_hz=997, sample_rate=sample_rate)
    assert integrated_loudness(sine) == pytest.approx(-3.01, abs=off)


def test_the_filters_are_those_of_the_standard():
    shelf, high_pass = k_weighting(48_000)
    assert shelf == pytest.approx(
        [1.53512485958697, -2.69169618940638, 1.19839281085285, 1.0, -1.69065929318241, 0.73248077421585], abs=1e-9
    )
    assert high_pass == pytest.approx([1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621], abs=1e-9)


@pytest.mark.parametrize(
    ("signal", "expected"),
    [
        (tone(-23, 20), -23.0),
        (tone(-33, 20), -33.0),
        (sequence((-36, 10), (-23, 60), (-36, 10)), -23.0),
        (sequence((-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)), -23.0),
        (sequence((-26, 20), (-20, 20.1), (-26, 20)), -23.0),
    ],
    ids=["1", "2", "3", "4", "5"],
)
def test_ebu_tech_3341_cases(signal, expected):
    assert integrated_loudness(signal) == pytest.approx(expected, abs=0.1)


def test_ebu_tech_3341_case_6_surround():
    levels_db = [-28, -28, -24, -30, -30]
    channels = [tone(level, 20, channels=1).samples[0] for level in levels_db]
    assert integrated_loudness(Signal(np.stack(channels), RATE)) == pytest.approx(-23.0, abs=0.1)
    with_bass = np.stack([*channels[:3], tone(0, 20, channels=1).samples[0], *channels[3:]])
    assert integrated_loudness(Signal(with_bass, RATE)) == pytest.approx(-23.0, abs=0.1)


@given(st.floats(-30, 0))
@settings(max_examples=20, deadline=None)
def test_a_decibel_is_a_loudness_unit(gain_db):
    sound = np.random.default_rng(1).standard_normal(RATE).astype(np.float32) * 0.1
    quiet = Signal.mono(sound * 10 ** (gain_db / 20), RATE)
    assert integrated_loudness(quiet) == pytest.approx(
        integrated_loudness(Signal.mono(sound, RATE)) + gain_db, abs=0.01
    )


def test_a_signal_shorter_than_a_block_is_measured_as_a_whole():
    assert integrated_loudness(tone(0, 0.3, channels=1, frequency_hz=997)) == pytest.approx(-3.01, abs=0.05)


@pytest.mark.parametrize("num_samples", [0, 10, 48_000])
def test_silence_has_no_loudness_and_no_peak(num_samples):
    silence = Signal.mono(np.zeros(num_samples), RATE)
    assert integrated_loudness(silence) == -math.inf
    assert true_peak_dbtp(silence) == -math.inf


@pytest.mark.parametrize("phase_deg", [0.0, 45.0, 60.0, 67.5])
@pytest.mark.parametrize("part_of_rate", [1 / 4, 1 / 6, 1 / 8])
def test_true_peak_of_tones_between_the_samples(phase_deg, part_of_rate):
    # EBU Tech 3341 cases 15 to 18, with a fade so that no edge adds a peak of its own: +0.2 and -0.4 dB are allowed.
    n = np.arange(RATE)
    wave = 0.5 * np.sin(2 * np.pi * part_of_rate * n + np.radians(phase_deg)) * np.hanning(n.size) ** 0.1
    assert -6.02 - 0.4 <= true_peak_dbtp(Signal.mono(wave, RATE)) <= -6.02 + 0.2


def test_true_peak_is_found_across_blocks_and_channels():
    n = np.arange(1_200_000)
    quiet = 0.1 * np.sin(2 * np.pi * n / 4 + np.pi / 4)
    loud = quiet.copy()
    loud[1_048_500:1_048_700] *= 5
    both = Signal(np.stack([quiet, loud]).astype(np.float32), RATE)
    assert true_peak_dbtp(both) == pytest.approx(-6.0, abs=0.6)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1), size=st.integers(1, 40_000), rate=st.sampled_from([8_000, 24_000, 44_100, 48_000])
)
def test_true_peak_is_that_of_the_whole_oversampled(seed, size, rate):
    rng = np.random.default_rng(seed)
    wave = (rng.normal(size=size) * rng.uniform(0, 0.3, size) ** 2).astype(np.float32)
    factor = max(4, math.ceil(192_000 / rate))
    whole = max(np.abs(wave).max(), np.abs(resample_poly(wave, factor, 1)).max())
    assert true_peak_dbtp(Signal.mono(wave, rate)) == pytest.approx(20 * math.log10(whole), abs=1e-4)


def test_no_level_between_samples_is_further_above_them_than_is_reckoned_with():
    for factor in (4, 5, 8, 12, 24):
        answer = resample_poly(np.eye(1, 201, 100)[0], factor, 1)
        assert max(np.abs(answer[phase::factor]).sum() for phase in range(factor)) < 2.3


def test_a_long_signal_is_weighted_as_one():
    # An offset is what the high pass takes away once, at the start: filtered anew in each part it would be heard there.
    wave = 0.5 + tone(-40, 120.0, channels=1).samples[0]
    weighted = sosfilt(k_weighting(RATE), wave.astype(np.float64))
    power = np.square(weighted[: weighted.size // 4800 * 4800]).reshape(-1, 4800).mean(axis=1)
    blocks = -0.691 + 10 * np.log10(np.convolve(power, np.full(4, 0.25), "valid"))
    loud = 10 ** (blocks[blocks > -70] / 10)
    gated = loud[10 * np.log10(loud) > 10 * np.log10(loud.mean()) - 10]
    found = integrated_loudness(Signal.mono(wave, RATE))
    assert found == pytest.approx(10 * np.log10(gated.mean()), abs=0.01)
