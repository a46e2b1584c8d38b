"""An installation with a clip in it, and a client that speaks plain HTTP."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


class Client:
    """Asks one server."""

    def __init__(self, url):
        self.address = urlsplit(url).netloc

    def ask(self, method, path, body=None, **headers) -> Answer:
        connection = http.client.HTTPConnection(self.address, timeout=60)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def get(self, path) -> Answer:
        return self.ask("GET", path)

    def sound(self, data, query="", kind="audio/wav") -> Answer:
        return self.ask("POST", f"/matches/byContent{query}", data, Content_Type=kind)


@pytest.fixture(scope="session")
def client_of():
    return Client
