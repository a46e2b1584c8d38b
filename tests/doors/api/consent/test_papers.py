"""Papers of a grant: JSON-LD to others and from them, and a receipt that names the speaker to nobody else."""

from tests.doors.api.refusals import Try, refused
from tests.doors.schemas import validator
from tests.workflows.conftest import LICENSEE


def test_a_grant_goes_out_as_a_document_and_comes_in_as_a_new_grant_once(server, given):
    path = f"/v1/grants/{given['theirs']}/record"
    with server.http("operator") as http:
        for form in ("27560", "odrl"):
            record = http.get(path, params={"format": form})
            assert (record.status_code, record.headers["content-type"]) == (200, "application/ld+json")
            body, again = (
                {"speaker": given["someone"], "document": record.json()},
                {"Idempotency-Key": f"{form} {path}"},
            )
            first, second = (http.post("/v1/grants/imports", json=body, headers=again) for _ in range(2))
            assert (first.status_code, second.json()) == (201, first.json()), first.text
            assert not list(validator("grant-imported").iter_errors(first.json()))
            taken = http.get(f"/v1/grants/{first.json()['grant']}").json()
            assert (taken["licensee"], taken["speaker"]) == (LICENSEE, given["someone"])
            assert first.json()["source"] == given["theirs"]
        assert http.get(path, params={"format": "xml"}).status_code == 400


def test_who_may_not_take_a_document_in_and_what_is_none_enter_nothing(server, given):
    with server.http("operator") as http:
        record = http.get(f"/v1/grants/{given['theirs']}/record").json()
    good = {"speaker": given["someone"], "document": record}
    altered = {**good, "document": {**record, "dpv:unheardOf": 1}}
    bad = (altered, {**good, "document": {}}, {**good, "document": "text"}, {**good, "speaker": "no id"}, {})
    refused(server, [Try("/v1/grants/imports", good, rubbish=bad)])
    refused(server, [Try("/v1/grants/{theirs}/record", method="get", roles=())], **given)


def test_a_receipt_is_for_the_speaker_and_who_acts_for_them(server, given):
    path = f"/v1/grants/{given['theirs']}/receipt"
    with server.http("operator") as http, server.http() as ours:
        plain, page = http.get(path), http.get(path, params={"format": "html"})
        assert plain.headers["content-type"].startswith("text/plain")
        assert page.headers["content-type"].startswith("text/html")
        assert "Ada Quixano" in plain.text
        assert "Ada Quixano" in page.text
        assert f"POST /v1/grants/{given['theirs']}/withdraw" in plain.text
        assert http.get(path, params={"format": "exe"}).status_code == 400
        hidden = ours.get(path)
        assert "Ada" not in hidden.text
    refused(server, [Try("/v1/grants/{theirs}/receipt", method="get")], **given)
    with server.http("speaker") as own:
        assert own.get(path).status_code == 404
        assert own.get(f"/v1/grants/{server.ids['grant']}/receipt").status_code == 200
