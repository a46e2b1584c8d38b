"""Decoding: exact where the format is, in line where it is not, and one clear error for each thing that is wrong."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sayso.audio.container import Container
from sayso.audio.decode import decode
from sayso.audio.encode import encode
from sayso.audio.errors import (
    AudioNotFound,
    AudioUnreadable,
    CorruptAudio,
    EmptyAudio,
    TooLong,
    UnknownFormat,
)
from sayso.audio.resample import resample
from sayso.audio.signal import MalformedSignal, Signal
from sayso.errors import Invalid

PACKED = [Container.FLAC, Container.MP3, Container.M4A, Container.OPUS]


def chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body


def wav_by_hand(levels: np.ndarray, sample_rate: int, *, data_size: int | None = None) -> bytes:
    channels = levels.shape[0]
    body = levels.T.astype("<i2").tobytes()
    fmt = struct.pack("<HHIIHH", 1, channels, sample_rate, sample_rate * channels * 2, channels * 2, 16)
    data = b"data" + struct.pack("<I", len(body) if data_size is None else data_size) + body
    rest = b"WAVE" + chunk(b"fmt ", fmt) + chunk(b"LIST", b"odd") + b"\0" + data
    return b"RIFF" + struct.pack("<I", len(rest)) + rest


def chirp(sample_rate: int = 24_000, duration_s: float = 2.0) -> Signal:
    """A sweep in bursts: it lines up with itself in one place only."""
    t = np.arange(round(sample_rate * duration_s)) / sample_rate
    sweep = np.sin(2 * np.pi * (300 * t + 400 * t**2)) * (np.sin(2 * np.pi * 2.7 * t) > 0)
    return Signal.mono(0.4 * sweep, sample_rate)


def lag(reference: np.ndarray, other: np.ndarray) -> int:
    size = 2 * max(reference.size, other.size)
    product = np.fft.rfft(other, size) * np.fft.rfft(reference, size).conj()
    place = int(np.argmax(np.fft.irfft(product, size)))
    return place if place < size // 2 else place - size


def muxed(signal: Signal, muxer: str, encoder: str) -> bytes:
    import av
    from av.audio.resampler import AudioResampler

    file = io.BytesIO()
    with av.open(file, "w", format=muxer) as container:
        stream = container.add_stream(encoder, rate=signal.sample_rate)
        stream.layout = "mono"
        stream.codec_context.open()
        context = stream.codec_context
        frame = av.AudioFrame.from_ndarray(signal.samples.copy(), format="fltp", layout="mono")
        frame.sample_rate, frame.pts = signal.sample_rate, 0
        cutter = AudioResampler(context.format, context.layout, signal.sample_rate, frame_size=context.frame_size)
        for piece in [*cutter.resample(frame), *cutter.resample(None), None]:
            container.mux(stream.encode(piece))
    return file.getvalue()


def test_a_wav_file_made_by_hand_is_read_exactly():
    levels = np.array([[0, 1, -1, 32_767, -32_768], [5, 4, 3, 2, 1]])
    signal = decode(wav_by_hand(levels, 44_100))
    assert signal.sample_rate == 44_100
    assert np.array_equal(signal.samples, levels / 32_768)


def test_a_file_and_its_bytes_are_the_same(tmp_path):
    path = tmp_path / "name without suffix"
    path.write_bytes(encode(chirp(), Container.FLAC))
    assert np.array_equal(decode(path).samples, decode(path.read_bytes()).samples)


@pytest.mark.parametrize("sample_rate", [8_000, 16_000, 22_050, 24_000, 44_100, 48_000])
@pytest.mark.parametrize("container", PACKED)
def test_what_comes_back_lines_up_to_the_sample(container, sample_rate):
    signal = chirp(sample_rate, 1.2345)
    back = decode(encode(signal, container))
    assert back.sample_rate == (48_000 if container is Container.OPUS else sample_rate)
    back = resample(back, sample_rate)
    assert back.num_samples == signal.num_samples
    assert lag(signal.samples[0], back.samples[0]) == 0
    error = np.mean((back.samples - signal.samples) ** 2) / np.mean(signal.samples**2)
    assert error < 0.02


@pytest.mark.parametrize("container", [*PACKED, Container.WAV])
def test_channels_keep_their_order(container):
    tone = chirp(48_000).samples[0]
    back = decode(encode(Signal(np.stack([tone, 0.25 * tone]), 48_000), container))
    left, right = np.sqrt(np.mean(back.samples**2, axis=1))
    assert right / left == pytest.approx(0.25, rel=0.15)


@pytest.mark.parametrize(
    ("muxer", "encoder"),
    [
        ("webm", "libopus"),
        ("matroska", "flac"),
        ("mp4", "alac"),
        ("mov", "pcm_s16le"),
        ("adts", "aac"),
        ("ogg", "flac"),
        ("aiff", "pcm_s16be"),
    ],
)
def test_other_containers_are_read_too(muxer, encoder):
    signal = chirp()
    back = resample(decode(muxed(signal, muxer, encoder)), signal.sample_rate)
    # Raw AAC has no place to tell its delay.
    assert abs(back.num_samples - signal.num_samples) <= (2_048 if muxer == "adts" else 0)
    assert abs(lag(signal.samples[0], back.samples[0])) <= (1_024 if muxer == "adts" else 0)


def test_ogg_vorbis_keeps_its_length():
    import soundfile

    file = io.BytesIO()
    soundfile.write(file, np.zeros((3_000, 2), dtype=np.float32), 44_100, format="OGG", subtype="VORBIS")
    assert decode(file.getvalue()).samples.shape == (2, 3_000)


def test_a_tag_before_the_sound_is_passed_over():
    tag = b"ID3\x04\0\0" + bytes([0, 0, 1, 2]) + bytes(130)
    signal = chirp()
    assert np.array_equal(decode(tag + encode(signal, Container.FLAC)).samples.shape, signal.samples.shape)
    assert decode(tag + encode(signal, Container.MP3)).num_samples == signal.num_samples


@pytest.mark.parametrize("size", [0xFFFF_FFFF, 0x7FFF_FFFF])
def test_a_wav_file_from_a_pipe_does_not_know_its_length(size):
    levels = np.arange(1_000).reshape(1, -1)
    assert decode(wav_by_hand(levels, 8_000, data_size=size)).num_samples == 1_000


@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("container", list(Container))
def test_a_file_cut_off_is_refused(container, part):
    data = encode(chirp(), container)
    with pytest.raises(CorruptAudio):
        decode(data[: int(len(data) * part)])


def test_a_webm_file_cut_off_is_refused():
    data = muxed(chirp(), "webm", "libopus")
    with pytest.raises(CorruptAudio, match="declares"):
        decode(data[: len(data) * 2 // 3])


def test_a_wav_file_that_lost_its_last_byte_is_refused():
    with pytest.raises(CorruptAudio, match="declares 2000 bytes of sound and holds 1999"):
        decode(wav_by_hand(np.zeros((1, 1_000)), 8_000)[:-1])


def test_flac_damage_is_found_by_its_checksums():
    data = bytearray(encode(chirp(), Container.FLAC))
    data[len(data) // 2] ^= 0x55
    with pytest.raises(CorruptAudio):
        decode(bytes(data))


@pytest.mark.parametrize("data", [b"", b"ID3\x04\0\0\0\0\0\x05" + bytes(5), wav_by_hand(np.zeros((1, 0)), 8_000)])
def test_a_file_without_sound_is_empty(data):
    with pytest.raises(EmptyAudio):
        decode(data)


@pytest.mark.parametrize(
    "data", [b"\xff", b"Dear diary, today I recorded nothing.", bytes(400), b"#EXTM3U\nsecret.mp3"]
)
def test_what_is_no_sound_is_named_so(data):
    with pytest.raises(UnknownFormat, match="expected WAV, W64, AIFF"):
        decode(data)


def test_a_film_without_sound_is_empty():
    import av

    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width = stream.height = 32
        stream.pix_fmt = "yuv420p"
        for frame in [av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24"), None]:
            container.mux(stream.encode(frame))
    with pytest.raises(EmptyAudio, match="without an audio stream"):
        decode(file.getvalue())


@pytest.mark.parametrize("container", list(Container))
def test_a_file_that_is_too_long_is_refused(container):
    with pytest.raises(TooLong, match="expected at most 1 s"):
        decode(encode(chirp(), container), max_duration_s=1.0)


def test_a_length_that_only_shows_while_decoding_is_refused_too():
    with pytest.raises(TooLong):
        decode(muxed(chirp(duration_s=3), "adts", "aac"), max_duration_s=1.0)


def test_an_absurd_length_is_refused_before_it_is_decoded():
    # A FLAC header that declares 2^36 - 1 samples (RFC 9639, section 8.2: the low 36 bits of 18 bytes in).
    data = bytearray(encode(chirp(), Container.FLAC))
    data[21] |= 0x0F
    data[22:26] = b"\xff" * 4
    with pytest.raises(TooLong):
        decode(bytes(data))


def test_many_channels_count_towards_the_limit():
    with pytest.raises(TooLong, match="16 channels"):
        decode(wav_by_hand(np.zeros((16, 7_000)), 8_000), max_duration_s=1.0)


@pytest.mark.parametrize("number", [np.nan, np.inf, 1e30])
def test_numbers_that_no_sound_has_are_refused(number):
    import soundfile

    file = io.BytesIO()
    soundfile.write(file, np.array([0.1, number], dtype=np.float32), 24_000, format="WAV", subtype="FLOAT")
    with pytest.raises(CorruptAudio, match="not finite"):
        decode(file.getvalue())


def test_a_rate_below_speech_is_refused():
    with pytest.raises(MalformedSignal, match="4000 Hz"):
        decode(wav_by_hand(np.zeros((1, 100)), 4_000))


def test_files_that_are_not_there(tmp_path):
    with pytest.raises(AudioNotFound, match=r"none\.wav"):
        decode(tmp_path / "none.wav")
    with pytest.raises(AudioNotFound, match="directory"):
        decode(tmp_path)


def test_a_file_nobody_may_read(tmp_path, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(AudioUnreadable, match="Permission denied"):
        decode(tmp_path / "x.wav")


@given(st.sampled_from([b"", b"RIFF\0\0\0\0WAVE", b"fLaC", b"OggS\0\2", b"\xff\xfb", b"\xff\xf1", b"ID3"]), st.binary())
@settings(max_examples=150, deadline=None)
def test_no_bytes_bring_it_down(magic, data):
    with pytest.raises(Invalid):
        decode(magic + data)


@given(st.sampled_from(list(Container)), st.data())
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_damage_brings_it_down(container, data):
    damaged = bytearray(encode(chirp(16_000, 0.3), container))
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        signal = decode(bytes(damaged), max_duration_s=60)
    except Invalid:
        return
    assert signal.num_samples > 0
    assert np.isfinite(signal.samples).all()
