"""What a file says about its sound goes along when the sound is marked: texts, cover, cues, but no credentials."""

from __future__ import annotations

import base64
import io
import struct

import av
import numpy as np
import pytest

from sayso.audio import Container, decode, encode
from sayso.audio.tags import carried, read_tags, tagged

COVER = b"\x89PNG\r\n\x1a\n" + np.random.default_rng(1).bytes(90_000)


def picture() -> bytes:
    """Return a picture as FLAC and Vorbis comments hold it (RFC 9639 section 8.8)."""
    kind = b"image/png"
    parts = struct.pack(">II", 3, len(kind)), kind, bytes(4), struct.pack(">IIII", 1, 1, 24, 0)
    return b"".join(parts) + struct.pack(">I", len(COVER)) + COVER


def comments(*fields: bytes) -> bytes:
    body = b"".join(struct.pack("<I", len(field)) + field for field in fields)
    return struct.pack("<I", 1) + b"x" + struct.pack("<I", len(fields)) + body


def frame(name: bytes, body: bytes) -> bytes:
    return name + struct.pack(">I", len(body)) + bytes(2) + body


def id3(*frames: bytes) -> bytes:
    """Return an ID3v2.3 tag, whose frames count their length in whole bytes."""
    size = len(b"".join(frames))
    return b"ID3\x03\x00\x00" + bytes(size >> n & 0x7F for n in (21, 14, 7, 0)) + b"".join(frames)


TITLE = frame(b"TIT2", b"\x00A Tale")
FRONT = frame(b"APIC", b"\x00image/png\x00\x03\x00" + COVER)
CREDENTIALS = frame(b"GEOB", b"\x00application/x-c2pa-manifest-store\x00c2pa\x00\x00manifest")


def flac(data: bytes) -> bytes:
    blocks = ((4, comments(b"TITLE=A Tale")), (6, picture()))
    first = data[4:42]
    rest = b"".join(bytes([kind]) + len(body).to_bytes(3, "big") + body for kind, body in blocks)
    return b"fLaC" + bytes([first[0] & 0x7F]) + first[1:] + rest + bytes([0x81, 0, 0, 0]) + frames_of(data)


def frames_of(data: bytes) -> bytes:
    at, last = 4, False
    while not last:
        last, size = bool(data[at] & 0x80), int.from_bytes(data[at + 1 : at + 4], "big")
        at += 4 + size
    return data[at:]


def wav(data: bytes) -> bytes:
    info = b"INFO" + b"INAM" + struct.pack("<I", 6) + b"A Tale"
    tag = id3(TITLE, FRONT, CREDENTIALS)
    more = b"".join(
        name + struct.pack("<I", len(b)) + b + b"\0" * (len(b) & 1) for name, b in ((b"LIST", info), (b"id3 ", tag))
    )
    return data[:4] + struct.pack("<I", len(data) - 8 + len(more)) + data[8:] + more


def mp3(data: bytes) -> bytes:
    return (
        id3(TITLE, FRONT, CREDENTIALS)
        + data[len(data) - len(sound_of_mp3(data)) :]
        + b"TAG"
        + b"A Tale".ljust(125, b"\0")
    )


def sound_of_mp3(data: bytes) -> bytes:
    size = sum(byte << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True)) + 10
    return data[size:] if data[:3] == b"ID3" else data


def m4a(data: bytes) -> bytes:
    """Return the file with a title and a cover, written by FFmpeg."""
    out = io.BytesIO()
    with av.open(io.BytesIO(data)) as source, av.open(out, "w", format="ipod") as made:
        made.metadata["title"] = "A Tale"
        stream = made.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux(audio=0):
            if packet.dts is not None:
                packet.stream = stream
                made.mux(packet)
    data = out.getvalue()
    item = struct.pack(">II", 14, 0) + COVER
    item = struct.pack(">I", len(item) + 8) + b"data" + item
    item = struct.pack(">I", len(item) + 8) + b"covr" + item
    grown = bytearray(data)
    for name in (b"ilst", b"meta", b"udta", b"moov"):
        at = data.rindex(name) - 4
        grown[at : at + 4] = struct.pack(">I", int.from_bytes(data[at : at + 4], "big") + len(item))
    end = data.rindex(b"ilst") - 4 + int.from_bytes(data[data.rindex(b"ilst") - 4 :][:4], "big")
    return bytes(grown[:end]) + item + bytes(grown[end:])


def opus(data: bytes) -> bytes:
    """Return the file with a title and a cover, whose comments take several pages, written by FFmpeg."""
    out = io.BytesIO()
    with av.open(io.BytesIO(data)) as source, av.open(out, "w", format="ogg") as made:
        made.metadata["title"] = "A Tale"
        made.metadata["METADATA_BLOCK_PICTURE"] = base64.b64encode(picture()).decode()
        stream = made.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux(audio=0):
            if packet.dts is not None:
                packet.stream = stream
                made.mux(packet)
    return out.getvalue()


MAKERS = {
    Container.FLAC: flac,
    Container.WAV: wav,
    Container.MP3: mp3,
    Container.M4A: m4a,
    Container.OPUS: opus,
}


def title_of(data: bytes) -> str:
    with av.open(io.BytesIO(data)) as found:
        named = {**found.metadata, **found.streams.audio[0].metadata}
    return next((value for name, value in named.items() if name.lower() == "title"), "")


def has_cover(data: bytes) -> bool:
    return COVER in data or base64.b64encode(picture())[8:5000] in data.replace(b"\n", b"")


@pytest.mark.parametrize("container", MAKERS, ids=str)
def test_texts_and_cover_go_along_and_the_sound_stays(speech, container):
    plain = encode(speech.slice(0, 24_000), container)
    other = encode(speech.slice(12_000, 36_000), container)
    source = MAKERS[container](plain)
    assert title_of(source) == "A Tale"
    made = carried(source, other, container)
    assert title_of(made) == "A Tale"
    assert has_cover(made)
    assert b"c2pa" not in made
    assert np.array_equal(decode(made).samples, decode(other).samples)


@pytest.mark.parametrize("container", MAKERS, ids=str)
def test_a_source_without_tags_or_of_another_kind_changes_nothing(speech, container):
    data = encode(speech.slice(0, 24_000), container)
    for source in (b"", b"no sound", b"ID3", data[:40]):
        assert decode(carried(source, data, container)).num_samples == decode(data).num_samples


def test_labels_are_still_read_from_a_file_with_a_large_cover(speech):
    data = encode(speech.slice(0, 24_000), Container.OPUS)
    assert read_tags(carried(opus(data), data, Container.OPUS), Container.OPUS)["TITLE"] == "A Tale"
    assert tagged(data, Container.OPUS, {"AIGC": "x"})
