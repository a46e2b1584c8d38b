"""The intake: a recording is admitted when it holds enough speech and was not made here.

Cloning from our own output would launder a voice past its speaker: a clip made under one grant would become a voice
without any. A mark of this installation in the recording is therefore a refusal; that none is found proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

from sayso.audio import Signal, check_speech, decode, speech_spans
from sayso.audio.errors import TooShort
from sayso.errors import Refused, about
from sayso.mark.detector import Detector
from sayso.voices.permitted import CloningPermit
from sayso.voices.reference import Reference, digests_of, prepared

T = TypeVar("T")

MIN_SPEECH_S: Final = 3.0
"""Speech needed in all; below it a GE2E embedding says more of the words than of the voice."""


class OwnOutput(Refused):
    """The recording was made by this installation; clone from a recording of the speaker."""


def enrolled(
    files: Sequence[bytes], detector: Detector, permitted: CloningPermit, *, names: Sequence[str] = ()
) -> list[Reference]:
    """Return the recordings ``files``, admitted, and repaired where that helps.

    Raise `PermitRefused`, what `admit` raises, or what `decode` does; of several files, the one at fault is named.
    """
    permitted.check(digests_of(files))
    signals = []
    for file, name in _each(files, names):
        with about(name):
            signals.append(decode(file))
    admit(signals, detector, names=names)
    return prepared(files, signals, permitted)


def admit(recordings: Sequence[Signal], detector: Detector, *, names: Sequence[str] = ()) -> None:
    """Return if the recordings may be cloned from; otherwise raise `TooShort`, `SilentAudio` or `OwnOutput`."""
    for recording, name in _each(recordings, names):
        with about(name):
            check_speech(recording)
    speech_s = sum(_speech_s(recording) for recording in recordings)
    if speech_s < MIN_SPEECH_S:
        raise TooShort(
            f"got {speech_s:.1f} s of speech, expected at least {MIN_SPEECH_S:.0f} s; hand in longer or more recordings"
        )
    for recording, name in _each(recordings, names):
        found = detector.detect(recording)
        if found.present:
            reason = f"recording: carries a mark of this installation (p = {found.p_value:.1g}); nobody can change this"
            message = "got a recording that was made by this installation, expected one of the speaker"
            with about(name):
                raise OwnOutput(message, reasons=[reason])


def _each(items: Sequence[T], names: Sequence[str]) -> Iterator[tuple[T, str]]:
    """Yield each item with its name, "" where there is only one."""
    is_one = len(items) == 1 or len(names) != len(items)
    yield from zip(items, [""] * len(items) if is_one else names, strict=True)


def _speech_s(recording: Signal) -> float:
    return sum(stop - start for start, stop in speech_spans(recording)) / recording.sample_rate
