"""The commands, one file a noun; `attach` hangs them on the program."""

from __future__ import annotations

import typer

from sayso.doors.cli.commands import (
    consent,
    credentials,
    demo,
    detect,
    doctor,
    erase,
    export,
    keys,
    labels,
    ledger,
    mark,
    records,
    report,
    resolver,
    restore,
    say,
    speaker,
    states,
    text,
    trace,
    verify,
    voice,
    witness,
)


def attach(app: typer.Typer) -> None:
    """Hang every command on ``app``, in the order in which a person meets them."""
    app.command("demo")(demo.demo)
    app.add_typer(speaker.app, name="speaker", help="The people whose voices are here.")
    app.add_typer(consent.app, name="consent", help="What a speaker allows, to whom, for what, until when.")
    states.attach(consent.app)
    keys.attach(consent.app)
    records.attach(consent.app)
    app.add_typer(voice.app, name="voice", help="Clone a voice under consent; list and show voices.")
    app.command("say")(say.say)
    app.command("text")(text.text)
    app.command("export")(export.export)
    app.command("verify")(verify.verify)
    app.command("trace")(trace.trace)
    app.command("detect")(detect.detect)
    app.add_typer(mark.app, name="mark", help="The identifier in the sound itself.")
    app.add_typer(labels.app, name="labels", help="What a clip has to say of itself, by jurisdiction.")
    app.command("restore")(restore.restore)
    app.add_typer(credentials.app, name="credentials", help="The signed statement inside a file (C2PA).")
    app.add_typer(ledger.app, name="ledger", help="The log that nobody can change unnoticed.")
    app.add_typer(witness.app, name="witness", help="Keep a log honest: cosign only what extends what was seen.")
    app.add_typer(resolver.app, name="resolver", help="Find the manifest that a file has lost, for anyone who asks.")
    app.add_typer(report.app, name="report", help="What this installation can show to those who ask.")
    app.add_typer(erase.app, name="erase", help="Erase a speaker and everything derived from the voice.")
    app.command("doctor")(doctor.doctor)
    app.add_typer(doctor.settings_app, name="settings", help="What this installation is told, and by what.")
