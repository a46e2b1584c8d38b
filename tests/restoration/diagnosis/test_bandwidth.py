"""Bandwidth and clipping."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.audio.container import Container
from sayso.audio.decode import decode
from sayso.audio.encode import encode
from sayso.audio.resample import resample
from sayso.audio.signal import Signal
from sayso.restoration.diagnosis.bandwidth import bandwidth_hz, codec_finding, loud_spectrum
from sayso.restoration.diagnosis.clipping import clipped_ratio, clipping_finding


@pytest.mark.parametrize("was", [8_000, 11_025, 16_000])
def test_sound_that_was_narrower_once_shows_it(speech, was):
    # As files do: rounded to 16 bits before and after.
    narrow = decode(encode(resample(speech, was), Container.WAV))
    wide = decode(encode(resample(narrow, 24_000), Container.WAV))
    assert bandwidth_hz(wide.samples[0], 24_000) == pytest.approx(was / 2, abs=500)


def test_full_band_and_nothing(speech):
    assert bandwidth_hz(speech.samples[0], 24_000) > 11_000
    assert bandwidth_hz(np.zeros(24_000, np.float32), 24_000) == 0.0
    assert bandwidth_hz(np.ones(10, np.float32), 24_000) == 0.0


@pytest.mark.parametrize("level", [0.9, 0.5, 0.2])
def test_clipping_is_counted(speech, level):
    loud = speech.samples[0] / np.abs(speech.samples).max()
    clipped = np.clip(loud, -level, level)
    recorded = decode(encode(Signal.mono(clipped, 24_000), Container.WAV)).samples[0]
    true_ratio = float(np.mean(np.abs(loud) > level))
    assert clipped_ratio(recorded) == pytest.approx(true_ratio, rel=0.35, abs=2e-4)


@given(st.floats(200, 4_000), st.floats(0.1, 1.0), st.floats(0, 6.28))
@settings(max_examples=60, deadline=None)
def test_a_whole_tone_is_not_clipped(frequency_hz, amplitude, phase):
    n = np.arange(24_000)
    tone = amplitude * np.sin(2 * np.pi * frequency_hz * n / 24_000 + phase)
    assert clipped_ratio(tone.astype(np.float32)) == 0.0


def test_speech_and_silence_are_not_clipped(speech):
    assert clipped_ratio(speech.samples[0]) == 0.0
    assert clipped_ratio(np.zeros(1_000, np.float32)) == 0.0
    assert clipped_ratio(np.zeros(0, np.float32)) == 0.0


def test_the_places_of_clipping_are_told(speech):
    samples = speech.samples[0].copy()
    samples[24_000:30_000] = np.clip(samples[24_000:30_000] * 20, -0.9, 0.9)
    found = clipping_finding(np.stack([speech.samples[0], samples]), 24_000)
    assert found.is_fault
    assert all(0.9 < start < stop < 1.35 for start, stop in found.places)


def test_a_cut_off_is_told_and_a_voice_that_fades_is_not(speech):
    narrow = resample(resample(speech, 8_000), 24_000)
    found = codec_finding(loud_spectrum(narrow.samples[0], 24_000), 24_000)
    assert found.value == pytest.approx(4_000, abs=300)
    assert "telephone" in found.note
    assert codec_finding(loud_spectrum(speech.samples[0], 24_000), 24_000).value is None
