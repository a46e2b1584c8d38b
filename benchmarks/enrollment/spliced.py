"""Statements in one take, and statements joined of two recordings of one person or of words of several.

Joins lie where the sound is softest for a twentieth of a second, three in ten hard, the others faded over 5 ms; levels
are matched. `take`: all from recordings as they are (of one room, mostly of one hour); `room`: what is put in comes
from another room, microphone and noise (25 to 40 dB below the speech), simulated; `phone` and `noisy`: it comes by
telephone, or over noise 15 dB below. `silence`: 0.1 to 0.3 s of digital silence in a pause; `copied`: a word said again
from the same statement. Honest: recordings as they are, and the same through another room, microphone, noise, MP3, Opus
or telephone as a whole. The places of all joins are known.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from heard import WAYS, changed
from scipy.signal import fftconvolve
from spoofs import RATE, ROOT, manifest
from transformed import levelled, room

from sayso.audio import decode

FADE, LEAST = 80, 3 * RATE
CODED = ("plain", "plain", "mp3", "opus", "phone")
SPLICED = ("two take", "two room", "two phone", "two noisy", "words take", "words room", "silence", "copied")
PER_KIND, HONEST = 2, 6


@dataclass(frozen=True)
class Statement:
    """A statement: how it came about, by whom, its samples at 16 kHz, and where it is joined in seconds."""

    kind: str
    who: str
    samples: np.ndarray
    joins: tuple = ()

    @property
    def is_honest(self):
        return self.kind.startswith("honest")


def part_of(name):
    """Return whether a person's statements are for training and thresholds (tune) or for judging."""
    return "tune" if hashlib.sha256(f"take {name}".encode()).digest()[0] % 2 == 0 else "judge"


def statements(part, seed=1):
    """Yield every statement of the people of a part."""
    by_person = defaultdict(list)
    for row in manifest():
        if part_of(row["speaker"]) == part:
            by_person[row["speaker"]].append(decode((ROOT / row["path"]).read_bytes()).mixed().astype(np.float32))
    for number, (who, takes) in enumerate(sorted(by_person.items())):
        rng = np.random.default_rng([seed, number])
        for take in takes[:HONEST]:
            yield Statement("honest", who, take)
        for take in takes[: HONEST // 2]:
            yield Statement("honest changed", who, changed(recorded(take, rng), str(rng.choice(CODED)), rng, part))
        for kind in SPLICED:
            for _ in range(PER_KIND):
                if (made := spliced(kind, takes, rng)) and len(made[0]) >= LEAST:
                    yield Statement(kind, who, made[0], tuple(np.array(made[1]) / RATE))


def recorded(samples, rng, noise_db=(25, 40)):
    """Return ``samples`` as another room and microphone have them, with noise."""
    sound = fftconvolve(samples, room(rng, (0, 12)))[: len(samples)] if rng.random() < 0.5 else samples
    return noisy(levelled(WAYS["eq"](levelled(sound, samples), rng, None), samples), rng, rng.uniform(*noise_db))


def noisy(samples, rng, below_db):
    shape = np.fft.rfft(rng.standard_normal(len(samples)))
    noise = np.fft.irfft(shape / np.maximum(np.arange(len(shape)), 20.0) ** rng.uniform(0, 0.8), len(samples))
    return (samples + noise * 10 ** (-below_db / 20) * _rms(samples) / _rms(noise)).astype(np.float32)


def spliced(kind, takes, rng):
    """Return the samples of a splice and its joins, None where the recordings are too few or hold no pause."""
    order = rng.permutation(len(takes))
    first, others = takes[order[0]], [takes[at] for at in order[1:6]]
    if kind in ("silence", "copied"):
        return (_with_silence if kind == "silence" else _with_copy)(first, rng)
    how = kind.split()[1]
    if not others and how != "take":
        half = len(first) // 2
        first, others = first[:half], [first[half:]]
    if not others:
        return None
    others = [_alike(_elsewhere(one, how, rng), first) for one in others]
    return _two(first, others[0], rng) if kind.startswith("two") else _words([first, *others], rng)


def _elsewhere(samples, how, rng):
    if how == "room":
        return recorded(samples, rng)
    if how == "phone":
        return WAYS["phone"](samples, rng, None)
    return noisy(samples, rng, 15) if how == "noisy" else samples


def _two(first, second, rng):
    leave = [at for at in pauses(first) if at > RATE]
    enter = [at for at in pauses(second) if len(second) - at > RATE]
    if not leave or not enter:
        return None
    return joined([first[: rng.choice(leave)], second[rng.choice(enter) :]], rng)


def _words(takes, rng):
    words = [word for take in takes for word in _parts(take) if len(word) > RATE / 4]
    if len(words) < 5:
        return None
    return joined([words[at] for at in rng.permutation(len(words))[: rng.integers(8, 20)]], rng)


def _parts(take):
    edges = [0, *pauses(take), len(take)]
    return [take[start:stop] for start, stop in pairwise(edges)]


def _with_silence(take, rng):
    places = [at for at in pauses(take) if RATE < at < len(take) - RATE]
    if not places:
        return None
    at = rng.choice(places)
    return np.concatenate([take[:at], np.zeros(int(rng.uniform(0.1, 0.3) * RATE), np.float32), take[at:]]), [at]


def _with_copy(take, rng):
    words = [word for word in _parts(take) if len(word) > RATE / 4]
    if len(words) < 3:
        return None
    word = words[rng.integers(len(words))]
    return joined([take[: len(take) - len(words[-1])], word, words[-1]], rng)


def pauses(samples):
    """Return where ``samples`` are softest within a twentieth of a second to either side, among the softest third."""
    level = np.sqrt(np.convolve(samples**2, np.ones(320) / 320, "same"))[::80]
    soft = np.quantile(level, 0.3)
    near = range(20, len(level) - 20)
    return [at * 80 for at in near if level[at] <= soft and level[at] == level[at - 20 : at + 21].min()]


def joined(pieces, rng):
    """Return ``pieces`` one after the other, and where each but the first begins."""
    sound, joins = pieces[0].astype(np.float64), []
    for piece in pieces[1:]:
        fade = 0 if rng.random() < 0.3 else min(FADE, len(piece) // 2, len(sound) // 2)
        if fade:
            rising = np.linspace(0, 1, fade)
            sound[-fade:] = sound[-fade:] * (1 - rising) + piece[:fade] * rising
        joins.append(len(sound) - fade // 2)
        sound = np.concatenate([sound, piece[fade:]])
    return sound.astype(np.float32), joins


def _alike(samples, other):
    return (samples * _rms(other) / _rms(samples)).astype(np.float32)


def _rms(samples):
    return np.sqrt(np.mean(np.square(samples, dtype=np.float64)) + 1e-12)
