"""The rhythm is the Morse code of AI: read back from the sound by its envelope, with the code's own table."""

from __future__ import annotations

from itertools import groupby

import numpy as np
import pytest

from sayso.labels.rhythm import closing, opening, rhythm

MORSE = {".-": "A", "..": "I"}


def heard(signal) -> str:
    """Return the letters in the sound, by how long it is loud and how long silent."""
    block = signal.sample_rate // 100
    level = np.abs(signal.samples[0][: signal.num_samples // block * block]).reshape(-1, block).max(axis=1)
    runs = [(loud, sum(1 for _ in run) / 10) for loud, run in groupby(level > 0.01)]
    letters = [""]
    for loud, dots in runs:
        if loud:
            letters[-1] += "-" if dots > 2 else "."
        elif dots > 2 and letters[-1]:
            letters.append("")
    return "".join(MORSE[letter] for letter in letters if letter)


@pytest.mark.parametrize("sample_rate", [8_000, 16_000, 24_000, 44_100, 48_000])
def test_it_says_ai(sample_rate):
    signal = rhythm(sample_rate)
    assert heard(signal) == "AI"
    assert signal.duration_s == pytest.approx(1.1, abs=0.01)


def test_it_is_a_clear_tone_that_does_not_click():
    samples = rhythm(24_000).samples[0]
    spectrum = np.abs(np.fft.rfft(samples))
    assert np.argmax(spectrum) * 24_000 / len(samples) == pytest.approx(800, abs=5)
    assert np.abs(np.diff(samples)).max() < 0.1 * 2 * np.pi * 800 / 24_000 * 1.05
    assert samples[0] == samples[-1] == 0
    assert 0.09 < np.abs(samples).max() <= 0.1


def test_a_rest_parts_it_from_what_is_said():
    assert heard(opening(24_000)) == heard(closing(24_000)) == "AI"
    assert not opening(24_000).samples[0, -9_000:].any()
    assert not closing(24_000).samples[0, :9_000].any()
