"""Accounts are the operator's; a secret is told once, and what was revoked is refused from then on."""

import httpx

from tests.doors.api.refusals import Try, refused
from tests.doors.schemas import validator

OPERATORS = ("ours", "auditor", "speaker")
ROUTES = [
    Try("/v1/organisations", {"name": "Third"}, roles=OPERATORS, rubbish=({}, {"name": ""}, {"name": "a\nb"}, {"name": 1})),
    Try("/v1/organisations/{org}/licensees", {"licensee": "Third"}, roles=OPERATORS, rubbish=({}, {"licensee": ""}, {"licensee": "*"}, [])),
    Try("/v1/credentials", {"role": "auditor"}, roles=OPERATORS, rubbish=({}, {"role": "king"}, {"role": "speaker"}, {"role": "auditor", "until": "2001-01-01"}, {"role": "auditor", "speaker": "spk_aaaaaaaaaaaaaaaa"}, {"role": "operator", "organisation": "{org}"})),
    Try("/v1/credentials/crd_aaaaaaaaaaaaaaaa/revoke", roles=OPERATORS),
]  # fmt: skip


def test_nobody_but_the_operator_changes_accounts(server):
    refused(server, ROUTES)


def test_an_organisation_is_added_once_and_holds_what_nobody_else_does(server):
    with server.http("operator") as http:
        again = {"Idempotency-Key": "third"}
        first, second = (http.post("/v1/organisations", json={"name": "Third"}, headers=again) for _ in range(2))
        assert not list(validator("organisation-added").iter_errors(first.json())), first.text
        assert first.json() == second.json()
        made = first.json()["organisation"]
        assert [each["organisation"] for each in http.get("/v1/accounts").json()["organisations"]].count(made) == 1
        held = http.post(f"/v1/organisations/{made}/licensees", json={"licensee": "Third Voices"})
        assert not list(validator("licensee-held").iter_errors(held.json())), held.text
        taken = http.post(f"/v1/organisations/{server.ids['org']}/licensees", json={"licensee": "Third Voices"})
        assert taken.status_code == 409
        unknown = http.post("/v1/organisations/org_zzzzzzzzzzzzzzzz/licensees", json={"licensee": "Fourth"})
        assert unknown.status_code == 404


def test_a_credential_is_told_once_works_and_is_revoked(server):
    with server.http("operator") as http:
        made = http.post("/v1/credentials", json={"role": "speaker", "speaker": server.ids["speaker"]})
        assert made.status_code == 201, made.text
        issued = made.json()
        assert not list(validator("credential-issued").iter_errors(issued))
        assert issued["secret"] not in http.get("/v1/accounts").text
        with httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {issued['secret']}"}) as own:
            assert own.get(f"/v1/speakers/{server.ids['speaker']}/key").status_code == 200
            gone = http.post(f"/v1/credentials/{issued['credential']}/revoke")
            assert (gone.status_code, gone.json()["state"]) == (200, "revoked")
            assert own.get(f"/v1/speakers/{server.ids['speaker']}/key").status_code == 401
        assert http.post(f"/v1/credentials/{issued['credential']}/revoke").status_code == 409
        assert issued["secret"] not in server.log.read_text()
