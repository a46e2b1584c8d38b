"""The colour of a microphone: the long-term spectrum of the speech beside that of speech in general."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.restoration.diagnosis.finding import Finding
from sayso.restoration.diagnosis.spectrum import Spectrum

# Byrne et al., "An international comparison of long-term average speech spectra", JASA 96, 1994, table II: both sexes
# together, dB in thirds of an octave, the whole at 70 dB. Below 250 Hz it is the pitch of the voice that tells.
LONG_TERM_DB: Final = {
    250: 60.3, 315: 59.0, 400: 62.1, 500: 62.1, 630: 60.5, 800: 56.8, 1_000: 53.7,
    1_250: 53.0, 1_600: 52.0, 2_000: 48.7, 2_500: 48.1, 3_150: 46.8, 4_000: 45.6, 5_000: 44.5, 6_300: 44.3, 8_000: 43.7,
}  # fmt: skip
_STRONG_DB: Final = 8.0
_MIN_BANDS: Final = 6
_SIXTH: Final = 2 ** (1 / 6)


def third_octaves_db(spectrum: Spectrum, speech: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the level of the frames of ``speech`` in the bands of `LONG_TERM_DB`; nan above half the rate."""
    power = spectrum.power[speech].mean(axis=0) if speech.any() else np.zeros(spectrum.hertz.size)
    levels = []
    for centre in LONG_TERM_DB:
        inside = (spectrum.hertz >= centre / _SIXTH) & (spectrum.hertz < centre * _SIXTH)
        is_whole = inside.any() and spectrum.hertz[-1] >= centre * _SIXTH * 0.99
        levels.append(10 * np.log10(max(float(power[inside].sum()), 1e-14)) if is_whole else np.nan)
    return np.array(levels)


def colour_finding(spectrum: Spectrum, speech: NDArray[np.bool_], bandwidth_hz: float) -> Finding:
    """Return by how many dB (root mean square) the speech departs from the long-term spectrum of speech."""
    centres = np.array(list(LONG_TERM_DB))
    apart = third_octaves_db(spectrum, speech) - np.array(list(LONG_TERM_DB.values()))
    usable = np.isfinite(apart) & (centres * _SIXTH <= max(bandwidth_hz, 1.0))
    if usable.sum() < _MIN_BANDS or not speech.any():
        return Finding("colour", None, "dB", 0.0)
    apart = apart[usable] - apart[usable].mean()
    off_db = float(np.sqrt(np.mean(apart**2)))
    worst = int(np.argmax(np.abs(apart)))
    note = f"{apart[worst]:+.0f} dB at {centres[usable][worst]} Hz"
    sure = float(min(1.0, speech.sum() / 600))  # ten seconds of speech tell it
    return Finding("colour", off_db, "dB", sure, is_fault=off_db >= _STRONG_DB, note=note)
