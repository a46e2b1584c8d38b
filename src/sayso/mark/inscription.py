"""Inscription: working a pattern into sound, stretch by stretch.

Informed embedding (Malvar and Florencio 2003, improved spread spectrum): measure how far each coded bit and each block
of pilot cells stands out already, by chance, and move cells only by what is lacking. Where the sound helps, nothing is
changed; what it does against the mark is cancelled. The sound is measured again after each round, so that the last
round is also the check: where too many bits still lack, the stretch is written more firmly.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.mark.cells import (
    LAST_BIN,
    WINDOW,
    Frames,
    levels,
    spectra,
    summed_powers,
    weights,
)
from sayso.mark.pattern import (
    BAND_BINS,
    BANDS,
    CODED_BITS,
    FIRST_BIN,
    FRAME_LENGTH,
    GROUPS,
    HOP_LENGTH,
    PERIOD_FRAMES,
    Pattern,
)
from sayso.mark.shaping import allowances, ceilings, emphasis
from sayso.mark.strength import Strength
from sayso.mark.view import RunningMean, View, noise_energy

_MEMORY_FRAMES: Final = 300.0  # what was written counts for later stretches and fades with this constant: 3.2 s
_EXTRA_ROUNDS: Final = 3  # after the usual ones, for a weak stretch, each allowed to go further beyond the mask
_STRENGTHEN: Final = 1.25
_NOISE_SNR_DB: Final = 15.0
_FAINT: Final = np.float32(1e-9)


class Inscription:
    """One mark being worked into one clip; call `difference` for one stretch after another."""

    def __init__(self, pattern: Pattern, code_word: NDArray[np.int8], strength: Strength) -> None:
        """Take the pattern of the keys, the coded bits (+1, -1) and how firmly to write."""
        self._sign = pattern.written(code_word).astype(np.float32)
        self._group = pattern.group.astype(np.intp)
        self._strength = strength
        self._emphasis = emphasis(strength.high_share)
        goal = np.full(GROUPS, strength.pilot_db)
        goal[:CODED_BITS] = strength.data_db
        self._views = (View(goal), View(strength.in_noise * goal))
        self._power = RunningMean()

    def difference(self, samples: NDArray[np.float32], *, start: int, first: int, stop: int) -> NDArray[np.float32]:
        """Return what to add to ``samples`` (channels, n) at the clock's rate.

        ``start`` is where in the clip the first sample lies; ``first`` and ``stop`` bound, in the clip, what is new:
        the samples around are context. All are counted in samples of the clock.
        """
        frame = start // HOP_LENGTH
        lead = start - (frame - 1) * HOP_LENGTH
        num_frames = -(-(lead + samples.shape[1]) // HOP_LENGTH)
        padded = np.zeros((samples.shape[0], (num_frames + 1) * HOP_LENGTH), dtype=np.float32)
        padded[:, lead : lead + samples.shape[1]] = samples
        places = frame + np.arange(num_frames)
        is_new = (places * HOP_LENGTH >= first) & (places * HOP_LENGTH < stop)
        change = self._write(padded, places % PERIOD_FRAMES, is_new)
        return change[:, lead : lead + samples.shape[1]]

    @property
    def margin_db(self) -> float:
        """Return by how much the coded bits stand out, in dB: the mean over the last seconds, 0 before the first."""
        return self._views[0].margin_db

    def _write(
        self, padded: NDArray[np.float32], phase: NDArray[np.intp], is_new: NDArray[np.bool_]
    ) -> NDArray[np.float32]:
        sign, group = self._sign[phase], self._group[phase].ravel()
        host = spectra(padded)
        energy = summed_powers(host.view(np.float32)[..., 2 * FIRST_BIN : 2 * LAST_BIN])
        allowed = allowances(energy) * self._emphasis
        sign_new = sign * is_new[:, None] * self._emphasis
        noise = noise_energy(self._power.after(padded), _NOISE_SNR_DB)
        quiet, noisy = self._views
        quiet.begin(sign_new * weights(levels(energy)), group, allowed)
        worth = energy / (energy + np.float32(noise) + _FAINT)
        noisy.begin(sign_new * worth, group, allowed, noise=noise)
        moved, written = np.zeros_like(energy), Written(host)
        reach = self._strength.reach
        for turn in range(self._strength.rounds + _EXTRA_ROUNDS):
            given = quiet.lacking(energy)
            if turn >= self._strength.rounds:
                if not quiet.is_weak:
                    break
                reach *= _STRENGTHEN
            given = (given + noisy.lacking(energy)) * allowed
            moved = np.minimum(moved + given, np.minimum(reach * allowed, ceilings()))
            energy = written.moved(sign * moved)
        kept = float(np.exp(-np.count_nonzero(is_new) / _MEMORY_FRAMES))
        for view in self._views:
            view.end(energy, kept)
        return written.change


class Written:
    """A stretch with its cells moved, again and again, in arrays that are made once: to make them costs as much."""

    def __init__(self, host: NDArray[np.complex64]) -> None:
        """Take the spectra of the stretch, shape (channels, frames, bins)."""
        self._spectrum, self._heard = np.zeros_like(host), np.empty_like(host)
        # As real numbers, four a cell: NumPy goes through complex ones, and through rows of four, far more slowly.
        first, last = 2 * FIRST_BIN, 2 * LAST_BIN
        self._host = np.ascontiguousarray(host.view(np.float32)[..., first:last])
        self._cells = self._spectrum.view(np.float32)[..., first:last]
        self._again = self._heard.view(np.float32)[..., first:last]
        self._gain = np.empty((*host.shape[1:-1], BANDS, 2 * BAND_BINS), dtype=np.float32)
        self._frames = np.empty((*host.shape[:-1], FRAME_LENGTH), dtype=np.float32)
        self._out = np.zeros((host.shape[0], host.shape[1] + 1, HOP_LENGTH), dtype=np.float32)

    @property
    def change(self) -> NDArray[np.float32]:
        """Return the difference in time that the last move makes, shape (channels, samples)."""
        return self._out.reshape(self._out.shape[0], -1)

    def moved(self, moved_db: Frames) -> Frames:
        """Return the energy of each cell, over all channels, when each is moved by ``moved_db``, and heard again."""
        gain = np.float32(10) ** (moved_db / 20) - 1
        for place in range(2 * BAND_BINS):
            self._gain[..., place] = gain
        np.multiply(self._host, self._gain.reshape(len(moved_db), -1), out=self._cells)
        np.fft.irfft(self._spectrum, FRAME_LENGTH, out=self._frames)
        np.multiply(self._frames[..., :HOP_LENGTH], WINDOW[:HOP_LENGTH], out=self._out[:, :-1])
        self._out[:, -1] = 0
        self._frames[..., HOP_LENGTH:] *= WINDOW[HOP_LENGTH:]
        self._out[:, 1:] += self._frames[..., HOP_LENGTH:]
        spectra(self.change, out=(self._frames, self._heard))
        return summed_powers(self._host + self._again)
