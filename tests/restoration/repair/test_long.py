"""Long recordings: the same sound as at once, of the same length, with excerpts of bounded size."""

from __future__ import annotations

import numpy as np

from sayso.audio.container import Container
from sayso.audio.decode import decode
from sayso.audio.encode import write_blocks
from sayso.audio.resample import resample
from sayso.audio.signal import Signal, concatenate
from sayso.restoration.repair.long import EXCERPT_S, MAX_EXCERPTS, Excerpts, replayed_blocks
from sayso.restoration.repair.steps import noise_step, replayed
from tests.restoration.rooms import power, with_noise


def blocks_of(signal: Signal, size: int = 30_011) -> list[Signal]:
    ends = range(0, signal.num_samples, size)
    return [signal.slice(start, min(start + size, signal.num_samples)) for start in ends]


def test_stretches_give_the_sound_of_the_whole(speech, tmp_path):
    low = resample(speech, 8_000)
    noisy = with_noise(concatenate([low] * 20), 10)
    steps = [noise_step("hush", pauses=0.97, voice=0.6)]
    made = concatenate(list(replayed_blocks(steps, blocks_of(noisy))))
    assert made.num_samples == noisy.num_samples
    whole = replayed(steps, noisy)
    assert power(made.samples - whole.samples) < 0.02 * power(whole.samples)
    assert write_blocks(tmp_path / "x", blocks_of(made), Container.FLAC) == noisy.num_samples
    assert np.abs(decode(tmp_path / "x").samples - np.clip(made.samples, -1, 1)).max() < 1e-4


def test_without_steps_nothing_changes(speech):
    low = resample(speech, 8_000)
    long = concatenate([low] * 20)
    made = concatenate(list(replayed_blocks([], blocks_of(long))))
    assert np.array_equal(made.samples, long.samples)


def test_excerpts_are_few_and_spread_over_all(speech):
    excerpts = Excerpts()
    assert excerpts.joined() is None
    low = resample(speech, 8_000)
    for _ in range(100):
        excerpts.take(low)
    kept = excerpts.joined()
    assert kept.duration_s <= MAX_EXCERPTS * EXCERPT_S
    assert kept.duration_s >= 3 * EXCERPT_S
