"""Live streams end with consent and with their listener; the WebSocket speaks while text comes in."""

from __future__ import annotations

import base64
import contextlib
import json
import time

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from sayso.workflows.consent import changing, granting
from sayso.workflows.consent.granting import Terms

from .conftest import TEXT

LONG = " ".join(f"Sentence {number} says that the lamp was lit at noon." for number in range(70))


def slow(server, **words):
    """Begin to read a long stream, in a request that reads no further than it must."""
    body = {"model": "sayso", "voice": server.ids["voice"], "input": LONG, "response_format": "pcm", **words}
    http = httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {server.keys['ours']}"}, timeout=60)
    request = http.build_request("POST", "/v1/audio/speech", json=body)
    response = http.send(request, stream=True)
    assert response.status_code == 200, response.read()
    return http, response


def test_a_withdrawal_cuts_a_live_stream_and_what_was_heard_is_logged(server):
    session = server.session()
    grant = granting.give(
        session, Terms(server.ids["speaker"], "Northwind Audio", ("cut-short",), actions=("synthesize",))
    )
    http, response = slow(server, purpose="cut-short")
    clip, heard = response.headers["x-sayso-clip"], 0
    with contextlib.closing(http), pytest.raises(httpx.RemoteProtocolError):
        for chunk in response.iter_raw():
            if not heard:
                changing.withdraw(session, grant)
            heard += len(chunk)
            time.sleep(0.02)
    session.close()
    response.close()
    entry = server.entry_of(clip)
    assert entry.facts["live"] == "cut"
    assert "bug" not in {event["event"] for event in server.events()}
    assert 0 < entry.facts["duration_ms"] < 60_000
    assert heard / 48 <= entry.facts["duration_ms"] + 100
    words = {"model": "sayso", "voice": server.ids["voice"], "input": TEXT, "purpose": "cut-short"}
    with server.http() as http:
        refused = http.post("/v1/audio/speech", json=words)
    assert refused.status_code == 403


def test_a_listener_who_goes_away_stops_the_speech_and_pays_for_what_left(server):
    http, response = slow(server)
    clip = response.headers["x-sayso-clip"]
    next(response.iter_raw())
    response.close()
    http.close()
    entry = server.entry_of(clip)
    assert entry.facts["live"] == "stopped"
    assert entry.facts["duration_ms"] < 60_000
    assert "bug" not in {event["event"] for event in server.events()}


@pytest.fixture
def socket(server):
    address = server.url.replace("http", "ws") + "/v1/speech/stream"
    with connect(address, additional_headers={"Authorization": f"Bearer {server.keys['ours']}"}) as socket:

        def say(kind: str, context: str = "a", **more) -> None:
            socket.send(json.dumps({"type": kind, "context": context, **more}))

        def until(kind: str) -> list[dict]:
            got = []
            while not got or got[-1]["type"] != kind:
                got.append(json.loads(socket.recv(30)))
            return got

        socket.say, socket.until = say, until
        yield socket


def opened(socket, server, **more) -> None:
    socket.say("open", voice=server.ids["voice"], purpose="agent/support", **more)


def test_text_comes_in_as_it_is_written_and_sound_leaves_with_its_place(server, socket):
    opened(socket, server, words=True)
    for word in ("The lamp ", "was lit at noon. And ", "nobody saw it"):
        socket.say("text", text=word)
    first = socket.until("spoken")
    assert first[0]["type"] == "utterance"
    assert first[0]["text"] == "The lamp was lit at noon."
    audio = [message for message in first if message["type"] == "audio"]
    assert audio[0]["start_ms"] == 0
    words = [word for message in audio for word in message["words"]]
    assert [word["word"] for word in words] == ["The", "lamp", "was", "lit", "at", "noon."]
    assert all(word["start_ms"] < word["stop_ms"] <= audio[-1]["stop_ms"] + 250 for word in words)
    pcm = b"".join(base64.b64decode(message["audio"]) for message in audio)
    assert len(pcm) / 48 == pytest.approx(audio[-1]["stop_ms"], abs=2)
    socket.say("flush")
    second = socket.until("spoken")
    assert second[0]["text"] == "And nobody saw it"
    assert second[0]["mark"] != first[0]["mark"]
    socket.say("close")
    assert socket.until("closed")[-1]["context"] == "a"
    assert server.entry_of(second[0]["clip"]).facts["live"] == "complete"


def test_a_cancel_ends_what_is_said_and_the_context_goes_on(server, socket):
    opened(socket, server)
    socket.say("text", text=LONG[:2000] + ". ")
    socket.until("audio")
    socket.say("cancel")
    socket.until("cancelled")
    socket.say("text", text="Go on. ")
    socket.say("flush")
    assert "Go on." in socket.until("spoken")[0]["text"]


def test_a_context_ends_that_was_closed_before_its_cancel_or_had_no_room_for_its_end(server, socket):
    opened(socket, server)
    socket.say("text", text=LONG)
    assert "ahead of the speech" in socket.until("error")[-1]["detail"]
    socket.say("close")
    socket.say("close")
    socket.say("cancel")
    assert [message["type"] for message in socket.until("closed")][-2:] == ["cancelled", "closed"]
    for kind, end in (("cancel", "cancelled"), ("close", "closed")):  # on their way while it ended
        socket.say(kind)
        assert socket.until(end)[-1]["context"] == "a"
    opened(socket, server)  # the name is free again


@pytest.mark.parametrize(
    "message",
    ["", "[]", "{}", "null", '{"type": ["close"]}', '{"type": "text", "context": "b", "text": "x"}', '{"type": "open", "context": ""}', "[" * 5000],
)  # fmt: skip
def test_a_message_that_is_none_is_told_and_harms_nobody(server, socket, message):
    socket.send(message)
    assert json.loads(socket.recv(10))["type"] == "error"
    opened(socket, server)
    socket.say("text", text="Still here.")
    socket.say("flush")
    socket.until("spoken")


def test_a_refusal_on_the_socket_carries_its_reasons(server, socket):
    socket.say("open", voice=server.ids["voice"])  # the key's purpose: its grant allows no live speech
    socket.say("text", text="Hello.")
    socket.say("flush")
    (told,) = socket.until("error")
    assert (told["error"], told["status"]) == ("consent-refused", 403)
    assert told["reasons"]


@pytest.mark.parametrize("key", ["revoked", None])
def test_a_socket_without_a_key_is_not_opened(server, key):
    headers = {} if key is None else {"Authorization": f"Bearer {server.keys[key]}"}
    with pytest.raises(InvalidStatus) as caught, connect(server.url.replace("http", "ws") + "/v1/speech/stream", additional_headers=headers):  # fmt: skip
        pass
    assert caught.value.response.status_code == 401
    assert json.loads(caught.value.response.body)["status"] == 401
