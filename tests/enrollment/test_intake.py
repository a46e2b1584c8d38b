"""The intake: enough speech, and not our own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sayso.audio import Signal
from sayso.audio.errors import SilentAudio, TooShort
from sayso.enrollment import OwnOutput, admit
from sayso.mark import MarkKeys
from sayso.mark.detector import NOTHING, Detector

KEYS = MarkKeys.derive(b"a secret of the tests, 32 bytes!")
FOUND = replace(NOTHING, present=True, p_value=1e-9)


class Says:
    """A detector that says the same of everything; the real one is tested with the command contract."""

    def __init__(self, detection):
        self.detection = detection
        self.heard = 0

    def detect(self, signal):
        self.heard += 1
        return self.detection


def test_a_recording_of_a_person_is_admitted(speech):
    admit([speech], Detector(KEYS))


def test_every_recording_is_looked_at(speech):
    detector = Says(NOTHING)
    admit([speech, speech, speech], detector)
    assert detector.heard == 3


def test_our_own_output_is_refused_with_the_evidence(speech):
    with pytest.raises(OwnOutput) as caught:
        admit([speech], Says(FOUND))
    assert "1e-09" in caught.value.reasons[0]


def test_too_little_speech_is_refused(speech):
    with pytest.raises(TooShort, match="at least"):
        admit([speech.slice(0, 36_000)], Says(NOTHING))


def test_short_recordings_count_together(speech):
    admit([speech.slice(start, start + 48_000) for start in (0, 48_000, 96_000)], Says(NOTHING))


def test_silence_is_refused():
    with pytest.raises(SilentAudio):
        admit([Signal.mono(np.zeros(240_000), 24_000)], Says(NOTHING))
