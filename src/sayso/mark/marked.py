"""`MarkedAudio`: the only audio type that leaves synthesis, and `EncodedAudio`, the same as the bytes of a file.

A `Programme` is many clips in one file, such as a chapter: each keeps its mark and its permit.

Only this room makes them, and neither can be altered: ``dataclasses.replace`` is refused as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import InitVar, dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from sayso.audio.container import Container
from sayso.audio.encode import Mastered, encode
from sayso.audio.mastering import limit, room_tone
from sayso.audio.mending import softened, without_clicks
from sayso.audio.rates import resampled
from sayso.audio.signal import Signal, concatenate
from sayso.audio.streamed import StreamEncoder, StreamFormat
from sayso.audio.tags import carried, tagged
from sayso.ids import PermitId
from sayso.mark.errors import ChunkMismatch, SealBroken
from sayso.mark.mark import Mark

_SEAL: Final = object()
"""Held by this room alone: without it `MarkedAudio` cannot be made. See tests/mark/test_marked.py."""


@dataclass(frozen=True, slots=True)
class Mends:
    """What was mended of a sound: clicks taken out, and seconds of hiss turned down."""

    clicks: int = 0
    hiss_s: float = 0.0

    def __add__(self, other: Mends) -> Mends:
        """Return both together."""
        return Mends(self.clicks + other.clicks, round(self.hiss_s + other.hiss_s, 3))


@dataclass(frozen=True, slots=True, eq=False)
class MarkedAudio:
    """Sound that carries ``mark``, made under ``permit_id``; ``start`` is its place in the clip, in samples.

    Raises
    ------
    SealBroken : made by anything but the embedder
    """

    signal: Signal
    mark: Mark
    permit_id: PermitId
    start: int = 0
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        """Refuse to be made elsewhere."""
        if seal is not _SEAL:
            raise SealBroken("marked audio was made outside the marking room; get it from `Marker.embed` or a session")

    @property
    def stop(self) -> int:
        """Return where in the clip the next chunk starts, in samples."""
        return self.start + self.signal.num_samples

    @property
    def duration_ms(self) -> int:
        """Return the length in whole milliseconds, rounded up."""
        return self.signal.duration_ms

    @classmethod
    def joined(cls, pieces: Sequence[MarkedAudio]) -> Self:
        """Return consecutive pieces of one clip as one; raise `ChunkMismatch` for any others, or none.

        Each piece starts where the one before it stops, with the same mark, permit, rate and channels.
        """
        _check_consecutive(pieces)
        first = pieces[0]
        signal = concatenate([piece.signal for piece in pieces])
        return cls(signal, first.mark, first.permit_id, first.start, seal=_SEAL)

    def pieces(self, most: int) -> Iterator[MarkedAudio]:
        """Yield this, sample for sample, in pieces of at most ``most`` samples, each in its place in the clip."""
        for first in range(0, self.signal.num_samples, most):
            part = self.signal.slice(first, min(first + most, self.signal.num_samples))
            yield sealed(part, self.mark, self.permit_id, start=self.start + first)

    def mended(self, *, most_hiss_dbfs: float) -> tuple[MarkedAudio, Mends]:
        """Return this without clicks, its hiss no louder than ``most_hiss_dbfs``, and what that took; mono.

        It carries the same mark. Where nothing is to be mended, it is this, sample for sample.
        """
        samples, clicks = without_clicks(self.signal.mixed(), self.signal.sample_rate)
        samples, hiss_s = softened(samples, self.signal.sample_rate, most_dbfs=most_hiss_dbfs)
        signal = Signal.mono(samples, self.signal.sample_rate)
        return sealed(signal, self.mark, self.permit_id, start=self.start), Mends(clicks, hiss_s)

    def encoded(
        self, container: Container, tags: Mapping[str, str] | None = None, *, like: bytes = b""
    ) -> EncodedAudio:
        """Return this as the file of ``container`` with ``tags``, and with the tags and cover of the file ``like``.

        Raise the errors of `encode` and `tagged`.
        """
        data = tagged(carried(like, encode(self.signal, container), container), container, tags or {})
        return EncodedAudio(data, container, self.mark, self.permit_id, self.duration_ms, seal=_SEAL)


@dataclass(frozen=True, slots=True, eq=False)
class EncodedAudio:
    """`MarkedAudio` as ``data``, the bytes of a file of ``container``. Raise `SealBroken` if made elsewhere."""

    data: bytes
    container: Container
    mark: Mark
    permit_id: PermitId
    duration_ms: int
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        """Refuse to be made elsewhere."""
        if seal is not _SEAL:
            raise SealBroken("a file of marked audio was made outside the marking room; use `MarkedAudio.encoded`")


def sealed(signal: Signal, mark: Mark, permit_id: PermitId, *, start: int) -> MarkedAudio:
    """Return marked audio; called by the embedder and by `reopened`, and by nothing else (checked in CI)."""
    return MarkedAudio(signal, mark, permit_id, start, seal=_SEAL)


@dataclass(frozen=True, slots=True)
class Cue:
    """A clip in its place in a programme: ``at`` is its first sample there, ``gain_db`` how much louder it is."""

    clip: MarkedAudio
    at: int
    gain_db: float = 0.0


@dataclass(frozen=True, slots=True)
class PlacedMark:
    """A mark in a programme, and the permit under which its clip is in it; ``start`` and ``stop`` in seconds."""

    mark: Mark
    permit_id: PermitId
    start_s: float
    stop_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Programme:
    """Marked clips one after another, such as a chapter: with pauses, levelled, over room tone, and nothing else.

    Raise `SealBroken` if made by anything but `assembled`.
    """

    signal: Signal
    marks: tuple[PlacedMark, ...]
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        """Refuse to be made elsewhere."""
        if seal is not _SEAL:
            raise SealBroken("a programme was made outside the marking room; use `Programme.assembled`")

    @classmethod
    def assembled(
        cls, cues: Sequence[Cue], num_samples: int, *, sample_rate: int, tone_dbfs: float, ceiling_dbfs: float
    ) -> Self:
        """Return the cues, mono, in ``num_samples`` of room tone at ``tone_dbfs``, at ``sample_rate``.

        Places and lengths are counted at the clips' own rate, which is one. Nothing is above ``ceiling_dbfs``. Raise
        `ChunkMismatch` for clips of several rates, and for those that overlap or lie outside.
        """
        rates = {cue.clip.signal.sample_rate for cue in cues}
        if len(rates) != 1:
            raise ChunkMismatch(f"got clips of {len(rates)} sample rates for a programme, expected one")
        rate = rates.pop()
        mixed = room_tone(num_samples, rate, level_dbfs=tone_dbfs)
        stop, marks = 0, []
        for cue in cues:
            start, stop = cue.at, _mixed(mixed, cue, stop)
            marks.append(PlacedMark(cue.clip.mark, cue.clip.permit_id, start / rate, stop / rate))
        done = resampled(mixed[np.newaxis], rate, sample_rate)[0]
        limit(done, sample_rate, ceiling_dbfs=ceiling_dbfs)  # in place: a chapter's sound is large
        return cls(Signal.mono(done, sample_rate), tuple(marks), seal=_SEAL)

    def encoded(self, container: Container, mastered: Mastered, tags: Mapping[str, str]) -> EncodedProgramme:
        """Return this as a file; raise the errors of `encode` and `tagged`."""
        data = tagged(encode(self.signal, container, mastered), container, tags)
        return EncodedProgramme(data, container, self.marks, self.signal.duration_ms, seal=_SEAL)


@dataclass(frozen=True, slots=True, eq=False)
class EncodedProgramme:
    """A `Programme` as the bytes of a file. Raise `SealBroken` if made elsewhere."""

    data: bytes
    container: Container
    marks: tuple[PlacedMark, ...]
    duration_ms: int
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        """Refuse to be made elsewhere."""
        if seal is not _SEAL:
            raise SealBroken("a file of a programme was made outside the marking room; use `Programme.encoded`")

    @property
    def permit_ids(self) -> frozenset[PermitId]:
        """Return the permits under which its clips are in it."""
        return frozenset(placed.permit_id for placed in self.marks)


def _mixed(mixed: NDArray[np.float32], cue: Cue, after: int) -> int:
    """Add a cue to the samples of a programme, in place; return where it stops."""
    samples = cue.clip.signal.mixed()
    stop = cue.at + samples.size
    if cue.at < after or stop > mixed.size:
        raise ChunkMismatch(f"got a clip at {cue.at} to {stop}, expected one after {after} and before {mixed.size}")
    mixed[cue.at : stop] += samples * np.float32(10 ** (cue.gain_db / 20))
    return stop


def _check_consecutive(pieces: Sequence[MarkedAudio]) -> None:
    if not pieces:
        raise ChunkMismatch("got no pieces to join, expected at least one")
    stop, mark, permit_id = pieces[0].start, pieces[0].mark, pieces[0].permit_id
    for piece in pieces:
        if (piece.start, piece.mark, piece.permit_id) != (stop, mark, permit_id):
            raise ChunkMismatch(
                f"got a piece at {piece.start} with mark {piece.mark}, expected one at {stop} with mark {mark}, "
                "made under the same permit"
            )
        stop = piece.stop


class MarkedOutflow:
    """The only way from sound made now to bytes that leave now: it takes marked pieces of one clip, in order."""

    def __init__(self, form: StreamFormat, *, sample_rate: int) -> None:
        """Take the form of the file, and the rate of the sound, Hz."""
        self._encoder = StreamEncoder(form, sample_rate=sample_rate)
        self._last: MarkedAudio | None = None
        self._rate = sample_rate

    def push(self, piece: MarkedAudio) -> bytes:
        """Return the bytes that are ready; raise `ChunkMismatch` for what is not the next piece of the same clip."""
        last = self._last
        if not isinstance(piece, MarkedAudio) or piece.signal.sample_rate != self._rate:
            raise ChunkMismatch(f"got {type(piece).__name__}, expected marked audio at {self._rate} Hz")
        place = (piece.mark, piece.permit_id, piece.start)
        if place != ((piece.mark, piece.permit_id, 0) if last is None else (last.mark, last.permit_id, last.stop)):
            raise ChunkMismatch("got a piece of another clip or place, expected the one that follows")
        self._last = piece
        return self._encoder.push(piece.signal)

    def finish(self) -> bytes:
        """Return the rest of the file."""
        return self._encoder.finish()
