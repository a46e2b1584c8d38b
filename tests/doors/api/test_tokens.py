"""The tokens of an issuer at the server: the rights of a key, in one organisation, and keys from one address alone."""

from __future__ import annotations

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from sayso.ids import OWN_ORGANISATION
from tests.accounts.issuing import SUBJECT, LoginService
from tests.doors.api.conftest import Served, furnished, started, stopped
from tests.workflows.conftest import LICENSEE, PURPOSE


@contextlib.contextmanager
def publishing(login: LoginService):
    """Yield an address that answers with the issuer's keys, and the paths that were asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(login.published.read_bytes())

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}", asked
        listening.shutdown()
        thread.join(10)


@pytest.fixture(scope="module")
def served(template, tmp_path_factory):
    """A server that trusts an issuer; the issuer, its address, and what was asked there."""
    estate = template.copied(tmp_path_factory.mktemp("tokens"))
    keys, ids = furnished(estate.session, estate.voice, estate.speaker)
    home = estate.session.settings.home
    estate.session.close()
    login = LoginService(tmp_path_factory.mktemp("issuer"))
    login.add("one", "ES256")
    with publishing(login) as (address, asked):
        more = '[roles]\nproducer = "producer"\nauditor = "auditor"\nboss = "operator"\n'
        log = home.parent / "server.log"
        process, url = started(home, log=log, SAYSO_OIDC_FILE=str(login.file(f"{address}/jwks", more)))
        server = Served(url, home, process, keys, {**ids, "grant": estate.grant}, log)
        server.wait()
        yield server, login, address, asked
        assert stopped(process) == 0


def bearing(served, name: str = "token", **claims) -> str:
    """Let the server's key ``name`` be a token of the organisation that holds the licensee; return the name."""
    server, login, *_ = served
    headers = claims.pop("headers", None)
    told = {"org": server.ids["org"], "purposes": [PURPOSE], **claims}
    server.keys[name] = login.token("one", headers=headers, **told)
    return name


def say(served, key: str, **more):
    server = served[0]
    words = {"model": "sayso", "voice": server.ids["voice"], "input": "It is noon.", "response_format": "pcm", **more}
    with server.http(key) as http:
        return http.post("/v1/audio/speech", json=words)


def test_a_token_speaks_as_a_key_does_and_the_ledger_names_no_person(served):
    server = served[0]
    answer = say(served, bearing(served))
    assert answer.status_code == 200, answer.text
    by = server.entry_of(answer.headers["x-sayso-clip"]).by
    assert by.startswith(f"{server.ids['org']}/producer/oid_")
    everything = server.session().log.query()
    assert all(SUBJECT not in repr(row.entry) for row in everything)


def test_it_asks_for_its_own_purposes_only(served):
    refused = say(served, bearing(served, purposes=["audiobook/history"]))
    assert refused.status_code == 403
    beyond = say(served, bearing(served), purpose="agent/support")
    assert (beyond.status_code, beyond.json()["error"]["code"]) == (403, "purpose-not-of-key")


def test_a_role_has_its_rights_and_no_others(served):
    assert say(served, bearing(served, realm={"roles": ["auditor"]})).status_code == 403
    server = served[0]
    for role, org, status in (
        ("producer", server.ids["org"], 403), ("boss", OWN_ORGANISATION, 200), ("boss", server.ids["org"], 401)
    ):  # fmt: skip
        with server.http(bearing(served, realm={"roles": [role]}, org=org)) as http:
            assert http.get("/metrics").status_code == status


def test_a_token_of_another_organisation_sees_and_says_nothing_of_ours(served):
    server = served[0]
    theirs = bearing(served, "theirs token", org=server.ids["other"])
    assert say(served, theirs).status_code in {403, 404}
    with server.http(theirs) as http:
        assert http.get(f"/v1/grants/{server.ids['grant']}").status_code == 404
        assert server.ids["voice"] not in http.get("/v1/voices").text
    with server.http(bearing(served, org="org_zzzzzzzzzzzzzzzz")) as http:
        assert http.get("/v1/voices").status_code == 401


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "https://elsewhere.example"},
        {"iss": "https://evil.example/"},
        {"exp": 1},
        {"nbf": 2**33},
        {"licensee": ""},
        {"purposes": ["Agent Orange!"]},
        {"headers": {"kid": "nobody's"}},
    ],
)
def test_what_is_not_for_us_is_a_401_that_repeats_nothing(served, claims):
    answer = say(served, bearing(served, **claims))
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "token-refused")
    assert "WWW-Authenticate" in answer.headers
    assert SUBJECT not in answer.text


def test_a_producer_speaks_for_no_licensee_of_others(served):
    assert LICENSEE != "Rival Radio"
    assert say(served, bearing(served, licensee="Rival Radio")).status_code == 403


def test_keys_are_fetched_from_the_one_address(served):
    _, _, address, asked = served
    say(served, bearing(served, headers={"jku": f"{address}/evil", "x5u": f"{address}/evil", "kid": "evil"}))
    assert asked
    assert set(asked) == {"/jwks"}
    assert len(asked) <= 3


def test_keys_of_the_api_still_count(served):
    assert say(served, "ours").status_code == 200
