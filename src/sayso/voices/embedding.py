"""The speaker embedding: GE2E, as resemblyzer computes it.

Wan et al., "Generalized end-to-end loss for speaker verification", ICASSP 2018. Speech at 16 kHz becomes 40 mel bands
(25 ms windows, 10 ms steps, power, no logarithm); windows of 1.6 s, about 1.3 a second, each give 256 numbers from a
recurrent network; the embedding is the mean of the windows, normalised.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.signal import Signal
from sayso.voices.errors import NoVoiceInside
from sayso.voices.filterbank import overlapped
from sayso.voices.gate import speech_of

SAMPLE_RATE: Final = 16_000
SIZE: Final = 256
MIN_DURATION_S: Final = 0.5

_LOUDNESS_DBFS: Final = -30.0
_WINDOW: Final = 400
_HOP: Final = 160
_BANDS: Final = 40
_SLICE: Final = 160
_STEP: Final = 77  # 16,000 / 1.3 / 160: about 1.3 slices a second
_MIN_COVERAGE: Final = 0.75

Embedding = NDArray[np.float32]


def embed_voice(signal: Signal) -> Embedding:
    """Return the speaker embedding of the speech in ``signal``: float32 (256,), not negative, of length 1.

    Raise `NoVoiceInside` when less than half a second of speech is found in it.
    """
    return embed_speech(speech_of(signal, SAMPLE_RATE))


def embed_speech(speech: NDArray[np.float32]) -> Embedding:
    """Return the embedding of ``speech``, mono at 16 kHz with its pauses already taken out."""
    return mean_embedding(embed_slices(checked_speech(speech)))


def checked_speech(speech: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ``speech`` (16 kHz mono); raise `NoVoiceInside` if it is shorter than half a second."""
    if len(speech) < MIN_DURATION_S * SAMPLE_RATE:
        raise NoVoiceInside(
            f"got {len(speech) / SAMPLE_RATE:.2f} s of speech, expected at least {MIN_DURATION_S} s",
            hint="use a recording in which somebody speaks",
        )
    return speech


def embed_slices(speech: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return one embedding for each slice of 1.6 s of ``speech`` (16 kHz mono): float32 (slices, 256)."""
    from sayso.models import session  # noqa: PLC0415 - most commands embed nothing

    starts = slice_starts(len(speech))
    padded = np.pad(levelled(speech), (0, max(0, (starts[-1] + _SLICE) * _HOP - len(speech))))
    mels = mel_bands(padded)
    batch = np.stack([mels[start : start + _SLICE] for start in starts])
    return np.asarray(session("ge2e").run(None, {"mels": batch})[0], dtype=np.float32)


def mean_embedding(embeddings: Sequence[Embedding] | NDArray[np.float32]) -> Embedding:
    """Return the mean of ``embeddings``, scaled back to length 1."""
    mean = np.mean(np.asarray(embeddings, dtype=np.float64), axis=0)
    return np.asarray(mean / np.linalg.norm(mean), dtype=np.float32)


def similarity(one: Embedding, other: Embedding) -> float:
    """Return the cosine of two embeddings, -1.0 to 1.0; two voices of one speaker lie above about 0.8."""
    product = np.dot(one.astype(np.float64), other.astype(np.float64))
    return float(product / (np.linalg.norm(one) * np.linalg.norm(other)))


def slice_starts(num_samples: int) -> list[int]:
    """Return the first frames of the slices over ``num_samples``; a last one that is mostly padding is left out."""
    num_frames = -(-(num_samples + 1) // _HOP)
    starts = list(range(0, max(1, num_frames - _SLICE + _STEP + 1), _STEP))
    covered = (num_samples - starts[-1] * _HOP) / (_SLICE * _HOP)
    return starts[:-1] if covered < _MIN_COVERAGE and len(starts) > 1 else starts


def mel_bands(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the power in 40 mel bands of ``samples`` (16 kHz): float32 (frames, 40), each centred on its hop."""
    return np.asarray(np.abs(_spectra(samples)) ** 2 @ mel_filters().T, dtype=np.float32)


def mel_gradient(samples: NDArray[np.float32], by_mels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the gradient by ``samples``, given that by their `mel_bands` (frames, 40)."""
    by_spectra = 2.0 * _spectra(samples) * (by_mels @ mel_filters())
    by_spectra[:, 1:-1] *= 0.5  # the inverse transform of half a spectrum counts these twice
    by_frames = np.fft.irfft(by_spectra, axis=1) * _WINDOW * _hann()
    return overlapped(by_frames, len(samples) + _WINDOW)[_WINDOW // 2 : -(_WINDOW // 2)]


def _spectra(samples: NDArray[np.float32]) -> NDArray[np.complex128]:
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(samples, _WINDOW // 2), _WINDOW)[::_HOP]
    return np.asarray(np.fft.rfft(frames * _hann(), axis=1))


def _hann() -> NDArray[np.float64]:
    return np.asarray(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_WINDOW) / _WINDOW))


@cache
def mel_filters() -> NDArray[np.float64]:
    """Return Slaney's mel filters of equal area (Auditory Toolbox, 1998): float64 (40, 201), 0 to 8 kHz."""
    edges = _mel_to_hz(np.linspace(0.0, _hz_to_mel(SAMPLE_RATE / 2), _BANDS + 2))
    bins = np.linspace(0.0, SAMPLE_RATE / 2, _WINDOW // 2 + 1)
    rising = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    return np.asarray(np.maximum(0.0, np.minimum(rising, falling)) * (2.0 / (edges[2:] - edges[:-2]))[:, None])


_LINEAR_HZ: Final = 200.0 / 3.0  # a mel below 1 kHz
_BREAK_HZ: Final = 1000.0
_BREAK_MEL: Final = _BREAK_HZ / _LINEAR_HZ
_LOG_STEP: Final = np.log(6.4) / 27.0  # above 1 kHz, 27 mels lead to 6.4 kHz


def _hz_to_mel(hz: float) -> float:
    return float(hz / _LINEAR_HZ if hz < _BREAK_HZ else _BREAK_MEL + np.log(hz / _BREAK_HZ) / _LOG_STEP)


def _mel_to_hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    above = _BREAK_HZ * np.exp(_LOG_STEP * (mel - _BREAK_MEL))
    return np.asarray(np.where(mel < _BREAK_MEL, mel * _LINEAR_HZ, above))


def levelled(speech: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ``speech`` raised to -30 dBFS if it is softer: the network has not heard softer speech."""
    rms = float(np.sqrt(np.mean(speech.astype(np.float64) ** 2)))
    level_dbfs = 20.0 * np.log10(max(rms, 1e-9))
    gain_db = max(0.0, _LOUDNESS_DBFS - level_dbfs)
    return np.asarray(speech * 10.0 ** (gain_db / 20.0), dtype=np.float32)
