"""A voice is cloned over HTTP by the rules of the command line, once for one idempotency key."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import httpx
import pytest

from sayso.audio import Container, decode, encode
from sayso.doors.api.app import application
from sayso.doors.api.service import Service
from sayso.workflows.accounts import api_keys, organisations
from sayso.workflows.installation.session import open_session
from sayso.workflows.voices import cloning, voicebook
from tests.doors.schemas import validator
from tests.workflows.conftest import FREE, LICENSEE, PURPOSE, hibari_fit


@pytest.fixture
def ask(estate, monkeypatch):
    """Return what posts to ``/v1/voices`` with the key of a role; voices are fitted at once."""
    monkeypatch.setattr(cloning, "fit", hibari_fit)
    session = open_session(replace(estate.session.settings, engine="hibari"))
    rival = organisations.add(session, "Rival Radio Limited")
    fields = {"licensee": LICENSEE, "purpose": PURPOSE}
    keys = {role: api_keys.add(session, role, **fields).secret for role in ("operator", "producer", "auditor")}
    keys["theirs"] = api_keys.add(
        session, "producer", licensee="Rival Radio", purpose=PURPOSE, organisation=rival
    ).secret
    service = Service(session, warm=())
    app = application(service)

    def asked(role, data, files, **headers):
        async def post():
            headers["Authorization"] = f"Bearer {keys[role]}"
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here") as http:
                return await http.post("/v1/voices", data=data, files=files, headers=headers)

        return asyncio.run(post())

    yield asked
    service.bench.close()
    for pool in (service.makers, service.workers, service.keepers):
        pool.shutdown()
    session.close()


@pytest.fixture
def files(estate):
    return [("files", ("../../me.flac", estate.recording.read_bytes()))]


def test_a_voice_is_cloned_once_for_one_key_and_belongs_to_its_speaker(ask, estate, files):
    form = {"speaker": estate.speaker, "effort": "fast", **FREE}
    first, again = (ask("operator", form, files, **{"Idempotency-Key": "clone"}) for _ in range(2))
    assert first.status_code == 201, first.text
    assert first.json() == again.json()
    assert not list(validator("voice-cloned").iter_errors(first.json()))
    row = voicebook.row_of(estate.session, first.json()["voice"])
    assert (row.speaker_id, row.licence) == (estate.speaker, FREE["licence"])
    other = ask("operator", form | {"seed": "1"}, files, **{"Idempotency-Key": "clone"})
    assert (other.status_code, other.json()["error"]) == (409, "repeat-differs")


def test_nobody_is_cloned_who_did_not_enrol_or_did_not_allow_it(ask, estate, files):
    before = len(voicebook.listed(estate.session))
    for role, form, statuses in (
        ("operator", {"speaker": estate.speaker}, {403}),  # neither enrolled with these recordings nor a licence
        ("auditor", {"speaker": estate.speaker, **FREE}, {403}),
        ("theirs", {"speaker": estate.speaker, **FREE}, {403, 404}),
        ("operator", {"speaker": "spk_aaaaaaaaaaaaaaaa", **FREE}, {404}),
        ("operator", {"speaker": "/etc/passwd", **FREE}, {400}),
        ("operator", {"speaker": estate.speaker, **FREE, "effort": "endless"}, {400}),
        ("operator", {"speaker": estate.speaker, **FREE, "engine": "none"}, {400, 404}),
        ("operator", {"speaker": estate.speaker, **FREE, "go_on": "voi_aaaaaaaaaaaaaaaa"}, {404}),
    ):
        refused = ask(role, form, files)
        assert refused.status_code in statuses, (role, form, refused.text)
        assert "/tmp" not in refused.text
    short = [("files", ("a.flac", encode(estate_sound(estate), Container.FLAC)))]
    for bad in ([("files", ("a.flac", b"no sound"))], short):
        assert ask("operator", {"speaker": estate.speaker, **FREE}, bad).status_code in {400, 415}
    assert len(voicebook.listed(estate.session)) == before


def estate_sound(estate):
    """Return less of the recording than a voice is cloned from."""

    return decode(estate.recording).slice(0, 12_000)
