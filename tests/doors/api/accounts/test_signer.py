"""Who signs content credentials: checked, put to use by a slot, and put away; a private key is never taken."""

from cryptography.hazmat.primitives.asymmetric import ec

from sayso.credentials import operator_certificate
from sayso.credentials.operator_certificate import KeySlot
from tests.credentials.test_certificate_check import ROOT_KEY, certificate, name, usage
from tests.doors.api.refusals import Try, refused
from tests.doors.schemas import validator

KEY = ec.generate_private_key(ec.SECP256R1())
ROOT = certificate(
    key=ROOT_KEY,
    subject=name("An Authority", "root"),
    ca=True,
    purposes=None,
    key_usage=usage(digital_signature=False, key_cert_sign=True, crl_sign=True),
).decode()
CHAIN = certificate(key=KEY).decode() + ROOT
UNFIT = certificate(ca=True).decode()
OPERATORS = ("ours", "auditor", "speaker")
BAD = (
    {},
    {"certificate": CHAIN},
    {"certificate": CHAIN, "slot": ""},
    {"certificate": CHAIN, "slot": "x", "key": "PEM"},
)

ROUTES = [
    Try("/v1/signer", {"certificate": CHAIN, "slot": "hsm"}, roles=OPERATORS, rubbish=BAD),
    Try("/v1/signer/local", roles=OPERATORS),
]


def test_nobody_but_the_operator_says_who_signs(server):
    refused(server, ROUTES)
    with server.http("operator") as http:
        here = http.get("/v1/signer")
        assert not list(validator("signer").iter_errors(here.json())), here.text
        assert here.json()["authority"] == "local"
        assert http.post("/v1/signer", json={"certificate": CHAIN, "slot": "absent"}).status_code == 404


def test_a_certificate_is_checked_and_nothing_kept(server):
    with server.http() as http:
        for pem, ok in ((CHAIN, True), (UNFIT, False)):
            told = http.post("/v1/certificate-checks", json={"certificate": pem})
            assert not list(validator("certificate-check").iter_errors(told.json())), told.text
            assert told.json()["ok"] is ok
        for bad in ({"certificate": "no PEM"}, {"certificate": ""}, {}, {"file": "/etc/passwd"}):
            assert http.post("/v1/certificate-checks", json=bad).status_code == 400


def test_a_slot_signs_from_now_on_and_is_put_away_again(inside, monkeypatch):
    slots = {"hsm": KeySlot(KEY), "thief": KeySlot(ec.generate_private_key(ec.SECP256R1()))}
    monkeypatch.setattr(operator_certificate, "_slot", slots.__getitem__)
    http, again = inside("operator"), {"Idempotency-Key": "sign"}
    body = {"certificate": CHAIN, "slot": "hsm", "anchors": ROOT}
    assert http.post("/v1/signer", json={**body, "slot": "thief"}).json()["error"] == "key-mismatch"
    assert http.post("/v1/signer", json={**body, "certificate": UNFIT}).json()["error"] == "certificate-unfit"
    assert http.get("/v1/signer").json()["authority"] == "local"
    for _ in range(2):
        used = http.post("/v1/signer", json=body, headers=again)
        assert (used.status_code, used.json()["authority"], used.json()["key"]) == (201, "own", "hsm"), used.text
    assert http.get("/v1/ledger", params={"type": "credentials"}).json()["count"] == 1
    assert http.post("/v1/signer/local").json()["authority"] == "local"
