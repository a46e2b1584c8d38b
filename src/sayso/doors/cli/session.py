"""Opening the local installation for a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sayso.workflows.installation.session import Session


def local_session() -> Session:
    """Return the open installation that the environment names."""
    from sayso.settings import load  # noqa: PLC0415 - not needed for --help
    from sayso.workflows.installation.session import open_session  # noqa: PLC0415

    return open_session(load())
