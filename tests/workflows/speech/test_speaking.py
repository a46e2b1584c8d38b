"""Speaking: permitted, marked, logged, settled; or refused, logged, and nothing written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sayso.audio import Container, decode
from sayso.consent import minutes
from sayso.consent.errors import ConsentRefused, PermitRefused
from sayso.doors.shapes.provenance import verification
from sayso.engines import Licence, LicenceRefused
from sayso.engines.hibari import HibariEngine
from sayso.errors import Conflict, Invalid, NotFound, Refused
from sayso.mark import Marker
from sayso.mark.errors import ChainUnknown, MarkWeak
from sayso.mark.strength import STANDARD
from sayso.workflows.audit import auditing
from sayso.workflows.consent import granting
from sayso.workflows.provenance import verifying
from sayso.workflows.speech import speaking
from sayso.workflows.speech.orders import Order
from sayso.workflows.speech.speaking import speak


def types(session, grant):
    return [row.entry.type for row in auditing.query(session, grant=grant, speaker=None, since=None)]


@pytest.mark.parametrize("name", ["out.wav", "out.flac", "out.mp3", "out.m4a", "out.opus"])
def test_what_is_said_is_marked_signed_logged_and_verifiable(estate, tmp_path, name):
    spoken = speak(estate.session, estate.order(), tmp_path / name)
    found = verification(verifying.verify_file(estate.session, tmp_path / name))
    assert found["verdict"] == "ours"
    assert (found["mark"], found["clip"], found["grant"]) == (spoken.mark, spoken.clip, estate.grant)
    assert (found["entry"], found["proof_ok"], found["grant_state"]) == (
        estate.session.entry_of(spoken.ticket),
        True,
        "given",
    )
    assert spoken.mark_readable
    assert found["content_credentials"]["present"] is spoken.content_credentials is (name != "out.opus")
    if spoken.content_credentials:
        assert found["content_credentials"]["intact"]
        assert found["content_credentials"]["trusted"]


def test_the_intent_is_logged_before_the_result_and_minutes_are_settled_to_what_was_made(estate, tmp_path):
    spoken = speak(estate.session, estate.order(), tmp_path / "out.wav")
    assert types(estate.session, estate.grant) == [
        "consent:grant:given",
        "voices:voice:intended",
        "voices:voice:made",
        "synthesis:clip:intended",
        "synthesis:clip:made",
    ]
    made_ms = -(-decode(tmp_path / "out.wav").num_samples * 1000 // 24_000)
    with estate.session.read() as tx:
        assert minutes.used_ms(tx, estate.speaker) == {estate.grant: made_ms}
    assert spoken.duration_s == pytest.approx(made_ms / 1000, abs=0.001)


REFUSED = {
    "purpose": {"purpose": "advertising/soap"},
    "a wider purpose": {"purpose": "audiobook"},
    "licensee": {"licensee": "Somebody Else"},
}


@pytest.mark.parametrize("changes", REFUSED.values(), ids=REFUSED.keys())
def test_what_was_not_granted_is_refused_with_reasons_logged_and_not_written(estate, tmp_path, changes):
    with pytest.raises(ConsentRefused) as caught:
        speak(estate.session, estate.order(**changes), tmp_path / "out.wav")
    assert any(next(iter(changes)) in reason for reason in caught.value.reasons)
    assert not list(tmp_path.glob("*.wav"))
    assert auditing.query(estate.session, grant=None, speaker=None, since=None)[-1].entry.type == (
        "synthesis:clip:refused"
    )
    with estate.session.read() as tx:
        assert minutes.used_ms(tx, estate.speaker) == {estate.grant: 0}


def test_other_projects_and_languages_are_refused(session, make_estate, tmp_path):
    estate = make_estate(session, project="the-lamp", languages=("en-GB",))
    for changes in ({"project": "the-boat"}, {"project": None}, {"project": "the-lamp", "language": "en-US"}):
        with pytest.raises(ConsentRefused):
            speak(session, estate.order(**changes), tmp_path / "out.wav")
    speak(session, estate.order(project="the-lamp", language="en-GB"), tmp_path / "out.wav")


def test_a_lexicon_changes_what_is_said_and_a_bad_one_changes_nothing(session, make_estate, tmp_path):
    estate, lexicon = make_estate(session), tmp_path / "words.tsv"
    lexicon.write_text("keeper\t/ˈaɪ/\nstair\tstaircase\n")  # noqa: RUF001
    plain = speak(session, estate.order(), tmp_path / "plain.wav").duration_s
    assert speak(session, estate.order(lexicon=lexicon), tmp_path / "said.wav").duration_s != plain
    lexicon.write_text("keeper\t/#/\n")
    entries = len(auditing.query(session, grant=None, speaker=None, since=None))
    with pytest.raises(Invalid, match="line 1"):
        speak(session, estate.order(lexicon=lexicon), tmp_path / "no.wav")
    assert not (tmp_path / "no.wav").exists()
    assert len(auditing.query(session, grant=None, speaker=None, since=None)) == entries


def test_a_blocked_word_is_found_behind_its_phonemes(session, make_estate, tmp_path):
    estate, lexicon = make_estate(session, blocked_words=("two lamps",)), tmp_path / "words.tsv"
    lexicon.write_text("lamps\t/ˈɡoʊts/\n")  # noqa: RUF001
    with pytest.raises(ConsentRefused):
        speak(session, estate.order(text="Bring 2 lamps.", lexicon=lexicon), tmp_path / "no.wav")


def test_a_withdrawn_grant_refuses_and_the_old_clip_says_so(estate, tmp_path):
    speak(estate.session, estate.order(), tmp_path / "out.wav")
    granting.withdraw(estate.session, estate.grant)
    with pytest.raises(ConsentRefused, match="expected a grant"):
        speak(estate.session, estate.order(), tmp_path / "again.wav")
    assert verification(verifying.verify_file(estate.session, tmp_path / "out.wav"))["grant_state"] == "withdrawn"


def test_the_cap_on_minutes_holds(session, make_estate, tmp_path):
    estate = make_estate(session, max_minutes=0.2)  # 12 s; the text is reserved with about twice its length
    with pytest.raises(Refused) as caught:
        for number in range(10):
            speak(session, estate.order(), tmp_path / f"{number}.wav")
    assert any("minutes" in reason for reason in caught.value.reasons)
    with session.read() as tx:
        assert 0 < minutes.used_ms(tx, estate.speaker)[estate.grant] <= 12_000


BAD = {
    "no words": ({"text": " ... "}, "out.wav", Invalid),
    "a language without a reader": ({"language": "de"}, "out.wav", Invalid),
    "another script": ({"text": "привет мир"}, "out.wav", Invalid),
    "no such voice": ({"voice": "voi_aaaaaaaaaaaaaaaa"}, "out.wav", NotFound),
    "no id at all": ({"voice": "the good one"}, "out.wav", Invalid),
    "no path": ({"purpose": "Audiobook Mystery!"}, "out.wav", Invalid),
    "no container": ({}, "out.xyz", Invalid),
}


@pytest.mark.parametrize(("changes", "name", "kind"), BAD.values(), ids=BAD.keys())
def test_bad_input_changes_nothing(estate, tmp_path, changes, name, kind):
    before = auditing.checkpoint(estate.session).checkpoint.size
    with pytest.raises(kind):
        speak(estate.session, estate.order(**changes), tmp_path / name)
    assert auditing.checkpoint(estate.session).checkpoint.size == before
    assert not (tmp_path / name).exists()


def test_a_tempo_no_engine_is_asked_for_is_refused():
    with pytest.raises(Invalid, match="speed"):
        Order(text="x", voice="v", licensee="l", purpose="p", speed=9.0)


def test_a_failure_in_the_middle_gives_the_minutes_back_and_is_logged(estate, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "sayso.workflows.speech.credentials.issue", lambda *_, **__: (_ for _ in ()).throw(Conflict("planted"))
    )
    with pytest.raises(Conflict, match="planted"):
        speak(estate.session, estate.order(), tmp_path / "out.wav")
    assert types(estate.session, estate.grant)[-2:] == ["synthesis:clip:intended", "synthesis:clip:failed"]
    assert not (tmp_path / "out.wav").exists()
    with estate.session.read() as tx:
        assert minutes.used_ms(tx, estate.speaker) == {estate.grant: 0}


def test_a_withdrawal_between_two_chunks_stops_the_sound(estate, tmp_path):
    long = " ".join([estate.order().text] * 6)
    seen = []

    def withdraw_once(part):
        seen.append(part)
        if len(seen) == 1:
            granting.withdraw(estate.session, estate.grant)

    with pytest.raises(Refused, match="withdrawn or changed"):
        speak(estate.session, estate.order(text=long), tmp_path / "out.wav", withdraw_once)
    assert len(seen) == 1
    assert not (tmp_path / "out.wav").exists()


@pytest.mark.parametrize("engine", ["hibari", pytest.param("kokoro", marks=pytest.mark.slow)])
def test_a_stock_voice_speaks_under_the_grant_of_its_own_engine(session, tmp_path, engine):
    from sayso.workflows.voices import voicebook

    voice = next(row.row for row in voicebook.listed(session) if row.row.engine == engine)
    spoken = speak(session, Order("Good evening.", voice.voice_id, "Anybody", "podcast/news"), tmp_path / "out.wav")
    grant = granting.shown(session, spoken.grant).grant
    assert "Apache-2.0" in grant.note
    assert f"stock voices of {engine}" in grant.note


def asking(estate, **settings):
    """Return the same installation, told otherwise."""
    opened = estate.session.installation
    return replace(estate.session, installation=replace(opened, settings=replace(opened.settings, **settings)))


def test_a_clip_is_sent_through_the_codecs_that_the_settings_name(estate, tmp_path):
    spoken = speak(asking(estate, mark_chains=("opus-24", "mu-law-8k")), estate.order(), tmp_path / "out.wav")
    assert [(one.chain, one.is_readable) for one in spoken.mark_checks] == [
        ("none", True),
        ("opus-24", True),
        ("mu-law-8k", True),
    ]
    assert spoken.mark_checks[1].margin > 10


def test_a_weak_clip_is_marked_more_firmly_and_then_told_or_refused(estate, tmp_path, monkeypatch):
    reaches, at = [], Marker.at
    monkeypatch.setattr(
        Marker, "at", lambda marker, strength: (reaches.append(strength.reach), at(marker, strength))[1]
    )
    hard = {"mark_chains": ("amr-nb-7.4",)}  # it loses every mark of this length
    order = estate.order(text="Yes, I will, and so will they.")
    told = speak(asking(estate, **hard), order, tmp_path / "told.flac")
    assert [one.is_readable for one in told.mark_checks] == [True, False]
    assert len(reaches) == (3 if told.mark_checks[1].has_run else 1)
    assert reaches == sorted(set(reaches))
    made = auditing.query(estate.session, grant=estate.grant, speaker=None, since=None)[-1].entry
    assert (made.type, made.facts["mark_lost"]) == ("synthesis:clip:made", "amr-nb-7.4")
    with pytest.raises(MarkWeak, match=r"amr-nb-7\.4"):
        speak(asking(estate, weak_marks="refuse", **hard), order, tmp_path / "refused.flac")
    assert not (tmp_path / "refused.flac").exists()
    assert types(estate.session, estate.grant)[-1] == "synthesis:clip:failed"


def test_a_chain_that_nobody_knows_changes_nothing(estate, tmp_path):
    before = auditing.checkpoint(estate.session).checkpoint.size
    with pytest.raises(ChainUnknown, match="opus-16"):
        speak(asking(estate, mark_chains=("wax",)), estate.order(), tmp_path / "out.wav")
    assert auditing.checkpoint(estate.session).checkpoint.size == before


def test_one_permit_renders_once(estate):
    run = speaking.begun(estate.session, estate.order(), Container.WAV)
    assert list(speaking.rendering(run, STANDARD))
    with pytest.raises(PermitRefused, match="has been made"):
        speaking.rendering(run, STANDARD)
    again = replace(run, gate=estate.session.installation.gate_inside())
    with pytest.raises(PermitRefused, match="has been made"):
        speaking.rendering(again, STANDARD)


def test_weights_for_research_do_not_speak_for_a_commercial_project(estate, tmp_path, monkeypatch):
    monkeypatch.setattr(HibariEngine, "licence", Licence("MIT", "CC-BY-NC-4.0", commercial=False))
    before = types(estate.session, estate.grant)
    with pytest.raises(LicenceRefused, match="CC-BY-NC"):
        speak(estate.session, estate.order(), tmp_path / "out.wav")
    assert not (tmp_path / "out.wav").exists()
    assert types(estate.session, estate.grant) == before
