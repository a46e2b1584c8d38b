"""Dropouts and clicks: found where they are, and not imagined."""

from __future__ import annotations

import numpy as np
import pytest

from sayso.restoration.diagnosis.breaks import clicks_finding, dropouts_finding


def test_dropouts_are_found_where_they_are(speech):
    broken = speech.samples[0].copy()
    loud = [
        place for place in range(6_000, 60_000, 9_000) if np.abs(speech.samples[0, place : place + 600]).max() > 0.05
    ]
    for place in loud:
        broken[place : place + 400] = 0
    found = dropouts_finding(broken, 24_000)
    assert found.value >= len(loud) - 1 > 1
    assert all(min(abs(start - place / 24_000) for place in loud) < 0.01 for start, _ in found.places)


def test_clicks_are_found_where_they_are(speech):
    broken = speech.samples[0].copy()
    places = [20_000, 45_000, 80_000, 100_000, 140_000]
    for place in places:
        broken[place : place + 2] += 0.5
    found = clicks_finding(broken, 24_000)
    assert found.is_fault
    assert found.value == pytest.approx(len(places), abs=1)
    assert all(min(abs(start - place / 24_000) for place in places) < 0.002 for start, _ in found.places)


def test_speech_pauses_and_silence_have_neither(speech):
    for samples in (speech.samples[0], np.zeros(24_000, np.float32), np.zeros(3, np.float32), np.zeros(0, np.float32)):
        assert dropouts_finding(samples, 24_000).value == 0
        assert not clicks_finding(samples, 24_000).is_fault
