"""``sayso consent`` as a person would use it: every option, a speaker's own key, stops and their ends."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from .test_contract import LICENSEE, PURPOSE, Program

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
FULL = (
    *("--project", "the-lamp", "--language", "en", "--territory", "DE", "--territory", "at", "--channel", "app-store"),
    *("--action", "clone", "--action", "synthesize", "--since", "2026-01-01", "--until", "2099-01-01"),
    *("--max-minutes", "2.5", "--max-takes", "9", "--scripted-only", "--block-word", "Vote now", "--block-topic"),
    *("politics", "--approval", "--disclosure", "metadata", "--compensation", "contract 12", "--sublicensing"),
    *("--post-mortem", "--notice", "notice.txt", "--notice-language", "en"),
)


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    return Program(tmp_path_factory.mktemp("consent"))


@pytest.fixture(scope="module")
def speaker(program):
    return program.json("speaker", "add", "--name", "Ada")["speaker"]


def give(program, speaker, *more, code=0):
    words = ("--speaker", speaker, "--licensee", LICENSEE, "--purpose", PURPOSE)
    return program.json("consent", "grant", *words, *more, code=code)


def test_the_full_grant_is_shown_as_it_was_given(program, speaker):
    (program.folder / "notice.txt").write_text("What this is for.")
    shown = program.json("consent", "show", give(program, speaker, *FULL)["grant"])
    expected = {
        "state": "given", "version": 1, "project": "the-lamp", "languages": ["en"], "territories": ["AT", "DE"],
        "channels": ["app-store"], "actions": ["clone", "synthesize"], "minutes_left": 2.5, "takes_left": 9,
        "scripted_only": True, "blocked_words": ["vote now"], "blocked_topics": ["politics"], "approved_texts": [],
        "disclosure": "metadata", "compensation": "contract 12", "sublicensing": True, "post_mortem": True,
        "notice_language": "en", "outer": False, "ceiling": None,
    }  # fmt: skip
    assert {name: shown[name] for name in expected} == expected
    assert len(shown["notice_sha256"]) == 64


def test_a_grant_is_amended_suspended_resumed_and_revoked(program, speaker):
    grant = give(program, speaker)["grant"]
    assert program.json("consent", "amend", grant, "--territory", "DE", "--scripted-only")["version"] == 2
    assert program.json("consent", "suspend", grant, "--by", "operator")["state"] == "suspended"
    assert program.json("consent", "resume", grant, code=4)["error"] == "grant-state"
    assert program.json("consent", "resume", grant, "--by", "operator")["state"] == "given"
    assert program.json("consent", "revoke", grant)["state"] == "revoked"
    assert program.json("consent", "resume", grant, code=4)["error"] == "grant-state"
    assert program.json("consent", "suspend", grant, "--by", "nobody", code=2)["error"] == "invalid"


def test_a_licence_beyond_the_outer_consent_is_refused_with_the_dimension_named(program):
    speaker = program.json("speaker", "add", "--name", "Bea")["speaker"]
    words = ("--speaker", speaker, "--licensee", "*", "--purpose", "audiobook", "--territory", "DE", "--outer")
    outer = program.json("consent", "grant", *words)["grant"]
    error = give(program, speaker, code=5)
    assert error["error"] == "ceiling-exceeded"
    assert [reason.split(":")[0] for reason in error["reasons"]] == ["territory"]
    licence = give(program, speaker, "--territory", "DE")["grant"]
    assert program.json("consent", "show", licence)["ceiling"] == outer


def test_a_speaker_signs_with_their_own_key_on_another_machine(program):
    speaker = program.json("speaker", "add", "--name", "Cem")["speaker"]
    key, public = program.folder / "key.pem", program.folder / "key.pub"
    key.write_bytes(KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    assert program.json("speaker", "key", "set", speaker, "--public", public)["kept_by"] == "speaker"
    assert give(program, speaker, code=4)["error"] == "speaker-key"
    draft, signed = program.folder / "draft.json", program.folder / "signed.json"
    give(program, speaker, "--draft", draft)
    elsewhere = {"SAYSO_HOME": "/nonexistent/home"}
    program.json("consent", "sign", draft, "--key", key, "-o", signed, env=elsewhere)
    assert program.json("consent", "submit", signed)["state"] == "given"
    signed.write_text(signed.read_text().replace("mystery", "romance"))
    assert program.json("consent", "submit", signed, code=5)["error"] == "signature-refused"
    assert (
        program.json("consent", "sign", draft, "--key", public, "-o", signed, "--force", code=2)["error"]
        == "key-invalid"
    )


def test_say_and_why_take_what_the_rules_ask_for(program):
    voices = program.json("voice", "list")["voices"]
    voice = next(voice["voice"] for voice in voices if voice["engine"] == "hibari")
    asked = ("--voice", voice, "--licensee", LICENSEE, "--purpose", PURPOSE, "--territory", "de", "--channel", "app")
    more = ("--topic", "none", "--sublicensee", "Somebody Else")
    assert program.json("consent", "why", *asked, "--topic", "none", "--text", "Hello.")["decision"] == "permitted"
    why = program.json("consent", "why", *asked, *more, code=5)
    assert any("sublicensing: got by Somebody Else" in reason for reason in why["reasons"])
    assert program.json("say", "Hello.", *asked, "--announce", "-o", program.folder / "a.wav")["duration_s"] > 1.2
    assert program.json("say", "Hello.", *asked, *more, "-o", program.folder / "b.wav", code=5)["reasons"]
    assert program.json("say", "Hello.", *asked, "--territory", "XX", "-o", "c.wav", code=2)["error"]


def test_a_death_is_noted(program, speaker):
    assert program.json("speaker", "deceased", speaker)["deceased"] is True


def test_a_request_is_answered_and_a_limit_taken_away(program, speaker):
    words = ("--speaker", speaker, "--licensee", LICENSEE, "--purpose", PURPOSE, "--territory", "DE")
    asked = program.json("consent", "request", *words)
    assert asked["state"] == "requested"
    accepted = program.json("consent", "accept", asked["grant"])
    assert [event["state"] for event in accepted["history"]] == ["requested", "given"]
    assert program.json("consent", "decline", asked["grant"], code=4)["error"] == "grant-state"
    assert program.json("consent", "amend", asked["grant"], "--clear", "territory")["territories"] == ["*"]
    assert program.json("consent", "amend", asked["grant"], "--clear", "licensee", code=2)["error"] == "grant-invalid"
    declined = program.json("consent", "request", *words)["grant"]
    assert program.json("consent", "decline", declined)["state"] == "withdrawn"
    assert program.json("consent", "revoke", asked["grant"], "--invalid")["state"] == "invalidated"
    assert program.json("consent", "revoke", declined, "--invalid", "--by", "licensee", code=2)["error"] == "invalid"


def test_a_key_is_handed_over_used_and_replaced(program):
    speaker = program.json("speaker", "add", "--name", "Dot")["speaker"]
    grant = give(program, speaker)["grant"]
    key, said, draft, signed = (program.folder / name for name in ("own.pem", "said", "change.json", "change.signed"))
    out = ("--output", key, "--passphrase", "-")
    assert program.json("speaker", "key", "export", speaker, *out, stdin="short", code=2)["error"] == "key-invalid"
    assert not key.exists()
    program.json("speaker", "key", "export", speaker, *out, stdin="a lamp, two letters\n")
    said.write_text("a lamp, two letters\n")
    program.json("consent", "suspend", grant)
    assert program.json("consent", "resume", grant, code=4)["error"] == "speaker-key"
    program.json("consent", "resume", grant, "--draft", draft)
    program.json("consent", "sign", draft, "--key", key, "--passphrase", said, "-o", signed)
    assert program.json("consent", "submit", signed)["state"] == "given"
    public = program.folder / "new.pub"
    public.write_text(KEY.public_key().public_bytes_raw().hex())
    program.json("speaker", "key", "rotate", speaker, "--public", public, "--draft", draft, "--force")
    program.json("consent", "sign", draft, "--key", key, "--passphrase", said, "-o", signed, "--force")
    assert program.json("consent", "submit", signed)["public_key"] == public.read_text()
    public.write_text("ab" * 32)
    recovered = (speaker, "--public", public, "--reason", "the key was lost; the union vouches")
    assert program.json("speaker", "key", "recover", *recovered)["public_key"] == "ab" * 32
