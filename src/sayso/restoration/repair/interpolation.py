"""Clicks taken out of a recording: the samples that they hide, told from those around them."""

from __future__ import annotations

from typing import Final

import numpy as np

from sayso.audio.mending import told_anew
from sayso.audio.signal import Signal
from sayso.restoration.diagnosis.breaks import clicks_at

_CLICK_S: Final = 0.0008


def declicked(signal: Signal) -> Signal:
    """Return ``signal`` without clicks: 0.8 ms around each told from the sound before and after."""
    reach = round(_CLICK_S * signal.sample_rate)
    made = []
    for channel in signal.samples:
        marks = np.zeros(channel.size, np.bool_)
        for place in clicks_at(channel, signal.sample_rate).tolist():
            marks[max(place - reach, 0) : place + reach] = True
        made.append(told_anew(channel, marks, signal.sample_rate))
    return Signal(np.stack(made), signal.sample_rate)
