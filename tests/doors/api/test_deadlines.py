"""A deadline that cannot be met is refused while the place is still taken, and nothing is made, marked or logged."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from sayso.doors.api.app import application
from sayso.doors.api.service import Service
from sayso.workflows.accounts import api_keys
from tests.workflows.conftest import LICENSEE, PURPOSE

PATHS = ("/v1/audio/speech", "/v1/text-to-speech/{voice}", "/v1/text-to-speech/{voice}/stream/with-timestamps")


@pytest.fixture
def service(estate):
    made = Service(estate.session, warm=(), places=1)
    yield made
    for pool in (made.makers, made.workers, made.keepers):
        pool.shutdown()
    made.bench.close()
    made.hosts.close()
    estate.session.close()


def intended(session) -> int:
    return len(list(session.log.query(type="synthesis:clip:intended")))


def test_what_would_wait_longer_than_its_deadline_is_refused_at_once_and_makes_no_sound(estate, service):
    session = estate.session
    key = api_keys.add(session, "operator", licensee=LICENSEE, purpose=PURPOSE).secret
    words = {"model": "sayso", "voice": estate.voice, "input": "The lamp was lit.", "text": "The lamp was lit."}

    async def talk() -> None:
        transport = httpx.ASGITransport(application(service))
        auth = {"Authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://here", headers=auth, timeout=60) as http:

            async def ask(path, **headers):
                own = ("model", "voice", "input") if "audio" in path else ("text",)
                body = {name: words[name] for name in own}
                return await http.post(path.format(voice=estate.voice), json=body, headers=headers)

            before = intended(session)
            async with service.admission.place("another key"):
                for path in PATHS:
                    asked = ask(path, **{"X-Sayso-Deadline-Ms": "1"})
                    refused = await asyncio.wait_for(asked, 60)  # it returns at all, though the place stays taken
                    assert refused.status_code == 429, refused.text
                    assert int(refused.headers["Retry-After"]) >= 1
                    assert refused.headers["content-type"] == "application/problem+json"
                    assert "X-Sayso-Clip" not in refused.headers
                waiting = asyncio.create_task(ask(PATHS[0]))  # whoever names no deadline waits for the place
                done, _ = await asyncio.wait({waiting}, timeout=0.2)
                assert not done
                assert service.admission.held == 1
                assert intended(session) == before
            spoken = await waiting
            assert (spoken.status_code, len(spoken.content) > 1000) == (200, True)
            assert intended(session) == before + 1
            assert (await ask(PATHS[0], **{"X-Sayso-Deadline-Ms": "1"})).status_code == 200  # where a place is free

    asyncio.run(talk())


@pytest.mark.parametrize("wrong", ["-1", "soon", "1.5", "100000000", "1e3", ""])
def test_a_deadline_that_is_none_is_refused(server, wrong):
    before = len(server.entries("synthesis:clip:intended"))
    with server.http() as http:
        body = {"model": "sayso", "voice": "alloy", "input": "The lamp was lit."}
        refused = http.post("/v1/audio/speech", json=body, headers={"X-Sayso-Deadline-Ms": wrong})
    assert refused.status_code == 400
    assert len(server.entries("synthesis:clip:intended")) == before
