"""Book files: M4A files bound into one M4B, packet by packet, with a chapter for each, metadata and a cover.

Nothing is decoded or encoded again. The packet with which an encoder begins is left out of each file but the first, so
that a chapter starts where the sound of its file starts.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, BinaryIO, Self

from sayso.audio.errors import CorruptAudio, EmptyAudio
from sayso.audio.tags import mp4


def bind(
    file: BinaryIO,
    parts: Iterable[tuple[str, bytes]],
    metadata: Mapping[str, str],
    cover: tuple[bytes, str] | None = None,
) -> None:
    """Write the M4A files ``parts``, each with its title, into the empty ``file`` as one M4B.

    ``cover`` is a JPEG or PNG and its media type. One part at a time is held. Raise `EmptyAudio` for no parts,
    `CorruptAudio` for one that is no M4A file or of another rate.
    """
    import av  # noqa: PLC0415 - loads libraries that most commands do not need

    chapters: list[tuple[str, int, int]] = []
    stream: Any = None
    place, rate = 0, 0
    with _Output(file) as out:
        for title, data in parts:
            with av.open(io.BytesIO(data), format="mp4") as source:
                track: Any = source.streams.audio[0]
                if stream is None:
                    rate = int(track.rate)
                    stream = out.begin(track, rate, metadata)
                if int(track.rate) != rate:
                    raise CorruptAudio(f"got files of {track.rate} and {rate} Hz, expected one rate for a book")
                start = place
                place = _copied(out.container, source, track, stream, place, is_first=not chapters)
                chapters.append((title, start, place))
        if stream is None:
            raise EmptyAudio("got no chapters to bind, expected at least one")
        out.container.set_chapters(_chapters(chapters, rate))
    if cover is not None:
        mp4.put_cover(file, cover[0], is_png=cover[1] == "image/png")


class _Output:
    """The file to be written: its time scale is that of the first part, so it is opened with that."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.container: Any = None

    def begin(self, track: Any, rate: int, metadata: Mapping[str, str]) -> Any:
        import av  # noqa: PLC0415 - see `bind`

        self.container = av.open(self._file, "w", format="ipod", options={"movie_timescale": str(rate)})
        self.container.metadata.update(metadata)
        return self.container.add_stream_from_template(track)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.container is not None:
            self.container.close()


def _copied(out: Any, source: Any, track: Any, stream: Any, place: int, *, is_first: bool) -> int:
    """Copy the packets of a file behind ``place``, in samples; return where the next file starts."""
    for packet in source.demux(track):
        if packet.dts is None or packet.size == 0 or (packet.pts < 0 and not is_first):
            continue
        duration = packet.duration
        packet.stream = stream
        packet.pts = packet.dts = packet.pts if packet.pts < 0 else place
        place += 0 if packet.pts < 0 else duration
        packet.time_base = Fraction(1, int(track.rate))
        out.mux(packet)
    return place


def _chapters(chapters: list[tuple[str, int, int]], rate: int) -> list[dict[str, Any]]:
    return [
        {"id": number, "start": start, "end": stop, "time_base": Fraction(1, rate), "metadata": {"title": title}}
        for number, (title, start, stop) in enumerate(chapters, 1)
    ]
