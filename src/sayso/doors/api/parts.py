"""Parts of a sound on their way out: encoded bytes, where they lie, and the words that begin in them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from sys import maxsize
from typing import Final

import numpy as np

from sayso.audio.streamed import StreamFormat
from sayso.mark import MarkedAudio, MarkedOutflow
from sayso.synthesis.wordplaces import PlacedWord
from sayso.units import samples_to_ms
from sayso.workflows.speech.live import LiveSpeech

AUDIBLE: Final = 10 ** (-45 / 20)


@dataclass(frozen=True, slots=True)
class SoundPart:
    """A part of one utterance; ``data`` may be empty where the encoder holds it back.

    ``onset_ms`` is where in the utterance the first sound is that can be heard, if it is in this part.
    """

    data: bytes
    start_ms: int
    stop_ms: int
    words: tuple[PlacedWord, ...] = ()
    onset_ms: int | None = None


async def parts_of(
    utterance: LiveSpeech, pieces: AsyncIterator[MarkedAudio], form: StreamFormat
) -> AsyncIterator[SoundPart]:
    """Yield the pieces as parts of one file, the last of which ends it; nothing where there is no piece."""
    outflow: MarkedOutflow | None = None
    stop_ms, is_silent = 0, True
    async for piece in pieces:
        rate = piece.signal.sample_rate
        outflow = outflow or MarkedOutflow(form, sample_rate=rate)
        start_ms, stop_ms = samples_to_ms(piece.start, rate), samples_to_ms(piece.stop, rate)
        words = utterance.words.between(start_ms, stop_ms)
        onset_ms = onset_of(piece) if is_silent else None
        is_silent = is_silent and onset_ms is None
        yield SoundPart(outflow.push(piece), start_ms, stop_ms, tuple(words), onset_ms)
    if outflow is not None:
        yield SoundPart(outflow.finish(), stop_ms, stop_ms, tuple(utterance.words.between(stop_ms, maxsize)))


def onset_of(piece: MarkedAudio) -> int | None:
    """Return where in its utterance the first 10 ms of ``piece`` lie that are louder than -45 dBFS, in ms."""
    rate = piece.signal.sample_rate
    samples, window = piece.signal.mixed(), max(1, rate // 100)
    for first in range(0, len(samples), window):
        if np.sqrt(np.mean(np.square(samples[first : first + window], dtype=np.float64))) > AUDIBLE:
            return samples_to_ms(piece.start + first, rate)
    return None
