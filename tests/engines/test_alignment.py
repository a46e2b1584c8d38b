"""Alignment: words are found in sound whose times are known, from another voice, moved and slowed."""

from __future__ import annotations

import numpy as np
import pytest

from sayso.audio.signal import Signal
from sayso.engines import Unspeakable
from sayso.engines.alignment import found_words
from sayso.engines.hibari import HibariEngine
from sayso.testing import spoken

TEXT = "The keeper climbed the narrow stair before dawn, and nobody saw him."


@pytest.mark.parametrize("speed", [0.8, 1.25])
def test_words_of_another_pace_and_a_later_start_are_found(speed):
    engine = HibariEngine()
    voice = engine.stock_asset("heart")
    known = engine.align(TEXT, voice, speed=speed)
    late = np.concatenate([np.zeros(12_000, np.float32), 0.5 * spoken(engine, TEXT, voice, speed=speed, seed=5)])
    found = found_words(TEXT, Signal.mono(late, 24_000))
    assert [word.word for word in found] == [word.word for word in known]
    off_s = np.array([one.start_s - other.start_s - 0.5 for one, other in zip(found, known, strict=True)])
    assert np.median(np.abs(off_s)) < 0.04
    edges = [edge for word in found for edge in (word.start_s, word.end_s)]
    assert edges == sorted(edges)


def test_what_has_no_words_or_no_end_is_not_aligned():
    with pytest.raises(Unspeakable):
        found_words("...", Signal.mono(np.zeros(24_000), 24_000))
    assert found_words(TEXT, Signal.mono(np.zeros(41 * 8_000), 8_000)) == []
