"""Passages: several marks in one sound are found where they are, and nothing is found where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from sayso.audio import Signal
from sayso.consent.act import Action
from sayso.mark.detector import Detector
from sayso.mark.mark import Mark, MarkKeys
from sayso.mark.passages import STEP_S, WINDOW_S, scanned, windows

FIRST, SECOND = Mark(0x1234_5678_9ABC_DEF0), Mark(0x0FED_CBA9_8765_4321)


def blocks(samples, size=50_000):
    return [Signal.mono(samples[start : start + size], 24_000) for start in range(0, len(samples), size)]


@pytest.fixture
def marked(marker, consent, speech):
    def make(mark):
        return marker.embed(speech, mark, consent.permit, Action.SYNTHESIZE).signal.mixed()

    return make


def test_windows_cover_all_and_say_what_is_new():
    samples = np.arange(24_000 * 100, dtype=np.float32) / 2**22
    cut = list(windows(blocks(samples)))
    assert [window.start_s for window in cut] == [0, 24, 48, 72]
    assert all(window.signal.num_samples == WINDOW_S * 24_000 for window in cut[:-1])
    new = [window.signal.mixed()[: round(window.new_s * 24_000)] for window in cut]
    assert np.array_equal(np.concatenate(new), samples)
    assert cut[0].new_s == STEP_S
    assert [w.new_s for w in windows(blocks(samples[:1000]))] == [1000 / 24_000]
    assert list(windows([])) == []


def test_two_clips_side_by_side_and_two_apart_are_told_apart(marked, keys, speech):
    pause = np.zeros(24_000, dtype=np.float32)
    host = np.tile(speech.mixed()[::-1], 3)
    parts = [marked(FIRST), marked(SECOND), host, marked(FIRST), pause]
    found = scanned(blocks(np.concatenate(parts)), Detector(keys))
    assert [one.mark for one in found.passages] == [FIRST, SECOND, FIRST]
    length = speech.duration_s
    for one, start_s in zip(found.passages, (0, length, 5 * length), strict=True):
        assert one.start_s == pytest.approx(start_s, abs=1.0)
        assert one.end_s == pytest.approx(start_s + length, abs=1.0)
        assert one.log10_p < -6
    assert found.duration_s == pytest.approx(len(np.concatenate(parts)) / 24_000)


def test_a_mark_over_several_windows_is_one_passage(marked, keys):
    found = scanned(blocks(np.tile(marked(FIRST), 9)), Detector(keys))
    assert {one.mark for one in found.passages} == {FIRST}


def test_nothing_is_found_in_speech_without_a_mark(keys, speech):
    found = scanned(blocks(np.tile(speech.mixed(), 6)), Detector(keys))
    assert (found.passages, found.present) == ((), False)
    assert found.p_value > 1e-6


def test_marks_of_another_operator_are_not_ours(marked):
    others = Detector(MarkKeys.derive(b"the secret of another operator.."))
    assert not scanned(blocks(marked(FIRST)), others).present


def test_the_public_key_finds_the_passages_and_reads_no_id(marked, keys, speech):
    sound = np.concatenate([speech.mixed()[::-1], marked(FIRST)])
    found = scanned(blocks(sound), Detector(keys.public))
    assert found.present
    assert {one.mark for one in found.passages} == {None}
    assert found.passages[0].start_s == pytest.approx(speech.duration_s, abs=1.0)
