"""Salvaging: all the sound in a file that decodes, for detection. Enrolment reads strictly, by `decode`.

Whoever wants to hide a mark puts junk before, between or behind the frames, joins files, or cuts a header: players go
on, and so does this. What is passed over is told.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.blocks import Block, Limit, gathered
from sayso.audio.container import READ, AudioFormat
from sayso.audio.errors import AGAIN, CorruptAudio, EmptyAudio, UnknownFormat
from sayso.audio.header import is_plain_wav
from sayso.audio.packets import MOST_PLANES, unpacked
from sayso.audio.source import opened, pcm_blocks
from sayso.audio.starts import behind_tags, form_at, has_flac_frames, has_index, next_frame, next_start, size_of

_MOST_ERRORS: Final = 10_000
"""Reads in a row that bring no packet: then the rest of a part is given up."""
_MOST_PARTS: Final = 1_000
_RIFF_HEADER: Final = 8
_MAGIC: Final = 4
_PADDING_S: Final = 0.1
"""Sound behind the declared end up to which it is the encoder's padding, and beyond which it is sound."""


class Salvage:
    """The sound of a damaged or joined file: go through `blocks`, then read what was ``skipped``."""

    def __init__(self, source: Path | bytes, *, max_duration_s: float) -> None:
        """Take a file, or its bytes, and the longest sound that is taken."""
        self._source = source
        self._limit = Limit(max_duration_s)
        self.skipped: list[str] = []

    def blocks(self) -> Iterator[Block]:
        """Yield the sound block by block, at least one sample in all.

        Raise `AudioNotFound`, `AudioUnreadable`, `TooLong`, and `UnknownFormat`, `EmptyAudio` or `CorruptAudio` where
        nothing decodes.
        """
        with opened(self._source) as file:
            if size_of(file) == 0:
                raise EmptyAudio("got an empty file, expected sound; record it again")
            if is_plain_wav(file):
                yield from pcm_blocks(file, AudioFormat.WAV, self._limit)
                return
            known, is_empty = False, True
            size, place = size_of(file), 0
            for _ in range(_MOST_PARTS):
                start, form = self._begin(file, place)
                if form is None:
                    break
                known, is_silent = True, True
                if start > place:
                    self._skip(place, start, "no sound")
                end = _end_of(file, start, form, size)
                for samples, rate in gathered(self._part(file, start, end, form)):
                    is_silent = is_silent and samples.shape[1] == 0
                    yield samples, rate
                is_empty = is_empty and is_silent
                place = start + _MAGIC if is_silent else end  # a header that is none hides nothing behind it
                if place >= size:
                    break
            else:
                self._skip(place, size, f"more than {_MOST_PARTS} parts")
            if not known:
                raise UnknownFormat(f"got a file in which no sound is found, expected {READ}")
            if is_empty:
                why = f" ({self.skipped[0]})" if self.skipped else ""
                raise (CorruptAudio if self.skipped else EmptyAudio)(
                    f"got a file without a single sample that decodes{why}, expected sound; {AGAIN}"
                )

    def _begin(self, file: BinaryIO, place: int) -> tuple[int, AudioFormat | None]:
        """Return where the next part begins, and its format."""
        form = form_at(file, place)
        if form not in {None, AudioFormat.MP3, AudioFormat.AAC} or place == next_frame(file, place):
            return place, form
        places = [found for found in (next_start(file, place), next_frame(file, place)) if found is not None]
        if not places:
            return place, form if place == 0 else None
        return min(places), form_at(file, min(places))

    def _part(self, file: BinaryIO, start: int, end: int, form: AudioFormat) -> Iterator[Block]:
        """Yield the sound of one part; what fails in it is noted, and the rest goes on."""
        import av  # noqa: PLC0415 - loads libraries that most commands do not need

        try:
            tracks = 1
            for track in count():
                with av.open(Section(file, start, end), format=form.value, metadata_errors="ignore") as container:
                    tracks = len(container.streams.audio)
                    if track >= tracks:
                        break
                    yield from self._frames(container, start, track)
            if not tracks:
                self._skip(start, end, f"{form.name} without sound")
        except (av.error.FFmpegError, ValueError) as error:
            why = getattr(error, "strerror", None) or "unreadable"
            if form is AudioFormat.MP4 and not has_index(file, start, end):
                why = "cut off before its index (the moov box), without which no frame of it can be told from the next"
            self._skip(start, end, f"{form.name}, {why}")

    def _frames(self, container: Any, start: int, track: int) -> Iterator[Block]:
        """Yield finite samples of each frame of a track that decodes."""
        stream = container.streams.audio[track]
        end_s = float(stream.duration * stream.time_base) if stream.duration and len(container.streams) == 1 else None
        done = 0
        behind: list[Block] = []
        for frame, decoded in unpacked(self._decoded(container, start, stream)):
            samples, rate = _finite(decoded), frame.sample_rate
            done += frame.samples
            self._limit.check(done, rate, len(samples))
            over = 0 if end_s is None else min(frame.samples, max(0, done - round(end_s * rate)))
            if over < frame.samples:
                yield samples[:, : frame.samples - over], rate
            if over:
                behind.append((samples[:, frame.samples - over :], rate))
            if end_s is not None and done > (end_s + _PADDING_S) * rate:
                yield from behind
                behind, end_s = [], None

    def _decoded(self, container: Any, start: int, track: Any) -> Iterator[Any]:
        """Yield the frames of a track, and of those that take its place (chained Ogg)."""
        import av  # noqa: PLC0415 - see _part

        others = {stream.index for stream in container.streams} - {track.index}
        damaged = in_a_row = 0
        most = max(MOST_PLANES, track.codec_context.channels if track.codec_context else 0)
        packets = container.demux()
        while in_a_row < _MOST_ERRORS:
            try:
                packet = next(packets, None)
                if packet is None:
                    break
                if packet.stream.type == "audio" and packet.stream.index not in others:
                    for frame in packet.decode():
                        if frame.layout.nb_channels <= most:
                            yield frame
                        else:
                            damaged += 1
                    in_a_row = 0
            except av.error.EOFError:
                break
            except av.error.FFmpegError:
                damaged, in_a_row = damaged + 1, in_a_row + 1
                packets = container.demux()
        if damaged:
            self.skipped.append(f"{damaged} damaged frames of the part that begins at byte {start}")

    def _skip(self, start: int, end: int, why: str) -> None:
        self.skipped.append(f"bytes {start} to {end}: {why}")


def _finite(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ``samples`` with silence where they are no numbers; nearly always there is nothing to replace."""
    if np.isfinite(samples).all():
        return samples
    return np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)


class Section(io.RawIOBase):
    """The bytes ``[start, end)`` of a file, as a file of their own."""

    def __init__(self, file: BinaryIO, start: int, end: int) -> None:
        """Begin at ``start``."""
        super().__init__()
        self._file, self._start, self._size, self._place = file, start, end - start, 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return up to ``size`` bytes."""
        left = max(0, self._size - self._place)
        self._file.seek(self._start + self._place)
        data = self._file.read(left if size < 0 else min(size, left))
        self._place += len(data)
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, and return it."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        self._place = max(0, base + offset)
        return self._place

    def tell(self) -> int:
        """Return the place."""
        return self._place


def _end_of(file: BinaryIO, start: int, form: AudioFormat, size: int) -> int:
    """Return where the part that begins at ``start`` ends: where its header says so, or where another begins."""
    if form in {AudioFormat.WAV, AudioFormat.AIFF}:
        file.seek(start + 4)
        declared = int.from_bytes(file.read(4), "little" if form is AudioFormat.WAV else "big") + _RIFF_HEADER
        follows = next_start(file, start + declared) if _RIFF_HEADER + 36 < declared < size - start else None
        return start + declared if follows is not None else _next_other(file, start + _RIFF_HEADER, form, size)
    return _next_other(file, behind_tags(file, start) + _RIFF_HEADER, form, size)


def _next_other(file: BinaryIO, place: int, form: AudioFormat, size: int) -> int:
    """Return where the next header begins; of Ogg links FFmpeg goes on from one to the next by itself.

    Matroska and Ogg keep the header of a FLAC file for each track of FLAC: no file begins there.
    """
    while (found := next_start(file, place)) is not None:
        other = form_at(file, found)
        is_link = form is other is AudioFormat.OGG
        is_inside = form in {AudioFormat.OGG, AudioFormat.WEBM} and other is AudioFormat.FLAC
        if not is_link and not (is_inside and not has_flac_frames(file, found)):
            return found
        place = found + _RIFF_HEADER
    return size
