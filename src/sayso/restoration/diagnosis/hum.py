"""Mains hum: found as a comb of steady tones, followed and subtracted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from sayso.audio.signal import Signal

_MAINS_HZ: Final = (50.0, 60.0)
_NUM_HARMONICS: Final = 12
_FRAME_S: Final = 1.0
_MIN_FRAMES: Final = 5
_STEADY_PERCENTILE: Final = 15.0  # speech pauses that often; hum never does
_NEAR_HZ: Final = 2.0  # mains frequency wanders by 0.4 %
_AROUND_HZ: Final = (5.0, 20.0)
_PROMINENT_DB: Final = 12.0
_VISIBLE_DB: Final = 7.0  # of the other harmonics, once two stand out
_MIN_HARMONICS: Final = 2
_MIN_LEVEL_DB: Final = -60.0
_BLOCK_S: Final = 0.1  # five or six turns of the mains: its harmonics do not disturb one another
_FOLLOW_S: Final = 2.0
_STRETCH_BLOCKS: Final = 100  # subtracted at a time, so that memory stays bounded


@dataclass(frozen=True, slots=True)
class Hum:
    """Mains hum: 50 or 60 Hz, its level in dB beside the whole recording, and the tones it is made of in Hz."""

    mains_hz: int
    level_db: float
    tones_hz: tuple[float, ...]


def find_hum(samples: NDArray[np.float32], sample_rate: int) -> Hum | None:
    """Return the mains hum of ``samples``, shape (samples,), or None.

    Hum is there at all times, speech is not: in the spectrum that frames of 1 s stay above for 85 % of the time, at
    least two harmonics of 50 or 60 Hz stand out by 12 dB from what is 5 to 20 Hz beside them, and the one mains
    frequency more than the other. A recording of under 2 s is too short to tell.
    """
    frame = round(_FRAME_S * sample_rate)
    if samples.size < frame + (_MIN_FRAMES - 1) * (frame // 4):
        return None
    total = float(np.mean(np.square(samples, dtype=np.float64)))
    power = _steady_power(samples, frame)
    found = [hum for mains in _MAINS_HZ if (hum := _comb(power, mains, total=total, sample_rate=sample_rate))]
    return max(found, key=lambda hum: hum.level_db, default=None)


def remove_hum(signal: Signal, hum: Hum) -> Signal:
    """Return ``signal`` without the tones of ``hum``, each followed in amplitude and phase and subtracted.

    A notch narrow enough to spare a voice rings for a quarter of a second into every pause; subtraction does not ring.
    What a tone is, is read mostly where the recording is quiet, over about two seconds at a time.
    """
    clean = signal.samples.astype(np.float64)
    for channel in clean:
        for tone_hz in hum.tones_hz:
            _subtract_tone(channel, tone_hz / signal.sample_rate, block=round(_BLOCK_S * signal.sample_rate))
    return Signal(clean.astype(np.float32), signal.sample_rate)


def _subtract_tone(samples: NDArray[np.float64], frequency: float, *, block: int) -> None:
    """Take the steady tone at ``frequency`` (cycles a sample) out of ``samples``."""
    values, weights = _demodulated(samples, frequency, block=block)
    # A frequency that is a little off turns the phase from block to block by a constant angle.
    pairs = np.minimum(weights[1:], weights[:-1]) * values[1:] * values[:-1].conj()
    frequency += float(np.angle(pairs.sum())) / (2 * np.pi * block)
    values, weights = _demodulated(samples, frequency, block=block)
    reach = min(math.ceil(_FOLLOW_S / _BLOCK_S), values.size // 2)
    kernel = np.hanning(2 * reach + 3)[1:-1]
    smooth = np.convolve(values * weights, kernel) / np.convolve(weights, kernel)
    centres = (np.arange(values.size) + 0.5) * block
    amplitude = smooth[reach : reach + values.size]
    for start in range(0, samples.size, _STRETCH_BLOCKS * block):
        at = np.arange(start, min(start + _STRETCH_BLOCKS * block, samples.size))
        envelope = np.interp(at, centres, amplitude.real) + 1j * np.interp(at, centres, amplitude.imag)
        samples[at] -= 2 * (envelope * np.exp(2j * np.pi * frequency * at)).real


def _demodulated(
    samples: NDArray[np.float64], frequency: float, *, block: int
) -> tuple[NDArray[np.complex128], NDArray[np.float64]]:
    """Return the complex amplitude of the tone in each block, and how much each is worth: the quieter, the more."""
    blocks = samples[: samples.size // block * block].reshape(-1, block)
    # The same oscillation serves each block, turned on by the phase at its start.
    starts = np.exp(-2j * np.pi * frequency * block * np.arange(len(blocks)))
    values = blocks @ np.exp(-2j * np.pi * frequency * np.arange(block)) / block * starts
    power = np.einsum("ij,ij->i", blocks, blocks) / block
    return values, 1 / (power + np.percentile(power, 10) + 1e-12)


def _steady_power(samples: NDArray[np.float32], frame: int) -> NDArray[np.float64]:
    """Return the power of each bin, scaled so that a sine of power p reads p, that most frames stay above."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, frame)[:: frame // 4]
    window = np.hanning(frame)
    keep = math.ceil((_MAINS_HZ[-1] + 1) * _NUM_HARMONICS + 2 * _AROUND_HZ[1])
    # One second a frame makes one hertz a bin. A long recording is looked at in 120 places.
    chosen = frames[np.linspace(0, len(frames) - 1, min(len(frames), 120)).astype(int)]
    power = np.array([np.square(np.abs(np.fft.rfft(each * window)[:keep])) for each in chosen])
    steady = np.percentile(power, _STEADY_PERCENTILE, axis=0) * 2 / window.sum() ** 2
    return cast("NDArray[np.float64]", steady)


def _comb(power: NDArray[np.float64], mains_hz: float, *, total: float, sample_rate: int) -> Hum | None:
    tones: list[float] = []
    level = 0.0
    prominent = 0
    for harmonic in range(1, _NUM_HARMONICS + 1):
        tone = round(mains_hz * harmonic)
        if tone + _AROUND_HZ[1] >= min(sample_rate / 2, power.size):
            break
        near = math.ceil(max(_NEAR_HZ, 0.004 * tone))
        place = tone - near + int(np.argmax(power[tone - near : tone + near + 1]))
        inner, outer = (round(each) for each in _AROUND_HZ)
        around = np.concatenate([power[place - outer : place - inner], power[place + inner + 1 : place + outer + 1]])
        if power[place] > np.median(around) * 10 ** (_VISIBLE_DB / 10) and power[place] > 0:
            prominent += int(power[place] > np.median(around) * 10 ** (_PROMINENT_DB / 10))
            tones.append(_between_bins(power, place))
            level += float(power[place])
    if prominent < _MIN_HARMONICS or level <= 0 or total <= 0:
        return None
    level_db = 10 * math.log10(level / total)
    return Hum(round(mains_hz), min(level_db, 0.0), tuple(tones)) if level_db >= _MIN_LEVEL_DB else None


def _between_bins(power: NDArray[np.float64], place: int) -> float:
    """Return the place of a peak to a fraction of a bin, by a parabola through the logarithms."""
    left, middle, right = np.log(np.maximum(power[place - 1 : place + 2], 1e-30))
    bend = left - 2 * middle + right
    return float(place + (0.5 * (left - right) / bend if bend < 0 else 0.0))
