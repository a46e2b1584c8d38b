"""The decoder in JAX is that of hibari, and what is made of its spectra is what hibari's package makes of them."""

from __future__ import annotations

import numpy as np
import pytest

from sayso import models
from sayso.engines.hibari_student import SPECTRA, own_weights, prosody, pulses
from sayso.engines.phonemes import PAD, phonemes, token_ids

TEXT = "The morning train was late again."
FIRST, FRAMES = 60, 80

network = pytest.importorskip("sayso.voices.student.network", reason="JAX comes with the extra student")


@pytest.fixture(scope="module")
def spoken():
    """What the package's net makes of a text: inputs of its decoder, pitch, spectra."""
    ids = np.asarray([[PAD, *token_ids(phonemes(TEXT)), PAD]], np.int64)
    spectra = models.session("hibari").run(list(SPECTRA), {"ids": ids, "speed": np.ones(1, np.float32)})
    own = prosody(phonemes(TEXT))
    features = np.repeat(np.repeat(own.features, own.held, axis=1), 2, axis=1)
    inputs = np.vstack([features, np.log1p(np.maximum(own.pitch, 0)) / 5, own.energy / 5]).T.astype(np.float32)
    return inputs, own.pitch, [one[0].T for one in spectra]


def test_its_spectra_are_those_of_the_net_but_for_whole_numbers(spoken):
    inputs, _, spectra = spoken
    made = network.spectra(own_weights(), inputs[None])
    for one, other in zip(made, spectra, strict=True):
        assert one.shape == (1, *other.shape)
        apart = np.abs(np.asarray(one[0]) - other)
        assert np.median(apart) < 0.05 * (np.std(other) + 0.1)


def test_its_sound_is_what_the_package_makes_of_its_spectra(spoken):
    dsp = pytest.importorskip("hibari.dsp")
    inputs, pitch, _ = spoken
    cut = slice(FIRST, FIRST + FRAMES)
    dice = np.random.default_rng(3)
    drawn = dice.standard_normal((601, 2 * FRAMES), dtype=np.float32)
    train, start = pulses(pitch), FIRST * 300
    made = network.said(
        own_weights(),
        inputs[None, cut],
        train[None, start - 600 : start + (FRAMES + 1) * 300],
        drawn.view(np.complex64).T[None],
    )
    parts = [np.asarray(one[0]).T.copy() for one in network.spectra(own_weights(), inputs[None, cut])]
    source = dsp.stft(train, len(pitch))[:, cut].copy()
    spectrum = source * np.exp(1j * np.pi * np.tanh(parts[1])) * dsp.ex(parts[0])
    spectrum += drawn.view(np.complex64) * dsp.ex(parts[2]) + dsp.ex(parts[3]) * np.exp(1j * parts[4])
    whole = dsp.ola(spectrum.astype(np.complex64))
    np.testing.assert_allclose(np.asarray(made[0]), whole[600 : (FRAMES - 3) * 300], atol=2e-4)


def test_bands_are_triangles_that_meet():
    filters = network.mel_bands(1024, 60)
    inside = filters.sum(axis=1)[(np.linspace(0, 12_000, 513) > 100) & (np.linspace(0, 12_000, 513) < 10_500)]
    assert filters.shape == (513, 60)
    assert filters.min() == 0.0
    np.testing.assert_allclose(inside, 1.0, atol=1e-5)
