"""Live repair: as long as what came in, where it was, the same in any blocks, and late by what is stated."""

from __future__ import annotations

import numpy as np
import pytest

from sayso.audio.resample import resample
from sayso.audio.signal import MalformedSignal, Signal
from sayso.restoration.live import LiveRepair
from tests.restoration.rooms import power, with_noise


def through(samples, rate, size, **options):
    live = LiveRepair(rate, **options)
    pieces = [live.push(samples[start : start + size]) for start in range(0, samples.size, size)]
    return np.concatenate([*pieces, live.push(samples[:0], last=True)])


@pytest.mark.parametrize("rate", [8_000, 16_000, 48_000])
def test_as_much_comes_out_as_went_in_and_where_it_was(speech, rate):
    sound = resample(speech, rate).samples[0][: 3 * rate]
    made = through(sound, rate, rate // 50)
    assert made.size == sound.size
    reach = rate // 100
    match = [float(np.dot(np.roll(sound, shift)[reach:-reach], made[reach:-reach])) for shift in range(-reach, reach)]
    assert abs(int(np.argmax(match)) - reach) <= rate // 2_000


def test_blocks_do_not_matter(speech):
    sound = with_noise(resample(speech, 16_000), 10).samples[0][:40_000]
    assert np.allclose(through(sound, 16_000, 160), through(sound, 16_000, 12_345), atol=1e-5)


def test_noise_goes(speech):
    clean = resample(speech, 16_000)
    noisy = with_noise(clean, 5)
    made = through(noisy.samples[0], 16_000, 320)
    before = power(noisy.samples[0] - clean.samples[0])
    assert power(made - clean.samples[0]) < 0.35 * before


def test_what_is_stated_is_how_late_it_is(speech):
    sound = resample(speech, 16_000).samples[0]
    live = LiveRepair(16_000)
    assert live.latency_s == 0.02
    came = 0
    for start in range(0, 16_000, 160):
        came += live.push(sound[start : start + 160]).size
        assert start + 160 - came <= live.latency_s * 16_000


def test_a_rate_that_is_none_is_refused():
    with pytest.raises(MalformedSignal, match="4000 Hz"):
        LiveRepair(4_000)


def test_a_share_of_none_leaves_the_sound_as_it_was(speech):
    sound = resample(speech, 16_000).samples[0][:20_000]
    assert np.allclose(through(sound, 16_000, 700, share=0.0), sound, atol=1e-6)
    assert Signal.mono(sound, 16_000).num_samples == sound.size
