"""The client, and the voice agents' frameworks that stand on it, against a real server."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from sayso.client import AsyncSaysoClient, SaysoClient
from sayso.errors import Invalid, NotFound, Refused, Unavailable

from .conftest import TEXT


@pytest.fixture
def client(server):
    with SaysoClient(server.url, server.keys["ours"]) as client:
        yield client


def test_speech_comes_with_its_ids_and_the_time_of_its_first_byte(server, client):
    sound, heard = client.speak(TEXT, voice=server.ids["voice"])
    assert len(sound) > 48_000
    assert server.entry_of(heard.clip).facts["mark"] == heard.mark
    assert 0 < heard.first_byte_s < 10


def test_both_clients_get_the_same(server):
    async def both():
        async with AsyncSaysoClient(server.url, server.keys["ours"]) as client:
            sound, heard = await client.speak(TEXT, voice=server.ids["voice"])
            clips = (await client.get("/v1/grants"))["grants"]
            with pytest.raises(Refused):
                await client.post("/v1/speakers", {"name": "Bea"}, once="a")
            return sound, heard, clips

    sound, heard, grants = asyncio.run(both())
    assert len(sound) > 48_000
    assert heard.grant in [grant["grant"] for grant in grants]


def test_what_the_server_says_is_raised_as_its_kind_with_every_reason(server, client):
    with pytest.raises(Refused) as refused:
        client.speak(TEXT, voice=server.ids["voice"], purpose="unheard/of")
    assert refused.value.reasons
    with pytest.raises(NotFound):
        client.get("/v1/clips/clp_aaaaaaaaaaaaaaaa")
    with pytest.raises(Invalid):
        client.speak("", voice=server.ids["voice"])
    with SaysoClient(server.url, "wrong") as stranger, pytest.raises(Refused):
        stranger.get("/v1/models")
    with SaysoClient("http://127.0.0.1:1", "key") as nobody, pytest.raises(Unavailable):
        nobody.get("/v1/models")


def test_a_program_with_the_client_loads_nothing_of_the_house():
    script = (
        "import sys, sayso.client.live; print([m for m in ('numpy', 'sqlalchemy', 'onnxruntime') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_livekits_own_plugin_and_ours_speak(server):
    pytest.importorskip("livekit.plugins.openai", reason="livekit-plugins-openai is not installed")
    from livekit.agents import APIStatusError
    from livekit.plugins.openai import TTS

    from sayso.client.livekit import LiveKitVoice

    async def heard_s(voice) -> float:
        async with voice.synthesize("The lamp was lit.") as stream:
            return sum([event.frame.duration async for event in stream])

    async def all_three():
        import openai

        theirs = TTS(
            client=openai.AsyncClient(base_url=f"{server.url}/v1", api_key=server.keys["bound"]),
            model="sayso",
            voice="narrator",
        )
        ours = LiveKitVoice(server.url, server.keys["live"], voice="narrator")
        refused = LiveKitVoice(server.url, server.keys["bound"], voice="narrator")  # its grant allows no live speech
        times = [await heard_s(theirs), await heard_s(ours)]
        with pytest.raises(APIStatusError) as caught:
            await heard_s(refused)
        for voice in (ours, refused):
            await voice.aclose()
        await theirs._client.close()
        return times, caught.value

    times, refused = asyncio.run(all_three())
    assert min(times) > 0.5
    assert times[0] == pytest.approx(times[1], abs=0.1)
    assert refused.body["reasons"]
