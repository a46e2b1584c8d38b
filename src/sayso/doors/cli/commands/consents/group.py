"""The group ``sayso consent``, with the commands of the files beside this one."""

from __future__ import annotations

from sayso.doors.cli.commands.consents import documents, records, states
from sayso.doors.cli.commands.consents.consent import app

states.attach(app)
documents.attach(app)
records.attach(app)

__all__ = ["app"]
