"""Perth's mark is heard as the published decoder hears it, wherever in a recording it lies.

``perth.flac``: seconds 2 to 5 of the reading that comes with Sayso, marked by `PerthImplicitWatermarker` of
resemble-perth 1.0.1 at 32 kHz. What that package's decoder says of it, and of changed copies, was written down.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from sayso import models
from sayso.audio import Signal, concatenate, decode, resample
from sayso.enrollment.perth import SAMPLE_RATE, Perth, told

CONSTANT = ((-0.04475, 0.06200), (-0.07922, 0.03701))
"""What the published decoder's other two stacks tell of every sound: how sure each is, and its score."""


@pytest.fixture(scope="module")
def marked():
    return decode((Path(__file__).parent / "perth.flac").read_bytes())


@pytest.fixture(scope="module")
def unmarked():
    return decode((files("sayso.doors.demo") / "two_cities.flac").read_bytes()).slice(2 * 24_000, 5 * 24_000)


def published(sound):
    """Return what the published decoder says, by attention over its three stacks."""
    sure, scores = np.transpose([*CONSTANT, tuple(told(sound))])
    weights = np.exp(sure)
    return float(scores @ weights / weights.sum())


def half_silent(sound, seconds):
    return np.concatenate([np.zeros(round(seconds * SAMPLE_RATE), np.float32), sound[round(seconds * SAMPLE_RATE) :]])


def test_it_tells_what_the_published_decoder_tells(marked, unmarked):
    with_mark, without = marked.samples[0], resample(unmarked, SAMPLE_RATE).samples[0]
    assert published(with_mark) == pytest.approx(1.00035, abs=5e-3)
    assert published(without) == pytest.approx(0.12316, abs=5e-3)
    assert published(half_silent(with_mark, 1.5)) == pytest.approx(1.00018, abs=5e-3)
    assert published(half_silent(without, 1.0)) == pytest.approx(0.19355, abs=5e-3)
    assert told(with_mark) == pytest.approx([-1.0540, 6.1281], abs=0.02)
    assert told(without) == pytest.approx([-0.4073, 0.3307], abs=0.02)


def test_a_marked_part_of_a_long_recording_is_heard(marked, unmarked):
    clear = resample(unmarked, SAMPLE_RATE)
    long = concatenate([clear] * 5 + [marked] * 4 + [clear] * 5)
    assert Perth().score(long) >= Perth.suspect > Perth().score(concatenate([clear] * 14))


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
def test_rate_and_channels_are_its_own_affair(marked, unmarked, rate):
    for signal, is_heard in ((marked, True), (unmarked, False)):
        sound = resample(signal, rate).samples[0]
        assert (Perth().score(Signal(np.stack([sound, sound]), rate)) >= Perth.suspect) == is_heard


@pytest.mark.parametrize("seconds", [0.001, 0.02, 1.0])
def test_silence_and_the_shortest_sounds_carry_nothing(seconds):
    samples = round(seconds * 16_000)
    for sound in (np.zeros(samples), np.full(samples, 0.1)):
        assert Perth().score(Signal.mono(sound.astype(np.float32), 16_000)) < Perth.suspect
    assert told(np.zeros(1, np.float32)).tolist() == [0, 0]


def test_its_weights_are_those_of_the_catalogue():
    assert Perth().digest() == models.cards()["perth"].sha256
