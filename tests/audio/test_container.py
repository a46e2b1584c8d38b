"""Containers by name, formats by bytes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sayso.audio.container import AudioFormat, Container, container_of, id3_size, sniff
from sayso.audio.encode import encode
from sayso.audio.errors import UnknownFormat
from sayso.audio.signal import Signal

READ_AS = {
    Container.WAV: AudioFormat.WAV,
    Container.FLAC: AudioFormat.FLAC,
    Container.MP3: AudioFormat.MP3,
    Container.M4A: AudioFormat.MP4,
    Container.OPUS: AudioFormat.OGG,
}


@pytest.mark.parametrize(
    ("name", "container"),
    [("a.wav", "wav"), ("b.FLAC", "flac"), ("c.mp3", "mp3"), ("d.m4a", "m4a"), ("e.opus", "opus"), ("f.ogg", "opus")],
)
def test_the_suffix_names_the_container(name, container):
    assert container_of(Path("some.dir") / name) is Container(container)


@pytest.mark.parametrize("name", ["song", "song.txt", "song.wav.gz"])
def test_an_unknown_suffix_lists_the_known_ones(name):
    with pytest.raises(UnknownFormat, match=r"\.wav, \.flac, \.mp3, \.m4a, \.opus, \.ogg"):
        container_of(Path(name))


@pytest.mark.parametrize("container", list(Container))
def test_what_is_written_is_recognised(container):
    data = encode(Signal.mono(np.zeros(2_400), 24_000), container)
    assert sniff(data[id3_size(data) :]) is READ_AS[container]
