"""The commands, one file a noun; `attach` adds them to the program."""

from __future__ import annotations

import typer

from sayso.doors.cli.commands import (
    account,
    credentials,
    demo,
    detect,
    diagnose,
    doctor,
    enroll,
    erase,
    export,
    fairness,
    key,
    keys,
    labels,
    ledger,
    mark,
    produce,
    report,
    resolver,
    restore,
    say,
    serve,
    speaker,
    text,
    trace,
    verify,
    voice,
    witness,
)
from sayso.doors.cli.commands.consents import consent, documents, records, states
from sayso.doors.cli.usage import TextCommand


def attach(app: typer.Typer) -> None:
    """Add every command to ``app``, in the order in which a new user needs them."""
    app.command("demo")(demo.demo)
    app.add_typer(speaker.app, name="speaker", help="Add speakers and manage their keys.")
    speaker.app.add_typer(keys.app, name="key", help="Manage the key that signs a speaker's grants.")
    app.add_typer(consent.app, name="consent", help="Grant, change, withdraw and explain consent.")
    states.attach(consent.app)
    documents.attach(consent.app)
    records.attach(consent.app)
    app.add_typer(enroll.app, name="enroll", help="Check recordings before a voice is made of them.")
    app.add_typer(voice.app, name="voice", help="Clone a voice under consent; list voices.")
    app.command("say", cls=TextCommand)(say.say)
    app.command("text", cls=TextCommand)(text.text)
    app.command("export")(export.export)
    app.add_typer(produce.app, name="produce", help="Produce audiobooks and podcasts from manuscripts.")
    app.add_typer(produce.runs_app, name="runs", help="Show, resume, cancel and fork the runs of productions.")
    app.command("verify")(verify.verify)
    app.command("trace")(trace.trace)
    app.command("detect")(detect.detect)
    app.add_typer(mark.app, name="mark", help="Embed, detect and publish watermarks.")
    app.add_typer(labels.app, name="labels", help="Show the AI disclosure labels that laws require.")
    app.command("diagnose")(diagnose.diagnose)
    app.command("restore")(restore.restore)
    app.add_typer(credentials.app, name="credentials", help="Configure who signs content credentials (C2PA).")
    app.add_typer(ledger.app, name="ledger", help="Query, prove, export and audit the ledger.")
    app.add_typer(witness.app, name="witness", help="Run a witness that cosigns ledger checkpoints.")
    app.add_typer(resolver.app, name="resolver", help="Run the C2PA manifest resolver.")
    app.add_typer(report.app, name="report", help="Write compliance reports.")
    app.add_typer(fairness.app, name="fairness", help="Judge whether a system treats groups of speakers alike.")
    app.add_typer(erase.app, name="erase", help="Erase a speaker and everything derived from the voice.")
    app.add_typer(account.app, name="account", help="Manage organisations, licensees and credentials.")
    app.command("serve")(serve.serve)
    app.add_typer(key.app, name="key", help="Issue and revoke the keys of the server's clients.")
    app.command("doctor")(doctor.doctor)
    app.add_typer(doctor.settings_app, name="settings", help="Show settings and their sources.")
