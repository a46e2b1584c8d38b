"""The manner of speech: what is done to a recording is what is found."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sayso.audio import Signal
from sayso.fairness.table import SampleKind
from sayso.workflows.benches import manner
from sayso.workflows.benches.manner import Manner
from tests.recognition.echo import Echo

TEXT = "The keeper climbed the narrow stair before dawn."


class Abroad(Echo):
    """Takes what is loud for Mandarin."""

    def languages(self, signal):
        share = 0.9 if np.max(np.abs(signal.samples)) > 0.5 else 0.1
        return {"en": 1 - share, "zh": share * 0.9, "de": share * 0.1}


@pytest.fixture
def told(speech, monkeypatch):
    monkeypatch.setattr(manner, "_ear", lambda: Abroad(TEXT))
    clip = Signal.mono(speech.samples[0][: 6 * 16_000] * np.float32(0.4 / np.max(np.abs(speech.samples[0]))), 16_000)

    def made(*, slower=1.0, louder=1.0):
        places = np.arange(0, clip.num_samples - 1, 1 / slower)
        samples = np.interp(places, np.arange(clip.num_samples), clip.samples[0]) * louder
        return Manner.of(Signal.mono(samples.astype(np.float32), 16_000))

    return made


def figures(one, other):
    return {each.metric: each.value for each in one.beside(other, SampleKind.REAL)}


def test_speech_beside_itself_is_the_same(told):
    assert figures(told(), told()) == pytest.approx({"pitch": 0.0, "rate": 0.0, "accent": 1.0})


def test_slower_and_deeper_speech_is_as_much_off_as_it_was_made(told):
    found = figures(told(slower=1.25), told())
    assert found["pitch"] == pytest.approx(12 * math.log2(1.25), abs=0.5)
    assert found["rate"] == pytest.approx(math.log(1.25), abs=0.05)
    assert found["accent"] == pytest.approx(1.0)


def test_another_accent_lies_further_than_the_same_one(told):
    assert figures(told(louder=2.0), told())["accent"] < 0.5


def test_what_cannot_be_told_is_left_out(told, monkeypatch):
    silent = Manner.of(Signal.mono(np.zeros(48_000, np.float32), 16_000))
    assert set(figures(silent, told())) == {"accent"}
    monkeypatch.setattr(manner, "_ear", lambda: Abroad(""))
    assert math.isnan(told().log_rate)
    monkeypatch.setattr(manner, "_ear", lambda: None)
    assert set(figures(told(), told())) == {"pitch"}
