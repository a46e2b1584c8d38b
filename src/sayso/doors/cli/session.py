"""Opening the local installation for a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sayso.workflows.installation.session import Session


_opened: list[Session] = []


def local_session() -> Session:
    """Return the open installation that the environment names; `finish` ends what is done with it."""
    from sayso.settings import load  # noqa: PLC0415 - not needed for --help
    from sayso.workflows.installation.session import open_session  # noqa: PLC0415

    session = open_session(load())
    _opened.append(session)
    return session


def finish() -> None:
    """Give what the command has logged its place in the log: the last thing that a command does."""
    while _opened:
        _opened.pop().catch_up()
