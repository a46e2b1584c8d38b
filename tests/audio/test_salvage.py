"""What is damaged, joined, mislabelled or hidden behind junk is read as far as it decodes, and what is skipped is told."""

from __future__ import annotations

import io
import random
import struct

import av
import numpy as np
import pytest
import soundfile

from sayso.audio import Container, Signal, decode, encode, stream
from sayso.audio.errors import CorruptAudio, EmptyAudio, Invalid, RateTooLow, TooLong, UnknownFormat
from sayso.audio.salvage import Salvage
from sayso.audio.starts import has_index
from sayso.audio.stream import joined

LONGEST_S = 3600.0


def junk(count):
    """Return the same bytes each time: of others some begin like a frame."""
    return np.random.default_rng(7).bytes(count)


@pytest.fixture(scope="module")
def tone():
    time = np.arange(2 * 24_000) / 24_000
    return Signal.mono(0.3 * np.sin(2 * np.pi * (220 + 30 * np.sin(9 * time)) * time), 24_000)


@pytest.fixture(scope="module")
def files(tone):
    """Return the tone in each container that Sayso writes, and as Ogg Vorbis."""
    found = {str(container): encode(tone, container) for container in Container}
    vorbis = io.BytesIO()
    soundfile.write(vorbis, tone.samples[0], 24_000, format="OGG", subtype="VORBIS")
    return {**found, "ogg": vorbis.getvalue()}


def read(data):
    """Return how many seconds are salvaged, and what was skipped."""
    salvage = Salvage(data, max_duration_s=LONGEST_S)
    seconds = sum(samples.shape[1] / rate for samples, rate in salvage.blocks())
    return seconds, salvage.skipped


@pytest.mark.parametrize("name", [*map(str, Container), "ogg"])
def test_a_whole_file_is_read_whole_and_nothing_is_skipped(files, tone, name):
    seconds, skipped = read(files[name])
    assert seconds == pytest.approx(tone.duration_s, abs=0.05)
    assert skipped == []


@pytest.mark.parametrize("name", [*map(str, Container), "ogg"])
@pytest.mark.parametrize(("before", "behind"), [(64, 0), (0, 128), (5000, 70_000)])
def test_junk_before_and_behind_hides_nothing(files, tone, name, before, behind):
    seconds, skipped = read(junk(before) + files[name] + junk(behind))
    assert seconds == pytest.approx(tone.duration_s, abs=1.6 if name == "wav" and behind else 0.1)
    assert before == 0 or f"bytes 0 to {before}" in skipped[0]


@pytest.mark.parametrize("name", ["mp3", "flac", "opus", "m4a"])
def test_junk_between_frames_costs_a_part(files, tone, name):
    whole = files[name]
    half = len(whole) // 2
    hurt = whole[:half] + (junk(2000) if name != "m4a" else bytes(50)) + whole[half + (0 if name != "m4a" else 50) :]
    assert read(hurt)[0] > 0.4 * tone.duration_s


@pytest.mark.parametrize("name", [*map(str, Container), "ogg"])
def test_of_joined_files_all_are_read(files, tone, name):
    assert read(2 * files[name])[0] == pytest.approx(2 * tone.duration_s, abs=0.2)


def test_of_joined_files_of_several_kinds_all_are_read(files, tone):
    order = ("wav", "mp3", "flac", "m4a", "opus")
    seconds, _ = read(b"".join(files[name] for name in order))
    assert seconds == pytest.approx(len(order) * tone.duration_s, abs=0.3)


def test_a_header_put_into_a_file_hides_nothing_behind_it(files, tone):
    half = len(files["mp3"]) // 2
    hurt = files["mp3"][:half] + b"fLaC\0\0\0\x22" + junk(40) + files["mp3"][half:]
    assert read(hurt)[0] > 0.8 * tone.duration_s


@pytest.mark.parametrize("riff", [True, False])
def test_a_recorder_that_lost_power_wrote_no_length(files, tone, riff):
    hurt = bytearray(files["wav"])
    place = hurt.find(b"data") + 4
    hurt[place : place + 4] = bytes(4)
    if riff:
        hurt[4:8] = bytes(4)
    assert read(bytes(hurt))[0] == pytest.approx(tone.duration_s)


@pytest.mark.parametrize("form", ["W64", "AU", "CAF", "AIFF", "RF64"])
def test_containers_that_sayso_does_not_write_are_read(tone, form):
    file = io.BytesIO()
    soundfile.write(file, tone.samples[0], 24_000, format=form)
    assert read(file.getvalue())[0] == pytest.approx(tone.duration_s)
    assert decode(file.getvalue()).num_samples == tone.num_samples


def muxed(form, codec, tone, *, rate=48_000, video_s=0.0):
    """Return the tone as FFmpeg writes it, beside black frames of ``video_s``."""
    file = io.BytesIO()
    with av.open(file, "w", format=form) as container:
        sound = container.add_stream(codec, rate=rate, layout="mono")
        sound.bit_rate = 64_000
        if video_s:
            frames(container, video_s)
        frame = av.AudioFrame.from_ndarray(tone.samples, format="fltp", layout="mono")
        frame.sample_rate = tone.sample_rate
        size = sound.codec_context.frame_size or 1024
        resampler = av.AudioResampler(format=sound.format.name, layout="mono", rate=rate, frame_size=size)
        for piece in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(sound.encode(piece))
        container.mux([packet for packet in sound.encode(None) if packet.size])
    return file.getvalue()


def frames(container, seconds):
    video = container.add_stream("mpeg4", rate=5, width=32, height=32, pix_fmt="yuv420p")
    for number in range(round(5 * seconds)):
        frame = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")
        frame.pts = number
        container.mux(video.encode(frame))
    container.mux(video.encode(None))


@pytest.mark.parametrize(
    ("form", "codec"),
    [
        ("ac3", "ac3"),
        ("eac3", "eac3"),
        ("asf", "wmav2"),
        ("avi", "pcm_s16le"),
        ("mpegts", "aac"),
        ("adts", "aac"),
        ("wv", "wavpack"),
        ("tta", "tta"),
        ("voc", "pcm_s16le"),
    ],
)
def test_further_formats_of_ffmpeg_are_read(tone, form, codec):
    assert read(muxed(form, codec, tone))[0] == pytest.approx(tone.duration_s, abs=0.1)


def test_flash_video_is_read(tone):
    assert read(muxed("flv", "pcm_s16le", tone, rate=44_100))[0] == pytest.approx(tone.duration_s, abs=0.1)


@pytest.mark.parametrize("form", ["matroska", "ogg"])
def test_flac_in_another_container_is_read_and_so_is_a_file_of_it_behind(files, tone, form):
    data = muxed(form, "flac", tone)
    assert read(data) == (pytest.approx(tone.duration_s, abs=0.05), [])
    assert read(data + files["flac"])[0] == pytest.approx(2 * tone.duration_s, abs=0.1)


def test_a_tag_before_a_file_is_part_of_it(files, tone):
    tag = b"ID3\x04\x00\x00\x00\x00\x02\x00" + bytes(256)
    assert read(tag + files["flac"]) == (pytest.approx(tone.duration_s), [])


@pytest.mark.parametrize("form", ["matroska", "webm", "mp4"])
def test_a_film_that_outlasts_its_sound_is_no_damage(tone, form):
    codec = "libopus" if form == "webm" else "aac"
    data = muxed(form, codec, tone, video_s=0.0 if form == "webm" else 6.0)
    assert read(data)[0] == pytest.approx(tone.duration_s, abs=0.1)
    assert decode(data).duration_s == pytest.approx(tone.duration_s, abs=0.1)


def test_a_second_track_is_read_behind_the_first(tone):
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as container:
        for track in [container.add_stream("aac", rate=24_000, layout="mono") for _ in range(2)]:
            for start in range(0, tone.num_samples, 1024):
                piece = np.ascontiguousarray(tone.samples[:, start : start + 1024])
                frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout="mono")
                frame.sample_rate, frame.pts = 24_000, start
                container.mux(track.encode(frame))
            container.mux(track.encode(None))
    assert read(file.getvalue())[0] == pytest.approx(2 * tone.duration_s, abs=0.2)


def test_parts_of_other_rates_come_at_one_and_no_channel_is_mixed_away(tone):
    stereo = Signal(np.repeat(tone.samples, 2, axis=0), 24_000)
    other = io.BytesIO()
    soundfile.write(other, tone.samples[0], 16_000, format="WAV")
    blocks = list(stream(encode(tone, Container.WAV) + encode(stereo, Container.FLAC) + other.getvalue()))
    assert {block.sample_rate for block in blocks} == {24_000}
    channels = [block.num_channels for block in blocks]
    assert (channels[0], channels[-1], channels) == (1, 2, sorted(channels))
    assert joined(blocks).num_channels == 2
    assert sum(block.num_samples for block in blocks) == pytest.approx(2 * 48_000 + 72_000, abs=300)


@pytest.mark.parametrize(
    "data", [b"", bytes(5000), b"Dear diary. " * 999, junk(50_000), b"RIFF\xff\xff\xff\xffWAVE", b"ID3"]
)
def test_what_is_no_sound_is_refused(data):
    with pytest.raises(Invalid) as caught:
        read(data)
    assert isinstance(caught.value, EmptyAudio) == (data == b"") or not isinstance(caught.value, TooLong)


def test_what_is_too_long_is_refused_on_the_way(tone):
    salvage = Salvage(encode(tone, Container.FLAC), max_duration_s=1.0)
    with pytest.raises(TooLong):
        list(salvage.blocks())


def test_a_header_that_declares_a_rate_of_no_sound_is_refused_before_it_grows(files):
    hurt = bytearray(files["wav"])
    hurt[24:28] = struct.pack("<I", 1)
    with pytest.raises(RateTooLow):
        read(bytes(hurt))


def test_a_number_that_is_none_in_samples_becomes_silence():
    samples = np.full(24_000, np.nan, dtype="<f4")
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + samples.nbytes, b"WAVE", b"fmt ", 16, 3, 1, 24_000, 96_000, 4, 32, b"data", samples.nbytes)  # fmt: skip
    blocks = list(Salvage(head + samples.tobytes(), max_duration_s=9.0).blocks())
    assert all((block == 0).all() for block, _ in blocks)


def test_a_format_that_is_unknown_is_named_without_its_bytes():
    with pytest.raises(UnknownFormat, match="expected WAV, W64"):
        read(b"plain text" * 100)


def test_an_m4a_cut_off_before_its_index_is_refused_with_that_reason(files):
    data = files["m4a"]
    moov = data.find(b"moov") - 4
    index = int.from_bytes(data[moov : moov + 4], "big")
    cut = data[:moov] + data[moov + index :]
    assert has_index(io.BytesIO(data), 0, len(data))
    assert not has_index(io.BytesIO(cut), 0, len(cut))
    with pytest.raises(Invalid, match="cut off before its index"):
        read(cut)


@pytest.mark.parametrize("form", ["CAF", "W64", "AU"])
@pytest.mark.parametrize("channels", [8, 9, 16])
def test_more_channels_than_a_frame_has_planes_for_are_all_read(form, channels):
    sound = np.random.default_rng(2).uniform(-0.9, 0.9, (4_800, channels)).astype(np.float32)
    file = io.BytesIO()
    soundfile.write(file, sound, 24_000, format=form, subtype="PCM_16")
    read = decode(file.getvalue())
    salvaged = np.concatenate([block for block, _ in Salvage(file.getvalue(), max_duration_s=10).blocks()], axis=1)
    assert np.abs(read.samples - sound.T).max() < 1e-4
    assert np.array_equal(read.samples, salvaged)


def test_a_damaged_frame_that_claims_dozens_of_channels_is_left_out():
    """Of the seeds to 424 the last is the first by which FFmpeg takes a damaged frame for one of 42 channels."""
    noise = np.random.default_rng(0).standard_normal(24_000).astype(np.float32) / 10
    data = bytearray(encode(Signal.mono(noise, 24_000), Container.M4A))
    chance, start = random.Random(424), data.index(b"mdat") + 4
    for _ in range(60):
        data[chance.randrange(start, len(data))] ^= 1 << chance.randrange(8)
    salvage = Salvage(bytes(data), max_duration_s=10)
    assert {len(samples) for samples, _ in salvage.blocks()} <= {1, 2}
    with pytest.raises(CorruptAudio):
        decode(bytes(data))


def test_sound_in_a_codec_that_no_decoder_knows_is_refused():
    data = encode(Signal.mono(np.zeros(24_000), 24_000), Container.M4A)
    data = data.replace(b"mp4a", b"zzzz").replace(b"esds", b"zzzz")
    with pytest.raises(CorruptAudio):
        decode(data)
