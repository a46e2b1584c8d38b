"""What is stored over HTTP: under a grant, by whom it belongs to, once, and handed out under a permit of its own."""

from __future__ import annotations

import base64

import pytest

from sayso.audio import Container, decode, encode
from sayso.workflows.accounts import credentials
from sayso.workflows.consent import changing, granting, speakers
from sayso.workflows.consent.granting import Terms
from tests.doors.schemas import validator
from tests.workflows.conftest import LICENSEE


def shown(answer, name, status=200):
    assert answer.status_code == status, answer.text
    assert not list(validator(name).iter_errors(answer.json()))
    return answer.json()


@pytest.fixture(scope="module")
def speaker(server):
    """Return a speaker of the organisation of ours, whose grant allows to keep recordings and to take them out."""
    session = server.session()
    made = speakers.add_speaker(session, "Bea", server.ids["org"])
    granting.give(session, Terms(made, LICENSEE, ("keeping",), actions=("clone", "export")))
    server.keys["bea"] = credentials.issue(session, "speaker", speaker=made).secret
    session.close()
    return made


@pytest.fixture(scope="module")
def flac(speech):
    return encode(speech.slice(0, 2 * speech.sample_rate), Container.FLAC)


def added(http, speaker, data, **headers):
    form = {"speaker": speaker, "purpose": "preview"}
    return http.post("/v1/storage/items", data=form, files={"file": ("../a.flac", data)}, headers=headers)


@pytest.fixture(scope="module")
def item(server, speaker, flac):
    """Return a stored item, added twice under one idempotency key: the second time, nothing is done."""
    before = len(server.entries("storage:item:made"))
    with server.http() as http:
        answers = [added(http, speaker, flac, **{"Idempotency-Key": "item"}) for _ in range(2)]
        told = shown(answers[0], "recording-stored", 201)
        assert answers[0].json() == answers[1].json()
        assert (told["file"], told["state"]) == ("upload", "stored")
        other = added(http, speaker, flac + b"x", **{"Idempotency-Key": "item"})
        assert (other.status_code, other.json()["error"]) == (409, "repeat-differs")
        again = shown(added(http, speaker, flac), "recording-stored", 201)
        assert (again["state"], again["item"]["item"]) == ("there", told["item"]["item"])
    assert len(server.entries("storage:item:made")) == before + 1
    return told["item"]["item"]


def test_an_item_is_shown_to_whom_it_belongs_and_to_nobody_else(server, speaker, item):
    for key in ("ours", "auditor", "operator", "bea"):
        with server.http(key) as http:
            assert shown(http.get(f"/v1/storage/items/{item}"), "stored-item")["item"] == item
            listed = shown(http.get("/v1/storage/items", params={"speaker": speaker}), "stored-items")
            assert item in [each["item"] for each in listed["items"]]
    with server.http("theirs") as http:
        assert http.get(f"/v1/storage/items/{item}").status_code == 404
        assert item not in http.get("/v1/storage/items").text
        assert http.post(f"/v1/storage/items/{item}/copies", json={}).status_code == 404
    with server.http(None) as http:
        assert http.get(f"/v1/storage/items/{item}").status_code == 401


@pytest.mark.parametrize(
    ("key", "statuses"),
    [("theirs", {403, 404}), ("auditor", {403}), ("bea", {403}), ("speaker", {403}), ("bound", {403})],
)
def test_who_may_not_keep_recordings_keeps_none(server, speaker, speech, key, statuses):
    data = encode(speech.slice(0, 30_000 + 1_000 * len(key)), Container.FLAC)
    before = len(server.entries("storage:item:made"))
    with server.http(key) as http:
        assert added(http, speaker, data).status_code in statuses
    assert len(server.entries("storage:item:made")) == before


def test_what_is_no_recording_is_not_kept(server, speaker):
    form = {"speaker": speaker, "purpose": "preview"}
    with server.http() as http:
        assert added(http, speaker, b"no sound").status_code == 415
        assert http.post("/v1/storage/items", data=form).status_code == 400
        for wrong in ({"speaker": "../../etc"}, {"purpose": "fun"}, {"speaker": "spk_aaaaaaaaaaaaaaaa"}):
            answer = http.post("/v1/storage/items", data=form | wrong, files={"file": ("a.flac", b"no sound")})
            assert answer.status_code in {400, 404, 415}


def test_a_recording_is_handed_out_once_for_one_key_while_its_grant_holds(server, item, speech):
    path, headers = f"/v1/storage/items/{item}/copies", {"Idempotency-Key": "copy"}
    with server.http() as http:
        first, again = (http.post(path, json={"format": "flac"}, headers=headers) for _ in range(2))
        assert (first.status_code, again.status_code) == (201, 201), first.text
        assert first.json() == again.json()
        assert not list(validator("recording-exported").iter_errors(first.json()["record"]))
        assert decode(base64.b64decode(first.json()["sound"])).duration_s == pytest.approx(2, abs=0.05)
        assert len([each for each in server.entries("storage:copy:made") if each.facts["item"] == item]) == 1
        alone = http.post(path, json={"format": "wav"}, headers={"Accept": "audio/wav"})
        assert (alone.status_code, alone.headers["content-type"]) == (201, "audio/wav")
        assert http.post(path, json={"format": "exe"}).status_code == 400
        assert http.post("/v1/storage/items/art_aaaaaaaaaaaaaaaa/copies", json={}).status_code == 404
    with server.http("auditor") as http:
        assert http.post(path, json={}).status_code == 403


def test_a_plan_tells_what_would_be_saved_and_keeps_nothing(server, flac):
    before = len(server.entries("storage"))
    form = {"purpose": "live", "masters_for": 30}
    with server.http("auditor") as http:
        told = shown(http.post("/v1/storage/plans", data=form, files=[("files", ("a", flac))] * 2), "storage-plan")
        assert [each["file"] for each in told["files"]] == ["upload-1", "upload-2"]
        shown(http.post("/v1/storage/plans", data={"masters_for": 30}), "storage-plan")
        for wrong in ({"purpose": "fun"}, {"masters_for": -1}, {"masters_for": 10**9}):
            assert http.post("/v1/storage/plans", data=wrong, files=[("files", ("a", flac))]).status_code == 400
        many = http.post("/v1/storage/plans", files=[("files", ("a", flac))] * 5)
        assert many.status_code == 400
    assert len(server.entries("storage")) == before


def test_what_was_stored_under_a_grant_that_ended_goes_and_is_handed_to_nobody(server, speaker, speech):
    session = server.session()
    ended = granting.give(session, Terms(speaker, LICENSEE, ("ends",), actions=("train", "export")))
    form = {"speaker": speaker, "purpose": "training"}
    with server.http() as http:
        file = ("a.flac", encode(speech.slice(0, speech.sample_rate), Container.FLAC))
        answer = http.post("/v1/storage/items", data=form, files={"file": file})
        kept = shown(answer, "recording-stored", 201)["item"]["item"]
        path, headers = f"/v1/storage/items/{kept}/copies", {"Idempotency-Key": "ends"}
        assert http.post(path, json={}, headers=headers).status_code == 201
        changing.withdraw(session, ended)
        session.close()
        assert http.post(path, json={}).status_code == 403
        again = http.post(path, json={}, headers=headers)
        assert (again.status_code, again.json()["error"]) == (403, "permit-refused")
    with server.http("auditor") as http:
        assert http.post("/v1/storage/clearings", json={}).status_code == 403
    with server.http("theirs") as http:
        assert shown(http.post("/v1/storage/clearings", json={}), "storage-cleared")["removed"] == []
    with server.http() as http:
        gone = shown(http.post("/v1/storage/clearings", json={"masters_for": None}), "storage-cleared")["removed"]
        assert [each["item"] for each in gone] == [kept]
        assert http.get(f"/v1/storage/items/{kept}").status_code == 404
