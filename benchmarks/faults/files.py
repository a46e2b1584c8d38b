"""Files that are hurt on purpose: cut, flipped, joined, spliced, mislabelled, bombs, and headers that lie."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Mapping, Sequence

Hurt = Callable[[random.Random, Sequence[bytes]], bytes]


def cut(chance: random.Random, files: Sequence[bytes]) -> bytes:
    """Return a file without its end."""
    data = chance.choice(files)
    return data[: chance.choice([0, 1, 4, 12, 44, chance.randrange(len(data)), len(data) - 1])]


def flipped(chance: random.Random, files: Sequence[bytes]) -> bytes:
    """Return a file with some bits the other way."""
    data = bytearray(chance.choice(files))
    reach = chance.choice([64, 512, len(data)])
    for _ in range(chance.choice([1, 3, 30, 300])):
        data[chance.randrange(min(reach, len(data)))] ^= 1 << chance.randrange(8)
    return bytes(data)


def spliced(chance: random.Random, files: Sequence[bytes]) -> bytes:
    """Return the head of one file on the body of another."""
    head, body = chance.choice(files), chance.choice(files)
    place = chance.choice([4, 12, 44, 64, 200, 4096])
    return head[:place] + body[chance.choice([0, place]) :]


def joined(chance: random.Random, files: Sequence[bytes]) -> bytes:
    """Return several files behind each other, with junk between."""
    parts = [chance.choice(files) for _ in range(chance.randint(2, 4))]
    return chance.randbytes(chance.choice([0, 7, 500])).join(parts)


def overwritten(chance: random.Random, files: Sequence[bytes]) -> bytes:
    """Return a file with a stretch of zeros, ones or noise in it."""
    data = bytearray(chance.choice(files))
    start, length = chance.randrange(len(data)), chance.choice([1, 16, 200, 5000])
    fill = chance.choice([bytes(length), b"\xff" * length, chance.randbytes(length)])
    data[start : start + length] = fill[: max(0, len(data) - start)]
    return bytes(data)


def lying(chance: random.Random, files: Sequence[bytes]) -> bytes:
    """Return a file in whose head a number of four bytes is the largest, or nothing."""
    data = bytearray(chance.choice(files))
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(min(200, len(data) - 4))
        data[place : place + 4] = chance.choice([b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff", b"\x00\x00\x00\x01"])
    return bytes(data)


def huge(chance: random.Random, files: Sequence[bytes]) -> bytes:
    """Return a WAV header that declares gigabytes, thousands of channels or an odd rate, and little behind it."""
    del files
    channels, rate, bits = chance.choice([(1, 24_000, 16), (65_535, 48_000, 16), (2, 2**31, 32), (0, 0, 0), (1, 1, 8)])
    size = chance.choice([0, 2**31, 2**32 - 1, 44])
    block = min(65_535, channels * bits // 8)
    fmt = struct.pack("<HHIIHH", chance.choice([1, 3, 0xFFFE, 85]), channels, rate, (rate * block) % 2**32, block, bits)
    head = b"RIFF" + struct.pack("<I", size) + b"WAVEfmt \x10\x00\x00\x00" + fmt + b"data"
    return head + struct.pack("<I", size) + chance.randbytes(4000)


def deep(chance: random.Random, files: Sequence[bytes]) -> bytes:
    """Return boxes within boxes: MP4 atoms, or Matroska elements, hundreds deep."""
    del files
    data = b""
    for _ in range(chance.choice([50, 500, 5000])):
        data = struct.pack(">I", len(data) + 8) + chance.choice([b"moov", b"trak", b"mdia", b"udta"]) + data
    if chance.random() < 0.5:
        return b"\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00M4A mp42" + data
    return b"\x1a\x45\xdf\xa3\x93\x42\x82\x88matroska" + b"\x18\x53\x80\x67\x01" * chance.choice([50, 5000])


def silence(chance: random.Random, files: Sequence[bytes]) -> bytes:
    """Return many frames of nothing: a head, and its first frame over and over."""
    data = chance.choice(files)
    start = min(len(data) // 3, 8000)
    return data[:start] + data[start : start + chance.choice([100, 417, 1000])] * chance.choice([100, 1000])


def other(chance: random.Random, files: Sequence[bytes]) -> bytes:
    """Return what is no sound: nothing, noise, text, a picture's head."""
    del files
    return chance.choice(
        [b"", b"\0", chance.randbytes(5000), b"hello\n" * 500, b"\x89PNG\r\n" + chance.randbytes(900), b"ID3" * 400,
         b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f" + bytes(600), b"OggS" * 900, b"fLaC" + b"\xff" * 900, b"\xff\xfb" * 3000]
    )  # fmt: skip


KINDS: Mapping[str, Hurt] = {
    each.__name__: each for each in (cut, flipped, spliced, joined, overwritten, lying, huge, deep, silence, other)
}
"""Every way of hurting a file, by its name."""
