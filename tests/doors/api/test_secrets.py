"""Keys never come out of a server again: not on its output, in its log, in an answer or in a file of its home."""

from __future__ import annotations

import contextlib
import json
import secrets

import httpx
import pytest
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from tests.doors.api.conftest import furnished, started, stopped

SPEECH = {"model": "sayso", "voice": "alloy", "input": "The lamp was lit."}
SOCKETS = ("/v1/speech/stream", "/v1/text-to-speech/alloy/stream-input")


@pytest.fixture
def quiet(template, tmp_path):
    """Yield the address, keys, log and home of a server whose whole output is kept; end it, then hand it out again."""
    estate = template.copied(tmp_path)
    keys, _ = furnished(estate.session, estate.voice, estate.speaker)
    home = estate.session.settings.home
    estate.session.close()
    log = tmp_path / "server.log"
    process, url = started(home, log=log)
    ended = []

    def told() -> list[bytes]:
        """Return all that the server wrote, once it has ended."""
        if not ended:
            process.terminate()
            ended.append(process.stdout.read())
        return [ended[0].encode(), log.read_bytes(), *(file.read_bytes() for file in home.rglob("*") if file.is_file())]

    yield url, keys, told
    if not ended:
        stopped(process)
    else:
        process.wait(40)
        process.stdout.close()


def malformed(keys: dict[str, str]) -> list[str]:
    """Return keys that are none, each a secret of its own."""
    credential = keys["ours"].partition(".")[0]
    return [
        secrets.token_hex(16),
        f"{credential}.{secrets.token_hex(16)}",
        f"sk-{secrets.token_hex(24)}",
        f"{secrets.token_hex(8)}.{secrets.token_hex(8)}.{secrets.token_hex(8)}",
        secrets.token_hex(5_000),
        f"{secrets.token_hex(16)} {secrets.token_hex(16)}",
    ]


def headers_with(key: str) -> list[dict[str, str]]:
    """Return every way in which a client of these shapes sends a key in its headers."""
    return [
        {"Authorization": f"Bearer {key}"},
        {"Authorization": f"Basic {key}"},
        {"Authorization": key},
        {"xi-api-key": key},
        {"X-Api-Key": key},
        {"Authorization": f"Bearer {key}", "Idempotency-Key": key[:200]},
        {"Cookie": f"session={key}"},
    ]


def ask(url: str, key: str) -> list[str]:
    """Send a key in each way a request can bear it, those that fail too; return what was answered."""
    answers = []
    with httpx.Client(base_url=url, timeout=30) as http:
        for headers in headers_with(key):
            answers.append(http.get("/v1/models", headers=headers))
            answers.append(http.post("/v1/audio/speech", content=b"{no json", headers=headers))
        bearer = {"Authorization": f"Bearer {key}"}
        short = key[:200]
        answers.append(http.post("/v1/audio/speech", json={**SPEECH, "voice": short}, headers=bearer))
        answers.append(http.post("/v1/audio/speech", json={**SPEECH, "api_key": short}, headers=bearer))
        answers.append(http.post("/v1/speakers", json={"api_key": short}, headers=bearer))
        answers.append(http.get("/v1/nowhere", params={"api_key": short}, headers=bearer))
        answers.append(http.delete("/v1/grants", params={"key": short}, headers=bearer))
    return [answer.text for answer in answers if answer.headers.get("content-type", "").startswith("application")]


def open_sockets(url: str, key: str) -> None:
    """Try a WebSocket with the key in its headers, query, subprotocol and first message."""
    address, short = url.replace("http", "ws", 1), key[:2000]
    ways = [
        {"additional_headers": {"Authorization": f"Bearer {short}"}},
        {"additional_headers": {"xi-api-key": short}},
        {"subprotocols": ["realtime", f"openai-insecure-api-key.{short}"]},
        {},
    ]
    for path in SOCKETS:
        for way in ways:
            for query in ("", f"?api_key={short}&xi-api-key={short}&authorization={short}"):
                target = address + path + query.replace(" ", "%20")
                refused = contextlib.suppress(WebSocketException, ValueError, OSError)
                with refused, connect(target, **way) as socket:
                    socket.send(json.dumps({"text": " ", "xi_api_key": short, "type": "open", "context": short}))
                    socket.send("{no json " + short)
                    socket.recv(timeout=5)


def secret_of(key: str) -> bytes:
    """Return what of a key is secret: behind the id of its credential."""
    return (key.partition(".")[2] or key)[:200].encode()


def test_no_key_comes_out_of_a_server_again(quiet):
    url, keys, told = quiet
    sent = [keys["ours"], keys["bound"], keys["revoked"], keys["speaker"], *malformed(keys)]
    answers = [answer for key in sent for answer in ask(url, key)]
    for key in (keys["bound"], keys["revoked"], *malformed(keys)[:2]):
        open_sockets(url, key)
        sent.append(key)
    written = told()
    assert (
        sum(keys["ours"].partition(".")[0].encode() in text for text in written) > 0
    )  # its name is kept, so it is looked at
    for key in sent:
        secret = secret_of(key)
        assert [place for place, text in enumerate(written) if secret in text] == []
        assert [answer for answer in answers if secret in answer.encode()] == []
