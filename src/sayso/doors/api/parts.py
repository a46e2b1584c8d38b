"""Parts of a sound on their way out: encoded bytes, where they lie, and the words that begin in them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from sys import maxsize

from sayso.audio.streamed import StreamFormat
from sayso.mark import MarkedAudio, MarkedOutflow
from sayso.synthesis.wordplaces import PlacedWord
from sayso.units import samples_to_ms
from sayso.workflows.speech.live import LiveSpeech


@dataclass(frozen=True, slots=True)
class SoundPart:
    """A part of one utterance; ``data`` may be empty where the encoder holds it back."""

    data: bytes
    start_ms: int
    stop_ms: int
    words: tuple[PlacedWord, ...] = ()


async def parts_of(
    utterance: LiveSpeech, pieces: AsyncIterator[MarkedAudio], form: StreamFormat
) -> AsyncIterator[SoundPart]:
    """Yield the pieces as parts of one file, the last of which ends it; nothing where there is no piece."""
    outflow: MarkedOutflow | None = None
    stop_ms = 0
    async for piece in pieces:
        rate = piece.signal.sample_rate
        outflow = outflow or MarkedOutflow(form, sample_rate=rate)
        start_ms, stop_ms = samples_to_ms(piece.start, rate), samples_to_ms(piece.stop, rate)
        words = utterance.words.between(start_ms, stop_ms)
        yield SoundPart(outflow.push(piece), start_ms, stop_ms, tuple(words))
    if outflow is not None:
        yield SoundPart(outflow.finish(), stop_ms, stop_ms, tuple(utterance.words.between(stop_ms, maxsize)))
