"""The intake: a recording is admitted when it holds enough speech and was not made here.

Cloning from our own output would launder a voice past its speaker: a clip made under one grant would become a voice
without any. A mark of this installation in the recording is therefore a refusal; that none is found proves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sayso.audio import Signal, check_speech, decode, speech_spans
from sayso.audio.errors import TooShort
from sayso.errors import Refused
from sayso.mark.detector import Detector
from sayso.voices.permitted import CloningPermit
from sayso.voices.reference import Reference, digests_of, prepared

MIN_SPEECH_S: Final = 3.0
"""Speech needed in all; below it a GE2E embedding says more of the words than of the voice."""


class OwnOutput(Refused):
    """The recording was made by this installation; clone from a recording of the speaker."""


def enrolled(files: Sequence[bytes], detector: Detector, permitted: CloningPermit) -> list[Reference]:
    """Return the recordings ``files``, admitted, and repaired where that helps.

    Raise `PermitRefused`, what `admit` raises, or what `decode` does.
    """
    permitted.check(digests_of(files))
    signals = [decode(file) for file in files]
    admit(signals, detector)
    return prepared(files, signals, permitted)


def admit(recordings: Sequence[Signal], detector: Detector) -> None:
    """Return if the recordings may be cloned from; otherwise raise `TooShort`, `SilentAudio` or `OwnOutput`."""
    for recording in recordings:
        check_speech(recording)
    speech_s = sum(_speech_s(recording) for recording in recordings)
    if speech_s < MIN_SPEECH_S:
        raise TooShort(
            f"got {speech_s:.1f} s of speech, expected at least {MIN_SPEECH_S:.0f} s; hand in longer or more recordings"
        )
    for recording in recordings:
        found = detector.detect(recording)
        if found.present:
            reason = f"recording: carries a mark of this installation (p = {found.p_value:.1g}); nobody can change this"
            raise OwnOutput(
                "got a recording that was made by this installation, expected one of the speaker", reasons=[reason]
            )


def _speech_s(recording: Signal) -> float:
    return sum(stop - start for start, stop in speech_spans(recording)) / recording.sample_rate
