"""Streaming gives what decoding gives, in blocks."""

from __future__ import annotations

import numpy as np
import pytest

from sayso.audio import Container, Signal, decode, encode, resample, stream
from sayso.audio.blocks import gathered
from sayso.audio.errors import EmptyAudio, TooLong
from sayso.audio.stream import excerpt


def joined(blocks):
    blocks = list(blocks)
    assert len({block.sample_rate for block in blocks}) == 1
    return Signal(np.concatenate([block.samples for block in blocks], axis=1), blocks[0].sample_rate), len(blocks)


@pytest.fixture
def long(speech):
    return Signal(np.tile(speech.samples, (2, 4)), speech.sample_rate)


@pytest.mark.parametrize("container", list(Container))
def test_the_blocks_are_what_decoding_gives(long, container):
    data = encode(long, container)
    streamed, count = joined(stream(data))
    assert count > 3
    assert streamed.sample_rate == decode(data).sample_rate
    assert np.array_equal(streamed.samples, decode(data).samples)


@pytest.mark.parametrize("rate", [16_000, 24_000, 48_000])
def test_resampling_over_blocks_leaves_no_seam(long, rate):
    data = encode(long, Container.WAV)
    streamed, _ = joined(stream(data, sample_rate=rate))
    whole = resample(decode(data), rate)
    assert streamed.num_samples == whole.num_samples
    assert float(np.abs(streamed.samples - whole.samples).max()) < 1e-4


@pytest.mark.parametrize(("start_s", "end_s"), [(0.0, 1.0), (3.3, 17.9), (5.0, 1e6), (1e5, 1e6), (2.0, 2.0)])
def test_an_excerpt_is_what_lies_between_two_moments(long, start_s, end_s):
    data = encode(long, Container.FLAC)
    whole = decode(data).samples
    first, last = (min(round(s * 24_000), whole.shape[1]) for s in (start_s, end_s))
    found = excerpt(data, start_s, end_s, sample_rate=24_000)
    assert found.sample_rate == 24_000
    assert np.array_equal(found.samples, whole[:, first:last])


def test_of_what_is_cut_off_the_rest_is_read(speech, tmp_path):
    file = tmp_path / "cut.wav"
    file.write_bytes(encode(speech, Container.WAV)[:-5000])
    assert sum(block.num_samples for block in stream(file)) == speech.num_samples - 2500


def test_empty_and_endless_files_are_refused(speech):
    with pytest.raises(EmptyAudio):
        list(stream(b""))
    with pytest.raises(TooLong):
        list(stream(encode(speech, Container.FLAC), max_duration_s=1.0))


def test_frames_of_another_form_begin_another_block() -> None:
    mono, stereo = np.zeros((1, 10), np.float32), np.zeros((2, 10), np.float32)
    found = [
        (block.shape, rate)
        for block, rate in gathered([(mono, 8_000), (mono, 8_000), (stereo, 8_000), (stereo, 16_000)])
    ]
    assert found == [((1, 20), 8_000), ((2, 10), 8_000), ((2, 10), 16_000)]
