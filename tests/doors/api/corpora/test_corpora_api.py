"""A corpus over HTTP: run in a process of its own, searched, sampled, left by a speaker, and one organisation's alone."""

from __future__ import annotations

import time

import pytest

pytest.importorskip("daft", reason="of the extra corpus")

from sayso.workflows.accounts.credentials import presented_to
from sayso.workflows.consent import granting, speakers
from sayso.workflows.consent.granting import Terms
from sayso.workflows.corpus import running
from tests.doors.schemas import validator
from tests.workflows.conftest import LICENSEE

EVERYTHING = "seconds > 0.1 and decision != ''"


def shown(answer, name, status=200):
    assert answer.status_code == status, answer.text
    assert not list(validator(name).iter_errors(answer.json()))
    return answer.json()


def ended(http, within_s=120.0):
    ends = time.monotonic() + within_s
    while (told := shown(http.get("/v1/corpora/lamp"), "corpus-status"))["state"] not in {"done", "stopped"}:
        assert time.monotonic() < ends
        time.sleep(0.2)
    return told


@pytest.fixture(scope="module")
def corpus(server, recording, tmp_path_factory):
    """Return what a corpus of ours came to: created and run over HTTP; recordings are added at the operator's desk."""
    folder = tmp_path_factory.mktemp("raw")
    (folder / "one.flac").write_bytes(recording.read_bytes())
    headers = {"Idempotency-Key": "lamp"}
    with server.http() as http:
        made = [http.post("/v1/corpora", json={"name": "lamp"}, headers=headers) for _ in range(2)]
        assert [shown(each, "corpus-created", 201) for each in made] == [{"corpus": "lamp"}] * 2
        assert http.post("/v1/corpora", json={"name": "lamp"}).status_code == 409
        assert http.post("/v1/corpora", json={"name": "../lamp"}).status_code == 400
        assert shown(http.get("/v1/corpora/lamp"), "corpus-status")["state"] == "new"
        whole = server.session()
        session = presented_to(whole, server.keys["ours"])
        speaker = speakers.add_speaker(whole, "Bea", server.ids["org"])
        grant = granting.give(whole, Terms(speaker, LICENSEE, ("reading",), actions=("clone", "train")))
        running.add(session, "lamp", str(folder), grant=grant)
        whole.close()
        begun = http.post("/v1/corpora/lamp/run", json={"tier": "catalogue", "workers": 1})
        assert shown(begun, "corpus-status", 202)["state"] == "running"
        assert shown(http.post("/v1/corpora/lamp/run", json={"tier": "catalogue"}), "corpus-status", 202)
        return ended(http) | {"speaker": speaker}


@pytest.mark.slow
def test_a_corpus_is_found_in_sampled_and_described_and_left_by_its_speaker_for_good(server, corpus, recording):
    assert (corpus["state"], corpus["published"]["hours"] >= 0) == ("done", True)
    with server.http("auditor") as http:
        found = shown(http.get("/v1/corpora/lamp/segments", params={"where": EVERYTHING}), "corpus-found")
        assert found["segments"] >= 1
        body = {"by": "decision", "per": "2", "where": EVERYTHING}
        drawn = [shown(http.post("/v1/corpora/lamp/samples", json=body), "corpus-sample") for _ in range(2)]
        assert drawn[0] == drawn[1]
        shown(http.get("/v1/corpora/lamp/card", params={"version": 1}), "corpus-card")
        near = http.post("/v1/corpora/lamp/nearest", files={"file": ("../a", recording.read_bytes())})
        shown(near, "corpus-nearest")
        for wrong in ({}, {"by": "decision"}, {"quota": ["decision=kept:1"], "by": "decision", "per": "2"}):
            assert http.post("/v1/corpora/lamp/samples", json=wrong).status_code == 400
        for where in ("1 = 1", "import os", "snr_db >", "x" * 2000):
            assert http.get("/v1/corpora/lamp/segments", params={"where": where}).status_code == 400
        assert http.get("/v1/corpora/lamp/card", params={"version": 99}).status_code == 404
        assert http.post("/v1/corpora/lamp/nearest", data={"count": 1}).status_code == 400
        assert http.post("/v1/corpora/lamp/nearest", data={"segment": "../../etc/passwd"}).status_code in {400, 404}
        assert http.post("/v1/corpora/lamp/nearest", files={"file": ("a", b"no sound")}).status_code == 415
    with server.http() as http:
        path = "/v1/corpora/lamp/withdrawals"
        assert http.post(path, json={"speaker": "nobody"}).status_code == 404
        taken = shown(http.post(path, json={"speaker": corpus["speaker"]}), "corpus-withdrawn")
        assert taken["segments"] == found["segments"]
        left = shown(http.get("/v1/corpora/lamp/segments", params={"where": EVERYTHING}), "corpus-found")
        assert left["segments"] == 0


READS = ("", "/segments", "/card")
ACTS = {"/run": {}, "/withdrawals": {"speaker": "Ada"}, "/samples": {"by": "decision", "per": "2"}}


@pytest.mark.slow
@pytest.mark.parametrize("key", ["theirs", "speaker", "operator"])
def test_a_corpus_is_unknown_to_other_organisations_and_to_speakers(server, corpus, key):
    with server.http(key) as http:
        assert {http.get(f"/v1/corpora/lamp{path}").status_code for path in READS} == {404}
        answers = {path: http.post(f"/v1/corpora/lamp{path}", json=body) for path, body in ACTS.items()}
        assert {answer.status_code for answer in answers.values()} <= {403, 404}
        assert http.post("/v1/corpora/lamp/nearest", data={"segment": "x"}).status_code == 404


def test_who_may_not_changes_no_corpus_and_nobody_asks_without_a_key(server):
    for key in ("auditor", "speaker"):
        with server.http(key) as http:
            assert http.post("/v1/corpora", json={"name": "other"}).status_code == 403
            for path in ("/run", "/withdrawals"):
                assert http.post(f"/v1/corpora/lamp{path}", json=ACTS[path]).status_code == 403
    with server.http(None) as http:
        assert http.get("/v1/corpora/lamp").status_code == 401
    with server.http() as http:
        assert http.get("/v1/corpora/unheard-of").status_code == 404
        assert http.post("/v1/corpora/unheard-of/run", json={}).status_code == 404
        assert http.post("/v1/corpora/unheard-of/run", json={"tier": "gold"}).status_code == 400
