"""The server listens on loopback unless it is told otherwise, and in public only with keys and TLS."""

from __future__ import annotations

import socket

import pytest

from sayso.doors.api.errors import AddressExposed, AddressTaken
from sayso.doors.api.listening import Address, serve


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
