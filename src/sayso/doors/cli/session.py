"""Opening the local installation for a command, for whom the environment says.

``SAYSO_CREDENTIAL`` holds the credential of who asks, or the setting ``credential_file`` names a file that does. It is
never an option of a command, which others could read in the list of processes. Without one the command line acts as
the local operator: whoever can open the files of the installation.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sayso.disk import DiskFull
from sayso.errors import Unavailable

if TYPE_CHECKING:
    from sayso.settings import Settings
    from sayso.workflows.installation.session import Session

VARIABLE: Final = "SAYSO_CREDENTIAL"

_MAX_BYTES: Final = 1024

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

    settings = settings or load()
    credential = os.environ.get(VARIABLE) or _read(settings.credential_file)
    session = open_session(settings)
    _opened.append(session)
    if credential is not None:
        from sayso.workflows.accounts.credentials import presented_to  # noqa: PLC0415 - few need it

        session = presented_to(session, credential)
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


def _read(file: Path | None) -> str | None:
    """Return what the file of the settings holds, None where no file is named."""
    if file is None:
        return None
    from sayso.accounts.errors import CredentialExposed, CredentialInvalid  # noqa: PLC0415

    try:
        with file.open("rb") as opened:
            mode = stat.S_IMODE(os.fstat(opened.fileno()).st_mode)
            if mode & 0o077:
                raise CredentialExposed(f"{file} has mode {mode:04o}, expected 0600: others may have read it")
            return opened.read(_MAX_BYTES).decode("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise CredentialInvalid(f"the credential {file} cannot be read ({type(error).__name__})") from None
