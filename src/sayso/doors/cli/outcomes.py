"""The exit codes of what a trace comes to, which `sayso verify` shares where a file holds several clips."""

from __future__ import annotations

from typing import Final

from sayso.doors.cli.exits import DONE, code_of
from sayso.errors import Conflict, NotFound, Tampered

OUTCOMES: Final = {
    "allowed": DONE,
    "not-allowed": code_of(Conflict),
    "not-ours": code_of(NotFound),
    "broken": code_of(Tampered),
}
