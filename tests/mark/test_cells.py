from __future__ import annotations

import numpy as np
import pytest

from sayso.mark.cells import WINDOW, energies, levels, residuals, spectra, weights
from sayso.mark.pattern import BANDS, HOP_LENGTH


def test_the_window_adds_up_to_one():
    squared = WINDOW**2
    assert squared[:HOP_LENGTH] + squared[HOP_LENGTH:] == pytest.approx(1, abs=1e-6)


def test_a_tone_lies_in_its_cell():
    hz = 2_000
    tone = np.sin(2 * np.pi * hz * np.arange(24_000) / 24_000).astype(np.float32)
    energy = energies(spectra(tone))
    assert (energy.argmax(axis=1) == (hz // 46.875 - 6) // 2).all()


@pytest.mark.parametrize("gain", [-1.0, 0.25, 3.0])
def test_gain_and_polarity_do_not_matter(speech, gain):
    clean, changed = (levels(energies(spectra(speech.samples[0] * factor))) for factor in (1.0, gain))
    heard = clean > clean.max() - 50
    moved = np.abs(residuals(changed) - residuals(clean))[heard]
    assert np.percentile(moved, 99) < 0.05  # the rest lies beside silence


def test_residuals_take_a_slope_away():
    slope = np.add.outer(np.arange(30.0) * 0.5, np.arange(BANDS) * 0.3).astype(np.float32)
    assert residuals(slope)[2:-2, 2:-2] == pytest.approx(0, abs=1e-4)


def test_silence_is_worth_nothing():
    silence = levels(energies(spectra(np.zeros(24_000, dtype=np.float32))))
    assert not weights(silence).any()


def test_in_noise_the_cells_that_hold_speech_are_worth_most(speech):
    rng = np.random.default_rng(5)
    noise = rng.standard_normal(speech.num_samples).astype(np.float32) * speech.samples.std() * 0.1
    clean, drowned = (energies(spectra(one)) for one in (speech.samples[0], noise))
    held = clean / (clean + drowned)
    heard = levels(energies(spectra(speech.samples[0] + noise)))
    strict = weights(heard, strictly=True)
    assert np.corrcoef(strict.ravel(), held.ravel())[0, 1] > 0.8
    assert strict[held < 0.01].mean() < 0.1
    assert strict[held > 0.95].mean() > 0.8
