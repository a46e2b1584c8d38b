"""The commands, one file a noun; `attach` adds them to the program, or only those that a run needs."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Final

import typer

from sayso.doors.cli.usage import TextCommand

COMMANDS: Final[dict[str, tuple[str, str | None]]] = {
    "demo": ("demo.demo", None),
    "speaker": ("speaker.app", "Add speakers and manage their keys."),
    "consent": ("consents.group.app", "Grant, change, withdraw and explain consent."),
    "enroll": ("enroll.app", "Enrol a speaker by a statement that is read aloud."),
    "protect": ("consents.protect.app", "List voices whose enrolment a person must look at."),
    "voice": ("voice.app", "Clone a voice under consent; list voices."),
    "say": ("say.say", None),
    "text": ("text.text", None),
    "export": ("export.export", None),
    "produce": ("produce.app", "Produce audiobooks and podcasts from manuscripts."),
    "runs": ("produce.runs_app", "Show, pause, resume, cancel and fork runs of productions."),
    "verify": ("verify.verify", None),
    "trace": ("trace.trace", None),
    "detect": ("detect.detect", None),
    "mark": ("mark.app", "Embed, detect and publish watermarks."),
    "labels": ("labels.app", "Show the AI disclosure labels that laws require."),
    "diagnose": ("diagnose.diagnose", None),
    "restore": ("restore.restore", None),
    "corpus": ("corpus.app", "Turn raw recordings into a catalogue with owners."),
    "store": ("store.app", "Store recordings in few bytes, under consent."),
    "credentials": ("credentials.app", "Configure who signs content credentials (C2PA)."),
    "ledger": ("ledger.app", "Query, prove, export and audit the ledger."),
    "witness": ("witness.app", "Run a witness that cosigns ledger checkpoints."),
    "resolver": ("resolver.app", "Run the C2PA manifest resolver."),
    "report": ("report.app", "Write compliance reports."),
    "fairness": ("fair.fairness.app", "Judge whether a system treats groups of speakers alike."),
    "gate": ("fair.gate.app", "Judge what may reach production, or waive that."),
    "erase": ("erase.app", "Erase a speaker and everything derived from the voice."),
    "account": ("account.app", "Manage organisations, licensees and credentials."),
    "serve": ("serve.serve", None),
    "key": ("key.app", "Issue and revoke the keys of the server's clients."),
    "doctor": ("doctor.doctor", None),
    "settings": ("doctor.settings_app", "Show settings and their sources."),
}
"""By name, in the order in which a new user needs them: where a command or a group is, and the summary of a group."""

_TEXTS: Final = {"say", "text"}
"""Commands with a text among their arguments."""


def attach(app: typer.Typer, names: Sequence[str]) -> None:
    """Add the commands of ``names`` to ``app``: reading those that are not run takes most of a short run."""
    for name in names:
        place, summary = COMMANDS[name]
        module, _, attribute = place.rpartition(".")
        found = getattr(import_module(f"{__name__}.{module}"), attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name, help=summary)
        else:
            app.command(name, cls=TextCommand if name in _TEXTS else None)(found)
