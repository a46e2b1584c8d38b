from __future__ import annotations

import numpy as np
import pytest

from sayso.audio.signal import Signal
from sayso.mark.alignment import NOWHERE, Alignment, FramedResiduals
from sayso.mark.pattern import BANDS, PERIOD_FRAMES
from sayso.mark.segments import gaps, restored, restored_s, within

FRAME_S = 256 / 24_000


def path(phase):
    value = np.zeros((len(phase), BANDS), dtype=np.float32)
    return Alignment(FramedResiduals(0, False, value), value, np.asarray(phase), 0.0, 0.0, slice(0, len(phase)))


def test_a_steady_sound_has_no_gaps():
    assert gaps(path(np.arange(400) % PERIOD_FRAMES)) == ()


@pytest.mark.parametrize("missing", [40, 200, -30])
def test_what_is_missing_is_told_where_and_how_long(missing):
    phase = np.concatenate([np.arange(250, 350), np.arange(350 + missing, 500 + missing)]) % PERIOD_FRAMES
    phase[95:100] = NOWHERE
    assert gaps(path(phase)) == ((round(100 * FRAME_S, 3), round(missing * FRAME_S, 3)),)


def test_silence_stands_for_what_was_cut_out_and_what_was_put_in_goes():
    signal = Signal.mono(np.arange(1, 8001, dtype=np.float32) / 8000, 8000)
    cuts = ((0.3, 0.2), (0.7, -0.1))
    made = restored(signal, cuts).samples[0]
    assert made.size == 8800
    assert (made[:2400] == signal.samples[0, :2400]).all()
    assert not made[2400:4000].any()
    assert (made[4000:6400] == signal.samples[0, 2400:4800]).all()
    assert (made[6400:] == signal.samples[0, 5600:]).all()
    assert [restored_s(moment_s, cuts) for moment_s in (0.1, 0.5, 0.9)] == pytest.approx([0.1, 0.7, 1.0])
    assert within(cuts, 0.5, 1.0, less_s=0.5) == ((0.2, -0.1),)
