"""A voice as high as a child's goes to a person; an adult's passes, and so does one whose pitch is not to be told."""

from __future__ import annotations

import numpy as np
import pytest

from sayso.enrollment.adult import CHILD_HZ, check_adult
from sayso.voices.embedding import SAMPLE_RATE


def voice(hz: float, seconds: float = 3.0):
    """Return a hum of ten partials whose pitch moves a little."""
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    phase = 2 * np.pi * hz * (time + 0.002 * np.sin(2 * np.pi * time))
    return (0.1 * sum(np.sin(n * phase) / n for n in range(1, 11))).astype(np.float32)


@pytest.mark.parametrize(("hz", "verdict"), [(110.0, "pass"), (210.0, "pass"), (300.0, "review")])
def test_pitch_decides(hz, verdict):
    check = check_adult(voice(hz), [voice(hz), voice(hz)])
    assert str(check.verdict) == verdict
    assert check.figures["pitch_hz"] == pytest.approx(hz, rel=0.03)


def test_who_reads_one_of_both_higher_is_no_child():
    assert str(check_adult(voice(300.0), [voice(200.0)]).verdict) == "pass"
    assert CHILD_HZ < 300.0


def test_sound_without_a_voice_is_for_other_checks():
    check = check_adult(np.zeros(100, np.float32), [])
    assert (str(check.verdict), check.figures["pitch_hz"]) == ("pass", None)
