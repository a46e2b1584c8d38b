"""The breath that is drawn ahead is the one that would be drawn, and blocks leave nothing out."""

from __future__ import annotations

import numpy as np
import pytest

from sayso.engines.hibari_sound import Breath, blocks, whole

BINS = 601


def test_breath_drawn_ahead_is_what_the_generator_gives():
    breath, noise = Breath(np.random.default_rng(7)), np.random.default_rng(7)
    for expected, frames in ((10, 4), (2, 5), (None, 3), (0, 6), (50, 1), (1, 9)):
        if expected is not None:
            breath.expect(expected)
        drawn = noise.standard_normal((BINS, 2 * frames), dtype=np.float32).view(np.complex64)
        assert np.array_equal(breath.take(frames), drawn)


@pytest.mark.parametrize("frames", [1, 3, 21, 22, 37, 38, 53, 54, 60, 157, 158, 173, 174, 300])
def test_blocks_are_the_whole_at_any_length(frames):
    drawn = np.random.default_rng(frames)
    spectra = [drawn.standard_normal((BINS, frames)).astype(np.float32) for _ in range(5)]
    spectra.append(np.where(np.arange(frames) % 30 > 20, 180, 0).astype(np.float32))
    found = np.concatenate(list(blocks(spectra, Breath(np.random.default_rng(1)))))
    expected = whole([each.copy() for each in spectra], np.random.default_rng(1))
    np.testing.assert_allclose(found, expected, atol=1e-4 * np.abs(expected).max())
