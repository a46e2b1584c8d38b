"""Where somebody speaks within a segment, by the probability of speech each 32 ms."""

from __future__ import annotations

import numpy as np
import pytest

from sayso.corpus.listening import spoken


def test_short_pauses_are_speech_and_blips_are_none():
    speech = np.zeros(100, np.float32)
    speech[10:20] = speech[22:40] = speech[60:90] = 0.9
    speech[50] = 0.9
    assert spoken(speech) == [pytest.approx((0.27, 1.33)), pytest.approx((1.87, 2.93))]


def test_edges_stay_inside():
    assert spoken(np.ones(20, np.float32)) == [pytest.approx((0.0, 0.64))]
    assert spoken(np.zeros(20, np.float32)) == []
