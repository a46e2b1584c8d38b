"""What is encoded while it is made comes out early, and is a valid file."""

from __future__ import annotations

import shutil
import subprocess

import numpy as np
import pytest

from sayso.audio import decode, stream
from sayso.audio.signal import Signal
from sayso.audio.streamed import StreamEncoder, StreamFormat

RATE = 24_000


def pieces(speech: Signal) -> list[Signal]:
    return [speech.slice(at, at + 1_200) for at in range(0, 3 * RATE, 1_200)]


def encoded(form: StreamFormat, sound: list[Signal]) -> list[bytes]:
    encoder = StreamEncoder(form, sample_rate=RATE)
    return [*(encoder.push(piece) for piece in sound), encoder.finish()]


@pytest.mark.parametrize("form", [each for each in StreamFormat if each is not StreamFormat.PCM])
def test_the_bytes_of_all_pieces_are_a_file_that_begins_early(form, speech, tmp_path):
    sound = pieces(speech)
    parts = encoded(form, sound)
    assert sum(map(len, parts[:3])) > 0  # 150 ms of sound in
    data = b"".join(parts)
    read = decode(data)
    assert read.duration_s == pytest.approx(3.0, abs=0.08)
    salvaged = np.concatenate([each.samples for each in stream(data)], axis=1)
    assert salvaged.shape[1] / read.sample_rate == pytest.approx(3.0, abs=0.08)
    if form in {StreamFormat.WAV, StreamFormat.FLAC}:
        whole = np.concatenate([piece.samples for piece in sound], axis=1)
        assert np.max(np.abs(read.samples - whole)) <= 1 / 32_768
    if shutil.which("ffprobe"):
        (tmp_path / "file").write_bytes(data)
        told = subprocess.run(["ffprobe", "-v", "error", tmp_path / "file"], capture_output=True, check=True)
        assert told.stderr == b""


def test_pcm_is_16_bits_little_endian_clipped(speech):
    loud = Signal.mono(np.array([0.0, 0.5, 2.0, -2.0], np.float32), RATE)
    assert np.frombuffer(b"".join(encoded(StreamFormat.PCM, [loud])), "<i2").tolist() == [0, 16_384, 32_767, -32_768]


@pytest.mark.parametrize("form", StreamFormat)
def test_a_sound_without_samples_is_no_crash(form):
    assert isinstance(b"".join(encoded(form, [])), bytes)
