from __future__ import annotations

import numpy as np
import pytest

from sayso.audio.rates import resampled
from sayso.audio.signal import Signal
from sayso.consent.act import Action
from sayso.mark.detector import Detector
from sayso.mark.mark import Mark
from sayso.mark.pattern import HOP_LENGTH, pattern_of
from sayso.mark.search import measure
from sayso.mark.warps import Warp, cut_warped, likely_warps

MARK = Mark(0xFEDCBA9876543210)


def stretched(samples, tempo):
    """Overlap-add of frames of 40 ms, each laid where it fits best, as players speed speech up (WSOLA)."""
    size, step, slack = 960, 480, 240
    window = np.hanning(size).astype(np.float32)
    sound = np.pad(samples, (slack, size + slack))
    count = int((samples.size - size) / (step * tempo))
    out, place = np.zeros(count * step + size, dtype=np.float32), slack
    for frame in range(count):
        wanted = slack + int(frame * step * tempo)
        if frame:
            follows = sound[place + step : place + step + size]
            around = np.lib.stride_tricks.sliding_window_view(sound[wanted - slack : wanted + slack + size], size)
            wanted += int(np.argmax(around @ follows / (np.linalg.norm(around, axis=1) + 1e-3))) - slack
        place = min(wanted, sound.size - 2 * size)
        out[frame * step : frame * step + size] += window * sound[place : place + size]
    return out


def test_no_warp_is_a_plain_measurement(speech):
    (plain,) = measure(speech.samples, 128)
    warped = cut_warped(speech.samples, Warp())[0][2]
    assert np.array_equal(warped.value, plain.value)


def test_frames_follow_the_tempo(speech):
    fast = cut_warped(speech.samples, Warp(tempo=1.25))[0][0]
    assert len(fast.value) == pytest.approx(speech.num_samples / HOP_LENGTH * 1.25, abs=4)
    assert fast.seconds(len(fast.value)) == pytest.approx(speech.duration_s, abs=0.05)


def test_a_fast_tape_is_cut_as_it_was_before(speech):
    tape = resampled(speech.samples, 125, 100)
    (plain,) = measure(speech.samples, 0)
    undone = cut_warped(tape, Warp(1.25, 1.25))[0][0]
    shared = min(len(plain.value), len(undone.value)) - 2
    near = np.abs(plain.value[2:shared] - undone.value[2:shared])
    assert np.median(near) < 0.3


@pytest.mark.slow
@pytest.mark.parametrize("tempo", [0.6, 0.85, 1.15, 1.5])
def test_a_tempo_that_was_changed_is_found(marker, keys, consent, speech, tempo):
    marked = marker.embed(speech, MARK, consent.permit, Action.SYNTHESIZE).signal
    heard = Signal.mono(stretched(marked.samples[0], tempo), 24_000)
    found = Detector(keys).detect(heard)
    assert found.mark == MARK
    assert found.speed == pytest.approx(tempo, rel=0.004)


@pytest.mark.slow
def test_a_pitch_that_was_changed_is_found(marker, keys, consent, speech):
    marked = marker.embed(speech, MARK, consent.permit, Action.SYNTHESIZE).signal
    slower = stretched(marked.samples[0], 1 / 1.06)
    heard = Signal(resampled(slower[None], 106, 100), 24_000)
    found = Detector(keys).detect(heard)
    assert found.mark == MARK
    assert found.pitch == pytest.approx(1.06, rel=0.004)


@pytest.mark.parametrize("tempo", [0.6, 1.5])
def test_a_tempo_far_off_is_likeliest(marker, keys, consent, speech, tempo):
    marked = marker.embed(speech, MARK, consent.permit, Action.SYNTHESIZE).signal
    (warp, *_) = likely_warps(stretched(marked.samples[0], tempo)[None], pattern_of(keys))
    assert warp.tempo == pytest.approx(tempo, rel=0.004)
    assert warp.pitch == pytest.approx(1.0, abs=0.004)


def test_too_little_sound_has_no_warp(keys):
    noise = np.random.default_rng(0).standard_normal(900)
    assert not Detector(keys).detect(Signal.mono(noise, 24_000)).present
