"""A speaker with a key of their own: the server hands out what is to be signed, and takes only what they signed."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from sayso.workflows.consent import signing
from tests.doors.api.refusals import Try, done, refused
from tests.doors.schemas import validator
from tests.workflows.conftest import LICENSEE, PURPOSE

OWN, NEXT, THIEF = (Ed25519PrivateKey.from_private_bytes(bytes([n] * 32)) for n in (11, 12, 13))


def public(key) -> str:
    return key.public_key().public_bytes_raw().hex()


def signed(draft: str, key) -> bytes:
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return signing.signed(draft.encode(), pem)


def submit(http, document: bytes, **headers: str):
    told = {"Content-Type": "application/json", **headers}
    return http.post("/v1/submissions", content=document, headers=told)


def drafted(answer) -> str:
    assert answer.status_code == 200, answer.text
    assert not list(validator("draft").iter_errors(answer.json()))
    return answer.json()["draft"]


@pytest.fixture
def holder(server) -> str:
    """Return a speaker who keeps their own key."""
    with server.http("operator") as http:
        speaker = http.post("/v1/speakers", json={"name": "Cleo"}).json()["speaker"]
        http.post(f"/v1/speakers/{speaker}/key", json={"public_key": public(OWN)})
        return speaker


def terms(speaker: str) -> dict:
    return {"speaker": speaker, "licensee": LICENSEE, "purposes": [PURPOSE], "max_minutes": 5}


def test_a_grant_and_its_changes_are_signed_elsewhere_and_taken_once(server, holder):
    with server.http("operator") as http:
        document = signed(drafted(http.post("/v1/grants/drafts", json=terms(holder))), OWN)
        again = {"Idempotency-Key": f"submit {holder}"}
        first, second = (submit(http, document, **again) for _ in range(2))
        assert (first.status_code, first.json()) == (201, second.json()), first.text
        assert not list(validator("grant", "speaker-key-entered").iter_errors(first.json()))
        assert (first.json()["state"], first.json()["origin"]) == ("given", "signed")
        assert submit(http, document).status_code in {400, 409}
        path = f"/v1/grants/{first.json()['grant']}"
        more = drafted(http.post(f"{path}/amendments/drafts", json={"max_minutes": 9}))
        amended = submit(http, signed(more, OWN)).json()
        assert (amended["version"], amended["minutes_left"]) == (2, 9.0)
        for change, state in (("suspend", "suspended"), ("resume", "given"), ("withdraw", "withdrawn")):
            said = drafted(http.post(f"{path}/drafts", json={"change": change}))
            assert submit(http, signed(said, OWN)).json()["state"] == state


def test_a_request_is_accepted_by_a_signature(server, holder):
    with server.http() as ours, server.http("operator") as http:
        asked = ours.post("/v1/grants", json={**terms(holder), "request": True}).json()["grant"]
        draft = drafted(http.post(f"/v1/grants/{asked}/drafts", json={"change": "accept"}))
        taken = submit(http, signed(draft, OWN))
        assert (taken.json()["grant"], taken.json()["state"]) == (asked, "given")


def test_a_new_key_is_signed_by_the_old_one(server, holder):
    with server.http("operator") as http:
        path = f"/v1/speakers/{holder}/key"
        draft = drafted(http.post(f"{path}/drafts", json={"public_key": public(NEXT)}))
        assert submit(http, signed(draft, THIEF)).status_code == 403
        taken = submit(http, signed(draft, OWN))
        assert taken.json() == {"public_key": public(NEXT)}
        assert http.get(path).json()["public_key"] == public(NEXT)


def test_what_another_signed_or_changed_is_refused_and_enters_nothing(server, holder):
    with server.http("operator") as http:
        draft = drafted(http.post("/v1/grants/drafts", json=terms(holder)))
        good = json.loads(signed(draft, OWN))
        before = done(server)
        wider = {**good, "document": {**good["document"], "terms": {**good["document"]["terms"], "max_ms": 10**9}}}
        assert http.post("/v1/submissions", json=json.loads(signed(draft, THIEF))).status_code == 403
        assert http.post("/v1/submissions", json=wider).status_code in {400, 403}
        twice = json.dumps(good)[:-1] + ', "signature": "' + "0" * 128 + '"}'
        assert submit(http, twice.encode()).status_code == 400
    good_body = json.dumps(good).encode()
    bad = (b"", b"[]", b"{}", {"document": {}, "signature": "0" * 128}, {"document": 1, "signature": "00"})
    refused(server, [Try("/v1/submissions", good_body, rubbish=bad)])
    assert done(server) == before


def test_drafts_are_handed_to_nobody_who_does_not_see_the_speaker(server, holder, given):
    with server.http("theirs") as theirs, server.http("operator") as http:
        path = f"/v1/grants/{given['theirs']}"
        assert theirs.post("/v1/grants/drafts", json=terms(holder)).status_code == 404
        assert theirs.post(f"{path}/drafts", json={"change": "withdraw"}).status_code == 404
        assert theirs.post(f"{path}/amendments/drafts", json={}).status_code == 404
        assert http.post(f"{path}/drafts", json={"change": "sell"}).status_code == 400
