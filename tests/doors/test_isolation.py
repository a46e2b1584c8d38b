"""Two organisations in one installation: what any command shows or changes of the one, tried by actors of the other.

The commands are taken from their registry: a new one fails here until it is tried, or is said to need no installation.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from sayso.accounts import rights
from sayso.accounts.actor import Role
from sayso.clock import now
from sayso.consent.document import signed_file
from sayso.doors import schemas
from sayso.doors.cli.main import run
from sayso.doors.cli.session import VARIABLE
from sayso.settings import Settings
from sayso.workflows.accounts import credentials, organisations
from sayso.workflows.consent import granting, speakers
from sayso.workflows.consent.granting import Terms
from sayso.workflows.corpus import running as corpora
from sayso.workflows.enrollment import checking, evidence, starting, submitting
from sayso.workflows.enrollment.protecting import protect
from sayso.workflows.enrollment.submitting import Recordings
from sayso.workflows.erasure import erasing
from sayso.workflows.fairness import judging
from sayso.workflows.installation.session import open_session
from sayso.workflows.productions import planning, running
from sayso.workflows.productions.delivery import Delivery
from sayso.workflows.productions.planning import Brief
from sayso.workflows.speech.speaking import Order, speak
from sayso.workflows.storage import keeping
from sayso.workflows.storage.keeping import Deposit
from sayso.workflows.voices import cloning, voicebook
from sayso.workflows.voices.cloning import Commission, clone_voice
from tests.recognition.echo import Echo
from tests.workflows.conftest import FREE, NAME, TEXT, hibari_fit

OURS, THEIRS = "Northwind Audio", "Rival Radio"
PURPOSE, PROJECT = "audiobook/mystery", "the-lamp-of-northwind"

NO_INSTALLATION = {
    "consent sign", "credentials check", "demo", "detect", "diagnose", "fairness collect", "fairness judge", "fairness monitor", "fairness remedy", "labels list", "labels read", "ledger audit", "mark profiles",
    "produce demo", "produce report", "restore", "settings show", "text", "witness serve",
}  # fmt: skip
"""Commands that open no installation, or, as the demo, one of their own."""

TRIED: dict[str, str] = {
    "account add": "--name Third",
    "account credential": "--role auditor --organisation {org}",
    "account hold": "{org} Third",
    "account list": "",
    "account revoke": "{credential}",
    "consent accept": "{asked}",
    "consent amend": "{grant} --max-minutes 99",
    "consent approve": "{grant} Hello",
    "consent decline": "{asked}",
    "consent export": "{grant} -o {new}",
    "consent grant": "--speaker {speaker} --licensee {theirs} --purpose podcast",
    "consent import": "{record} --speaker {speaker}",
    "consent list": "",
    "consent receipt": "{grant} -o {new}.txt",
    "consent request": "--speaker {speaker} --licensee {ours} --purpose podcast",
    "consent resume": "{grant}",
    "consent revoke": "{grant}",
    "consent show": "{grant}",
    "consent simulate": "{cases}",
    "consent submit": "{signed}",
    "consent suspend": "{grant} --by licensee",
    "consent why": "--voice {voice} --licensee {theirs} --purpose podcast",
    "consent withdraw": "{grant}",
    "corpus add": "ours {folder} --licence CC0-1.0 --evidence https://example.org",
    "corpus create": "theirs",
    "corpus export": "ours --format shar -o {new}",
    "corpus find": "ours",
    "corpus nearest": "ours --to {recording}",
    "corpus report": "ours",
    "corpus run": "ours",
    "corpus sample": "ours --by accent --per 2",
    "corpus status": "ours",
    "corpus withdraw": "ours --speaker {speaker}",
    "credentials local": "",
    "credentials show": "",
    "credentials use": "{record} --slot x",
    "doctor": "",
    "enroll check": "{recording} --statement {recording} --text Something",
    "enroll decide": "{enrollment} accept --reason heard",
    "enroll evidence": "{enrollment} --again -o {new}.zip",
    "enroll list": "--speaker {speaker}",
    "enroll reviews": "-o {new}.html",
    "enroll start": "--speaker {speaker} --licensee {theirs} --purpose podcast",
    "enroll status": "{enrollment}",
    "enroll submit": "{enrollment} {recording} --statement {recording}",
    "erase certificate": "{certificate}",
    "erase check": "{certificate}",
    "erase plan": "--speaker {speaker}",
    "erase run": "{plan} --yes",
    "export": "{clip} -o {new}.flac",
    "fairness measure": "model:silero-vad {cohort} --table {new}.csv",
    "gate register": "engine:hibari --metric likeness --group a --group b --speakers 9",
    "gate run": "engine:hibari --table {table}",
    "gate show": "{gated}",
    "gate status": "engine:hibari",
    "gate waive": "engine:hibari --reason late --until 2999-01-01",
    "key add": "--licensee Third --purpose podcast",
    "key list": "",
    "key revoke": "{credential}",
    "ledger checkpoint": "",
    "ledger export": "-o {new}",
    "ledger keys": "",
    "ledger prove": "{entry} -o {new}",
    "ledger query": "",
    "ledger reconsider": "{entry}",
    "ledger reindex": "",
    "ledger rotate": "",
    "ledger verify": "log",
    "mark detect": "{sound}",
    "mark embed": "{sound} --out-dir {folder} --id 0123456789abcdef",
    "mark publish": "-o {new}.json",
    "produce package": "{production} -o {folder}",
    "produce plan": "{book} --licensee {ours} --purpose {purpose} --voice {voice}",
    "produce redo": "{production} c01-0001",
    "produce resume": "{production} -o {folder}",
    "produce run": "{production} -o {folder}",
    "produce status": "{production}",
    "protect add": "{recording} --reason public",
    "protect list": "",
    "protect match": "{enrollment}",
    "protect remove": "{protected} --reason asked",
    "report compliance": "",
    "resolver serve": "--port 0",
    "serve": "--port 0",
    "runs cancel": "{run}",
    "runs fork": "{run}",
    "runs list": "",
    "runs pause": "{run}",
    "runs resume": "{run}",
    "runs show": "{run}",
    "say": "Hello --voice {voice} --licensee {ours} --purpose {purpose} -o {new}.wav",
    "speaker add": "--name Bea",
    "speaker deceased": "{speaker}",
    "speaker key export": "{speaker} --passphrase {word} -o {new}",
    "speaker key recover": "{speaker} --public {word} --reason lost",
    "speaker key rotate": "{speaker}",
    "speaker key set": "{speaker} --public {word}",
    "speaker key show": "{speaker}",
    "store add": "{recording} --speaker {speaker} --purpose preview",
    "store export": "{item} -o {new}.wav",
    "store gc": "",
    "store list": "",
    "store plan": "",
    "store show": "{item}",
    "trace": "{sound}",
    "verify": "{sound}",
    "voice clone": "{recording} --speaker {speaker} --licence public-domain --evidence https://example.org/free",
    "voice list": "",
    "voice show": "{voice}",
}
MORE = (
    "ledger query --grant {grant}", "ledger query --speaker {speaker}", "ledger query --licensee {ours}",
    "ledger query --clip {clip}", "ledger query --grant {house}", "ledger query --with-proofs {new}",
    "consent list --speaker {speaker}", "consent why --voice {stock} --licensee {theirs} --purpose x --action clone",
    "consent why --voice {voice} --licensee {ours} --purpose {purpose}", "erase run {plan} --yes --by operator",
    "say Hello --voice {voice} --licensee {theirs} --purpose {purpose} -o {new}.wav", "export {sound} -o {new}.mp3",
    "consent request --speaker {speaker} --licensee * --purpose podcast", "consent withdraw {asked}",
    "consent revoke {grant} --by licensee", "consent resume {grant} --by licensee", "consent show {house}",
    "restore {recording} --speaker {voice} -o {new}.wav",
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """An installation with all that is an organisation's, its ids and files, and the secrets of actors."""

    home: Path
    names: dict[str, str]
    secrets: dict[str, str]

    def words(self, line: str, folder: Path) -> list[str]:
        """Return the words of a command line."""
        files = {"new": str(folder / "new"), "folder": str(folder / "out")}
        return [word.format(**self.names, **files) for word in line.split(" ") if word]


def built(folder: Path, recording: Path) -> Place:
    """Furnish an installation: ours with a speaker, a voice, a clip, an erasure; theirs with a grant of a voice."""
    session = open_session(Settings(home=folder / "home"))
    org, other = (organisations.add(session, f"{name} Limited") for name in (OURS, THEIRS))
    organisations.hold(session, org, OURS)
    organisations.hold(session, other, THEIRS)
    speaker = speakers.add_speaker(session, NAME, org)
    fields = {"purposes": (PURPOSE,), "actions": ("clone", "synthesize", "publish"), "max_minutes": 9.0}
    grant = granting.give(session, Terms(speaker, OURS, project=PROJECT, **fields))
    issued = {
        f"{whose} {role}": credentials.issue(session, role, organisation=place)
        for whose, place in (("our", org), ("their", other))
        for role in ("producer", "auditor")
    }
    stranger = speakers.add_speaker(session, "Bea", other)
    issued["their speaker"] = credentials.issue(session, "speaker", speaker=stranger)
    issued["our speaker"] = credentials.issue(session, "speaker", speaker=speaker)
    ours = credentials.presented_to(session, issued["our producer"].secret)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cloning, "fit", hibari_fit)
        voice = clone_voice(ours, Commission(speaker, (recording,), effort="fast", engine="hibari", **FREE)).voice
    corpora.create(ours, "ours")
    item = keeping.add(ours, Deposit(recording, speaker, "master")).item.item_id
    order = Order(TEXT, voice, OURS, PURPOSE, project=PROJECT)
    clip = speak(ours, order, folder / "out.wav")
    stock = next(each.row for each in voicebook.listed(ours) if each.row.engine == "hibari" and each.row.house)
    spoken = speak(ours, Order("The house spoke.", stock.voice_id, OURS, "podcast"), folder / "stock.wav")
    (folder / "book.txt").write_text("CHAPTER I\n\nThe lamp went out.\n")
    planned = planning.plan(ours, Brief(folder / "book.txt", OURS, PURPOSE, voice=voice, project=PROJECT))
    made = running.run(ours, planned.production.production_id, Delivery(folder / "package", ("wav",)))
    asked = granting.request(session, Terms(speaker, OURS, ("podcast",)))
    enrollment = doubted(session, speaker, recording)
    gone = speakers.add_speaker(session, "Cleo", org)
    protected = protect(session, [recording], "asked for it").row.protected_id
    rows = "".join(f"{n},{group},likeness,0.{n + 50},synthetic\n" for group in "ab" for n in range(30))
    (folder / "table.csv").write_text("speaker,group,metric,value,kind\n" + rows)
    (folder / "cohort.csv").write_text(f"file,speaker,consented,group\n{recording},Ada,yes,women\n")
    gated = judging.judged(session, "engine:hibari", folder / "table.csv")
    certificate = erasing.run(session, erasing.plan(session, gone).plan_id).certificate
    for name, data in {
        "record": b"{}", "word": b"correct horse battery\n",
        "signed": signed_file(granting.draft_accepted(session, asked), "00" * 64),
        "cases": json.dumps({"voice": voice, "licensee": THEIRS, "purpose": "podcast"}).encode(),
    }.items():  # fmt: skip
        (folder / name).write_bytes(data)
    names = {
        "org": org, "speaker": speaker, "grant": grant, "voice": voice, "clip": clip.clip, "asked": asked,
        "certificate": certificate, "plan": erasing.plan(session, speaker).plan_id, "stock": stock.voice_id,
        "house": spoken.grant, "credential": issued["our auditor"].credential.credential_id, "entry": str(session.entry_of(clip.ticket)),
        "gated": gated.record_id, "table": str(folder / "table.csv"), "cohort": str(folder / "cohort.csv"),
        "second": spoken.clip, "ours": OURS, "theirs": THEIRS, "purpose": PURPOSE, "project": PROJECT, "name": NAME,
        "enrollment": enrollment, "protected": protected, "item": item, "production": planned.production.production_id, "run": made.run, "book": str(folder / "book.txt"),
        "sound": str(folder / "out.wav"), "recording": str(recording),
        **{name: str(folder / name) for name in ("record", "word", "signed", "cases")},
    }  # fmt: skip
    session.close()
    return Place(folder / "home", names, {who: each.secret for who, each in issued.items()})


def doubted(session, speaker: str, recording: Path) -> str:
    """Return an enrolment that waits for a person: one word of it was not heard."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(submitting, "recogniser", lambda: Echo(unsaid=("Northwind",)))
        patch.setattr(submitting, "now", lambda: now() + timedelta(seconds=20))
        issued = starting.start(session, Terms(speaker, OURS, ("podcast",)))
        data = recording.read_bytes()
        return submitting.submit(session, issued.enrollment, Recordings(data, (data,))).row.enrollment_id


@pytest.fixture(scope="module")
def furnished(tmp_path_factory, recording) -> Place:
    return built(tmp_path_factory.mktemp("two"), recording)


def rows(home: Path) -> list[str]:
    """Return every row of the state but the log's own."""
    with contextlib.closing(sqlite3.connect(home / "sayso.sqlite")) as database:
        return [line for line in database.iterdump() if "INTO" in line and "ledger_" not in line]


def logged(home: Path) -> list[str]:
    """Return the types of all entries, in order."""
    with contextlib.closing(sqlite3.connect(home / "sayso.sqlite")) as database:
        return [kind for (kind,) in database.execute("SELECT type FROM ledger_entries ORDER BY ticket")]


@pytest.fixture
def sayso(furnished, tmp_path, monkeypatch, capsys):
    """Return what runs a command as somebody, in a copy of the installation, and gives code, output, files."""
    home = Path(shutil.copytree(furnished.home, tmp_path / "home"))
    monkeypatch.setenv("SAYSO_HOME", str(home))
    monkeypatch.setattr("sayso.doors.api.resolver.server.ResolverServer.serve_forever", lambda _: None)
    monkeypatch.setattr("sayso.doors.api.listening.serve", lambda *_: None)
    monkeypatch.setattr("sayso.workflows.operations.checkup.cards", dict)
    monkeypatch.setattr(cloning, "fit", hibari_fit)
    for module in (checking, evidence, submitting):
        monkeypatch.setattr(module, "recogniser", Echo)

    def sayso(who: str, line: str, number: int = 0):
        folder = tmp_path / f"run{number}"
        folder.mkdir()
        words = furnished.words(line, folder)
        monkeypatch.setenv(VARIABLE, furnished.secrets[who])
        code = run([*words, "--json"])
        out = capsys.readouterr()
        written = "".join(file.read_bytes().decode("latin-1") for file in folder.rglob("*") if file.is_file())
        return words, code, out.out + out.err, written

    sayso.home = home
    return sayso


def brought(words: list[str]) -> str:
    """Return what a person who types ``words`` knows already: them, and what the files say that they bring."""
    files = [Path(word) for word in words if word.startswith("/") and Path(word).is_file()]
    return "".join([*words, *(file.read_bytes().decode("latin-1") for file in files)])


def lines() -> list[str]:
    return [*(f"{command} {rest}" for command, rest in TRIED.items()), *MORE]


def test_every_command_is_tried_or_needs_no_installation():
    assert {*TRIED, *NO_INSTALLATION} == set(schemas.commands())
    assert not NO_INSTALLATION & TRIED.keys()


@pytest.mark.parametrize("who", ["their producer", "their auditor", "their speaker"])
def test_nothing_of_one_organisation_is_seen_or_changed_by_another(sayso, furnished, who):
    of_ours = (
        "org",
        "speaker",
        "grant",
        "voice",
        "clip",
        "asked",
        "plan",
        "credential",
        "second",
        "project",
        "name",
        "production",
        "enrollment",
        "protected",
    )
    before, known = rows(sayso.home), logged(sayso.home)
    is_typed = False
    for number, line in enumerate(sorted(lines(), key=lambda line: "{ours}" in line)):
        words, code, said, written = sayso(who, line, number)
        is_typed = is_typed or "{ours}" in line  # from then on it stands in what was refused to who typed it
        hidden = {furnished.names[name] for name in (*of_ours, *(() if is_typed else ("ours",)))} - {*words}
        own = brought(words)
        leaks = [name for name in hidden if (name in said or name in written) and name not in own]
        assert not leaks, (line, code, leaks, said)
        assert code in {0, 2, 3, 4, 5}, (line, code, said)
        assert rows(sayso.home) == before, (line, code, said)
    assert set(logged(sayso.home)[len(known) :]) <= {"accounts:act:refused"}


def test_an_auditor_changes_nothing_of_their_own_organisation(sayso):
    before, known = rows(sayso.home), logged(sayso.home)
    for number, line in enumerate(lines()):
        _, code, said, _ = sayso("our auditor", line, number)
        assert rows(sayso.home) == before, (line, code, said)
    assert set(logged(sayso.home)[len(known) :]) <= {"accounts:act:refused"}


READS = (
    "account list", "consent list", "consent show {grant}", "consent export {grant} -o {new}",
    "consent receipt {grant} -o {new}.txt",
    "consent why --voice {voice} --licensee {ours} --purpose {purpose} --project {project}",

    "erase certificate {certificate}", "ledger prove {entry} -o {new}",
    "ledger query --clip {clip}", "ledger query --grant {grant}", "ledger verify log", "report compliance",
    "speaker key show {speaker}", "trace {sound}", "verify {sound}", "voice list", "voice show {voice}", "doctor",
)  # fmt: skip


def test_an_auditor_reads_everything_of_their_organisation(sayso, furnished):
    for number, line in enumerate(READS):
        _, code, said, _ = sayso("our auditor", line, number)
        assert code == 0, (line, said)
    _, _, said, _ = sayso("our auditor", "ledger query", len(READS))
    clips = {row["facts"].get("clip") for row in json.loads(said)["entries"]}
    assert {furnished.names["clip"], furnished.names["second"]} <= clips


def test_a_revoked_credential_is_refused_by_every_command(sayso, furnished, monkeypatch, capsys):
    monkeypatch.delenv(VARIABLE, raising=False)
    assert run(["account", "revoke", furnished.secrets["our producer"].partition(".")[0]]) == 0
    before, known = rows(sayso.home), logged(sayso.home)
    capsys.readouterr()
    for number, (command, rest) in enumerate(TRIED.items()):
        line = f"{command} {rest}"
        _, code, said, written = sayso("our producer", line, number)
        assert (code, written) == (5, ""), (line, code, said)
        assert "credential-refused" in said, (line, said)
    assert (rows(sayso.home), logged(sayso.home)) == (before, known)


def test_a_producer_works_with_what_is_its_own(sayso, furnished):
    done = [
        "say Hello --voice {voice} --licensee {ours} --purpose {purpose} --project {project} -o {new}.wav",
        "export {clip} -o {new}.flac", "export {second} -o {new}.flac", "verify {sound}",
        "consent request --speaker {speaker} --licensee {ours} --purpose podcast",
        "consent revoke {grant} --by licensee",
    ]  # fmt: skip
    for number, line in enumerate(done):
        _, code, said, _ = sayso("our producer", line, number)
        assert code == 0, (line, said)
    _, code, said, _ = sayso(
        "their producer", "say Hi --voice {stock} --licensee {theirs} --purpose x -o {new}.wav", 90
    )
    assert code == 0, said


SHARED = (
    "consent list", "voice list", "ledger query", "ledger query --with-proofs {new}", "trace {sound}", "verify {sound}",
    "consent why --voice {voice} --licensee {theirs} --purpose podcast",
    "consent why --voice {voice} --licensee {theirs} --purpose advert",
    "say Hello --voice {voice} --licensee {theirs} --purpose advert -o {new}.wav", "consent simulate {cases}",
    "say Hello --voice {voice} --licensee {theirs} --purpose podcast -o {new}.wav", "report compliance", "account list",
    "ledger query --speaker {speaker}", "consent list --speaker {speaker}", "speaker key show {speaker}",
)  # fmt: skip


def test_a_voice_that_two_organisations_use_shows_neither_what_the_other_does(sayso, furnished, monkeypatch, capsys):
    """Each sees the speaker and the voice, and of grants, decisions, clips and entries its own alone."""
    monkeypatch.delenv(VARIABLE, raising=False)
    words = ("--speaker", furnished.names["speaker"], "--licensee", THEIRS, "--purpose", "podcast")
    assert run(["consent", "grant", *words]) == 0
    capsys.readouterr()
    hidden = [furnished.names[name] for name in ("org", "grant", "clip", "asked", "second", "project", "name", "ours")]
    for number, line in enumerate(SHARED):
        typed, code, said, written = sayso("their producer", line, number)
        leaks = [name for name in hidden if name in said + written and name not in brought(typed)]
        assert not leaks, (line, code, leaks, said)
        if " podcast" in line:
            assert code == 0, (line, said)
    _, _, said, _ = sayso("their producer", "ledger query --type synthesis:clip:made", 97)
    (made,) = json.loads(said)["entries"]
    _, code, said, _ = sayso("their producer", f"export {made['facts']['clip']} -o {{new}}.flac", 98)
    assert code == 0, said
    _, _, said, _ = sayso("our auditor", "ledger query", 99)
    assert THEIRS in said  # the speaker is ours: what is made with their voice is our business


def test_the_table_of_rights_names_every_role():
    assert set(rights.RIGHTS) == set(Role)
