"""How much of an enhancer is taken: as much as the voice bears, by parts of a long recording, and what it makes."""

from __future__ import annotations

import numpy as np
import pytest

from sayso.audio.signal import Signal
from sayso.restoration.repair.sharing import SHARES, shared_step
from sayso.restoration.repair.steps import applied, noise_step
from tests.restoration.rooms import with_noise


def bearing(noisy, least):
    """Return an identity that is lost once the sound under the voice differs from ``noisy`` by more than ``least``."""

    def told(signal: Signal) -> np.ndarray:
        away = float(np.abs(signal.samples - noisy.samples).mean()) if signal.num_samples == noisy.num_samples else 0.0
        return np.array([1.0, 0.0] if away <= least else [0.9, 0.0], np.float32)

    return told


@pytest.fixture(scope="module")
def noisy(speech):
    return with_noise(speech, 8)


def test_what_it_makes_is_what_its_step_makes(noisy):
    step, made = shared_step(noisy, "hush", bearing(noisy, 1.0), has_others=False)
    assert step.parameters["voice"] == SHARES[-1]
    assert np.array_equal(made.samples, applied(step, noisy).samples)


@pytest.mark.parametrize("share", SHARES)
def test_the_largest_share_that_the_voice_bears_is_taken(noisy, share):
    made = applied(noise_step("hush", pauses=0.97, voice=share), noisy)
    away = float(np.abs(made.samples - noisy.samples).mean())
    step, _ = shared_step(noisy, "hush", bearing(noisy, away + 1e-9), has_others=False)
    assert step.parameters["voice"] == share


def test_twenty_seconds_of_a_long_recording_are_compared(noisy):
    times = -(-round(70 * noisy.sample_rate) // noisy.num_samples)
    long = Signal(np.tile(noisy.samples, times), noisy.sample_rate)
    heard = []

    def told(signal: Signal) -> np.ndarray:
        heard.append(signal.duration_s)
        return np.array([1.0, 0.0], np.float32)

    step, made = shared_step(long, "hush", told, has_others=False)
    assert made.num_samples == long.num_samples
    assert all(8.0 <= seconds <= 25.0 for seconds in heard)
    assert step.parameters["voice"] == SHARES[-1]


@pytest.mark.parametrize(("likeness", "share"), [(0.9, SHARES[0]), (0.3, None)])
def test_where_no_share_leaves_the_voice_alike_the_least_is_taken_or_none(noisy, likeness, share):
    asked = []

    def told(signal: Signal) -> np.ndarray:
        asked.append(signal)
        return np.array([1.0 if np.array_equal(signal.samples, noisy.samples) else likeness, 0.0], np.float32)

    found = shared_step(noisy, "hush", told, has_others=False)
    assert (found[0].parameters["voice"] if found else None) == share
    assert len(asked) == 4  # the recording, all of it, and the halves down to the least
