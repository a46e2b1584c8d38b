from __future__ import annotations

import numpy as np
import pytest

from sayso.mark.pattern import BANDS, GROUPS
from sayso.mark.view import RunningMean, View, noise_energy


def stretch(frames=300, seed=1):
    rng = np.random.default_rng(seed)
    energy = rng.exponential(1, (frames, BANDS)).astype(np.float32)
    sign = rng.choice([-1, 1], energy.shape).astype(np.float32)
    group = rng.integers(GROUPS, size=energy.size)
    return energy, sign, group


@pytest.mark.parametrize("noise", [0.0, 0.3])
def test_what_is_lacking_shrinks_as_it_is_given(noise):
    energy, sign, group = stretch()
    view = View(np.full(GROUPS, 1.5))
    worth = energy / (energy + noise) if noise else np.ones_like(energy)
    view.begin(sign * worth, group, np.ones_like(energy), noise=noise)
    first = view.lacking(energy)
    given = np.zeros_like(energy)
    for _ in range(8):
        given += view.lacking(energy * 10 ** (sign * given / 10))
    last = view.lacking(energy * 10 ** (sign * given / 10))
    assert first.mean() > 0.3
    assert last.mean() < 0.1 * first.mean()
    assert not view.is_weak


def test_an_untouched_stretch_is_weak_and_its_margin_is_chance():
    energy, sign, group = stretch()
    view = View(np.full(GROUPS, 1.5))
    assert view.margin_db == 0
    view.begin(sign, group, np.ones_like(energy))
    view.lacking(energy)
    assert view.is_weak
    view.end(energy, 1.0)
    assert abs(view.margin_db) < 0.3


def test_the_energy_of_noise_in_a_cell_is_foreseen():
    from sayso.mark.cells import energies, spectra

    noise = 0.1 * np.random.default_rng(0).standard_normal(480_000).astype(np.float32)
    power = RunningMean()
    power.after(noise[None, :1000])
    seen = energies(spectra(noise)).mean()
    assert noise_energy(power.after(noise[None]), 0) == pytest.approx(float(seen), rel=0.02)
