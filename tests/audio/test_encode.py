"""Encoding: exact for PCM, refused where the container cannot."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sayso.audio.container import Container
from sayso.audio.decode import decode
from sayso.audio.encode import Mastered, encode, write_blocks
from sayso.audio.errors import EmptyAudio, TooManyChannels
from sayso.audio.signal import Signal

EXACT = [Container.WAV, Container.FLAC]
sounds = arrays(
    np.float32,
    st.tuples(st.integers(1, 3), st.integers(1, 300)),
    elements=st.floats(-1.0, 1 - 2**-10, width=32),
)


@given(sounds, st.sampled_from(EXACT))
@settings(max_examples=60, deadline=None)
def test_pcm_comes_back_to_half_a_step_and_then_for_good(samples, container):
    once = decode(encode(Signal(samples, 24_000), container))
    assert np.abs(once.samples - samples).max() <= 0.5 / 32_768 + 1e-7
    assert np.array_equal(decode(encode(once, container)).samples, once.samples)


@pytest.mark.parametrize("container", EXACT)
def test_silence_stays_silence_and_beyond_full_scale_is_clipped(container):
    back = decode(encode(Signal.mono(np.array([0.0, 0.0, 1.5, -1.5]), 24_000), container))
    assert back.samples[0].tolist() == [0.0, 0.0, 32_767 / 32_768, -1.0]


@pytest.mark.parametrize("container", list(Container))
def test_the_same_signal_gives_the_same_bytes(container):
    signal = Signal.mono(np.sin(np.arange(24_000) / 20) / 2, 24_000)
    if container is Container.OPUS:  # the serial number of an Ogg stream is random
        assert np.array_equal(decode(encode(signal, container)).samples, decode(encode(signal, container)).samples)
    else:
        assert encode(signal, container) == encode(signal, container)


@given(
    st.lists(st.integers(0, 9_000), min_size=1, max_size=6).filter(any),
    st.sampled_from(sorted(Container)),
    st.integers(1, 2),
)
@settings(max_examples=40, deadline=None)
def test_blocks_give_the_file_of_the_whole(tmp_path_factory, lengths, container, channels):
    whole = np.random.default_rng(1).standard_normal((channels, sum(lengths))).astype(np.float32) * 0.1
    blocks = [Signal(each, 24_000) for each in np.split(whole, np.cumsum(lengths)[:-1], axis=1)]
    path = tmp_path_factory.mktemp("blocks") / "draft"
    assert write_blocks(path, blocks, container) == sum(lengths)
    assert np.array_equal(decode(path).samples, decode(encode(Signal(whole, 24_000), container)).samples)


@pytest.mark.parametrize("container", [Container.MP3, Container.M4A, Container.OPUS])
def test_blocks_of_a_rate_the_codec_does_not_know_are_resampled(container, tmp_path):
    tone = np.sin(2 * np.pi * 440 * np.arange(96_000) / 96_000, dtype=np.float64).astype(np.float32) / 2
    write_blocks(tmp_path / "x", [Signal.mono(each, 96_000) for each in np.split(tone, 3)], container)
    back = decode(tmp_path / "x")
    assert back.duration_s == pytest.approx(1.0, abs=0.05)
    assert np.abs(np.fft.rfft(back.samples[0])).argmax() / back.duration_s == pytest.approx(440, abs=2)


@pytest.mark.parametrize(("blocks", "error"), [((), EmptyAudio), ((3,), TooManyChannels)])
def test_blocks_that_no_file_holds_leave_none(blocks, error, tmp_path):
    with pytest.raises(error):
        write_blocks(
            tmp_path / "x", [Signal(np.zeros((each, 9), np.float32), 24_000) for each in blocks], Container.MP3
        )
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("container", "bits_a_second"), [(Container.MP3, 128_000), (Container.OPUS, 48_000)])
def test_bit_rates(container, bits_a_second):
    noise = np.random.default_rng(0).standard_normal(10 * 48_000) * 0.1
    assert len(encode(Signal.mono(noise, 48_000), container)) * 8 / 10 == pytest.approx(bits_a_second, rel=0.1)


@pytest.mark.parametrize("sample_rate", [11_111, 96_000])
@pytest.mark.parametrize("container", [Container.MP3, Container.M4A, Container.OPUS])
def test_a_rate_the_codec_does_not_know_is_resampled(container, sample_rate):
    back = decode(encode(Signal.mono(np.zeros(sample_rate), sample_rate), container))
    assert back.duration_s == pytest.approx(1.0, abs=1e-3)
    assert back.sample_rate >= min(sample_rate, 48_000)


@pytest.mark.parametrize(("container", "channels"), [(Container.MP3, 3), (Container.M4A, 6), (Container.FLAC, 9)])
def test_more_channels_than_fit_are_refused(container, channels):
    with pytest.raises(TooManyChannels, match=f"got {channels} channels"):
        encode(Signal(np.zeros((channels, 10), dtype=np.float32), 24_000), container)


@pytest.mark.parametrize("container", list(Container))
def test_no_samples_are_refused(container):
    with pytest.raises(EmptyAudio):
        encode(Signal.mono(np.zeros(0), 24_000), container)


@pytest.mark.parametrize(
    ("container", "options"), [(Container.MP3, {"compression_level": "9"}), (Container.M4A, {"aac_coder": "fast"})]
)
def test_options_reach_the_encoder_and_the_sound_stays_the_same(container, options):
    rng = np.random.default_rng(5)
    wave = np.convolve(rng.normal(0, 0.2, 44_100), np.ones(20) / 20, "same")
    signal = Signal.mono(wave, 44_100)
    plain, told = (encode(signal, container, Mastered(192_000, options=each)) for each in ({}, options))
    assert plain != told
    assert decode(told).num_samples == decode(plain).num_samples
    assert np.std(decode(told).samples - decode(plain).samples) < 0.1 * np.std(wave)
