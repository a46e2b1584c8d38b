"""An erasure is planned, shown, carried out and proved; a certificate that is sent is checked."""

import pytest

from tests.doors.api.refusals import Try, refused
from tests.doors.schemas import validator

CHECKS = "/v1/certificates/checks"


@pytest.fixture
def planned(server) -> dict[str, str]:
    """Return a speaker of the test's own, and a plan of their erasure."""
    with server.http("operator") as http:
        speaker = http.post("/v1/speakers", json={"name": "Bea"}).json()["speaker"]
        plan = http.post("/v1/erasures", json={"speaker": speaker})
        assert plan.status_code == 201, plan.text
        return {"someone": speaker, "plan": plan.json()["plan"]}


ROUTES = [
    Try("/v1/erasures", {"speaker": "{someone}"}, rubbish=({}, {"speaker": "x"}, {"speaker": 1}, b"")),
    Try("/v1/erasures/{plan}/run"),
    Try("/v1/erasures/{plan}", method="get", roles=()),
]


def test_who_may_not_erase_leaves_everything(server, planned):
    refused(server, ROUTES, **planned)
    with server.http("operator") as http:
        assert http.get(f"/v1/erasures/{planned['plan']}").json()["stage"] == "planned"
        assert http.post(f"/v1/erasures/{planned['plan']}/run?by=licensee").status_code == 400
        assert http.get("/v1/erasures/pln_zzzzzzzzzzzzzzzz").status_code == 404


def test_an_erasure_is_proved_by_a_certificate_that_is_checked_as_a_file(server, planned):
    with server.http("operator") as http, server.http("theirs") as theirs:
        done = http.post(f"/v1/erasures/{planned['plan']}/run?by=speaker")
        assert not list(validator("erasure").iter_errors(done.json())), done.text
        shown = http.get(f"/v1/erasures/{planned['plan']}").json()
        assert not list(validator("erasure-plan").iter_errors(shown))
        assert shown["certificate"] == done.json()["certificate"]
        text = http.get(f"/v1/certificates/{shown['certificate']}").json()["text"].encode()
        key = http.get("/v1/ledger/checkpoint").json()["vkey"]
        for fields in ({}, {"key": key}):
            checked = theirs.post(CHECKS, files={"file": text}, data=fields)
            assert not list(validator("erasure-check").iter_errors(checked.json())), checked.text
            assert checked.json()["ok"]
        for bad in (text.replace(b'"blobs_left":0', b'"blobs_left":1'), b"no certificate", b"", b"\xff\xfe"):
            told = theirs.post(CHECKS, files={"file": ("/etc/passwd", bad)}, data={"key": key})
            assert (told.status_code, "/tmp" in told.text) == (400, False), told.text
        assert theirs.get(f"/v1/certificates/{shown['certificate']}").status_code == 404
    with server.http(None) as nobody:
        assert nobody.post(CHECKS, files={"file": text}).status_code == 401


def test_the_report_counts_what_the_key_sees(server):
    with server.http("operator") as http, server.http("theirs") as theirs, server.http(None) as nobody:
        whole, foreign = (each.get("/v1/reports/compliance") for each in (http, theirs))
        for told in (whole, foreign):
            assert not list(validator("compliance-report").iter_errors(told.json())), told.text
        assert foreign.json()["clips"]["made"] <= whole.json()["clips"]["made"]
        assert http.get("/v1/reports/compliance?since=soon").status_code == 400
        assert http.get("/v1/reports/compliance?since=2027-01-01&until=2026-01-01").status_code == 400
        assert nobody.get("/v1/reports/compliance").status_code == 401
