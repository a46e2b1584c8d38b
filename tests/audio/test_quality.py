"""DNSMOS: the published procedure, and the right order of better and worse."""

from __future__ import annotations

import numpy as np
import pytest

from sayso.audio.errors import EmptyAudio
from sayso.audio.quality import dnsmos, dnsmos_brief
from sayso.audio.resample import resample
from sayso.audio.signal import Signal, concatenate
from sayso.models import session


def published(samples: np.ndarray) -> np.ndarray:
    """The procedure as published: 16,000 Hz, doubled until 9.01 s, one window a second, polynomial, mean."""
    size = int(9.01 * 16_000)
    while samples.size < size:
        samples = np.append(samples, samples)
    hops = int(np.floor(samples.size / 16_000) - 9.01) + 1
    scores = []
    for place in range(hops):
        window = samples[place * 16_000 : place * 16_000 + size]
        if window.size < size:
            continue
        sig, bak, ovr = session("dnsmos").run(None, {"input_1": window[np.newaxis].astype(np.float32)})[0][0]
        scores.append(
            [
                np.poly1d([-0.08397278, 1.22083953, 0.0052439])(sig),
                np.poly1d([-0.13166888, 1.60915514, -0.39604546])(bak),
                np.poly1d([-0.06766283, 1.11546468, 0.04602535])(ovr),
            ]
        )
    return np.mean(scores[:1], axis=0)


def test_a_short_recording_gets_the_published_score(speech):
    score = dnsmos(speech)
    expected = published(resample(speech, 16_000).samples[0])
    assert [score.sig, score.bak, score.ovr] == pytest.approx(expected.tolist(), abs=1e-4)


def test_noise_lowers_the_scores(speech):
    noise = np.random.default_rng(0).standard_normal(speech.num_samples).astype(np.float32) * 0.03
    clean, noisy = dnsmos(speech), dnsmos(Signal(speech.samples + noise, speech.sample_rate))
    assert noisy.ovr < clean.ovr - 0.5
    assert noisy.bak < clean.bak - 1.0


def test_a_long_recording_is_scored_as_a_whole(speech):
    noise = np.random.default_rng(0).standard_normal(speech.num_samples * 2).astype(np.float32) * 0.05
    half_noisy = concatenate([speech, speech, Signal.mono(noise, speech.sample_rate)])
    assert dnsmos(half_noisy).ovr < dnsmos(speech).ovr - 0.3


def test_no_samples_are_refused():
    with pytest.raises(EmptyAudio):
        dnsmos(Signal.mono(np.zeros(0), 16_000))


def test_as_many_windows_are_laid_over_it_as_are_asked_for(speech):
    long = Signal.mono(np.tile(speech.mixed(), -(-480_000 // speech.num_samples))[:480_000], 16_000)
    parts = [dnsmos(long.slice(start, start + 144_160)).ovr for start in (0, 480_000 - 144_160)]
    assert dnsmos(long, at_most=2).ovr == pytest.approx(np.mean(parts), abs=1e-6)
    assert dnsmos(long, at_most=1).ovr == pytest.approx(parts[0], abs=1e-6)
    assert dnsmos(long, at_most=8) == dnsmos(long)


def test_a_brief_score_is_near_the_published_one_and_tells_better_from_worse(speech):
    noise = np.random.default_rng(0).standard_normal(speech.num_samples).astype(np.float32) * 0.03
    noisy = Signal(speech.samples + noise, speech.sample_rate)
    for seconds in (1.2, 3.0, 6.0):
        clean, poor = (one.slice(0, round(seconds * one.sample_rate)) for one in (speech, noisy))
        assert dnsmos_brief(clean).ovr == pytest.approx(dnsmos(clean).ovr, abs=0.4)
        assert dnsmos_brief(poor).ovr < dnsmos_brief(clean).ovr - 0.4
    long = concatenate([speech, speech, speech])
    assert dnsmos_brief(long, at_most=2).ovr == pytest.approx(dnsmos(long, at_most=2).ovr, abs=0.1)
    with pytest.raises(EmptyAudio):
        dnsmos_brief(Signal.mono(np.zeros(0), 16_000))
