"""Stepwise: working a pattern into sound two frames at a time, for speech that is heard while it is made.

The informed embedding of `inscription` as a feedback loop: what each coded bit and each block of pilots lacks so far is
given to the next cells that carry it. A step takes two hops of sound and lets go of the two that end one hop earlier,
so that no sample waits for more than three hops, 32 ms. Every step is of one shape, so that how the sound was cut into
chunks cannot change a bit of what comes out.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.mark.cells import LAST_BIN, WINDOW, Frames, energies, levels, residuals_after, spectra, worth_over
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
from sayso.mark.view import noise_energy

STEP_SAMPLES: Final = 2 * HOP_LENGTH
DELAY_SAMPLES: Final = HOP_LENGTH
"""What a step lets go of ends this many samples before what it was given."""

_ROUNDS: Final = 2
_GAIN: Final = 9.0  # of the feedback: how much of what a group lacks, on the mean of its past, its next cell is given
_FIRMEST: Final = 1.4  # a weak stretch is written up to this much further beyond the mask, as in `inscription`
_FIRMER: Final = 1.02  # each step
_MOST_WEAK: Final = 0.05
_FEW_CELLS: Final = 8.0
_WEAK_SHARE: Final = 0.5
_KEPT: Final = float(np.exp(-2 / 300))  # of what was written, each step: fades with 3.2 s
_NOISE_SNR_DB: Final = 15.0
_FAINT: Final = np.float32(1e-9)
_CREDIT: Final = 18.0
_LITTLE: Final = 1e-3
_DB: Final = np.float32(np.log(10) / 20)


class Stepwise:
    """One mark being worked into one clip, from its first sample on; call `step` for each two hops of sound.

    Rows of cells: the frame before the last one let go of, then the *last* one, whose accounts wait for what follows
    it, then the two *new* ones.
    """

    def __init__(self, pattern: Pattern, code_word: NDArray[np.int8], strength: Strength, *, num_channels: int) -> None:
        """Take the pattern of the keys, the coded bits (+1, -1), how firmly to write, and how many channels come."""
        self._sign = pattern.written(code_word).astype(np.float32)
        self._group = pattern.group.astype(np.intp)
        self._accounts = _Accounts(strength)
        self._reach = strength.reach
        self._emphasis = emphasis(strength.high_share)
        self._floor = _Floor()
        self._energy_sum, self._heard = 0.0, 0
        self._frame = 0
        self._host = np.zeros((num_channels, 4 * HOP_LENGTH), dtype=np.float32)
        self._change = np.zeros_like(self._host)
        self._host_energy = np.zeros((3, BANDS), dtype=np.float32)
        self._above = np.zeros(BANDS, dtype=np.float32)  # the energy of the frame before the last one
        self._last = (np.zeros((2, BANDS), dtype=np.float32), np.zeros(BANDS, dtype=np.intp))

    def step(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Take the next two hops of sound (channels, 512); return what to add to the two that end one hop earlier."""
        self._host[:, :STEP_SAMPLES] = self._host[:, STEP_SAMPLES:]
        self._host[:, STEP_SAMPLES:] = samples
        self._energy_sum += float(np.square(samples).sum(dtype=np.float64))
        self._heard += samples.shape[1]
        self._write()
        done = self._change[:, HOP_LENGTH : 3 * HOP_LENGTH].copy()
        self._change[:, :STEP_SAMPLES] = self._change[:, STEP_SAMPLES:]
        self._change[:, STEP_SAMPLES:] = 0
        return done

    @property
    def margin_db(self) -> float:
        """Return by how much the coded bits stand out, in dB: the mean over the last seconds, 0 before the first."""
        return self._accounts.margin_db

    def _write(self) -> None:
        host = spectra(self._host)[:, 1:]
        self._host_energy[0] = self._host_energy[2]
        self._host_energy[1:] = _summed(host)
        allowed = allowances(self._host_energy)[1:] * self._emphasis
        new = self._host_energy[1:]
        noise = np.float32(noise_energy(self._energy_sum / max(self._heard, 1), _NOISE_SNR_DB))
        worth = np.stack([worth_over(levels(new), *self._floor.after(levels(new))), new / (new + noise + _FAINT)])
        phase = np.arange(self._frame, self._frame + 2) % PERIOD_FRAMES
        sign, group = self._sign[phase], self._group[phase]
        evidence = np.concatenate([self._last[0][:, None], sign * self._emphasis * worth], axis=1)
        groups = np.concatenate([self._last[1][None], group])
        self._accounts.begin(evidence, groups, allowed, noise)
        change = self._moved(host, sign, allowed)
        self._change[:, HOP_LENGTH:] += change
        self._last, self._frame = (evidence[:, 2], group[1]), self._frame + 2

    def _moved(self, host: NDArray[np.complex64], sign: Frames, allowed: Frames) -> NDArray[np.float32]:
        """Return the change in time of the two new frames, shape (channels, 3 hops), and settle their accounts."""
        most = np.minimum(self._reach * self._accounts.firmness * allowed, ceilings())
        before = spectra(self._host + self._change)
        now, moved = before, np.zeros_like(allowed)
        change = np.zeros((host.shape[0], 4 * HOP_LENGTH), dtype=np.float32)
        for _ in range(_ROUNDS):
            given = self._accounts.lacking(np.concatenate([self._above[None], _summed(now)]))
            moved = np.minimum(moved + given * allowed, most)
            change[:, HOP_LENGTH:] = _in_time(host, sign * moved)
            now = before + spectra(change)
        energy = np.concatenate([self._above[None], _summed(now)])
        self._accounts.settle(energy)
        self._above = energy[2]
        return change[:, HOP_LENGTH:]


class _Accounts:
    """How far each group stands out so far, without and in noise, and what it lacks: see `view.View`."""

    def __init__(self, strength: Strength) -> None:
        goal = np.full(GROUPS, strength.pilot_db)
        goal[:CODED_BITS] = strength.data_db
        self._goal = np.concatenate([goal, strength.in_noise * goal])
        self._weight = np.full(2 * GROUPS, _CREDIT)
        self._written = self._goal * self._weight
        self.firmness = 1.0

    @property
    def margin_db(self) -> float:
        written, weight = self._written[:CODED_BITS].sum(), self._weight[:CODED_BITS].sum()
        return float(written / weight) if weight else 0.0

    def begin(self, evidence: NDArray[np.float32], group: NDArray[np.intp], allowed: Frames, noise: np.float32) -> None:
        """Take the signs times worth of the last and the new rows, both ways (2, 3, bands), and their groups."""
        self._evidence, self._noise = evidence, np.array([0, noise], dtype=np.float32)[:, None, None]
        self._places = np.concatenate([group.ravel(), group.ravel() + GROUPS])
        worth = np.abs(evidence)
        own = self._summed(worth)
        self._total = own + self._weight
        self._share = np.stack([np.ones_like(allowed), worth[1, 1:]])
        pushed = np.zeros_like(evidence)
        pushed[:, 1:] = worth[:, 1:] * self._share * allowed
        pushed_sum = self._summed(pushed)
        self._push = _GAIN * np.minimum(self._total, 2 * own) / np.maximum(pushed_sum, _LITTLE)

    def lacking(self, energy: Frames) -> Frames:
        """Return how far each new cell is to be moved, as a factor of what it is allowed; ``energy``: all four rows."""
        lack = np.maximum(self._goal - self._stands(energy) / np.maximum(self._total, _LITTLE), 0)
        given = (lack * self._push)[self._places].reshape(self._evidence.shape)[:, 1:]
        return np.asarray((given * self._share).sum(axis=0), dtype=np.float32)

    def settle(self, energy: Frames) -> None:
        """Keep what was written in the last row and the first new one, which nothing changes any more."""
        left = self._evidence * self._left(energy)
        settled = self._evidence.copy()
        left[:, 2], settled[:, 2] = 0, 0
        self._written = _KEPT * (self._written + self._summed(left))
        self._weight = _KEPT * (self._weight + self._summed(np.abs(settled)))
        had_a_chance = self._weight[:CODED_BITS] > _FEW_CELLS
        stands = self._written[:CODED_BITS] < (1 - _WEAK_SHARE) * self._goal[:CODED_BITS] * self._weight[:CODED_BITS]
        is_weak = np.count_nonzero(stands & had_a_chance) > _MOST_WEAK * CODED_BITS
        self.firmness = min(_FIRMEST, self.firmness * _FIRMER) if is_weak else max(1.0, self.firmness / _FIRMER)

    def _stands(self, energy: Frames) -> NDArray[np.float64]:
        return np.asarray(self._written + self._summed(self._evidence * self._left(energy)))

    def _left(self, energy: Frames) -> NDArray[np.float32]:
        return residuals_after(levels(energy + self._noise))

    def _summed(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        return np.asarray(np.bincount(self._places, values.ravel(), 2 * GROUPS), dtype=np.float64)


class _Floor:
    """The noise floor of each band and the loudest cell so far, over the last three seconds."""

    _ROWS: Final = 288
    _FEWEST: Final = 48
    _EVERY: Final = 16
    _SHARE: Final = 0.1

    def __init__(self) -> None:
        self._rows = np.zeros((self._ROWS, BANDS), dtype=np.float32)
        self._count = 0
        self._loudest = -np.inf
        self._floor = np.full(BANDS, -200, dtype=np.float32)

    def after(self, level: Frames) -> tuple[NDArray[np.float32], float]:
        """Return floor and loudest level, in dB, ``level`` counted in."""
        for row in level:
            self._rows[self._count % self._ROWS] = row
            self._count += 1
        self._loudest = max(self._loudest, float(level.max()))
        if self._count >= self._FEWEST and self._count % self._EVERY == 0:
            heard = self._rows[: self._count]
            place = int(self._SHARE * (len(heard) - 1))
            self._floor = np.partition(heard, place, axis=0)[place]
        return self._floor, self._loudest


def _summed(spectrum: NDArray[np.complex64]) -> Frames:
    return (
        energies(spectrum[0])
        if len(spectrum) == 1
        else sum((energies(one) for one in spectrum[1:]), energies(spectrum[0]))
    )


def _in_time(host: NDArray[np.complex64], moved_db: Frames) -> NDArray[np.float32]:
    """Return the difference in time that moving each cell of two frames by ``moved_db`` makes, three hops long."""
    change = np.zeros_like(host)
    change[..., FIRST_BIN:LAST_BIN] = host[..., FIRST_BIN:LAST_BIN] * np.repeat(
        np.expm1(_DB * moved_db), BAND_BINS, axis=1
    )
    frames = np.fft.irfft(change, FRAME_LENGTH) * WINDOW
    out = np.zeros((len(host), 3 * HOP_LENGTH), dtype=np.float32)
    out[:, :FRAME_LENGTH] = frames[:, 0]
    out[:, HOP_LENGTH:] += frames[:, 1]
    return out
