"""Grants are amended by whoever acts for the speaker, and stopped by whom they say they are."""

import hashlib

from tests.doors.api.refusals import Try, refused
from tests.doors.schemas import validator
from tests.workflows.conftest import LICENSEE

ROUTES = [
    Try("/v1/grants/{theirs}/amendments", {"max_minutes": 99}, rubbish=({"max_minutes": -1}, {"clear": ["unheard"]}, {"licensee": "Other"}, [], b"{")),
    Try("/v1/grants/{theirs}/suspend?by=operator"),
    Try("/v1/grants/{theirs}/invalidate"),
    Try("/v1/grants/{theirs}/revoke", roles=("ours", "auditor", "speaker")),
]  # fmt: skip


def test_who_may_not_change_a_grant_and_what_is_no_change_leave_it_as_it_is(server, given):
    refused(server, ROUTES, **given)


def test_a_grant_is_amended_once_for_one_key_and_a_limit_is_taken_away(server, given):
    path, again = f"/v1/grants/{given['theirs']}/amendments", {"Idempotency-Key": "amend"}
    with server.http("operator") as http:
        body = {"max_minutes": 9, "until": "2050-01-01", "territories": ["DE"]}
        first, second = (http.post(path, json=body, headers=again) for _ in range(2))
        assert (first.status_code, second.status_code) == (201, 201), first.text
        assert first.json() == second.json()
        assert not list(validator("grant").iter_errors(first.json()))
        assert (first.json()["version"], first.json()["minutes_left"]) == (2, 9.0)
        assert http.post(path, json={"max_minutes": 3}, headers=again).status_code == 409
        cleared = http.post(path, json={"clear": ["until", "territory"]}).json()
    assert (cleared["version"], cleared["until"], cleared["territories"]) == (3, None, ["*"])


def test_who_says_for_whom_they_act_is_held_to_that(server, given):
    path = f"/v1/grants/{given['theirs']}"
    with server.http() as ours, server.http("operator") as operator:
        assert operator.post(f"{path}/suspend?by=operator").json()["state"] == "suspended"
        assert operator.post(f"{path}/resume").status_code == 409  # who stopped it lets it go on
        assert operator.post(f"{path}/resume?by=operator").json()["state"] == "given"
        for word in ("suspend?by=licensee", "suspend?by=operator", "revoke?by=operator"):
            assert ours.post(f"{path}/{word}").status_code in {403, 409}
        assert ours.post(f"{path}/suspend?by=somebody").status_code == 400
        assert ours.post(f"{path}/withdraw?by=licensee").status_code == 400
        assert ours.get(path).json()["state"] == "given"
        assert ours.post(f"{path}/revoke?by=licensee").json()["state"] == "revoked"  # given back
        assert operator.post(f"{path}/invalidate").status_code == 409


def test_a_grant_that_should_never_have_been_is_invalidated(server, given):
    with server.http("operator") as operator:
        assert operator.post(f"/v1/grants/{given['theirs']}/invalidate").json()["state"] == "invalidated"


def test_a_text_is_approved_once_and_nothing_else_is_spoken(server, given):
    with server.http("operator") as http, server.http() as ours:
        body = {"speaker": given["someone"], "licensee": LICENSEE, "purposes": ["podcast"], "approval": True}
        grant = http.post("/v1/grants", json=body).json()["grant"]
        path, text = f"/v1/grants/{grant}/approvals", {"text": "The lamp was lit.", "lexicon": "lamp\t/l\u00e6mp/"}
        first, second = (http.post(path, json=text, headers={"Idempotency-Key": path}) for _ in range(2))
        assert (first.status_code, first.json()) == (201, second.json()), first.text
        assert (first.json()["version"], len(first.json()["approved_texts"])) == (2, 1)
        assert "lamp" not in first.text
        assert ours.get(f"/v1/grants/{grant}").json()["version"] == 2
    bad = (
        {},
        {"text": ""},
        {"text": 1},
        {"text": "x", "lexicon": "no\tlexicon\tat all"},
        {"text": "x", "file": "/etc/passwd"},
    )
    refused(server, [Try(path, text, rubbish=bad)])
    with server.http("operator") as http:
        assert http.post(f"/v1/grants/{given['theirs']}/approvals", json={"text": "x"}).status_code == 400


def test_a_notice_is_kept_by_its_hash_alone(server, given):
    body = {
        "speaker": given["someone"],
        "licensee": LICENSEE,
        "purposes": ["podcast"],
        "notice": "What happens: \u00e9.",
        "notice_language": "en",
    }
    with server.http("operator") as http:
        shown = http.get(f"/v1/grants/{http.post('/v1/grants', json=body).json()['grant']}").json()
    assert shown["notice_sha256"] == hashlib.sha256(body["notice"].encode()).hexdigest()
