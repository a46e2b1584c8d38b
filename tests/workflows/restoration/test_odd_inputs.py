"""Broken and odd audio files: each ends in a clear error of one line or in a right result, and stays as it was."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from itertools import islice

import numpy as np
import pytest

from sayso.audio import Container, Signal, encode
from sayso.errors import Bug, SaysoError
from sayso.progress import silent
from sayso.workflows.restoration.diagnosing import diagnose_file
from sayso.workflows.restoration.restoring import restore_file

Made = tuple[str, bytes]


def wav(samples: np.ndarray, rate: int, *, bits: int = 16, kind: int = 1, channels: int = 1) -> bytes:
    """Return a WAV file whose header says what it is told, whatever the samples are."""
    data, align = samples.tobytes(), channels * bits // 8
    head = struct.pack("<HHIIHH", kind, channels, rate, rate * align % (1 << 32), align % 65536, bits)
    return b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " + struct.pack("<I", 16) + head + b"data" + (
        struct.pack("<I", len(data)) + data
    )  # fmt: skip


def odd_files(speech: Signal, count: int) -> Iterator[Made]:
    """Yield ``count`` files by their kinds in turn; the same files each time."""
    rng = np.random.default_rng(500)
    whole = {each: encode(speech, each) for each in Container}
    words = speech.samples[0]
    kinds: list[Callable[[], Made]] = [
        lambda: truncated(rng, whole),
        lambda: flipped(rng, whole),
        lambda: ("float.wav", wav(spoilt(rng, words), speech.sample_rate, bits=32, kind=3)),
        lambda: ("rate.wav", wav(pcm(words), int(rng.choice([0, 1, 50, 7_999, 192_001, 2**31])))),
        lambda: ("channels.wav", wav(pcm(words), speech.sample_rate, channels=int(rng.choice([0, 2, 7, 64, 60_000])))),
        lambda: ("bits.wav", wav(pcm(words), speech.sample_rate, bits=int(rng.choice([0, 1, 7, 24, 64])))),
        lambda: ("short.wav", wav(pcm(words[: rng.integers(0, 40)]), speech.sample_rate)),
        lambda: ("still.wav", wav(np.full(20_000, rng.choice([0, 1, -32_768, 32_767]), np.int16), 16_000)),
        lambda: ("noise.bin", rng.bytes(int(rng.integers(0, 5_000)))),
        lambda: wrong_name(rng, whole),
        lambda: ("square.wav", wav((np.sign(words) * 32_767).astype(np.int16), 8_000)),
    ]
    for place in range(count):
        yield kinds[place % len(kinds)]()


def pcm(samples: np.ndarray) -> np.ndarray:
    return (samples * 32_767).astype(np.int16)


def truncated(rng: np.random.Generator, whole: dict[Container, bytes]) -> Made:
    container = list(whole)[rng.integers(len(whole))]
    data = whole[container]
    return f"cut.{container}", data[: rng.integers(0, len(data))]


def flipped(rng: np.random.Generator, whole: dict[Container, bytes]) -> Made:
    container = list(whole)[rng.integers(len(whole))]
    data = bytearray(whole[container])
    for place in rng.integers(0, len(data), int(rng.integers(1, 60))):
        data[place] ^= int(rng.integers(1, 256))
    return f"flipped.{container}", bytes(data)


def wrong_name(rng: np.random.Generator, whole: dict[Container, bytes]) -> Made:
    containers = list(whole)
    return f"named.{containers[rng.integers(len(containers))]}", whole[containers[rng.integers(len(containers))]]


def spoilt(rng: np.random.Generator, words: np.ndarray) -> np.ndarray:
    made = words.astype(np.float32).copy()
    made[rng.integers(0, made.size, 20)] = rng.choice([np.nan, np.inf, -np.inf, 1e30, 5.0])
    return made


def tried(made: Made, folder) -> list[str]:
    """Return what went wrong with one file; an error that says what was got is right."""
    name, data = made
    file, out = folder / name, folder / "out.wav"
    file.write_bytes(data)
    wrong = []
    for act in (lambda: diagnose_file(file), lambda: restore_file(file, out, silent)):
        try:
            act()
        except Bug as error:
            wrong.append(f"{name}: {error.message}")
        except SaysoError as error:
            if not error.message or "\n" in error.message:
                wrong.append(f"{name}: {error.message!r}")
        except Exception as error:  # noqa: BLE001 - what no reader may end with
            wrong.append(f"{name} of {len(data)} bytes: {type(error).__name__}: {error}")
    if file.read_bytes() != data:
        wrong.append(f"{name} was changed")
    return wrong


@pytest.fixture(scope="module")
def short(speech) -> Signal:
    return speech.slice(0, speech.sample_rate)


@pytest.mark.slow
def test_odd_files_end_in_an_error_or_a_result(short, tmp_path):
    assert [each for made in odd_files(short, 11) for each in tried(made, tmp_path)] == []


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_a_hundred_odd_files_end_in_an_error_or_a_result(short, tmp_path, part):
    made = islice(odd_files(short, 100), 25 * part, 25 * (part + 1))
    assert [each for one in made for each in tried(one, tmp_path)] == []
