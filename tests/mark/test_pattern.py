from __future__ import annotations

import itertools

import numpy as np

from sayso.mark.mark import MarkKeys
from sayso.mark.pattern import BANDS, CODED_BITS, GROUPS, PERIOD_FRAMES, pattern_of

KEYS = MarkKeys.derive(b"p" * 32)


def test_every_cell_has_one_duty():
    pattern = pattern_of(KEYS)
    assert pattern.pilot.shape == pattern.data.shape == pattern.group.shape == (PERIOD_FRAMES, BANDS)
    assert (np.abs(pattern.pilot) + np.abs(pattern.data) == 1).all()
    assert ((pattern.group < CODED_BITS) == (pattern.data != 0)).all()
    assert pattern.group.max() == GROUPS - 1


def test_coded_bits_share_the_cells_evenly():
    pattern = pattern_of(KEYS)
    cells = np.bincount(pattern.group[pattern.data != 0], minlength=CODED_BITS)
    assert cells.max() - cells.min() <= 1
    low = pattern.group[:, :20]
    assert np.bincount(low[pattern.data[:, :20] != 0], minlength=CODED_BITS).min() >= 14


def test_the_public_pattern_is_part_of_the_whole_and_no_more():
    whole, public = pattern_of(KEYS), pattern_of(KEYS.public)
    assert not public.data.any()
    known = public.pilot != 0
    assert (whole.pilot[known] == public.pilot[known]).all()
    assert np.mean(known) == 48 / 288
    assert np.count_nonzero(whole.pilot) == PERIOD_FRAMES * BANDS * 112 // 288


def test_patterns_of_two_keys_are_unrelated():
    signs = [pattern_of(MarkKeys.derive(bytes([k]) * 32)).pilot.astype(float) for k in range(12)]
    for first, second in itertools.pairwise(signs):
        assert abs(np.sum(first * second)) < 5 * np.sqrt(np.count_nonzero(first * second))


def test_the_pattern_is_for_ever():
    """A changed pattern would orphan every mark ever written: a new one needs a new label and both in the detector."""
    pattern = pattern_of(KEYS)
    places = np.arange(1, pattern.pilot.size + 1).reshape(pattern.pilot.shape)
    fingerprint = (
        int((pattern.pilot * places).sum()),
        int((pattern.data * places).sum()),
        int((pattern.group * places).sum()),
    )
    assert fingerprint == (728328, -2168690, 48419512116)
