"""Whatever is handed in that is wrong: one error that names the field, the right exit code, and nothing changed."""

from __future__ import annotations

import hashlib
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sayso.consent.keys import public_key_of
from sayso.doors.cli.main import run
from sayso.settings import Settings
from sayso.workflows.consent import exchanging as records
from sayso.workflows.consent import granting, signing
from sayso.workflows.consent.granting import Terms
from sayso.workflows.consent.speakers import add_speaker
from sayso.workflows.installation import session as sessions
from sayso.workflows.installation.session import open_session
from tests.workflows.consent.test_states import contents

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
TERMS = {"licensee": "Northwind Audio", "purposes": ("audiobook/mystery",)}
UNKNOWN = "spk_zzzzzzzzzzzzzzzz"


class Desk:
    """An installation with a speaker who keeps their own key, and a folder for what is handed in."""

    def __init__(self, folder):
        self.folder = folder
        self.session = open_session(Settings(home=folder / "home"))
        self.speaker = add_speaker(self.session, "Ada")
        signing.register(self.session, self.speaker, public_key_of(KEY))
        self.draft = granting.draft(
            self.session, Terms(speaker=self.speaker, max_minutes=2.0, until="2099-01-01", **TERMS)
        )
        self.signed = json.loads(signing.signed(self.draft, KEY.private_bytes_raw()))
        self.kept = add_speaker(self.session, "Bea")
        grant = granting.give(self.session, Terms(speaker=self.kept, **TERMS))
        self.exported = {}
        for form in ("27560", "odrl"):
            records.export(self.session, grant, form, folder / form)
            self.exported[form] = (folder / form).read_bytes()
        self.session.catch_up()

    def digest(self):
        return hashlib.sha256(repr(contents(self.session)).encode()).hexdigest()

    def file(self, data):
        path = self.folder / f"in-{hashlib.sha256(data).hexdigest()[:16]}.json"
        path.write_bytes(data)
        return path


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    return Desk(tmp_path_factory.mktemp("desk"))


@pytest.fixture
def refused(desk, monkeypatch, capsys):
    """Return what runs a command that must fail, change nothing, and say one thing; it returns the error."""
    monkeypatch.setattr(sessions, "open_session", lambda _: desk.session)
    monkeypatch.setenv("SAYSO_HOME", str(desk.folder / "home"))

    def act(*words, code=2):
        before = desk.digest()
        assert run([*map(str, words), "--json"]) in (code if isinstance(code, tuple) else (code,)), capsys.readouterr()
        said = capsys.readouterr()
        assert (said.err, said.out.count("\n")) == ("", 1)
        assert desk.digest() == before
        error = json.loads(said.out)
        assert error["message"]
        assert "\n" not in error["message"]
        return error

    return act


NUL = "\x00"
OPTIONS = [
    *(("purpose", bad, "purpose") for bad in ("Audio Book", "", "a//b", "/a", "a/", "../x", "a" * 500, "*", "ä", NUL)),
    *(("until", bad, "until") for bad in ("1999-01-01", "2027-13-45", "tomorrow", "2027-01-01T10:00:00", "", "9" * 99)),
    *(("since", bad, "since") for bad in ("2027-02-30", "now")),
    *(("territory", bad, "territor") for bad in ("XX", "DEU", "", "*x", "D\u0395")),
    *(("max-minutes", bad, "max") for bad in ("-1", "0", "nan", "inf", "-inf", "1e999", "1e300", "many")),
    *(("max-takes", bad, "max") for bad in ("-1", "0", "9" * 30, "1.5", "NaN")),
    *(("language", bad, "language") for bad in ("no such", "", "e", "en_GB")),
    *(("channel", bad, "channel") for bad in ("App Store", "", "x" * 99)),
    *(("action", bad, "action") for bad in ("fly", "", "CLONE")),
    *(("licensee", bad, "licensee") for bad in ("", " x", "x" * 201, "*", "a\nb", NUL, "\udcff")),
    *(("project", bad, "project") for bad in ("", "\t", "x" * 201)),
    *(("block-word", bad, "blocked_words") for bad in ("", "!?", "\udcff")),
    *(("block-topic", bad, "blocked_topics") for bad in ("*",)),
    ("block-topic", "Politics!", "purpose"),
    *(("disclosure", bad, "disclosure") for bad in ("loud", "")),
    ("notice-language", "en", "notice_language"),
    ("ceiling", "grt_x", "ceiling"),
    ("speaker", "Ada", "speaker"),
    ("compensation", "", "compensation"),
    ("no-such-option", "x", "--no-such-option"),
]


ASKED = [
    (command, *case)
    for command in ("grant", "request")
    for case in OPTIONS
    if command == "grant" or case[0] not in {"ceiling", "notice-language"}  # those a licensee does not ask for
]


@pytest.mark.parametrize("case", ASKED, ids=[f"{c} {o}={v[:12]!a}" for c, o, v, _ in ASKED])
def test_a_bad_option_is_named(desk, refused, case):
    command, option, value, field = case
    words = {"speaker": desk.kept, "licensee": "Northwind Audio", "purpose": "audiobook"}
    pairs = (words | {option: value}).items()
    error = refused("consent", command, *(f"--{name}={text}" for name, text in pairs))
    assert field in error["message"]


def test_who_is_not_here_is_not_found(refused):
    words = ("--licensee", "L", "--purpose", "audiobook", "--speaker", UNKNOWN)
    assert refused("consent", "grant", *words, code=3)["error"] == "speaker-unknown"
    assert refused("consent", "request", *words, code=3)["error"] == "speaker-unknown"
    for command in ("accept", "decline", "withdraw", "suspend", "resume", "revoke"):
        assert refused("consent", command, "grt_zzzzzzzzzzzzzzzz", code=3)["error"] == "grant-unknown"
        assert "grant" in refused("consent", command, "the grant")["message"]


def altered(desk, path, value):
    whole = json.loads(json.dumps(desk.signed))
    target = whole
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    return json.dumps(whole).encode()


FIELDS = [
    (("document", "terms", "purposes"), ["no path!"], "purpose"),
    (("document", "terms", "purposes"), "audiobook", "purposes"),
    (("document", "terms", "until"), "1999-01-01T00:00:00.000Z", "until"),
    (("document", "terms", "until"), 7, "until"),
    (("document", "terms", "territories"), ["XX"], "territor"),
    (("document", "terms", "max_ms"), -1, "max_ms"),
    (("document", "terms", "max_ms"), 10**30, "max_ms"),
    (("document", "terms", "max_ms"), True, "max_ms"),
    (("document", "terms", "max_ms"), 1.5, "1.5"),
    (("document", "terms", "licensee"), {"name": "x"}, "licensee"),
    (("document", "terms", "licensee"), None, "licensee"),
    (("document", "terms", "tempo"), 3, "tempo"),
    (("document", "terms"), [], "terms"),
    (("document", "version"), 0, "version"),
    (("document", "version"), "1", "version"),
    (("document", "speaker"), "Ada", "speaker"),
    (("document", "grant"), 3, "document"),
    (("document", "format"), "sayso permit v1", "format"),
    (("document", "house"), True, "document"),
    (("document",), "text", "document"),
    (("signature",), 7, "signature"),
    (("witness",), "me", "file"),
]


@pytest.mark.parametrize(("path", "value", "field"), FIELDS, ids=[f"{p[-1]}={str(v)[:16]}" for p, v, _ in FIELDS])
def test_a_bad_field_of_a_signed_document_is_named(desk, refused, path, value, field):
    assert field in refused("consent", "submit", desk.file(altered(desk, path, value)))["message"]


def nested(depth):
    return b'{"document":' + b'{"a":' * depth + b"1" + b"}" * depth + b',"signature":""}'


FILES = {
    "nothing": (b"", "no JSON"),
    "no JSON": (b"grant me everything", "no JSON"),
    "wrong UTF-8": (b'{"document": "\xff\xfe"}', "UTF-8"),
    "a list": (b"[]", "a list"),
    "NaN": (b'{"document": {"terms": {"max_ms": NaN}}, "signature": ""}', "NaN"),
    "Infinity": (b'{"document": {"terms": {"max_ms": -Infinity}}, "signature": ""}', "Infinity"),
    "1e999": (b'{"document": {"terms": {"max_ms": 1e999}}, "signature": ""}', "1e999"),
    "a number of 5,000 digits": (b'{"document": {"version": ' + b"9" * 5_000 + b'}, "signature": ""}', "no JSON"),
    "a name said twice": (b'{"document": {"max_ms": 1, "max_ms": 9}, "signature": ""}', "max_ms: got it twice"),
    "33 levels": (nested(40), "levels of nesting"),
    "100,000 levels": (nested(40_000), "file"),
    "10 MB": (b'{"document": "' + b"x" * 10_000_000 + b'"}', "bytes, expected at most"),
    "half a character": (b'{"document": {"format": "\\ud800"}, "signature": ""}', "half a character"),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("command", ["submit", "sign"])
def test_a_file_that_is_no_document_is_refused(desk, refused, command, name):
    data, said = FILES[name]
    more = ("--key", desk.file(KEY.private_bytes_raw()), "-o", desk.folder / "out") if command == "sign" else ()
    error = refused("consent", command, desk.file(data), *more)
    assert said in error["message"] or command == "sign"
    assert not (desk.folder / "out").exists()


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_record_is_not_taken_in(desk, refused, name):
    data, said = FILES[name]
    message = refused("consent", "import", desk.file(data), "--speaker", desk.kept)["message"]
    assert said in message or "document" in message or "@type" in message


@pytest.mark.parametrize("form", ["27560", "odrl"])
def test_ten_megabytes_of_a_record_are_not_taken_in(desk, refused, form):
    padded = desk.exported[form].rstrip()[:-1] + b',"x":"' + b"y" * 10_000_000 + b'"}'
    assert (
        "bytes, expected at most" in refused("consent", "import", desk.file(padded), "--speaker", desk.kept)["message"]
    )


def test_a_signature_by_another_key_is_refused(desk, refused):
    forged = signing.signed(desk.draft, OTHER.private_bytes_raw())
    assert refused("consent", "submit", desk.file(forged), code=5)["error"] == "signature-refused"
    wider = altered(desk, ("document", "terms", "purposes"), ["audiobook"])
    assert "signature" in refused("consent", "submit", desk.file(wider), code=5)["message"]
    for bad in ("", "00" * 64, "zz" * 64, "x"):
        assert (
            "signature"
            in refused("consent", "submit", desk.file(altered(desk, ("signature",), bad)), code=5)["message"]
        )
    unknown = altered(desk, ("document", "speaker"), UNKNOWN)
    assert refused("consent", "submit", desk.file(unknown), code=3)["error"] == "speaker-unknown"


CASES = {
    b'{"voice": "voi_aaaaaaaaaaaaaaaa", "licensee": "L", "purpose": "no path!"}': "purpose",
    b'{"voice": "voi_aaaaaaaaaaaaaaaa", "licensee": "L", "purpose": "a", "purpose": "b"}': "purpose: got it twice",
    b'{"voice": "voi_aaaaaaaaaaaaaaaa", "licensee": "L", "purpose": "a", "at": NaN}': "at",
    b'{"voice": "voi_aaaaaaaaaaaaaaaa", "licensee": "L", "purpose": "a", "tempo": 1}': "tempo",
    b'{"voice": "voi_aaaaaaaaaaaaaaaa", "licensee": "L"}': "purpose",
    b'{"voice": "Ada", "licensee": "L", "purpose": "a"}': "voi",
    b'{"voice": "voi_aaaaaaaaaaaaaaaa", "licensee": "L", "purpose": "\xff"}': "UTF-8",
    b"[" * 100_000: "line 1",
    b"9" * 5_000: "line 1",
}


@pytest.mark.parametrize("line", CASES, ids=[str(number) for number in range(len(CASES))])
def test_a_case_that_is_none_is_named_by_line_and_field(desk, refused, line):
    message = refused(
        "consent", "simulate", desk.file(b"\n" + line if line[:1] != b"[" and line[:1] != b"9" else line)
    )["message"]
    assert message.startswith("line ")
    assert CASES[line] in message


def test_a_heading_that_says_a_field_twice_is_refused(desk, refused):
    path = desk.folder / "cases.csv"
    path.write_text("voice,licensee,purpose,purpose\nvoi_aaaaaaaaaaaaaaaa,L,a,b\n")
    assert "purpose: got it twice" in refused("consent", "simulate", path)["message"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
PLACES = [
    ("document",),
    ("signature",),
    ("document", "terms"),
    *(("document", name) for name in ("grant", "version", "speaker")),
]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_document_that_was_tampered_with_gets_in(desk, refused, data):
    """Any value put anywhere into a signed document is refused as malformed, or for its signature: never our bug."""
    terms = [("document", "terms", name) for name in desk.signed["document"]["terms"]]
    path = data.draw(st.sampled_from([*PLACES, *terms]))
    value = data.draw(JSON)
    target = desk.signed
    for key in path:
        target = target[key]
    if json.dumps(value) != json.dumps(target):
        refused("consent", "submit", desk.file(altered(desk, path, value)), code=(2, 5))
