"""The network over a whole stretch says what the published one says window by window."""

from __future__ import annotations

import numpy as np
import pytest

from sayso.audio.resample import resample
from sayso.models import session
from sayso.models.speech_network import CONTEXT, RATE, WINDOW, speech_of


def one_by_one(samples):
    """Ask the published network each window with the state of the one before, as its authors do."""
    count = -(-samples.size // WINDOW)
    padded = np.pad(samples, (CONTEXT, count * WINDOW - samples.size))
    state, found = np.zeros((2, 1, 128), np.float32), []
    for place in range(count):
        heard = padded[place * WINDOW : (place + 1) * WINDOW + CONTEXT][np.newaxis]
        feeds = {"input": heard, "state": state, "sr": np.array(RATE, np.int64)}
        told, state = session("silero-vad").run(None, feeds)
        found.append(told[0, 0])
    return np.array(found, np.float32)


@pytest.mark.parametrize("length", [1, 511, 512, 513, 30_000])
def test_it_is_the_published_network(speech, length):
    samples = resample(speech, RATE).mixed()[20_000 : 20_000 + length]
    np.testing.assert_allclose(speech_of(samples), one_by_one(samples), atol=1e-5)


def test_state_is_carried_from_batch_to_batch(speech):
    rng = np.random.default_rng(0)
    quiet = (1e-3 * rng.standard_normal(8 * RATE)).astype(np.float32)
    samples = np.concatenate([resample(speech, RATE).mixed(), quiet, resample(speech, RATE).mixed()])
    assert samples.size > 2 * 256 * WINDOW
    np.testing.assert_allclose(speech_of(samples), one_by_one(samples), atol=1e-5)


def test_of_nothing_comes_nothing():
    assert speech_of(np.zeros(0, np.float32)).shape == (0,)
