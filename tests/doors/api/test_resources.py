"""Resources answer as the command line does, each organisation its own, and nobody without a key."""

from __future__ import annotations

import json

import httpx
import pytest
from jsonschema import Draft202012Validator

from sayso.audio import decode
from sayso.doors import schemas
from sayso.workflows.consent import changing, granting
from sayso.workflows.consent.granting import Terms
from tests.doors.schemas import validator
from tests.workflows.conftest import LICENSEE, PURPOSE

READS = {
    "/v1/grants": "grants",
    "/v1/grants/{grant}": "grant",
    "/v1/voices": "voices",
    "/v1/voices/{voice}": "voice",
    "/v1/ledger?grant={grant}": "ledger-entries",
    "/v1/ledger/checkpoint": "checkpoint",
    "/v1/accounts": "accounts",
    "/v1/keys": "keys",
    "/v1/speakers": "speakers",
    "/v1/clips?voice={voice}": "clips",
}


@pytest.mark.parametrize(("path", "name"), READS.items())
def test_what_is_read_is_as_its_schema_says_and_nobody_elses(server, path, name):
    path = path.format(**server.ids)
    with server.http() as ours, server.http("theirs") as theirs, server.http(None) as nobody:
        answer = ours.get(path)
        assert answer.status_code == 200, answer.text
        assert not list(validator(name).iter_errors(answer.json()))
        foreign = theirs.get(path)
        for of_ours in ("grant", "voice", "speaker", "org"):
            assert (
                server.ids[of_ours] not in foreign.text.replace(path.partition("?")[0], "")
                or foreign.status_code == 404
            )
        assert nobody.get(path).status_code == 401


def test_a_speaker_and_a_grant_are_made_once_for_one_idempotency_key(server):
    with server.http("operator") as http:
        headers = {"Idempotency-Key": "once"}
        first, again = (http.post("/v1/speakers", json={"name": "Bea"}, headers=headers) for _ in range(2))
        assert first.status_code == again.status_code == 201
        assert first.json() == again.json()
        other = http.post("/v1/speakers", json={"name": "Cleo"}, headers=headers)
        assert (other.status_code, other.json()["error"]) == (409, "repeat-differs")
        body = {"speaker": first.json()["speaker"], "licensee": "Northwind Audio", "purposes": ["podcast"]}
        grant = http.post("/v1/grants", json={**body, "max_minutes": 5}).json()["grant"]
        assert http.post(f"/v1/grants/{grant}/suspend").json()["state"] == "suspended"
        assert http.post(f"/v1/grants/{grant}/withdraw").json()["state"] == "withdrawn"
        gone = http.post(f"/v1/grants/{grant}/resume")
        assert (gone.status_code, gone.headers["content-type"]) == (409, "application/problem+json")
        wrong = http.post("/v1/grants", json={**body, "unheard_of": 1})
        assert (wrong.status_code, wrong.json()["error"]) == (400, "body-invalid")


def test_who_lacks_the_right_is_refused(server):
    with server.http() as http:
        refused = http.post("/v1/speakers", json={"name": "Bea"})
        assert (refused.status_code, refused.json()["error"]) == (403, "role-refused")
        assert http.post(f"/v1/grants/{server.ids['grant']}/withdraw").status_code == 403
        assert http.post("/v1/erasures", json={"speaker": server.ids["speaker"]}).status_code == 403


def test_models_and_voices_are_listed_as_openai_lists_them(server):
    names = [model.id for model in server.client().models.list()]
    assert names[0] == "sayso"
    assert {"hibari", "kokoro"} <= set(names)
    assert server.client().models.retrieve("hibari").id == "hibari"
    with server.http("bound") as http:
        (voice,) = http.get("/v1/audio/voices").json()["data"]
    assert (voice["id"], voice["aliases"]) == (server.ids["voice"], ["narrator"])


def test_a_file_is_verified_by_its_bytes_and_leaves_nothing(server):
    words = {"model": "sayso", "voice": "alloy", "input": "The lamp was lit at noon.", "response_format": "wav"}
    with server.http() as http:
        response = http.post("/v1/audio/speech", json=words)
        server.entry_of(response.headers["x-sayso-clip"])
        found = http.post("/v1/verifications", files={"file": ("../../etc/passwd", response.content)})
        assert found.status_code == 200, found.text
        assert response.headers["x-sayso-clip"] in found.text
        assert "passwd" not in found.text
        for path in ("/v1/verifications", "/v1/traces"):
            wrong = http.post(path, files={"file": ("a.wav", b"no sound")})
            assert wrong.status_code in {400, 415}
            assert "/tmp" not in wrong.text


def test_a_clip_is_listed_and_released_under_a_permit_and_nobody_else_sees_it(server):
    words = {"model": "sayso", "voice": server.ids["voice"], "input": "The lamp was lit.", "response_format": "pcm"}
    with server.http() as ours, server.http("theirs") as theirs:
        clip = ours.post("/v1/audio/speech", json=words).headers["x-sayso-clip"]
        server.entry_of(clip)
        shown = ours.get(f"/v1/clips/{clip}").json()
        assert not list(validator("clip").iter_errors(shown))
        assert (shown["voice"], shown["kept"]) == (server.ids["voice"], True)
        newest = ours.get("/v1/clips", params={"grant": server.ids["grant"], "limit": 1}).json()["clips"]
        assert [each["clip"] for each in newest] == [clip]
        older = ours.get("/v1/clips", params={"before": newest[0]["created_at"]}).json()["clips"]
        assert clip not in [each["clip"] for each in older]
        assert theirs.get(f"/v1/clips/{clip}").status_code == 404
        assert clip not in theirs.get("/v1/clips").text
        assert ours.post(f"/v1/clips/{clip}/releases", json={"format": "exe"}).status_code == 400
        released = ours.post(f"/v1/clips/{clip}/releases", json={"format": "wav"})
        assert released.status_code == 201, released.text
        assert decode(released.content).duration_s == pytest.approx(shown["duration_ms"] / 1000, abs=0.01)
        assert theirs.post(f"/v1/clips/{clip}/releases", json={}).status_code == 404


def test_a_clip_is_released_once_for_one_idempotency_key_while_its_grant_holds(server):
    session = server.session()
    grant = granting.give(session, Terms(server.ids["speaker"], LICENSEE, ("once",), actions=("synthesize", "publish")))
    words = {"model": "sayso", "voice": server.ids["voice"], "input": "The lamp was lit.", "purpose": "once"}
    with server.http() as ours:
        clip = ours.post("/v1/audio/speech", json=words).headers["x-sayso-clip"]
        server.entry_of(clip)
        path, headers = f"/v1/clips/{clip}/releases", {"Idempotency-Key": "release"}
        first, again = (ours.post(path, json={"format": "wav"}, headers=headers) for _ in range(2))
        assert (first.status_code, again.status_code) == (201, 201), first.text
        assert first.content == again.content
        assert len([each for each in server.entries("publication:clip:made") if each.facts["clip"] == clip]) == 1
        assert ours.post(path, json={"format": "mp3"}, headers=headers).status_code == 409
        changing.withdraw(session, grant)
        session.close()
        ended = ours.post(path, json={"format": "wav"}, headers=headers)
    assert (ended.status_code, ended.json()["error"]) == (403, "permit-refused")


def test_a_clip_whose_grant_allows_no_release_stays_in_the_vault(server):
    session = server.session()
    granting.give(session, Terms(server.ids["speaker"], LICENSEE, ("unreleased",), actions=("synthesize",)))
    session.close()
    words = {"model": "sayso", "voice": server.ids["voice"], "input": "The lamp was lit.", "purpose": "unreleased"}
    with server.http() as ours:
        clip = ours.post("/v1/audio/speech", json=words).headers["x-sayso-clip"]
        server.entry_of(clip)
        refused = ours.post(f"/v1/clips/{clip}/releases", json={"format": "wav"})
    assert (refused.status_code, refused.json()["error"]) == (403, "consent-refused")


@pytest.mark.parametrize("word", ["clip=", "clip=spk_aaaaaaaaaaaaaaaa", "grant=", "speaker="])
def test_the_ledger_is_asked_for_what_can_be_there(server, word):
    with server.http() as ours:
        told = ours.get(f"/v1/ledger?{word}")
    assert (told.status_code, told.json()["error"]) == (400, "id-invalid")


def test_an_entry_is_proved_to_whoever_sees_it(server):
    with server.http() as ours, server.http("theirs") as theirs:
        place = ours.get("/v1/ledger", params={"grant": server.ids["grant"]}).json()["entries"][0]["entry"]
        proof = ours.get(f"/v1/ledger/{place}/proof").json()
        assert not list(validator("proof").iter_errors(proof))
        assert theirs.get(f"/v1/ledger/{place}/proof").status_code == 404


def test_a_key_is_issued_by_the_operator_alone_and_speaks_at_once(server):
    body = {"licensee": LICENSEE, "purpose": PURPOSE, "organisation": server.ids["org"], "rate": 60}
    with server.http() as ours, server.http("operator") as operator:
        assert ours.post("/v1/keys", json=body).status_code == 403
        made = operator.post("/v1/keys", json=body)
        assert made.status_code == 201, made.text
        assert not list(validator("key-issued").iter_errors(made.json()))
        with httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {made.json()['key']}"}) as http:
            assert http.get("/v1/models").status_code == 200
            assert operator.post(f"/v1/keys/{made.json()['credential']}/revoke").status_code == 200
            assert http.get("/v1/models").status_code == 401


def test_a_decision_is_explained_for_the_key(server):
    with server.http() as http:
        answer = http.post("/v1/decisions", json={"voice": server.ids["voice"]})
        assert answer.json()["decision"] == "permitted"
        assert (
            http.post("/v1/decisions", json={"voice": server.ids["voice"], "licensee": "Rival Radio"}).status_code
            == 403
        )


def test_the_description_of_all_routes_is_whole(server):
    with server.http(None) as http:
        told = http.get("/openapi.json").json()
    assert {"/v1/audio/speech", "/v1/speakers", "/v1/grants/{grant}", "/v1/ledger"} <= set(told["paths"])
    kept = told["components"]["schemas"]
    assert set(schemas.names()) <= set(kept)

    def refs(value):
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                yield value["$ref"]
            for below in value.values():
                yield from refs(below)
        elif isinstance(value, list):
            for below in value:
                yield from refs(below)

    for ref in refs(told):
        found = told
        for step in ref.removeprefix("#/").split("/"):
            found = found[step]
    Draft202012Validator.check_schema(json.loads(json.dumps(kept["grant"])))
    speech = told["components"]["schemas"]["SpeechBody"]
    assert speech["examples"]
