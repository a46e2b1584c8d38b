"""What others send is checked with a key alone: what holds is told, what does not is the sender's fault."""

import pytest

from tests.doors.schemas import validator

PROOFS, PERIODS = "/v1/ledger/verifications", "/v1/ledger/period-audits"


@pytest.fixture(scope="module")
def papers(server) -> dict:
    """Return a proof, an answer and a period of the server's log, with its key."""
    with server.http("operator") as http:
        proved = http.get("/v1/ledger/0/proof").json()  # by the key of its shard, which may not be the newest
        return {
            "proof_vkey": proved["vkey"],
            "vkey": http.get("/v1/ledger/checkpoint").json()["vkey"],
            "proof": proved["proof"].encode(),
            "answer": http.get("/v1/ledger/answer", params={"type": "consent"}).content,
            "period": http.post("/v1/ledger/exports", json={}).content,
            "keys": http.get("/v1/ledger/succession").content,
        }


def sent(http, path, data: bytes, **fields):
    return http.post(path, files={"file": ("../../etc/passwd", data)}, data=fields)


def test_a_proof_and_an_answer_hold_for_anybody_with_a_key(server, papers):
    with server.http("theirs") as http:
        for name, schema in (("proof", "proof-check"), ("answer", "answer-check")):
            for fields in ({}, {"key": papers["proof_vkey"]}):
                told = sent(http, PROOFS, papers[name], **fields)
                assert not list(validator(schema).iter_errors(told.json())), told.text
        files = {"file": papers["proof"], "keys": papers["keys"]}
        assert http.post(PROOFS, files=files, data={"key": papers["vkey"]}).json()["entry"] == 0


def test_a_period_holds(server, papers):
    with server.http("auditor") as http:
        told = sent(http, PERIODS, papers["period"], key=papers["vkey"])
        assert not list(validator("log-audit").iter_errors(told.json())), told.text
        assert told.json()["size"] > 10


def test_what_was_changed_is_refuted_and_says_nothing_of_where_it_lay(server, papers):
    other = "sayso.local/log/2026+24b05509+AWECwT4JzV6GWXe1hhcYXHfYcsmXzNYdxYmQxjsPDuNq"
    with server.http() as http:
        for path, name in ((PROOFS, "proof"), (PROOFS, "answer"), (PERIODS, "period")):
            data = papers[name]
            cut = data.replace(b"consent:", b"consemt:", 1) if name != "proof" else data.replace(b"index 0", b"index 1")
            assert cut != data
            for told in (
                sent(http, path, cut, key=papers["vkey"]),
                sent(http, path, data, key=other),
                sent(http, path, b"rubbish", key=papers["vkey"]),
                sent(http, path, b"", key=papers["vkey"]),
                sent(http, path, data, key="no key"),
                sent(http, path, data, key=papers["vkey"], witness=["no key"]),
                sent(http, path, data, key=papers["vkey"], quorum="2"),
                sent(http, path, data, key=papers["vkey"], quorum="-1"),
            ):
                assert told.status_code == 400, told.text
                assert "/tmp" not in told.text
                assert "passwd" not in told.text
        assert http.post(PERIODS, files={"file": papers["period"]}).status_code == 400
        assert http.post(PROOFS).status_code == 400
    with server.http(None) as nobody:
        assert sent(nobody, PROOFS, papers["proof"]).status_code == 401
