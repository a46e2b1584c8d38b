"""The `elevenlabs` package, unmodified: whole and streamed sound, times of characters, text streamed in."""

from __future__ import annotations

import base64
import itertools
import json
import time
from contextlib import suppress

import httpx
import pytest
from elevenlabs import ElevenLabs
from elevenlabs.core.api_error import ApiError
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from sayso.audio import decode
from sayso.doors.api.elevenlabs.characters import CharacterTimes
from sayso.engines.registry import engine
from sayso.synthesis import Phrase, read
from sayso.synthesis.wordplaces import PlacedWord

from .conftest import TEXT

pytestmark = pytest.mark.filterwarnings("ignore:ConnectionClosed.code is deprecated")  # the client asks for it

PCM = {"model_id": "sayso", "output_format": "pcm_24000"}


@pytest.fixture
def realtime(server):
    with httpx.Client(timeout=30) as http:
        client = ElevenLabs(base_url=server.url, api_key=server.keys["live"], httpx_client=http).text_to_speech
        client._ws_base_url = server.url.replace("http", "ws")  # the one line of docs/server.md: it insists on wss
        yield client


@pytest.fixture
def written(server):
    """The client of a key whose purpose allows texts that were written before."""
    with httpx.Client(timeout=30) as http:
        yield ElevenLabs(base_url=server.url, api_key=server.keys["bound"], httpx_client=http).text_to_speech


def test_elevenlabs_client_gets_sound(server):
    with httpx.Client(timeout=30) as http:
        speech = ElevenLabs(base_url=server.url, api_key=server.keys["bound"], httpx_client=http).text_to_speech
        words = {"text": TEXT, "model_id": "eleven_flash_v2_5", "output_format": "pcm_24000"}
        data = b"".join(speech.stream(voice_id="narrator", **words))
        words = {"text": TEXT, "model_id": "sayso", "output_format": "mp3_24000_48"}
        whole = b"".join(speech.convert(voice_id=server.ids["voice"], **words))
    assert len(data) > 2 * 24_000
    assert decode(whole).duration_s > 1


def times_of(alignments) -> tuple[str, list[float], list[float]]:
    told = [each for each in alignments if each is not None]
    join = itertools.chain.from_iterable
    return (
        "".join(join(each.characters for each in told)),
        list(join(each.character_start_times_seconds for each in told)),
        list(join(each.character_end_times_seconds for each in told)),
    )


def test_each_character_has_its_time_in_a_whole_answer(written):
    answer = written.convert_with_timestamps(voice_id="narrator", text=TEXT, **PCM)
    heard_s = len(base64.b64decode(answer.audio_base_64)) / 48_000
    text, starts, stops = times_of([answer.alignment])
    assert text == TEXT
    assert starts == sorted(starts)
    assert all(0 <= start <= stop <= heard_s + 0.05 for start, stop in zip(starts, stops, strict=True))
    assert stops[-1] > heard_s / 2


def test_a_stream_tells_the_times_of_what_it_carries_and_of_everything(written):
    parts = list(written.stream_with_timestamps(voice_id="narrator", text="It cost $5. " + TEXT, **PCM))
    assert len(parts) > 3
    text, starts, _ = times_of(part.alignment for part in parts)
    assert text == "It cost $5. " + TEXT
    assert starts == sorted(starts)
    assert "five dollars" in times_of(part.normalized_alignment for part in parts)[0]
    at_s = 0.0
    for part in parts:
        begun = times_of([part.normalized_alignment])[1]
        assert all(at_s - 0.002 <= start for start in begun)
        at_s += len(base64.b64decode(part.audio_base_64)) / 48_000
        assert all(start <= at_s + 0.05 for start in begun[:1])


def test_times_are_those_of_the_engine_that_speaks(server):
    with httpx.Client(timeout=30) as http:
        written = ElevenLabs(base_url=server.url, api_key=server.keys["ours"], httpx_client=http).text_to_speech
        answer = written.convert_with_timestamps(voice_id=server.ids["stock"], text="The lamp was lit.", **PCM)
    hibari = engine("hibari")
    voice = hibari.stock_asset("heart")
    (known, *_) = read("The lamp was lit.", language="en")
    words = hibari.align(known.text, voice, early=True)
    text, starts, _ = times_of([answer.normalized_alignment])
    firsts = [starts[0]] + [starts[place + 1] for place, sign in enumerate(text[:-1]) if sign == " "]
    gaps = [b - a for a, b in itertools.pairwise(firsts)]
    assert gaps == pytest.approx([b.start_s - a.start_s for a, b in itertools.pairwise(words)], abs=0.03)


def test_text_that_comes_in_pieces_is_spoken_to_its_end(realtime):
    text = ["The lamp ", "was lit at noon. And ", "nobody saw it."]
    data = b"".join(realtime.convert_realtime("narrator", text=iter(text), **PCM))
    assert len(data) > 48_000
    whole = b"".join(
        realtime.convert_realtime("narrator", text=iter(text), model_id="sayso", output_format="mp3_24000_128")
    )
    assert decode(whole).duration_s > 1


def test_a_refusal_on_the_socket_is_an_error_of_the_client(server):
    with httpx.Client(timeout=30) as http:
        client = ElevenLabs(base_url=server.url, api_key=server.keys["bound"], httpx_client=http).text_to_speech
        client._ws_base_url = server.url.replace("http", "ws")
        with pytest.raises(ApiError) as refused:  # the key's grant allows no text that was not written before
            list(client.convert_realtime("narrator", text=iter(["Hello there."]), **PCM))
    assert refused.value.body["code"] == 403
    assert refused.value.body["reasons"]


def said(server, *messages, query: str = "output_format=pcm_24000", key: str | None = "live") -> list[dict]:
    address = f"{server.url.replace('http', 'ws')}/v1/text-to-speech/narrator/stream-input?{query}"
    got = []
    with connect(address) as socket:
        first = {"text": " "} if key is None else {"text": " ", "xi_api_key": server.keys[key]}
        with suppress(ConnectionClosed):  # a refusal of the first message may come before the last is sent
            for message in (first, *messages):
                socket.send(message if isinstance(message, str) else json.dumps(message))
        try:
            while True:
                got.append(json.loads(socket.recv(30)))
        except ConnectionClosed:
            return got


def test_the_sockets_messages_are_those_of_the_original(server):
    got = said(server, {"text": "Go on. "}, {"text": "Now", "flush": True}, {"text": ""})
    assert got[-1] == {"isFinal": True}
    chars = [sign for each in got[:-1] if each["alignment"] for sign in each["alignment"]["chars"]]
    assert "".join(chars) == "Go on.Now"
    first = next(each["alignment"] for each in got if each.get("alignment"))
    assert len(first["chars"]) == len(first["charStartTimesMs"]) == len(first["charDurationsMs"])


@pytest.mark.parametrize(
    ("messages", "query", "key"),
    [
        (({"text": ""},), "output_format=pcm_24000", None),
        (({"text": ""},), "output_format=wav_24000", "live"),
        (({"text": ""},), "output_format=ulaw_8000", "live"),
        (("nothing",), "output_format=pcm_24000", "live"),
        (({"text": 5},), "output_format=pcm_24000", "live"),
        (({"text": "x" * 5000},), "output_format=pcm_24000", "live"),
        (({"text": "Hi. "}, {"text": ""}), "purpose=unheard/of", "live"),
    ],
)
def test_what_cannot_be_said_ends_the_socket_with_one_message(server, messages, query, key):
    got = said(server, *messages, query=query, key=key)
    assert set(got[-1]) == {"message", "error", "code", "reasons"}
    assert not any(each.get("audio") for each in got)


def stopped(server) -> int:
    return sum(entry.facts.get("live") == "stopped" for entry in server.entries("synthesis:clip:made"))


def test_a_listener_who_leaves_the_socket_stops_the_speech(server):
    address = f"{server.url.replace('http', 'ws')}/v1/text-to-speech/narrator/stream-input?output_format=pcm_24000"
    before = stopped(server)
    with connect(address, additional_headers={"xi-api-key": server.keys["live"]}) as socket:
        socket.send(json.dumps({"text": " "}))
        for _ in range(5):  # more sound than the buffers of the connection hold
            socket.send(json.dumps({"text": "The lamp was lit at noon and " * 60 + ". "}))
        assert json.loads(socket.recv(30))["audio"]
    ends = time.monotonic() + 20
    while stopped(server) == before:
        assert time.monotonic() < ends
        time.sleep(0.1)


WORDS = st.lists(st.sampled_from(["lamp", "Dr.", "$5", "noon,", "—", "it's", "a"]), min_size=1, max_size=12)


@given(written=WORDS, said=WORDS.map(lambda words: [word for word in words if word != "—"]), cut=st.integers(0, 12))
def test_all_characters_are_told_once_in_order_whatever_is_said_for_them(written, said, cut):
    times = CharacterTimes(" ".join(written), [Phrase(" ".join(said), 0)])
    words = [PlacedWord(word, 100 * place, 100 * place + 80) for place, word in enumerate(said)]
    told, spoken = [], []
    for part, ends in ((words[:cut], False), (words[cut:], True)):
        one, other = times.told(part, ends=ends)
        told += one
        spoken += other
    assert "".join(each.character for each in spoken) == "".join(f"{word} " for word in said)
    if said:
        assert "".join(each.character for each in told) == " ".join(written)
        assert [each.start_ms for each in told] == sorted(each.start_ms for each in told)
        assert all(each.start_ms <= each.stop_ms for each in told)
