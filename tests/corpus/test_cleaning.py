"""Cleaning: what is rejected unheard, how a voice is heard, and which score decides near the bar."""

from __future__ import annotations

import numpy as np
import pytest

from sayso.audio.quality import Dnsmos
from sayso.audio.resample import resample
from sayso.audio.signal import Signal
from sayso.corpus import cleaning
from sayso.corpus.cleaning import SegmentVoice, cleaned, wanted
from sayso.voices.campplus import embed_speech

MEASURES = {"snr": 20.0, "bandwidth": 7_000.0, "clipped": 0.0, "hum": None, "spoken": [[500, 2_500]]}


@pytest.fixture(scope="module")
def segment(speech, request):
    return Signal.mono(
        np.resize(resample(speech, 16_000).mixed()[:48_000], 16_000 * getattr(request, "param", 3)), 16_000
    )


def test_a_voice_is_heard_where_somebody_speaks_and_once(segment, monkeypatch):
    calls = []

    def counted(samples):
        calls.append(samples.size)
        return embed_speech(samples)

    monkeypatch.setattr(cleaning, "embed_speech", counted)
    voice = SegmentVoice(segment, MEASURES["spoken"])
    expected = embed_speech(segment.samples[0, 8_000:40_000])
    np.testing.assert_allclose(voice(segment), expected, atol=1e-5)
    np.testing.assert_allclose(voice.told(segment), expected, atol=1e-5)
    assert calls == [32_000]
    voice(segment.slice(0, 16_000))
    assert calls == [32_000, 16_000]


def test_where_too_little_is_known_as_speech_all_is_heard_and_nothing_has_no_voice(segment):
    np.testing.assert_allclose(SegmentVoice(segment, [])(segment), embed_speech(segment.samples[0]), atol=1e-5)
    assert SegmentVoice(segment, []).told(segment.slice(0, 2_000)) is None


def test_what_is_hopeless_is_not_scored(segment, monkeypatch):
    monkeypatch.setattr(cleaning, "dnsmos_brief", None)
    told = cleaned(segment, {**MEASURES, "bandwidth": 2_000.0}, wanted("clean"))
    assert told.record == {"decision": "rejected", "reasons": ["too-narrow"], "ovrl": None}
    assert told.sound is None


@pytest.mark.parametrize(
    ("brief", "published", "decision"),
    [(2.65, 2.75, "kept"), (2.75, 2.65, "rejected"), (2.5, 3.0, "rejected"), (3.0, 2.0, "kept")],
)
@pytest.mark.parametrize("segment", [3, 12], indirect=True)
def test_near_the_bar_the_published_score_decides(segment, monkeypatch, brief, published, decision):
    monkeypatch.setattr(cleaning, "dnsmos_brief", lambda _: Dnsmos(3.0, 4.2, brief))
    monkeypatch.setattr(cleaning, "dnsmos", lambda _: Dnsmos(3.0, 4.2, published))
    monkeypatch.setattr("sayso.restoration.repair.planner.shared_step", lambda *_, **__: None)
    assert cleaned(segment, MEASURES, wanted("clean")).record["decision"] == decision
