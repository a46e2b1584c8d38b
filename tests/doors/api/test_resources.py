"""Resources answer as the command line does, each organisation its own, and nobody without a key."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from sayso.doors import schemas
from tests.doors.schemas import validator

READS = {
    "/v1/grants": "grants",
    "/v1/grants/{grant}": "grant",
    "/v1/voices": "voices",
    "/v1/voices/{voice}": "voice",
    "/v1/ledger?grant={grant}": "ledger-entries",
    "/v1/ledger/checkpoint": "checkpoint",
    "/v1/accounts": "accounts",
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
        assert (wrong.status_code, wrong.json()["error"]) == (400, "grant-invalid")


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
        assert http.post("/v1/verifications", files={"file": ("a.wav", b"no sound")}).status_code in {400, 415}


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
