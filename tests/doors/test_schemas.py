"""Every command's JSON is as its schema says, and every schema says all there is to know of its result."""

from __future__ import annotations

import gc
import json
from datetime import timedelta
from importlib.resources import files

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from jsonschema import Draft202012Validator

import sayso.doors.api.listening
import sayso.doors.api.resolver.server
import sayso.doors.api.witness.server
from sayso.audio import Container, decode, encode
from sayso.clock import now
from sayso.doors import schemas
from sayso.doors.cli.main import program, run
from sayso.engines.registry import engine as engine_named
from sayso.workflows.enrollment import checking, evidence, submitting
from sayso.workflows.productions import runs
from sayso.workflows.voices import cloning
from tests.credentials.test_certificate_check import ROOT_KEY, certificate, name, usage
from tests.recognition.echo import Echo
from tests.workflows.conftest import hibari_fit

from .schemas import checked, command_of, validator

FORS = ("--licensee", "Northwind Audio", "--purpose", "audiobook/mystery")
KEYS = [Ed25519PrivateKey.from_private_bytes(bytes([n] * 32)) for n in (1, 2, 3)]
FREE = ("--licence", "public-domain", "--evidence", "https://example.org/free")
ORDER = ("say", "The lamp was lit at noon, and nobody saw it.", *FORS)


def commands_with_json() -> set[str]:
    """Return every command that takes ``--json``."""
    from typer.main import get_command

    def walk(command, path):
        if hasattr(command, "commands"):
            for word, below in command.commands.items():
                yield from walk(below, (*path, word))
        elif any("--json" in option.opts for option in command.params):
            yield " ".join(path)

    return set(walk(get_command(program()), ()))


def objects_in(value):
    """Yield every schema of an object in ``value``."""
    if isinstance(value, dict):
        if value.get("type") == "object":
            yield value
        for below in value.values():
            yield from objects_in(below)
    elif isinstance(value, list):
        for below in value:
            yield from objects_in(below)


@pytest.mark.parametrize("name", schemas.names())
def test_a_schema_is_well_formed_strict_and_refers_to_what_is_there(name):
    schema = schemas.schema(name)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == schemas.PREFIX + name
    for described in objects_in(schema):
        assert "additionalProperties" in described
        assert described["additionalProperties"] is not True
        assert set(described.get("required", ())) <= set(described.get("properties", {}))
    if name != "common":
        list(validator(name).iter_errors({}))  # raises where a reference leads nowhere


def test_every_command_with_json_has_a_schema_and_every_schema_a_use():
    assert set(schemas.commands()) == commands_with_json()
    used = {result for results in schemas.commands().values() for result in results}
    inner = {"common", "error", "file-error", "content-credentials", "jurisdiction", "key"}
    served = {
        "clip",
        "clips",
        "proof",
        "simulated-cases",
        "speaker",
        "speakers",
    }  # what the server tells and no command does
    assert used | inner | served == set(schemas.names())


def test_a_value_of_another_shape_is_refused():
    good = {"error": "invalid", "message": "got 1, expected 2", "reasons": [], "hint": ""}
    assert validator("error").is_valid(good)
    for bad in ({**good, "more": 1}, {**good, "message": "two\nlines"}, {**good, "error": "Invalid"}, {"error": "a"}):
        assert not validator("error").is_valid(bad)


def public_pem(key) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


class Tour:
    """Commands run one after another in this process, each answer held against its schema."""

    def __init__(self, folder, capsys):
        self.folder, self.capsys, self.ran = folder, capsys, set()

    def __call__(self, *words, code=0):
        returned = run([*map(str, words), "--json"])
        out = self.capsys.readouterr()
        assert returned == code, (words, out)
        if not code:
            self.ran.add(command_of(words))
        found = checked(words, out.out, code)
        return found[0] if len(found) == 1 else found

    def file(self, name, data=b""):
        path = self.folder / name
        if data:
            path.write_bytes(data)
            path.chmod(0o600)
        return path


@pytest.fixture
def tour(tmp_path, capsys, monkeypatch, speech):
    monkeypatch.setenv("SAYSO_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(cloning, "fit", hibari_fit)
    for server in (sayso.doors.api.resolver.server.ResolverServer, sayso.doors.api.witness.server.WitnessServer):
        monkeypatch.setattr(server, "serve_forever", lambda self: None)
    monkeypatch.setattr(sayso.doors.api.listening, "serve", lambda _service, _address, ready: ready("http://[::1]:1"))
    for module in (checking, evidence):
        monkeypatch.setattr(module, "recogniser", Echo)
    made = Tour(tmp_path, capsys)
    made.patch = monkeypatch
    monkeypatch.setattr(cloning, "engine_named", lambda _, threads: engine_named("hibari", threads))
    made.file("recording.flac", encode(speech, Container.FLAC))
    person = decode((files("sayso.doors.demo") / "two_cities.flac").read_bytes())
    made.file("person.flac", encode(person.slice(0, 14 * person.sample_rate), Container.FLAC))
    made.file("short.flac", encode(speech.slice(0, 2 * speech.sample_rate), Container.FLAC))
    return made


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
def test_every_command_answers_as_its_schema_says(tour):
    speaker = tour("speaker", "add", "--name", "Ada")["speaker"]
    grant = tour("consent", "grant", "--speaker", speaker, *FORS, "--max-minutes", 9)["grant"]
    voice = tour("voice", "clone", tour.file("recording.flac"), "--speaker", speaker, *FREE)["voice"]
    voices_and_clips(tour, voice)
    storage(tour)
    marks_and_labels(tour)
    credentials(tour)
    grants(tour, speaker, grant)
    keys_and_drafts(tour)
    files_of_consent(tour, speaker, grant, voice)
    ledger(tour)
    accounts(tour)
    erasure(tour, speaker)
    productions(tour)
    tour("doctor")
    tour("settings", "show")
    tour("report", "compliance")
    fairness(tour)
    enrollment(tour)
    corpora(tour)
    tour("demo", "--out", tour.file("demo"))
    assert commands_with_json() - tour.ran == set()


def storage(tour):
    speaker = tour("speaker", "add", "--name", "Bea")["speaker"]
    terms = (
        "--licensee",
        "Northwind Audio",
        "--purpose",
        "audiobook/mystery",
        "--action",
        "clone",
        "--action",
        "export",
    )
    tour("consent", "grant", "--speaker", speaker, *terms)
    planned = tour("store", "plan", tour.file("recording.flac"))
    added = tour("store", "add", tour.file("recording.flac"), "--speaker", speaker, "--purpose", "preview")
    assert planned["files"][0]["bytes"] > added["item"]["bytes"]
    assert tour("store", "list")["items"] == [tour("store", "show", added["item"]["item"])]
    tour("store", "export", added["item"]["item"], "-o", tour.file("taken-out.flac"))
    tour("store", "gc")


def productions(tour):
    book = tour.file("book.txt", b"The lamp was lit at noon.")
    planned = tour("produce", "plan", book, *FORS, "--voice", "heart")
    assert planned["missing"] == []
    production, out = planned["production"], tour.file("package")
    made = tour("produce", "run", production, "-o", out, "--formats", "mp3")
    assert (made["rendered"], made["reused"]) == (1, 0)
    tour("produce", "status", production)
    tour("produce", "redo", production, "c01-0001")
    tour("produce", "resume", production, "-o", out)
    tour("produce", "package", production, "-o", out, "--target", "podcast", "--formats", "wav")
    tour("produce", "report", out)
    tour("produce", "report", tour.folder, code=3)
    run = tour("runs", "list")["runs"][0]["run"]
    tour("runs", "show", run)
    tour("runs", "cancel", run)
    tour("runs", "pause", run, code=4)
    with tour.patch.context() as patch:
        patch.setattr(runs, "GOING", frozenset({"SUCCESS"}))
        tour("runs", "pause", run)
    tour("runs", "resume", run)
    tour("runs", "fork", run, "--step", 2)
    tour("runs", "show", "run_aaaaaaaaaaaaaaaa", code=3)
    tour("produce", "plan", book, "--licensee", "L", "--purpose", "p", code=2)
    tour.ran.add("produce demo")  # takes a minute: tests/doors/test_produce_demo.py


def voices_and_clips(tour, voice):
    tour("text", "H₂O costs $5.", "--phonemes")
    tour("text", "H₂O costs $5.", "--lexicon", tour.file("words.tsv", b"costs\t/k\xc9\x94sts/"), "--language", "en-GB")
    tour("text", "Привет", code=2)
    tour("voice", "list")
    tour("voice", "show", voice)
    tour("voice", "show", "voi_aaaaaaaaaaaaaaaa", code=3)
    clip = tour(*ORDER, "--voice", voice, "--jurisdiction", "eu", "-o", tour.file("out.wav"))["clip"]
    tour(*ORDER[:2], "--licensee", "Rival", "--purpose", "podcast", "--voice", voice, "-o", tour.file("n.wav"), code=5)
    tour("export", clip, "-o", tour.file("out.mp3"))
    tour("verify", tour.file("out.mp3"), tour.file("short.flac"))
    tour("verify", tour.file("absent.wav"), tour.file("out.wav"), code=3)
    tour("trace", tour.file("out.wav"))
    tour("trace", tour.file("short.flac"), code=3)
    tour("diagnose", tour.file("recording.flac"), tour.file("short.flac"), "-o", tour.file("diagnosis.html"))
    tour(
        "restore",
        tour.file("recording.flac"),
        "-o",
        tour.file("restored.wav"),
        "--speaker",
        voice,
        "--match",
        tour.file("recording.flac"),
    )
    tour("consent", "why", "--voice", voice, *FORS)
    tour("consent", "why", "--voice", voice, "--licensee", "Rival", "--purpose", "podcast", code=5)


def marks_and_labels(tour):
    tour("mark", "publish", "-o", tour.file("key.json"), "--page", tour.file("page"))
    tour("detect", tour.file("out.wav"), tour.file("short.flac"), "--key", tour.file("key.json"))
    tour("mark", "embed", tour.file("recording.flac"), "--out-dir", tour.file("marked"), "--id", "0123456789abcdef")
    tour("mark", "detect", tour.file("marked") / "recording.flac", tour.file("short.flac"))
    tour("mark", "profiles")
    tour("labels", "list")
    tour("labels", "read", tour.file("out.wav"))


def credentials(tour):
    key = ec.generate_private_key(ec.SECP256R1())
    root = certificate(
        key=ROOT_KEY, subject=name("An Authority", "root"), ca=True, purposes=None,
        key_usage=usage(digital_signature=False, key_cert_sign=True, crl_sign=True),
    )  # fmt: skip
    chain = tour.file("chain.pem", certificate(key=key) + root)
    secret = tour.file("key.pem", key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    tour("credentials", "check", chain)
    tour("credentials", "check", tour.file("bad.pem", certificate(ca=True)), code=2)
    tour("credentials", "use", chain, "--key", secret, "--anchors", tour.file("root.pem", root))
    tour("credentials", "show")
    tour("credentials", "local")


def grants(tour, speaker, grant):
    tour("consent", "list")
    tour("consent", "show", grant)
    tour("consent", "amend", grant, "--territory", "DE")
    tour("consent", "suspend", grant)
    tour("consent", "resume", grant)
    asked = tour("consent", "request", "--speaker", speaker, *FORS)["grant"]
    tour("consent", "accept", asked)
    tour("consent", "revoke", asked)
    tour("consent", "decline", tour("consent", "request", "--speaker", speaker, *FORS)["grant"])
    each = tour("consent", "grant", "--speaker", speaker, *FORS, "--approval")["grant"]
    tour("consent", "approve", each, "The lamp was lit.")
    tour("consent", "withdraw", tour("consent", "grant", "--speaker", speaker, *FORS)["grant"])
    tour("consent", "grant", "--speaker", speaker, *FORS, "--since", "2020-01-01", "--until", "2020-02-01")
    tour("consent", "withdraw", each)
    tour("consent", "withdraw", each, code=4)


def keys_and_drafts(tour):
    keeper = tour("speaker", "add", "--name", "Bea")["speaker"]
    tour("speaker", "key", "show", keeper)
    public, second, third = (tour.file(f"public{n}", public_pem(key)) for n, key in enumerate(KEYS))
    private = tour.file("private", KEYS[0].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    tour("speaker", "key", "set", keeper, "--public", public)
    draft, signed = tour.file("draft"), tour.file("signed")
    tour("consent", "grant", "--speaker", keeper, *FORS, "--draft", draft)
    tour("consent", "sign", draft, "--key", private, "-o", signed)
    tour("consent", "submit", signed)
    tour("speaker", "key", "rotate", keeper, "--public", second, "--draft", draft, "--force")
    tour("consent", "sign", draft, "--key", private, "-o", signed, "--force")
    tour("consent", "submit", signed)
    tour("speaker", "key", "recover", keeper, "--public", third, "--reason", "the laptop was lost")
    kept = tour("speaker", "add", "--name", "Cleo")["speaker"]
    tour("consent", "grant", "--speaker", kept, *FORS)
    tour("speaker", "key", "rotate", kept)
    word = tour.file("word", b"correct horse battery\n")
    tour("speaker", "key", "export", kept, "--passphrase", word, "-o", tour.file("sealed.pem"))
    tour("speaker", "deceased", kept)


def files_of_consent(tour, speaker, grant, voice):
    tour("consent", "export", grant, "-o", tour.file("record"))
    tour("consent", "import", tour.file("record"), "--speaker", speaker)
    tour("consent", "receipt", grant, "-o", tour.file("receipt.html"))
    case = {"voice": voice, "licensee": "Rival", "purpose": "podcast"}
    tour("consent", "simulate", tour.file("cases.jsonl", json.dumps(case).encode()))


def ledger(tour):
    vkey = tour("ledger", "checkpoint")["vkey"]
    rows = tour("ledger", "query")["entries"]
    proof, answer, period = tour.file("proof"), tour.file("answer"), tour.file("period")
    tour("ledger", "prove", 0, "-o", proof)
    tour("ledger", "query", "--type", "consent", "--with-proofs", answer)
    tour("ledger", "export", "-o", period)
    for file in (proof, answer, "log"):
        tour("ledger", "verify", file)
    tour("ledger", "audit", period, "--key", vkey)
    tour("ledger", "audit", answer, "--key", vkey, code=6)
    tour("ledger", "reindex")
    tour("ledger", "reconsider", next(row["entry"] for row in rows if row["type"].endswith("clip:refused")))
    tour("ledger", "rotate")
    tour("ledger", "keys")
    tour("ledger", "keys", "-o", tour.file("succession"))
    witness = tour.file("witness")
    tour("witness", "serve", "--dir", witness, "--name", "union.example/w", "--origin-key", vkey, "--port", 0)
    tour("resolver", "serve", "--port", 0)


def accounts(tour):
    made = tour("account", "add", "--name", "Rival Radio")["organisation"]
    tour("account", "hold", made, "Rival")
    tour("account", "hold", "org_aaaaaaaaaaaaaaaa", "Rival", code=4)
    issued = tour("account", "credential", "--role", "auditor", "--organisation", made)["credential"]
    tour("account", "list")
    tour("account", "revoke", issued)
    tour("account", "revoke", issued, code=4)
    key = tour("key", "add", *FORS, "--organisation", "Rival Radio", "--licensee", "Rival", "--rate", 60)
    tour("key", "list")
    tour("key", "revoke", key["credential"])
    tour("serve", "--port", 0)


def erasure(tour, speaker):
    plan = tour("erase", "plan", "--speaker", speaker)["plan"]
    done = tour("erase", "run", plan, "--yes")["certificate"]
    tour("erase", "certificate", done, "-o", tour.file("certificate"))
    tour("erase", "check", tour.file("certificate"))
    tour("verify", tour.file("out.wav"))
    tour("trace", tour.file("out.wav"), code=4)
    tour("consent", "list")


def fairness(tour):
    rows = [f"{n},{group},likeness,0.{n + 50},synthetic" for group in "ab" for n in range(30)]
    table = "\n".join(["speaker,group,metric,value,kind", *rows])
    tour("fairness", "judge", tour.file("table.csv", table.encode()), "--margin", "likeness=0.2")
    tour("fairness", "remedy", tour.file("table.csv"), "--with", tour.file("table.csv"), "--margin", "likeness=0.2")
    few = "\n".join(["speaker,group,metric,value,kind", *rows[:5], *rows[30:40]])
    asked = ("--terms", "clone and judge", "--payment", "order 7", "--margin", "likeness=0.2")
    assert tour("fairness", "collect", tour.file("few.csv", few.encode()), *asked)["missing"] > 0
    now = "".join(f"{n % 30},phone,ovrl,{3 + n % 7 / 10},yes\n" for n in range(300))
    samples = tour.file("samples.csv", f"speaker,stratum,metric,value,consented\n{now}".encode())
    assert tour("fairness", "monitor", samples, "--baseline", samples)["alarms"] == 0
    people = tour.file(
        "cohort.csv",
        b"file,speaker,consented,sex\nrecording.flac,Ada,yes,F\nshort.flac,Ben,yes,M\nabsent.flac,Cy,no,M\n",
    )
    measured = ("--table", tour.file("intake.csv"), "--by", "sex")
    assert tour("fairness", "measure", "model:silero-vad", people, *measured)["samples"] == 2
    tour("gate", "run", "model:silero-vad", "--cohort", people, *measured, code=4)
    tour("gate", "register", "mark:standard", "--metric", "ovrl", "--group", "a", "--group", "b", "--speakers", 30)
    judged = tour("gate", "run", "mark:standard", "--table", tour.file("table.csv"), "--margin", "likeness=0.2")
    assert tour("gate", "show", judged["record"]) == judged
    tour("gate", "waive", "engine:hibari", "--reason", "no table yet", "--until", "2999-01-01")
    assert {one["subject"] for one in tour("gate", "status")["versions"] if one["open"]} == {
        "mark:standard",
        "engine:hibari",
    }


def enrollment(tour):
    words = ("--statement", tour.file("person.flac"), "--text", "The keeper climbed the narrow stair.")
    tour("enroll", "check", *words, tour.file("person.flac"))
    speaker = tour("speaker", "add", "--name", "Dora")["speaker"]
    statement, sample = ("--statement", tour.file("person.flac")), tour.file("person.flac")
    for number, (unsaid, code) in enumerate(
        [((), 0), (("Northwind",), 4), (("Northwind", "Audio", "voice", "allow"), 5)]
    ):
        tour.patch.setattr(submitting, "recogniser", lambda unsaid=unsaid: Echo(unsaid=unsaid))
        tour.patch.setattr(submitting, "now", lambda: now() + timedelta(seconds=20))
        issued = tour("enroll", "start", "--speaker", speaker, *FORS)["enrollment"]
        tour("enroll", "status", issued)
        assert tour("enroll", "submit", issued, sample, *statement, code=code)["attempts_left"] == 9 - number
        tour("enroll", "submit", issued, sample, *statement, code=4)
        tour("enroll", "evidence", issued, "--again", "-o", tour.file(f"evidence{number}.zip"))
    tour("enroll", "decide", issued, "accept", "--reason", "heard", code=4)
    (waiting,) = tour("enroll", "reviews", "-o", tour.file("reviews.html"))["enrollments"]
    assert tour("enroll", "decide", waiting["enrollment"], "accept", "--reason", "heard")["state"] == "passed"
    assert len(tour("enroll", "list", "--speaker", speaker)["enrollments"]) == 3
    protected = tour("protect", "add", sample, "--reason", "a public voice")["protected"]
    (match,) = tour("protect", "match", waiting["enrollment"])["entries"]
    assert match["protected"] == protected
    assert tour("protect", "list")["voices"] == 1
    tour("protect", "remove", protected, "--reason", "asked for it")
    tour("erase", "plan", "--speaker", speaker, "--keep-print")


def corpora(tour):
    folder = tour.file("raw")
    folder.mkdir()
    (folder / "short.flac").write_bytes(tour.file("short.flac").read_bytes())
    (folder / "metadata.csv").write_text("file_name,speaker\nshort.flac,Ada\n")
    tour("corpus", "create", "lamp")
    tour("corpus", "status", "lamp")
    basis = ("--licence", "CC-BY-4.0", "--evidence", "https://example.org/licence")
    tour("corpus", "add", "lamp", folder, *basis)
    tour("corpus", "run", "lamp", "--tier", "catalogue", "--workers", 1)
    tour("corpus", "status", "lamp")
    gc.collect()  # Daft leaves the pipes of its workers to the collector
    tour("corpus", "find", "lamp", "--where", "seconds > 0.1 and decision != ''")
    tour("corpus", "sample", "lamp", "--by", "decision", "--per", 2)
    tour("corpus", "nearest", "lamp", "--to", tour.file("recording.flac"))
    tour("corpus", "export", "lamp", "--format", "webdataset", "-o", tour.file("shards"))
    tour("corpus", "report", "lamp", "-o", tour.file("corpus.html"))
    few = "\n".join(
        ["speaker,group,metric,value,kind", *(f"{n},{g},likeness,0.{n + 50},synthetic" for g in "FM" for n in range(5))]
    )
    asked = ("--terms", "clone", "--payment", "order 7", "--corpus", "lamp")
    found = tour("fairness", "collect", tour.file("few.csv", few.encode()), *asked, "--by", "sex")
    assert found["unrecorded"] == found["missing"] > 0
    tour("fairness", "measure", "model:silero-vad", *asked[-2:], "--by", "sex", "--table", tour.file("m.csv"), code=2)
    tour("corpus", "find", "lamp", "--where", "1 = 1", code=2)
    tour("corpus", "export", "lamp", "--format", "zip", "-o", tour.file("zip"), code=2)
    assert tour("corpus", "withdraw", "lamp", "--speaker", "Ada")["segments"] > 0
