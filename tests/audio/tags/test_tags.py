"""Tags: written where other readers look for them, read back, and the sound untouched, signed or not."""

from __future__ import annotations

import io
import struct

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.audio import Container, Signal, decode, encode
from sayso.audio.errors import CorruptAudio, TagMalformed
from sayso.audio.tags import MAX_TEXT_BYTES, mp4, ogg, read_tags, tagged

TAGS = {"AIGC": '{"Label":"1","ContentProducer":"北风"}', "AI_DISCLOSURE": "made by a machine; Ωmega ≠ 1"}
CONTAINERS = list(Container)
TONE = Signal.mono((0.3 * np.sin(0.05 * np.arange(12_000))).astype(np.float32), 24_000)
FILES = {container: encode(TONE, container) for container in CONTAINERS}


@pytest.mark.parametrize("container", CONTAINERS)
def test_what_was_written_is_read_and_the_sound_is_the_same(container):
    data = tagged(FILES[container], container, TAGS)
    assert {name: text for name, text in read_tags(data, container).items() if name in TAGS} == TAGS
    assert np.array_equal(decode(data).samples, decode(FILES[container]).samples)


@pytest.mark.parametrize("container", CONTAINERS)
def test_ffmpeg_finds_them_too(container):
    with av.open(io.BytesIO(tagged(FILES[container], container, TAGS))) as file:
        found = {**file.metadata, **file.streams.audio[0].metadata}
    assert {name: found.get(name) for name in TAGS} == TAGS


@pytest.mark.parametrize("container", CONTAINERS)
def test_a_tag_is_replaced_and_others_stay(container):
    data = tagged(FILES[container], container, TAGS)
    again = tagged(data, container, {"AIGC": "new"})
    assert read_tags(again, container) == {**read_tags(data, container), "AIGC": "new"}
    assert tagged(again, container, {"AIGC": "new"}) == again
    assert tagged(data, container, {}) == data


def test_a_wav_file_has_the_chunk_that_readers_of_the_chinese_label_look_for():
    data = tagged(FILES[Container.WAV], Container.WAV, TAGS)
    at = data.index(b"AIGC")
    assert data[at + 8 : at + 8 + struct.unpack_from("<I", data, at + 4)[0]].decode() == TAGS["AIGC"]
    assert struct.unpack_from("<I", data, 4)[0] == len(data) - 8


def test_the_checksum_of_a_page_is_that_of_the_other_pages():
    data = FILES[Container.OPUS]
    end = ogg.page_bounds(data, 0)[1]
    page = data[:end]
    assert ogg.checksum(page[:22] + bytes(4) + page[26:]) == struct.unpack_from("<I", page, 22)[0]


TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=400)


@given(
    st.dictionaries(st.from_regex(r"[A-Z][A-Z0-9_]{1,20}", fullmatch=True), TEXT, min_size=1, max_size=4),
    st.sampled_from(CONTAINERS),
)
def test_any_texts_come_back(tags, container):
    found = read_tags(tagged(FILES[container], container, tags), container)
    assert {name: found.get(name) for name in tags} == tags


@pytest.mark.parametrize("container", CONTAINERS)
def test_the_longest_text_fits(container):
    data = tagged(FILES[container], container, {"NOTE": "x" * MAX_TEXT_BYTES})
    assert len(read_tags(data, container)["NOTE"]) == MAX_TEXT_BYTES


@pytest.mark.parametrize(
    "bad", [{"low": "x"}, {"A": "x"}, {"A B": "x"}, {"OK": ""}, {"OK": "a\0b"}, {"OK": "é" * 8_193}]
)
def test_a_malformed_tag_is_refused(bad):
    with pytest.raises(TagMalformed):
        tagged(FILES[Container.WAV], Container.WAV, bad)


@pytest.mark.parametrize("container", [one for one in CONTAINERS if one is not Container.MP3])  # it needs no head
@pytest.mark.parametrize("spoil", [lambda data: b"", lambda data: data[:40], lambda data: b"\0" * 500])
def test_a_spoilt_file_is_refused(container, spoil):
    with pytest.raises(CorruptAudio):
        tagged(spoil(FILES[container]), container, TAGS)


def test_a_cut_off_id3_tag_is_refused():
    data = tagged(FILES[Container.MP3], Container.MP3, TAGS)
    with pytest.raises(CorruptAudio):
        read_tags(data[:60], Container.MP3)


@pytest.mark.parametrize("data", [b"", b"\0" * 40, FILES[Container.M4A][:-9], FILES[Container.WAV]])
def test_a_cover_is_put_into_whole_files_of_sound_only(data):
    file = io.BytesIO(data)
    with pytest.raises((ValueError, struct.error)):
        mp4.put_cover(file, b"\xff\xd8\xff\xe0jpeg", is_png=False)
    assert file.getvalue() == data
