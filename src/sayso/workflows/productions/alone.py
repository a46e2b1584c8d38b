"""One process at a time works on a production, or plans it anew; others are told so at once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from sayso.disk import LockTaken, locked
from sayso.productions.errors import ProductionBusy
from sayso.workflows.installation.session import Session


@contextlib.contextmanager
def alone(session: Session, production_id: str) -> Iterator[None]:
    """Hold a production against every other process of this machine; death lets it go. Raise `ProductionBusy`."""
    path = session.settings.home / "productions" / f"{production_id}.lock"
    try:
        with locked(path, wait=False):
            yield
    except LockTaken:
        raise ProductionBusy(f"another process works on {production_id}; wait for it, or end it") from None
