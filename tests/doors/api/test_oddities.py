"""What nobody should send: every answer is one that is described, in the one shape of errors, and nothing breaks."""

from __future__ import annotations

import random
import re
import socket

import httpx
import pytest
from openai import BadRequestError

ODD = (None, True, 0, -1, 1.5, 2**70, "", "x" * 5000, "\x00", [], [None], [[1]], {"a": 1}, "' OR 1=1 --", "../../etc")
ODD_WORDS = (
    "%00",
    "a%00b",
    "%2e%2e%2f",
    "..%2f..%2fetc",
    "' OR 1=1 --",
    "x" * 3000,
    "%ff%fe",
    "-1",
    "9" * 20,
    "%0d%0aX",
)


def as_described(told: dict, path: str, method: str, answer: httpx.Response) -> None:
    """Hold an answer against the description: its status is told, and an error has the one shape."""
    described = told["paths"][path][method]["responses"]
    assert str(answer.status_code) in described, (method, path, answer.status_code, answer.text[:200])
    assert answer.status_code != 500, (method, path, answer.text)
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert set(problem) == {"type", "title", "status", "detail", "error", "reasons", "hint"}
        assert problem["status"] == answer.status_code


@pytest.fixture(scope="module")
def told(server) -> dict:
    with server.http(None) as http:
        return http.get("/openapi.json").json()


TAKE_JSON = [
    "/v1/grants", "/v1/enrollments", "/v1/decisions", "/v1/keys", "/v1/audio/speech", "/v1/simulations",
    "/v1/submissions", "/v1/grants/imports", "/v1/grants/drafts", "/v1/gate/plans", "/v1/gate/waivers",
    "/v1/credentials", "/v1/organisations", "/v1/signer", "/v1/certificate-checks", "/v1/ledger/exports",
]  # fmt: skip


@pytest.mark.parametrize("path", TAKE_JSON)
def test_a_field_of_another_type_is_told_and_breaks_nothing(server, told, path):
    operation = told["paths"][path]["post"]
    name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    schema = told["components"]["schemas"][name]
    (good,) = schema["examples"]
    with server.http("operator") as http:
        for field in [*schema["properties"], "nothing_of_the_kind"]:
            for value in random.Random(field).sample(ODD, 5):
                as_described(told, path, "post", http.post(path, json={**good, field: value}))


UNWRITABLE = {
    "/v1/decisions": b'{"voice": "\\ud800"}',
    "/v1/grants/imports": b'{"speaker": "spk_aaaaaaaaaaaaaaaa", "document": {"\\ud800": "\\ud800"}}',
    "/v1/submissions": b'{"signature": "' + b"0" * 128 + b'", "document": {"format": "sayso key v1", "x": "\\ud800"}}',
    "/v1/certificate-checks": b'{"certificate": "-----BEGIN CERTIFICATE-----\\ud800"}',
    "/v1/gate/waivers": b'{"subject": "engine:\\ud800", "reason": "\\ud800", "until": "2999-01-01"}',
}


@pytest.mark.parametrize("path", UNWRITABLE)
def test_a_text_that_cannot_be_stored_and_a_depth_that_cannot_be_read_are_refused(server, told, path):
    deep = b'{"document":' * 2000 + b"1" + b"}" * 2000
    with server.http("operator") as http:
        for body in (UNWRITABLE[path], deep, b"[" * 100_000):
            answer = http.post(path, content=body, headers={"content-type": "application/json"})
            assert answer.status_code == 400
            as_described(told, path, "post", answer)


def test_an_odd_path_or_query_is_told_and_breaks_nothing(server, told):
    with server.http("auditor") as http:
        for path, methods in told["paths"].items():
            for method, operation in methods.items():
                words = random.Random(path).sample(ODD_WORDS, 3)
                for word in words:
                    if "{" in path:
                        url = re.sub(r"\{\w+\}", word, path)
                        answer = http.request(method, url, json={} if method == "post" else None)
                        if answer.status_code not in {404, 405}:  # what an odd word made of the path is another path
                            as_described(told, path, method, answer)
                    for parameter in operation.get("parameters", []):
                        if parameter["in"] == "query" and method == "get":
                            url = f"{re.sub(r'{(.*?)}', 'spk_aaaaaaaaaaaaaaaa', path)}?{parameter['name']}={word}"
                            as_described(told, path, method, http.request(method, url))


def test_an_odd_header_is_told_and_breaks_nothing(server, told):
    body = {"model": "sayso", "voice": "alloy", "input": "Hi."}
    for name in ("Idempotency-Key", "X-Sayso-Deadline-Ms", "xi-api-key", "Range"):
        for value in (b"\xff\xfe", b"x" * 9000, b"\xc2\xb2", b"-1"):
            with server.http("auditor") as http:
                for path, sent in (("/v1/speakers", {"name": "Bea"}), ("/v1/audio/speech", body)):
                    as_described(told, path, "post", http.post(path, json=sent, headers=[(name.encode(), value)]))


def test_a_path_with_a_slash_too_many_leads_nowhere_and_a_wrong_method_is_told_the_right_ones(server):
    with server.http() as http:
        astray = http.get("/v1/grants/", headers={"Host": "elsewhere.example"})
        assert (astray.status_code, astray.json()["error"]) == (404, "route-unknown")
        wrong = http.request("PUT", "/v1/grants")
        assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, POST")
        wrong = http.request("PUT", f"/v1/grants/{server.ids['grant']}/record")
        assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET")


def test_an_error_on_openais_routes_has_the_one_shape_with_openais_object_in_it(server):
    with pytest.raises(BadRequestError) as caught:
        server.client().audio.speech.create(model="sayso", voice="alloy", input="Hi.", speed=9)
    assert caught.value.body["param"] == "speed"
    problem = caught.value.response.json()
    assert problem["detail"] == problem["error"]["message"]
    assert problem["type"] == f"urn:sayso:problem:{problem['error']['code']}"
    assert caught.value.response.headers["content-type"] == "application/problem+json"


def test_what_is_no_http_is_told_so_in_the_one_shape(server):
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as raw:
        raw.sendall(b"GET /healthz HTTP/1.1\r\nBad Header\x01: x\r\n\r\n")
        got = raw.makefile("rb").read()
    assert got.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in got
    assert b'"status":400' in got
