"""``POST /v1/audio/speech`` through OpenAI's own client: governed, marked, logged, in every form."""

from __future__ import annotations

import base64
import json

import openai
import pytest

from sayso.audio import decode
from sayso.audio.streamed import StreamFormat

from .conftest import TEXT


@pytest.mark.parametrize("form", StreamFormat)
def test_the_unmodified_client_gets_sound_in_every_form(server, form):
    with server.client().audio.speech.with_streaming_response.create(
        model="sayso", voice="alloy", input=TEXT, response_format=str(form)
    ) as response:
        data = response.read()
        assert response.headers["content-type"] == form.media_type
        assert response.headers["x-sayso-clip"].startswith("clp_")
    if form is StreamFormat.PCM:
        assert len(data) > 2 * 24_000
    else:
        assert decode(data).duration_s > 1


def test_what_was_heard_is_a_clip_with_its_mark_in_the_ledger(server, tmp_path):
    with server.client().audio.speech.with_streaming_response.create(
        model="hibari", voice=server.ids["voice"], input=TEXT, response_format="wav"
    ) as response:
        clip, mark = response.headers["x-sayso-clip"], response.headers["x-sayso-mark"]
        (tmp_path / "heard.wav").write_bytes(response.read())
    entry = server.entry_of(clip)
    assert entry.facts["mark"] == mark
    assert entry.facts["live"] == "complete"
    assert entry.grant == server.ids["grant"]
    session = server.session()
    try:
        from sayso.workflows.provenance import verifying

        found = verifying.verify_file(session, tmp_path / "heard.wav")
    finally:
        session.close()
    assert clip in str(found)


def test_the_intent_names_the_clip_and_its_mark_before_there_is_sound(server):
    with server.client().audio.speech.with_streaming_response.create(
        model="sayso", voice="nova", input=TEXT, response_format="pcm"
    ) as response:
        clip, mark = response.headers["x-sayso-clip"], response.headers["x-sayso-mark"]
        response.read()
    server.entry_of(clip)
    intents = [e for e in server.entries("synthesis:clip:intended") if e.facts.get("clip") == clip]
    assert [intent.facts["mark"] for intent in intents] == [mark]


def test_events_carry_the_same_bytes(server):
    body = {"model": "sayso", "voice": "alloy", "input": TEXT, "response_format": "pcm"}
    with server.http() as http:
        plain = http.post("/v1/audio/speech", json=body).content
        lines = http.post("/v1/audio/speech", json={**body, "stream_format": "sse"}).text.split("\n\n")
    events = [json.loads(line.removeprefix("data: ")) for line in lines if line]
    assert {event["type"] for event in events[:-1]} == {"speech.audio.delta"}
    assert events[-1]["type"] == "speech.audio.done"
    assert events[-1]["usage"]["total_tokens"] > 0
    assert len(b"".join(base64.b64decode(event["audio"]) for event in events[:-1])) == len(plain)


def test_a_voice_of_another_organisation_is_not_there(server):
    for voice in (server.ids["voice"], "voi_aaaaaaaaaaaaaaaa"):
        with pytest.raises(openai.NotFoundError) as caught:
            server.client("theirs").audio.speech.create(model="sayso", voice=voice, input=TEXT)
        assert caught.value.code == "voice-unknown"


def test_a_purpose_that_no_grant_allows_is_refused_with_its_reasons(server):
    with pytest.raises(openai.PermissionDeniedError) as caught:
        server.client().audio.speech.create(
            model="sayso", voice=server.ids["voice"], input=TEXT, extra_body={"purpose": "advertising"}
        )
    assert caught.value.code == "consent-refused"
    assert any("purpose" in reason for reason in caught.value.body["reasons"])


def test_live_speech_needs_a_grant_that_allows_it(server):
    words = {"model": "sayso", "voice": server.ids["voice"], "input": TEXT}
    with pytest.raises(openai.PermissionDeniedError):
        server.client().audio.speech.create(**words, extra_body={"live": True})
    data = server.client().audio.speech.create(**words, extra_body={"live": True, "purpose": "agent/support"})
    assert decode(data.content).duration_s > 1


def test_a_key_speaks_with_its_own_voices_only_under_its_own_names(server):
    bound = server.client("bound")
    for name in ("narrator", "alloy", server.ids["voice"]):
        with bound.audio.speech.with_streaming_response.create(model="sayso", voice=name, input=TEXT) as response:
            assert server.ids["grant"] == response.headers["x-sayso-grant"]
    with pytest.raises(openai.PermissionDeniedError) as caught:
        bound.audio.speech.create(model="sayso", voice=server.ids["stock"], input=TEXT)
    assert caught.value.code == "voice-not-of-key"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"model": "whisper-1"}, 404, "model-unknown"),
        ({"model": "kokoro", "voice": "heart"}, 400, "id-invalid"),
        ({"voice": "voi_aaaaaaaaaaaaaaaa"}, 404, "voice-unknown"),
        ({"voice": "nobody"}, 400, "id-invalid"),
        ({"input": ""}, 400, "body-invalid"),
        ({"input": "x" * 4097}, 400, "body-invalid"),
        ({"input": "\u200b"}, 400, None),
        ({"speed": 9}, 400, "body-invalid"),
        ({"response_format": "ogg"}, 400, "body-invalid"),
        ({"unheard_of": 1}, 400, "body-invalid"),
    ],
)
def test_bad_input_is_told_by_its_field(server, change, status, code):
    with server.http() as http:
        body = {"model": "sayso", "voice": "alloy", "input": TEXT, **change}
        answer = http.post("/v1/audio/speech", json=body)
    assert answer.status_code == status, answer.text
    assert code in {None, answer.json()["error"]["code"]}
    assert "x" * 50 not in answer.text


@pytest.mark.parametrize("key", ["revoked", "auditor", "speaker", None])
def test_who_may_not_speak_gets_no_sound(server, key):
    with server.http(key) as http:
        answer = http.post("/v1/audio/speech", json={"model": "sayso", "voice": "alloy", "input": TEXT})
    assert answer.status_code == {"revoked": 401, None: 401, "auditor": 403, "speaker": 403}[key]
    assert answer.headers["content-type"] == "application/problem+json"
