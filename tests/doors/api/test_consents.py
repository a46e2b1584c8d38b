"""The `openai` package's `audio.voice_consents` and `audio.voices`, unmodified, against the application."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from importlib.resources import files

import openai
import pytest
import uvicorn
from openai import OpenAI

from sayso.audio import Container, decode, encode
from sayso.doors.api.app import application
from sayso.doors.api.service import Service
from sayso.enrollment.errors import NotEnrolled
from sayso.workflows.accounts import api_keys
from sayso.workflows.consent import showing
from sayso.workflows.enrollment import stating
from sayso.workflows.erasure import erasing
from sayso.workflows.installation.session import open_session
from sayso.workflows.voices import cloning, voicebook
from tests.recognition.echo import Echo
from tests.workflows.conftest import LICENSEE, PURPOSE, hibari_fit


@pytest.fixture
def heard(monkeypatch):
    """What the recogniser hears, the phrase unless a test says otherwise; voices are fitted at once."""
    echo = Echo(stating.PHRASE.format(licensee=LICENSEE))
    monkeypatch.setattr(stating, "recogniser", lambda: echo)
    monkeypatch.setattr(cloning, "fit", hibari_fit)
    return echo


@pytest.fixture
def served(estate, heard):
    """The application in a thread of this process, and clients for the keys of three roles.

    The operator answers for voices of such consents: their phrase is OpenAI's, without words of the day.
    """
    session = open_session(replace(estate.session.settings, enrollment="attested"))
    keys = {
        role: api_keys.add(session, role, licensee=LICENSEE, purpose=PURPOSE).secret
        for role in ("operator", "producer", "auditor")
    }
    config = uvicorn.Config(application(Service(session, warm=())), port=0, log_config=None, ws="websockets-sansio")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    while not server.started:
        assert thread.is_alive()
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/v1"
    clients = {role: OpenAI(base_url=url, api_key=key, max_retries=0) for role, key in keys.items()}
    yield clients
    for client in clients.values():
        client.close()
    server.should_exit = True
    thread.join(30)
    session.close()


@pytest.fixture(scope="module")
def person(tmp_path_factory):
    """Return a recording of somebody, since no system may state a consent."""
    reader = decode((files("sayso.doors.demo") / "two_cities.flac").read_bytes())
    path = tmp_path_factory.mktemp("person") / "person.flac"
    path.write_bytes(encode(reader.slice(0, 14 * reader.sample_rate), Container.FLAC))
    return path


def made(client, person, **words):
    fields = {"language": "en-US", "name": "Ada Quixano", "recording": person, **words}
    return client.audio.voice_consents.create(**fields)


def given(estate) -> list[str]:
    return [each.grant.grant_id for each in showing.listed(estate.session) if not each.grant.house]


def test_a_consent_is_made_listed_and_becomes_a_voice(served, estate, person):
    audio = served["operator"].audio
    consent = made(served["operator"], person)
    assert (consent.object, consent.name) == ("audio.voice_consent", "Ada Quixano")
    grant = showing.shown(estate.session, consent.id).grant
    assert (grant.licensee, set(map(str, grant.actions))) == (LICENSEE, {"clone", "synthesize", "stream"})
    assert audio.voice_consents.retrieve(consent.id) == consent
    assert consent.id in [each.id for each in audio.voice_consents.list(limit=1)]
    assert {each.name for each in served["producer"].audio.voice_consents.list()}.isdisjoint({"Ada Quixano"})
    voice = audio.voices.create(name="Ada", audio_sample=person, consent=consent.id)
    assert voicebook.row_of(estate.session, voice.id).speaker_id == grant.speaker
    with pytest.raises(openai.ConflictError):  # one statement, one voice
        audio.voices.create(name="Ada", audio_sample=person, consent=consent.id)


@pytest.mark.slow
def test_a_consent_and_its_voice_are_made_once_for_one_idempotency_key(served, estate, person):
    client, before = served["operator"], given(estate)
    first, again = (made(client, person, extra_headers={"Idempotency-Key": "consent"}) for _ in range(2))
    assert first == again
    assert len(given(estate)) == len(before) + 1
    with pytest.raises(openai.ConflictError):
        made(client, person, name="Bea", extra_headers={"Idempotency-Key": "consent"})
    words = {"name": "Ada", "audio_sample": person, "consent": first.id}
    one, two = (client.audio.voices.create(**words, extra_headers={"Idempotency-Key": "voice"}) for _ in range(2))
    assert one == two
    plan = erasing.plan(estate.session, showing.shown(estate.session, first.id).grant.speaker)
    erasing.run(estate.session, plan.plan_id, by="operator")
    assert made(client, person, extra_headers={"Idempotency-Key": "consent"}).name == first.id  # the name is gone


def test_where_enrolment_is_required_such_a_consent_alone_makes_no_voice(estate, heard, person):
    assert estate.session.settings.enrollment == "required"
    stated = stating.state_consent(
        estate.session,
        person.read_bytes(),
        name="Ada",
        licensee=LICENSEE,
        purpose=PURPOSE,
        project=None,
        speaker=None,
    )
    with pytest.raises(NotEnrolled):
        cloning.clone_voice(estate.session, cloning.Commission(stated.speaker, (person,), effort="fast"))


def test_deleting_a_consent_withdraws_the_grant(served, estate, person):
    client = served["operator"]
    consent = made(client, person)
    assert client.audio.voice_consents.delete(consent.id).deleted
    assert str(showing.shown(estate.session, consent.id).state) == "withdrawn"
    assert consent.id not in [each.id for each in client.audio.voice_consents.list()]
    with pytest.raises(openai.APIStatusError):
        client.audio.voices.create(name="Ada", audio_sample=person, consent=consent.id)


def test_a_statement_that_says_something_else_enters_nothing(served, estate, heard, person):
    heard.heard, heard.unsaid = "something else", {"owner", "voice", "consent", "synthetic"}
    before = given(estate)
    with pytest.raises(openai.PermissionDeniedError) as refused:
        made(served["operator"], person)
    assert "I am the owner of this voice" in refused.value.message
    assert refused.value.body["reasons"]
    assert given(estate) == before


@pytest.mark.parametrize("role", ["producer", "auditor"])
def test_nobody_enters_consent_for_a_speaker_but_who_acts_for_them(served, role, person):
    with pytest.raises(openai.PermissionDeniedError):
        made(served[role], person)
    consent = made(served["operator"], person)
    with pytest.raises(openai.PermissionDeniedError):
        served[role].audio.voice_consents.delete(consent.id)


@pytest.mark.slow
def test_the_voice_of_somebody_else_is_refused(served, tmp_path, person):
    consent = made(served["operator"], person)
    other = tmp_path / "other.wav"
    speech = served["operator"].audio.speech.create(
        model="sayso", voice="alloy", input="A lamp. " * 20, response_format="wav"
    )
    other.write_bytes(speech.content)
    with pytest.raises(openai.PermissionDeniedError) as refused:
        served["operator"].audio.voices.create(name="Eve", audio_sample=other, consent=consent.id)
    assert any(reason.startswith("mark:") for reason in refused.value.body["reasons"])


def test_a_statement_is_gone_with_its_speaker(served, estate, person):
    consent = made(served["operator"], person)
    plan = erasing.plan(estate.session, showing.shown(estate.session, consent.id).grant.speaker)
    erasing.run(estate.session, plan.plan_id, by="operator")
    with pytest.raises(openai.APIStatusError):
        served["operator"].audio.voices.create(name="Ada", audio_sample=person, consent=consent.id)


@pytest.mark.parametrize(
    "words", [{"language": "de-DE"}, {"recording": b"no sound"}, {"name": ""}, {"extra_body": {"speaker": "spk_"}}]
)
def test_what_is_no_consent_is_told(served, estate, words, person):
    with pytest.raises((openai.BadRequestError, openai.APIStatusError)):
        made(served["operator"], person, **words)
    with pytest.raises(openai.BadRequestError):
        served["operator"].audio.voice_consents.update(estate.grant, name="Other")
