"""Tokens: what a trusted issuer signed for us, now, is read; what anybody else can make is refused."""

from __future__ import annotations

import base64
import hmac
import json
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from jwt.algorithms import OKPAlgorithm

from sayso.accounts.actor import Role
from sayso.accounts.bearer import BearerTokens
from sayso.accounts.errors import IssuerInvalid, IssuerUnavailable, TokenRefused
from sayso.accounts.issuer import TrustedIssuer
from sayso.accounts.issuer_keys import AGAIN_S, FRESH_S, KEPT_S, IssuerKeys

from .issuing import KINDS, SUBJECT, LoginService, claims_of


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def login(tmp_path):
    made = LoginService(tmp_path)
    made.add("one")
    return made


@pytest.fixture
def tokens(login, clock):
    issuer = TrustedIssuer.read(login.file())
    return BearerTokens(issuer, b"k" * 32, IssuerKeys(issuer.keys, clock=clock))


def refused(tokens, token: str, match: str = "token") -> None:
    with pytest.raises(TokenRefused, match=match) as caught:
        tokens.read(token)
    assert SUBJECT not in str(caught.value.message)


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def forged(header: dict, signature=lambda _: b"", **claims) -> str:
    signed = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims_of(**claims)).encode())}"
    return f"{signed}.{b64(signature(signed.encode()))}"


@pytest.mark.parametrize("algorithm", KINDS)
def test_a_token_says_for_whom_and_for_what(login, clock, algorithm):
    login.add("mine", algorithm)
    issuer = TrustedIssuer.read(login.file())
    read = BearerTokens(issuer, b"k" * 32, IssuerKeys(issuer.keys, clock=clock)).read(login.token("mine"))
    assert (read.organisation, read.role) == ("org_aaaaaaaaaaaaaaaa", Role.PRODUCER)
    assert (read.scope.licensee, read.scope.purpose) == ("Northwind Audio", "audiobook/mystery")
    assert [read.scope.covers(each) for each in ("agent/support", "audiobook/mystery", "audiobook", "agents")] == [
        True, True, False, False
    ]  # fmt: skip


def test_its_bearer_is_named_by_digests_of_issuer_and_subject(login, tokens):
    one, same, other = (tokens.read(login.token("one", sub=each)).credential for each in (SUBJECT, SUBJECT, "eve"))
    assert one == same != other
    assert one[:8] == other[:8] == "oid_" + one[4:8]
    assert len(one) == 20
    elsewhere = BearerTokens(TrustedIssuer.read(login.file()), b"l" * 32)
    assert elsewhere.read(login.token("one")).credential[8:] != one[8:]  # who guesses a subject cannot try the guess
    assert "quixano" not in repr(tokens.read(login.token("one"))).lower()


def test_one_that_is_not_signed_is_refused(tokens):
    for algorithm in ("none", "None", "NONE", ""):
        refused(tokens, forged({"alg": algorithm, "kid": "one"}), "signed by")


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_a_public_key_is_no_shared_secret(login, clock, algorithm):
    login.add("rsa", "RS256")
    issuer = TrustedIssuer.read(login.file())
    tokens = BearerTokens(issuer, b"k" * 32, IssuerKeys(issuer.keys, clock=clock))
    encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    secret = login.public("rsa").public_bytes(encoding, form)
    digest = "sha" + algorithm[2:]
    refused(
        tokens, forged({"alg": algorithm, "kid": "rsa"}, lambda text: hmac.digest(secret, text, digest)), "signed by"
    )
    refused(tokens, forged({"alg": "RS256", "kid": "rsa"}, lambda text: hmac.digest(secret, text, digest)))


def test_a_key_signs_in_its_own_way_only(login, tokens, clock):
    login.add("rsa", "RS256")
    token = login.token("one", headers={"kid": "rsa"})
    refused(tokens, token, "another way")


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": int(time.time()) - 120},
        {"exp": None},
        {"exp": int(time.time()) + 10**6},
        {"nbf": int(time.time()) + 3600},
        {"aud": "https://elsewhere.example"},
        {"aud": None},
        {"iss": "https://login.example.org"},
        {"iss": "https://evil.example/"},
        {"iss": None},
        {"sub": None},
        {"sub": 7},
        {"sub": ""},
        {"org": None},
        {"org": "org_1"},
        {"org": ["org_aaaaaaaaaaaaaaaa"]},
        {"realm": {"roles": []}},
        {"realm": {"roles": ["producer", "auditor"]}},
        {"realm": {"roles": ["operator"]}},
        {"realm": {"roles": ["speaker"]}},
        {"realm": "producer"},
        {"licensee": None},
        {"licensee": "*"},
        {"purposes": None},
        {"purposes": []},
        {"purposes": {"agent": True}},
    ],
)
def test_one_for_others_or_for_another_time_is_refused(login, tokens, claims):
    tokens.read(login.token("one"))
    refused(tokens, login.token("one", **claims))


def test_clocks_may_differ_a_little(login, tokens):
    tokens.read(login.token("one", exp=int(time.time()) - 10))
    tokens.read(login.token("one", nbf=int(time.time()) + 10))


def test_keys_of_others_are_refused_whatever_the_token_says_of_them(login, tokens, tmp_path_factory):
    evil = LoginService(tmp_path_factory.mktemp("evil"))
    evil.add("one")
    evil.add("theirs")
    mine = {**OKPAlgorithm.to_jwk(evil.public("theirs"), as_dict=True), "kid": "theirs"}
    refused(tokens, evil.token("theirs"), "does not publish")
    refused(tokens, evil.token("one"))
    where = evil.published.as_uri()
    for headers in ({"jku": where}, {"x5u": where}, {"jwk": mine}, {"x5c": ["AAAA"]}):
        refused(tokens, evil.token("one", headers=headers))
        refused(tokens, evil.token("theirs", headers=headers), "does not publish")
        tokens.read(login.token("one", headers=headers))  # they are not looked at
    refused(tokens, login.token("one", headers={"crit": ["b64"], "b64": False}))


@pytest.mark.parametrize("token", ["a.b.c", "..", "a" * 5000 + "." * 2, "a.b.c.d.e", "\u00e9.b.c", "e30.e30.e30"])
def test_what_is_no_token_is_refused(tokens, token):
    refused(tokens, token)


def test_a_token_that_was_changed_is_refused(login, tokens):
    header, _, signature = login.token("one").split(".")
    changed = b64(json.dumps(claims_of(licensee="Rival Radio")).encode())
    refused(tokens, f"{header}.{changed}.{signature}")


def test_a_key_that_was_rotated_counts_from_then_on(login, tokens, clock):
    tokens.read(login.token("one"))
    old = login.token("one")
    del login.keys["one"]
    login.add("two")
    refused(tokens, login.token("two"), "does not publish")  # the keys were read just now
    clock.now += AGAIN_S
    tokens.read(login.token("two"))
    refused(tokens, old, "does not publish")


def test_a_key_that_was_withdrawn_is_known_for_ten_minutes_at_most(login, tokens, clock):
    old = login.token("one")
    tokens.read(old)
    del login.keys["one"]
    login.add("two")
    clock.now += FRESH_S + 1
    refused(tokens, old, "does not publish")


def test_unknown_keys_cost_one_look_at_most(login, tokens, clock, monkeypatch):
    looks, read = [], Path.open
    monkeypatch.setattr(Path, "open", lambda path, *how: looks.append(path) or read(path, *how))
    for place in range(50):
        clock.now += 1.0
        refused(tokens, login.token("one", headers={"kid": f"x{place}"}), "does not publish")
    assert looks == [login.published] * 2


def test_keys_that_cannot_be_read_again_hold_for_a_day(login, tokens, clock):
    tokens.read(login.token("one"))
    login.published.write_text("{}")
    clock.now += FRESH_S + 1
    tokens.read(login.token("one"))
    clock.now += KEPT_S
    with pytest.raises(IssuerUnavailable):
        tokens.read(login.token("one"))


def test_keys_of_other_kinds_and_short_ones_are_no_keys(login, tokens):
    from cryptography.hazmat.primitives.asymmetric import rsa
    from jwt import encode
    from jwt.algorithms import RSAAlgorithm

    short = rsa.generate_private_key(65537, 1024)  # noqa: S505 - that is the test
    shared = {"kty": "oct", "k": b64(b"s" * 32), "kid": "shared", "use": "sig"}
    weak = {**RSAAlgorithm.to_jwk(short.public_key(), as_dict=True), "kid": "weak"}
    other = {**login.rows()[0], "kid": "encrypting", "use": "enc"}
    login.publish(shared, weak, other, {"kid": 3}, {"kty": "RSA", "kid": "x"}, "no key")
    tokens.read(login.token("one"))
    with pytest.warns():
        token = encode(claims_of(), short, "RS256", {"kid": "weak"})
    refused(tokens, token, "does not publish")
    refused(tokens, login.token("one", headers={"kid": "encrypting"}), "does not publish")
    refused(tokens, login.token("one", headers={"kid": "shared"}), "does not publish")


def test_the_file_may_say_what_the_words_mean(login):
    words = '[organisations]\nnorthwind = "org_bbbbbbbbbbbbbbbb"\n[roles]\nbosses = "operator"\n'
    tokens = BearerTokens(TrustedIssuer.read(login.file(more=words)), b"k" * 32)
    told = {"org": "northwind", "realm": {"roles": ["bosses"]}, "purposes": "agent audiobook"}
    read = tokens.read(login.token("one", **told))
    assert (read.organisation, read.role, read.scope.purposes) == (
        "org_bbbbbbbbbbbbbbbb", Role.OPERATOR, ("agent", "audiobook")
    )  # fmt: skip
    refused(tokens, login.token("one"), "does not name")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('issuer = "https://login.example.org/"', "issuer = 3"),
        ('audience = "https://speech.example.org"', ""),
        ("keys = ", 'algorithms = ["HS256"]\nkeys = '),
        ("keys = ", 'algorithms = ["none"]\nkeys = '),
        ("keys = ", "leeway_s = 3600\nkeys = "),
        ("keys = ", "longest_s = 0\nkeys = "),
        ("keys = ", 'secret = "x"\nkeys = '),
        ('licensee = "licensee"\n', ""),
        ('licensee = "licensee"', "licensee = []"),
        ("[claims]", '[roles]\nx = "speaker"\n[claims]'),
        ("[claims]", "[organisations]\nx = 3\n[claims]"),
        ("[claims]", "[claims"),
    ],
)
def test_a_file_that_is_wrong_says_where(login, old, new):
    path = login.file()
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(IssuerInvalid):
        TrustedIssuer.read(path)


@pytest.mark.parametrize("keys", ["http://login.example.org/keys", "ftp://login.example.org/keys", "https:///keys"])
def test_keys_come_by_https_or_from_a_file(login, keys):
    with pytest.raises(IssuerInvalid, match="https"):
        TrustedIssuer.read(login.file(keys))
