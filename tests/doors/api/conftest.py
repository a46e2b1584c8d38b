"""One server for the whole folder, a process of its own, on an estate with keys of two organisations."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient
from openai import OpenAI

from sayso.doors.api.app import application
from sayso.doors.api.service import Service
from sayso.settings import Settings
from sayso.workflows.accounts import api_keys, credentials, organisations
from sayso.workflows.consent.granting import Terms, give
from sayso.workflows.installation.session import Session, open_session
from sayso.workflows.voices import voicebook
from tests.workflows.conftest import LICENSEE, PURPOSE

RIVAL = "Rival Radio"
TEXT = "The lamp was lit at noon, and nobody saw it."


@dataclass
class Served:
    """A server that runs, with the ids and keys of what is in its home."""

    url: str
    home: Path
    process: subprocess.Popen
    keys: dict[str, str]
    ids: dict[str, str]
    log: Path
    clients: dict[str, OpenAI] = field(default_factory=dict)

    def events(self) -> list[dict]:
        """Return what the server has told of itself."""
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]

    def client(self, key: str = "ours") -> OpenAI:
        if key not in self.clients:
            self.clients[key] = OpenAI(base_url=f"{self.url}/v1", api_key=self.keys[key], max_retries=0)
        return self.clients[key]

    def http(self, key: str | None = "ours") -> httpx.Client:
        headers = {} if key is None else {"Authorization": f"Bearer {self.keys[key]}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30)

    def wait(self, within_s: float = 30.0) -> None:
        """Return once the server is ready."""
        ends = time.monotonic() + within_s
        with self.http(None) as http:
            while http.get("/readyz").status_code != 200:
                assert time.monotonic() < ends
                time.sleep(0.05)

    def session(self) -> Session:
        """Return a session of the operator on the same home, as another process opens it."""
        return open_session(Settings(home=self.home))

    def entries(self, type_: str) -> list:
        session = self.session()
        try:
            return [row.entry for row in session.log.query(type=type_)]
        finally:
            session.close()

    def entry_of(self, clip: str, *, within_s: float = 20.0):
        """Return the entry of a clip's result, once it is kept."""
        ends = time.monotonic() + within_s
        while time.monotonic() < ends:
            for entry in self.entries("synthesis:clip:made"):
                if entry.facts["clip"] == clip:
                    return entry
            time.sleep(0.1)
        raise AssertionError(f"clip {clip} was not logged")


def started(
    home: Path, *words: str, log: Path | None = None, before: str = "", **env: str
) -> tuple[subprocess.Popen, str]:
    """Start a server, after the line ``before``; return it with its address, once it says that it is ready."""
    program = f"{before}\nfrom sayso.doors.cli.main import main; main()"
    command = [sys.executable, "-c", program, "serve", "--port", "0", "--json"]
    environment = {**os.environ, "SAYSO_HOME": str(home), **env}
    with (log or Path(os.devnull)).open("wb") as told:
        errors = None if log is None else told
        process = subprocess.Popen(
            [*command, *words], stdout=subprocess.PIPE, stderr=errors, env=environment, text=True
        )
    line = process.stdout.readline()
    assert line, process.wait()
    told = json.loads(line)
    assert "url" in told, told
    return process, told["url"]


def stopped(process: subprocess.Popen) -> int:
    process.send_signal(signal.SIGTERM)
    try:
        return process.wait(40)
    finally:
        process.stdout.close()


def furnished(session: Session, voice: str, speaker: str) -> tuple[dict[str, str], dict[str, str]]:
    """Issue keys of two organisations; the first one's licensee is that of the estate's grant."""
    org, other = (organisations.add(session, f"{name} Limited") for name in (LICENSEE, RIVAL))

    def key(organisation: str, licensee: str, **more) -> str:
        fields = {"purpose": PURPOSE, "organisation": organisation, **more}
        return api_keys.add(session, fields.pop("role", "producer"), licensee=licensee, **fields).secret

    keys = {
        "ours": key(org, LICENSEE),
        "bound": key(org, LICENSEE, voices=[f"narrator={voice}"]),
        "live": key(org, LICENSEE, purpose="agent/support", voices=[f"narrator={voice}"]),
        "theirs": key(other, RIVAL),
        "auditor": key(org, LICENSEE, role="auditor"),
        "operator": api_keys.add(session, "operator", licensee=LICENSEE, purpose=PURPOSE).secret,
        "house": credentials.issue(session, "operator").secret,
        "revoked": key(org, LICENSEE),
        "speaker": credentials.issue(session, "speaker", speaker=speaker).secret,
    }
    credentials.revoke(session, keys["revoked"].partition(".")[0])
    give(session, Terms(speaker, LICENSEE, ("agent",), actions=("stream",), max_minutes=10.0))
    stock = voicebook.id_of(session, "heart", "hibari")
    return keys, {"org": org, "other": other, "voice": voice, "speaker": speaker, "stock": stock}


@pytest.fixture(scope="session")
def server(template, tmp_path_factory) -> Iterator[Served]:
    estate = template.copied(tmp_path_factory.mktemp("served"))
    keys, ids = furnished(estate.session, estate.voice, estate.speaker)
    ids["grant"] = estate.grant
    home = estate.session.settings.home
    estate.session.close()
    log = home.parent / "server.log"
    process, url = started(home, log=log)
    served = Served(url, home, process, keys, ids, log)
    served.wait()
    yield served
    for client in served.clients.values():
        client.close()
    assert stopped(process) == 0


@pytest.fixture
def inside(estate) -> Iterator[Callable[[str], TestClient]]:
    """Yield what gives a client of a role, of a server in this process: for what a test has to put in its place."""
    session = estate.session
    keys = {
        role: api_keys.add(session, role, licensee=LICENSEE, purpose=PURPOSE).secret
        for role in ("operator", "producer", "auditor")
    }
    app = application(Service(session, warm=()))
    with TestClient(app, raise_server_exceptions=False) as client:

        def of(role: str) -> TestClient:
            client.headers["Authorization"] = f"Bearer {keys[role]}"
            return client

        yield of
