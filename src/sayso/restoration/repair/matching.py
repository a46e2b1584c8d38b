"""Microphone matching: the long-term spectrum of a recording brought to that of another, by a smooth equaliser.

Levels of the loud frames in thirds of an octave are compared; an equaliser whose gain runs smoothly between the bands,
is bounded, and is of minimum phase (so that nothing is heard before the sound that it comes from) makes them alike. A
band that holds little but noise is not raised, and the level of the whole stays. Minimum phase by the cepstrum:
Oppenheim and Schafer, Discrete-Time Signal Processing, section 12.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.signal import Signal
from sayso.errors import Invalid

BOUND_DB: Final = 12.0
CENTRES_HZ: Final = tuple(float(1_000 * 2 ** (third / 3)) for third in range(-10, 13))
"""The middles of the bands, thirds of an octave from 99 Hz to 16 kHz."""

_SIXTH: Final = 2 ** (1 / 6)
_LOUD_DB: Final = -25.0  # beside the loudest twentieth: speech, not its pauses
_LOUD_PERCENTILE: Final = 95.0
_SOFT_PERCENTILE: Final = 10.0
_HEARD_DB: Final = 6.0  # above the pauses, from where on a band may be raised, by as much as is above
_EMPTY_DB: Final = -65.0  # beside the whole: beyond the bandwidth
_ROUNDS: Final = 12
_FRAME_S: Final = 0.128
_LEAST_FRAMES: Final = 12
_MIN_BANDS: Final = 6
_RESPONSE_S: Final = 0.128

Levels = NDArray[np.float64]


class TooLittleSound(Invalid):
    """There is too little sound in it to tell its colour; name a recording with a second of speech or more."""


@dataclass(frozen=True, slots=True, eq=False)
class LongTermSpectrum:
    """The mean power of the loud frames in each bin, that of the pauses, and the frequencies of the bins."""

    loud: Levels
    soft: Levels
    hertz: Levels

    def bands_db(self, gain: Levels | None = None) -> Levels:
        """Return the level of each band of `CENTRES_HZ` after ``gain`` of the bins; nan where there is nothing."""
        power = self.loud if gain is None else self.loud * gain**2
        return _in_bands(power, self.hertz, self.loud)

    def rooms_db(self) -> Levels:
        """Return by how much each band is above the pauses."""
        return self.bands_db() - _in_bands(np.maximum(self.soft, 1e-20), self.hertz, self.loud)


def long_term_spectrum(signal: Signal) -> LongTermSpectrum:
    """Return the long-term spectrum of the loud frames of ``signal``, its channels mixed; raise `TooLittleSound`."""
    power = _frames(signal)
    level = power.sum(axis=1)
    if level.max(initial=0.0) <= 0:
        raise TooLittleSound
    loud = level >= np.percentile(level, _LOUD_PERCENTILE) * 10 ** (_LOUD_DB / 10)
    if loud.sum() < _LEAST_FRAMES:
        raise TooLittleSound
    soft = level <= np.percentile(level, _SOFT_PERCENTILE)
    hertz = np.asarray(np.arange(power.shape[1]) * signal.sample_rate / (2 * power.shape[1] - 2), np.float64)
    return LongTermSpectrum(power[loud].mean(axis=0), power[soft].mean(axis=0), hertz)


def _frames(signal: Signal) -> Levels:
    """Return the power of frames of 128 ms, so that the lowest band holds several bins: (frames, bins)."""
    size = round(_FRAME_S * signal.sample_rate / 2) * 2
    samples = signal.mixed_in_phase()
    padded = np.pad(samples, (0, max(0, size - samples.size)))
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[:: size // 2]
    return np.asarray(np.square(np.abs(np.fft.rfft(frames * np.hanning(size), axis=1))), np.float64)


def gains_to(own: LongTermSpectrum, target: LongTermSpectrum) -> tuple[float, ...]:
    """Return the gain in dB at each of `CENTRES_HZ` that brings ``own`` to ``target``, within `BOUND_DB`.

    The gains of the smooth curve through them are corrected until the bands agree, as far as the bounds allow. Bands
    that either of both lacks follow the nearest that both have. Raise `TooLittleSound` where they share too few.
    """
    mine, theirs = own.bands_db(), target.bands_db()
    usable = np.isfinite(mine) & np.isfinite(theirs)
    if usable.sum() < _MIN_BANDS:
        raise TooLittleSound(f"the two share {usable.sum()} bands of a third of an octave, expected {_MIN_BANDS}")
    most = np.clip(own.rooms_db() - _HEARD_DB, 0.0, BOUND_DB)
    gains = np.zeros(mine.size)
    for _ in range(_ROUNDS):
        off = theirs - own.bands_db(_curve(gains, own.hertz))
        off -= np.mean(off[usable])
        raised = np.clip(gains[usable] + off[usable], -BOUND_DB, most[usable])
        gains = np.interp(np.arange(mine.size), np.flatnonzero(usable), raised)
    level = np.sum(own.loud * _curve(gains, own.hertz) ** 2) / np.sum(own.loud)
    return tuple((gains - 10 * np.log10(level)).round(2).tolist())


def matched(signal: Signal, gains_db: Iterable[float]) -> Signal:
    """Return ``signal`` with a gain of ``gains_db`` at `CENTRES_HZ`, smoothly between; as long, by minimum phase."""
    from scipy.signal import oaconvolve  # noqa: PLC0415 - slow to import

    response = _minimum_phase(np.array(list(gains_db)), signal.sample_rate)
    made = oaconvolve(signal.samples, response[None], axes=1)[:, : signal.num_samples]
    return Signal(made.astype(np.float32), signal.sample_rate)


def apart_db(own: LongTermSpectrum, target: LongTermSpectrum) -> float:
    """Return by how many dB (root mean square) the bands that both have differ, whatever their level."""
    off = target.bands_db() - own.bands_db()
    off = off[np.isfinite(off)]
    return float(np.std(off)) if off.size else 0.0


def _in_bands(power: Levels, hertz: Levels, loud: Levels) -> Levels:
    levels = np.full(len(CENTRES_HZ), np.nan)
    least = np.sum(loud) * 10 ** (_EMPTY_DB / 10)
    for place, centre in enumerate(CENTRES_HZ):
        inside = (hertz >= centre / _SIXTH) & (hertz < centre * _SIXTH)
        if inside.any() and hertz[-1] >= centre * _SIXTH * 0.99 and float(loud[inside].sum()) > least:
            levels[place] = 10 * np.log10(max(float(power[inside].sum()), 1e-20))
    return levels


def _curve(gains_db: Levels, hertz: Levels) -> Levels:
    """Return the gain at ``hertz``, a cubic without overshoot through the gains over the logarithm of frequency."""
    from scipy.interpolate import PchipInterpolator  # noqa: PLC0415 - slow to import

    at = np.log(np.clip(hertz, CENTRES_HZ[0], CENTRES_HZ[-1]))
    return np.asarray(10 ** (PchipInterpolator(np.log(CENTRES_HZ), gains_db)(at) / 20), np.float64)


def _minimum_phase(gains_db: Levels, sample_rate: int) -> NDArray[np.float64]:
    length = round(_RESPONSE_S * sample_rate)
    size = 1 << (4 * length - 1).bit_length()
    gain = _curve(gains_db, np.asarray(np.fft.rfftfreq(size, 1 / sample_rate), np.float64))
    cepstrum = np.fft.irfft(np.log(gain), size)
    folded = np.zeros(size)
    folded[0], folded[size // 2] = cepstrum[0], cepstrum[size // 2]
    folded[1 : size // 2] = 2 * cepstrum[1 : size // 2]
    response = np.fft.irfft(np.exp(np.fft.rfft(folded)), size)[:length]
    tail = length // 2
    response[tail:] *= 0.5 * (1 + np.cos(np.pi * np.arange(length - tail) / (length - tail)))
    return np.asarray(response, np.float64)
