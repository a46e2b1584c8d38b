"""Opening the local installation for a command, for whom the environment says.

``SAYSO_CREDENTIAL`` holds the credential of who asks, or the setting ``credential_file`` names a file that does. It is
never an option of a command, which others could read in the list of processes. Without one the command line acts as
the local operator: whoever can open the files of the installation.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from sayso.disk import DiskFull
from sayso.errors import Unavailable

if TYPE_CHECKING:
    from sayso.settings import Settings
    from sayso.workflows.installation.session import Session

VARIABLE: Final = "SAYSO_CREDENTIAL"

_opened: list[Session] = []


class EntriesWait(Unavailable):
    """What was asked is done; its entries wait for their place in the ledger."""


def local_session(settings: Settings | None = None) -> Session:
    """Return the open installation that the environment names, for whom it names; `finish` ends what is done with it.

    Raise `CredentialRefused`, `CredentialInvalid` or `CredentialExposed` for a credential that cannot be used: then
    the command does nothing.
    """
    from sayso.settings import load  # noqa: PLC0415 - not needed for --help
    from sayso.workflows.installation.session import open_session  # noqa: PLC0415

    session = open_session(settings or load())
    _opened.append(session)
    credential = os.environ.get(VARIABLE)
    if credential or session.settings.credential_file:
        from sayso.workflows.accounts.credentials import presented_by  # noqa: PLC0415 - few need it

        session = presented_by(session, credential)
    return session


def finish() -> None:
    """Give what the command has logged its place in the log: the last thing that a command does."""
    while _opened:
        session = _opened.pop()
        with _done("what this command did is done"):
            session.catch_up()


def entry_of(session: Session, ticket: int, done: str) -> int:
    """Return the place of an entry; raise `EntriesWait`, which says what is ``done``, where it cannot have one now."""
    with _done(done):
        return session.entry_of(ticket)


@contextlib.contextmanager
def _done(what: str) -> Iterator[None]:
    """Say what is done in place of "run this again" where only the log cannot be written."""
    try:
        yield
    except DiskFull as error:
        raise EntriesWait(
            f"the disk is full: {what}, and its entries wait for their place in the ledger; "
            "free some space, and the next command gives it to them; do not run this one again"
        ) from error
