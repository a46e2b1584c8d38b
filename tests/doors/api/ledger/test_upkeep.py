"""The log is looked after by the operator, audited by auditors, and its keys are everybody's who has one."""

from sayso.ledger import audit_export
from tests.doors.api.refusals import Try, refused
from tests.doors.schemas import validator

ROUTES = [
    Try("/v1/ledger/rotations", roles=("ours", "auditor", "speaker")),
    Try("/v1/ledger/reindex", roles=("ours", "auditor", "speaker")),
    Try("/v1/ledger/audits", roles=("ours", "speaker")),
    Try(
        "/v1/ledger/exports",
        {},
        roles=("ours", "auditor", "speaker"),
        rubbish=({"since": "soon"}, {"since": 5}, {"to": "2027-01-01"}, b"{"),
    ),
]


def test_who_may_not_look_after_the_log_does_nothing_to_it(server):
    refused(server, ROUTES)


def test_a_period_is_audited_by_its_key_alone(server, tmp_path):
    with server.http("operator") as http:
        key = http.get("/v1/ledger/checkpoint").json()["first_vkey"]
        period = http.post("/v1/ledger/exports", json={"since": "2020-01-01"})
        assert (period.status_code, period.headers["content-type"]) == (200, "application/octet-stream")
        path = tmp_path / "period"
        path.write_bytes(period.content)
        audit_export(path, key).require_clean()
        assert http.post("/v1/ledger/exports", json={"since": "2990-01-01"}).status_code == 404


def test_the_log_is_audited_and_its_index_written_again(server):
    with server.http("auditor") as auditor, server.http("operator") as http:
        for audited in (auditor.post("/v1/ledger/audits"), http.post("/v1/ledger/audits")):
            assert not list(validator("log-audit").iter_errors(audited.json())), audited.text
        again = http.post("/v1/ledger/reindex")
        assert not list(validator("ledger-reindexed").iter_errors(again.json()))
        assert again.json()["corrected"] == 0


def test_the_key_of_the_log_is_rotated_once_and_the_old_one_leads_to_the_new(server):
    with server.http("operator") as http, server.http() as ours:
        before = http.get("/v1/ledger/keys").json()["shards"]
        first, second = (http.post("/v1/ledger/rotations", headers={"Idempotency-Key": "rotate"}) for _ in range(2))
        assert (first.status_code, second.status_code) == (201, 201), first.text
        assert not list(validator("checkpoint").iter_errors(first.json()))
        assert first.json()["vkey"] == second.json()["vkey"]
        told = ours.get("/v1/ledger/keys")
        assert not list(validator("ledger-keys").iter_errors(told.json()))
        assert len(told.json()["shards"]) == len(before) + 1
        keys = ours.get("/v1/ledger/succession").content
        proof = http.get("/v1/ledger/0/proof").json()["proof"].encode()
        files = {"file": proof, "keys": keys}
        found = http.post("/v1/ledger/verifications", files=files, data={"key": first.json()["vkey"]})
        assert found.json()["entry"] == 0, found.text
