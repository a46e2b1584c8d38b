"""What every enhancer and every scorer must do: subclass a suite, name the plugin, run it with pytest or by itself."""

from __future__ import annotations

import math
import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.signal import Signal
from sayso.restoration.enhancers import Enhancer, EnhancerUnfit, run_whole
from sayso.restoration.scorers import Scorer, ScorerUnfit

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_SECONDS: Final = 4
_BLOCKS: Final = 0.01

Floats = NDArray[np.float32]


def voiced(sample_rate: int, seconds: float = _SECONDS) -> Floats:
    """Return something like a vowel that comes and goes: harmonics of 90 to 150 Hz under two formants, (samples,)."""
    at = np.arange(round(seconds * sample_rate)) / sample_rate
    turns = 120 * at + 30 / (2 * np.pi * 0.7) * np.sin(2 * np.pi * 0.7 * at)
    sound = np.zeros(at.size)
    for harmonic in range(1, 30):
        hertz = 120.0 * harmonic
        if hertz < 0.35 * sample_rate:
            size = math.exp(-(((hertz - 600) / 400) ** 2)) + 0.5 * math.exp(-(((hertz - 1_800) / 500) ** 2))
            sound += size * np.sin(2 * np.pi * harmonic * turns + harmonic)
    sound *= 0.5 + 0.5 * np.sin(2 * np.pi * 3 * at)
    return np.asarray(0.1 * sound / np.sqrt(np.mean(sound**2)), np.float32)


class EnhancerConformance:
    """The checks of the Enhancer protocol, one a method. Override `enhancer`.

    pytest collects a subclass whose name starts with ``Test``. A check that fails raises `EnhancerUnfit`.
    """

    def enhancer(self) -> Enhancer:
        """Return the enhancer to check, made anew or the same each time."""
        raise NotImplementedError

    def test_meets_the_protocol(self) -> None:
        """The enhancer has every member, a licence, a latency, and the same digest each time."""
        found = self.enhancer()
        _require(isinstance(found, Enhancer), f"got a {type(found).__name__}, expected every member of Enhancer")
        _require(bool(found.name and found.licence), "got no name or no licence")
        _require(8_000 <= found.sample_rate <= 48_000, f"got {found.sample_rate} Hz, expected 8,000 to 48,000")
        _require(0 <= found.latency_s <= 1, f"got a latency of {found.latency_s} s, expected at most 1")
        _require(_DIGEST.fullmatch(found.digest()) is not None, "got a digest that is no SHA-256 in hex")
        _require(found.digest() == self.enhancer().digest(), "got another digest from another object")

    def test_as_much_comes_out_as_goes_in(self) -> None:
        """Each block gives as many samples, finite, for any number of whole hops."""
        run = self.enhancer().stream()
        for hops in (1, 3, 10):
            made = run.push(self._noisy()[: hops * run.hop])
            _require(made.shape == (hops * run.hop,), f"got {made.shape}, expected {hops * run.hop} samples")
            _require(bool(np.isfinite(made).all()), "got samples that are not finite")

    def test_is_not_shifted_in_time(self) -> None:
        """With its delay taken off, what comes out lies where it lay, to 2 ms."""
        found = self.enhancer()
        clean = voiced(found.sample_rate)
        made = run_whole(found, clean)
        reach = round(0.02 * found.sample_rate)
        both = [
            float(np.dot(made[reach:-reach], np.roll(clean, shift)[reach:-reach])) for shift in range(-reach, reach)
        ]
        off = int(np.argmax(both)) - reach
        _require(abs(off) <= 0.002 * found.sample_rate, f"got sound {off} samples later, expected it where it was")

    def test_blocks_do_not_matter(self) -> None:
        """The same sound in small blocks and in one gives the same."""
        found = self.enhancer()
        sound = self._noisy()
        whole = run_whole(found, sound)
        run = found.stream()
        padded = np.pad(sound, (0, run.delay + run.hop))
        size = 5 * run.hop
        ends = range(0, padded.size // size * size, size)
        made = np.concatenate([run.push(padded[start : start + size]) for start in ends])[run.delay :]
        common = min(made.size, whole.size)
        apart = float(np.sqrt(np.mean((made[:common] - whole[:common]) ** 2)))
        usual = float(np.sqrt(np.mean(whole[:common] ** 2)))
        _require(apart <= _BLOCKS * usual + 1e-6, f"got sound that differs by {apart:.2g} of {usual:.2g}")

    def test_same_sound_same_samples(self) -> None:
        """Two runs are equal, sample for sample, and keep nothing of one another."""
        found = self.enhancer()
        sound = self._noisy()
        first = run_whole(found, sound)
        run_whole(found, sound[::-1].copy())
        _require(np.array_equal(first, run_whole(found, sound)), "got other samples")

    def test_noise_goes_rather_than_the_voice(self) -> None:
        """White noise alone loses more of its power than a voice does."""
        found = self.enhancer()
        voice = voiced(found.sample_rate)
        noise = np.random.default_rng(0).normal(0, 0.05, voice.size).astype(np.float32)
        kept_voice, kept_noise = (_power(run_whole(found, one)) / _power(one) for one in (voice, noise))
        _require(kept_noise < kept_voice, f"got {kept_noise:.3f} of noise kept and {kept_voice:.3f} of a voice")

    def test_silence_stays_silence(self) -> None:
        """Of nothing comes nothing."""
        found = self.enhancer()
        made = run_whole(found, np.zeros(found.sample_rate, np.float32))
        _require(float(np.abs(made).max()) < 1e-3, "got sound for silence")

    def _noisy(self) -> Floats:
        sample_rate = self.enhancer().sample_rate
        voice = voiced(sample_rate)
        return (voice + np.random.default_rng(1).normal(0, 0.03, voice.size)).astype(np.float32)


class ScorerConformance:
    """The checks of the Scorer protocol, one a method. Override `scorer`; a check that fails raises `ScorerUnfit`."""

    def scorer(self) -> Scorer:
        """Return the scorer to check."""
        raise NotImplementedError

    def test_meets_the_protocol(self) -> None:
        """The scorer has every member, and a digest that is a SHA-256."""
        found = self.scorer()
        _demand(isinstance(found, Scorer), f"got a {type(found).__name__}, expected every member of Scorer")
        _demand(bool(found.name and found.licence), "got no name or no licence")
        _demand(_DIGEST.fullmatch(found.digest()) is not None, "got a digest that is no SHA-256 in hex")

    def test_scores_are_finite_and_the_same_each_time(self) -> None:
        """The same sound gets the same numbers, under the same names as any other."""
        first, again = self._score(self._clean()), self._score(self._clean())
        _demand(first == again, "got other numbers for the same sound")
        _demand(bool(first) and all(map(math.isfinite, first.values())), f"got {first}, expected finite numbers")
        _demand(first.keys() == self._score(self._spoilt()).keys(), "got other names for other sound")

    def test_what_is_worse_scores_lower(self) -> None:
        """Loud noise lowers the mean of the numbers."""
        clean, spoilt = (float(np.mean([*self._score(one).values()])) for one in (self._clean(), self._spoilt()))
        _demand(spoilt < clean, f"got {spoilt:.3f} for noise and {clean:.3f} without it")

    def test_takes_any_rate_and_several_channels(self) -> None:
        """Telephone and studio rates, one channel and two."""
        for rate in (8_000, 48_000):
            sound = voiced(rate, 2)
            self._score(Signal(np.stack([sound, sound]), rate))

    def _clean(self) -> Signal:
        return Signal.mono(voiced(16_000), 16_000)

    def _spoilt(self) -> Signal:
        noise = np.random.default_rng(2).normal(0, 0.2, _SECONDS * 16_000)
        return Signal.mono(voiced(16_000) + noise.astype(np.float32), 16_000)

    def _score(self, signal: Signal) -> dict[str, float]:
        found = self.scorer()
        reference = Signal.mono(voiced(signal.sample_rate, signal.duration_s), signal.sample_rate)
        return dict(found.score(signal, reference if found.needs_reference else None))


def _power(samples: Floats) -> float:
    return float(np.mean(np.square(samples, dtype=np.float64)))


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise EnhancerUnfit(otherwise)


def _demand(holds: bool, otherwise: str) -> None:
    if not holds:
        raise ScorerUnfit(otherwise)
