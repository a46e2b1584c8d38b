from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.audio.rates import resampled
from sayso.audio.signal import Signal
from sayso.consent.act import Action
from sayso.consent.errors import PermitRefused
from sayso.mark.code import encode
from sayso.mark.detector import Detector
from sayso.mark.errors import ChunkMismatch
from sayso.mark.live import LATENCY_S, Live
from sayso.mark.mark import Mark, MarkKeys
from sayso.mark.pattern import pattern_of
from sayso.mark.payload import message_bits
from sayso.mark.stepwise import Stepwise
from sayso.mark.strength import STANDARD

MARK = Mark(0x0123456789ABCDEF)
PATTERN = pattern_of(MarkKeys.derive(b"l" * 32))
WORD = encode(message_bits(MARK))


def live(sample_rate=24_000, num_channels=1):
    stepwise = Stepwise(PATTERN, WORD, STANDARD, num_channels=num_channels)
    return Live(stepwise, sample_rate=sample_rate, num_channels=num_channels)


def through(samples, edges, sample_rate=24_000):
    way = live(sample_rate, samples.shape[0])
    parts = [way.push(samples[:, first:stop]) for first, stop in itertools.pairwise([0, *edges, samples.shape[1]])]
    return np.concatenate([*parts, way.finish()], axis=1)


def marked_live(marker, consent, signal, chunk_s):
    session = marker.live(MARK, consent.permit, Action.SYNTHESIZE, sample_rate=signal.sample_rate)
    size = round(chunk_s * signal.sample_rate)
    parts = [
        session.push(signal.slice(a, min(a + size, signal.num_samples))) for a in range(0, signal.num_samples, size)
    ]
    parts.append(session.finish())
    assert [part.start for part in parts] == list(
        itertools.accumulate((p.signal.num_samples for p in parts[:-1]), initial=0)
    )
    return Signal(np.concatenate([part.signal.samples for part in parts], axis=1), signal.sample_rate)


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 24_000, 44_100, 48_000])
def test_what_is_written_live_is_read_at_any_rate(marker, keys, consent, speech, rate):
    host = Signal(resampled(speech.samples, 24_000, rate), rate)
    marked = marked_live(marker, consent, host, 0.02)
    assert marked.num_samples == host.num_samples
    found = Detector(keys).detect(marked)
    assert found.present
    assert rate == 8_000 or found.mark == MARK


def test_live_is_as_strong_as_whole(marker, keys, consent, speech):
    whole = marker.embed(speech, MARK, consent.permit, Action.SYNTHESIZE).signal
    piecewise = marked_live(marker, consent, speech, 0.02)
    detector = Detector(keys)
    evidence = [detector.read_at(sound, 0).log10_p for sound in (whole, piecewise)]
    change = [float(np.sum((sound.samples - speech.samples) ** 2)) for sound in (whole, piecewise)]
    assert evidence[1] < 0.9 * evidence[0]
    assert change[1] < 1.4 * change[0]


@given(st.lists(st.integers(0, 16_000), max_size=8), st.sampled_from([8_000, 24_000, 44_100]))
@settings(max_examples=12, deadline=None)
def test_how_sound_is_cut_changes_nothing(edges, rate):
    samples = noise(16_000)
    assert (through(samples, sorted(edges), rate) == through(samples, [], rate)).all()


def test_ten_milliseconds_at_a_time_are_the_same_to_the_bit(speech):
    samples = speech.samples[:, :48_000]
    assert (through(samples, range(240, 48_000, 240)) == through(samples, [])).all()


@pytest.mark.parametrize("rate", [8_000, 16_000, 24_000, 44_100])
def test_nothing_depends_on_what_comes_forty_milliseconds_later(rate):
    latency = round(LATENCY_S * rate)
    samples = noise(rate)
    marked = through(samples, [], rate)
    for place in range(rate // 3, rate // 3 + rate // 40, rate // 200):
        other = samples.copy()
        other[:, place:] = noise(rate, seed=2)[:, place:]
        same = (through(other, [], rate) == marked)[0]
        assert same[: place - latency].all()
        assert not same[place:].all()


@pytest.mark.parametrize("rate", [8_000, 16_000, 24_000, 44_100])
def test_sound_leaves_within_forty_milliseconds(marker, consent, rate):
    session = marker.live(MARK, consent.permit, Action.SYNTHESIZE, sample_rate=rate)
    samples, step = noise(rate), rate // 1000
    for place in range(0, rate, step):
        session.push(Signal(samples[:, place : place + step], rate))
        assert session.held_samples <= LATENCY_S * rate + step


def test_both_channels_are_marked_alike(speech):
    samples = np.concatenate([speech.samples[:, :48_000], 0.5 * speech.samples[:, :48_000]])
    marked = through(samples, [7, 20_000])
    assert np.allclose(marked[1], 0.5 * marked[0], atol=1e-6)


def test_digital_silence_stays_silent_live(speech):
    samples = speech.samples[:, :96_000].copy()
    samples[:, 30_000:60_000] = 0
    assert not through(samples, range(480, 96_000, 480))[:, 30_000:60_000].any()


def test_nothing_is_driven_over_full_scale_live(speech):
    loud = speech.samples / np.abs(speech.samples).max()
    assert np.abs(through(loud, [])).max() <= 1


def test_short_and_empty_clips_come_out_whole(marker, consent, speech):
    for count in (0, 1, 300, 700):
        session = marker.live(MARK, consent.permit, Action.SYNTHESIZE, sample_rate=24_000)
        parts = [session.push(speech.slice(0, count)), session.finish()]
        assert sum(part.signal.num_samples for part in parts) == count


def test_nothing_follows_the_end(marker, consent, speech):
    session = marker.live(MARK, consent.permit, Action.SYNTHESIZE, sample_rate=24_000)
    session.finish()
    for act in (session.finish, lambda: session.push(speech)):
        with pytest.raises(ChunkMismatch, match="end"):
            act()


def test_withdrawal_stops_live_sound_between_two_chunks(marker, consent, speech):
    session = marker.live(MARK, consent.permit, Action.SYNTHESIZE, sample_rate=24_000)
    session.push(speech.slice(0, 24_000))
    held = session.held_samples
    consent.epoch[0] = 2
    for act in (session.finish, lambda: session.push(speech.slice(24_000, 48_000))):
        with pytest.raises(PermitRefused):
            act()
    assert session.held_samples == held


def test_a_live_chunk_of_another_form_is_refused(marker, consent, speech):
    session = marker.live(MARK, consent.permit, Action.SYNTHESIZE, sample_rate=24_000)
    session.push(speech.slice(0, 1000))
    for other in (Signal(speech.samples, 16_000), Signal(np.repeat(speech.samples, 2, axis=0), 24_000)):
        with pytest.raises(ChunkMismatch):
            session.push(other)


def noise(count, seed=1):
    rng = np.random.default_rng(seed)
    steps = rng.standard_normal((1, count)) * np.repeat(rng.exponential(0.05, count // 800 + 1), 800)[:count]
    return steps.astype(np.float32)
