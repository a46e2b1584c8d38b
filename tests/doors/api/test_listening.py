"""The server listens on loopback unless it is told otherwise, and in public only with keys and TLS."""

from __future__ import annotations

import http.client
import json
import socket
from urllib.parse import urlsplit

import pytest

from sayso.doors.api.errors import AddressExposed, AddressTaken
from sayso.doors.api.listening import Address, serve
from tests.doors.api.conftest import started, stopped


def test_health_is_told_to_everybody(server):
    with server.http(None) as http:
        assert http.get("/healthz").json() == {"ok": True}
        assert http.get("/readyz").json() == {"ready": True}
        missing = http.get("/nothing/here")
    assert missing.status_code in {401, 404}
    assert missing.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "reasons"} <= set(missing.json())


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "speech.example"])
def test_a_public_address_needs_keys_and_tls_or_a_stated_proxy(host, tmp_path):
    with pytest.raises(AddressExposed) as caught:
        Address(host, 0).check(has_keys=False)
    assert len(caught.value.reasons) == 2
    with pytest.raises(AddressExposed):
        Address(host, 0).check(has_keys=True)
    with pytest.raises(AddressExposed):
        Address(host, 0, is_behind_proxy=True).check(has_keys=False)
    Address(host, 0, is_behind_proxy=True).check(has_keys=True)
    Address(host, 0, tmp_path / "cert.pem", tmp_path / "key.pem").check(has_keys=True)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_loopback_needs_neither(host):
    Address(host, 0).check(has_keys=False)


def test_an_address_that_is_taken_is_an_error(session):
    from sayso.doors.api.service import Service

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(AddressTaken):
            serve(Service(session), Address("127.0.0.1", other.getsockname()[1]), lambda _: None)


def test_a_body_that_is_too_large_is_not_read(server):
    with server.http() as http:
        told = http.post("/v1/audio/speech", content=b"x" * 300_000)
        untold = http.post("/v1/audio/speech", content=iter([b"x" * 100_000] * 4))
    assert told.status_code == untold.status_code == 413


HANDSHAKE = {"Connection": "Upgrade", "Upgrade": "websocket", "Authorization": "Bearer nobody"}


def answered(url: str, path: str, headers: dict[str, str]) -> tuple[int, str | None, bytes]:
    """Return what is answered to a bare request: status, type and body."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    try:
        connection.request("GET", path, headers=headers)
        got = connection.getresponse()
        return got.status, got.getheader("content-type"), got.read()
    finally:
        connection.close()


def test_a_handshake_that_opens_no_socket_is_told_in_the_one_shape(server):
    status, kind, body = answered(server.url, "/v1/speech/stream", HANDSHAKE)
    assert (status, kind) == (400, "application/problem+json")
    assert json.loads(body)["status"] == 400


def test_more_connections_than_are_taken_are_refused_in_the_one_shape(template, tmp_path):
    estate = template.copied(tmp_path)
    home = estate.session.settings.home
    estate.session.close()
    process, url = started(home, before="from sayso.doors.api import listening; listening.CONNECTIONS = 2")
    where = urlsplit(url)
    idle = [socket.create_connection((where.hostname, where.port)) for _ in range(2)]
    try:
        status, kind, body = answered(url, "/healthz", {})
        assert (status, kind) == (429, "application/problem+json")
        assert json.loads(body)["error"] == "busy"
    finally:
        for each in idle:
            each.close()
        stopped(process)
