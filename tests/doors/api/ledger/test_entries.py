"""Entries with their proofs, and decisions made once more, to whoever sees them."""

import pytest

from sayso.ledger import check_answer
from tests.doors.api.refusals import Try, refused
from tests.doors.schemas import validator


def key_of(http) -> str:
    return http.get("/v1/ledger/checkpoint").json()["vkey"]


def test_an_answer_holds_the_entries_of_the_key_and_no_other(server, tmp_path):
    with server.http() as ours, server.http("theirs") as theirs:
        counts = {}
        for whose, http in (("ours", ours), ("theirs", theirs)):
            file = http.get("/v1/ledger/answer", params={"type": "consent"})
            assert (file.status_code, file.headers["content-type"]) == (200, "application/octet-stream")
            path = tmp_path / whose
            path.write_bytes(file.content)
            answered = check_answer(path, key_of(http))
            answered.require_clean()
            counts[whose] = len(answered.entries)
            assert counts[whose] == http.get("/v1/ledger", params={"type": "consent"}).json()["count"]
        assert server.ids["grant"].encode() not in path.read_bytes()
        assert counts["ours"] > counts["theirs"]
        assert ours.get("/v1/ledger/answer?clip=none").status_code == 400


def test_a_decision_is_repeated_for_whoever_sees_the_speaker(server):
    speech = {"model": "sayso", "voice": server.ids["voice"], "input": "It is noon.", "response_format": "pcm"}
    query = {"grant": server.ids["grant"], "type": "synthesis:clip:intended"}
    with server.http() as ours, server.http("theirs") as theirs, server.http("operator") as operator:
        assert ours.post("/v1/audio/speech", json=speech).status_code == 200
        (*_, entry) = [each["entry"] for each in ours.get("/v1/ledger", params=query).json()["entries"]]
        path = f"/v1/ledger/{entry}/reconsideration"
        again = operator.post(path)
        assert not list(validator("reconsidered").iter_errors(again.json())), again.text
        assert (again.json()["then"], again.json()["grants"]) == ("permitted", [server.ids["grant"]])
        for of_others in (ours, theirs):
            assert of_others.post(path).status_code == 404
        assert operator.post("/v1/ledger/0/reconsideration").json()["error"] == "no-decision"
        assert operator.post(f"/v1/ledger/{10**18}/reconsideration").status_code == 404


@pytest.mark.parametrize("entry", ["-1", "x", str(2**63), "1e3"])
def test_what_is_no_place_in_the_log_is_refused(server, entry):
    refused(
        server,
        [
            Try(f"/v1/ledger/{entry}/reconsideration", roles=(), foreign=False, rubbish=(None,)),
            Try(f"/v1/ledger/{entry}/proof", method="get", roles=(), foreign=False, rubbish=(None,)),
        ],
    )
