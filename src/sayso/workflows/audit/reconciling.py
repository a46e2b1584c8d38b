"""Holding the state against the ledger: every row that says otherwise than its entry, of every table.

The ledger's own audit finds what was done to the log. This one finds what was done to the state: grants that were
widened, minutes that were handed back, clips that were given to another licensee, blobs that are gone or altered.
Each table is looked at by itself, so that one bad row hides no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from sayso.workflows.audit import (
    account_rows,
    consent_rows,
    decision_rows,
    derived_rows,
    enrollment_rows,
    erasure_rows,
    minutes_rows,
    reconciling_keys,
    sealed_rows,
)
from sayso.workflows.audit.snapshot import UNREADABLE, Snapshot, told
from sayso.workflows.installation.session import Session

_PARTS: Final[Mapping[str, Callable[[Snapshot], Iterator[str]]]] = {
    "grants and speakers": consent_rows.findings,
    "keys": reconciling_keys.findings,
    "minutes": minutes_rows.findings,
    "what is sealed": sealed_rows.findings,
    "what was derived": derived_rows.findings,
    "decisions": decision_rows.findings,
    "erasures": erasure_rows.findings,
    "accounts": account_rows.findings,
    "enrolments": enrollment_rows.findings,
}


def findings(session: Session) -> list[str]:
    """Return every row of the state that says otherwise than the ledger, each named, as of one moment.

    Grant by grant: no more than the entries of one, and the rows of some clips, are held at once.
    """
    with session.vault.holding(), session.read() as tx:
        look = Snapshot(session, tx)
        found = [finding for name, part in _PARTS.items() for finding in _looked(name, part, look)]
    return list(dict.fromkeys(found))


def _looked(name: str, part: Callable[[Snapshot], Iterator[str]], look: Snapshot) -> Iterator[str]:
    try:
        yield from part(look)
    except UNREADABLE as error:
        yield f"{name}: not all could be looked at: {told(error)}"


def unfinished_erasures(session: Session) -> list[str]:
    """Return the plans of erasures whose key is destroyed and which did not come to their end."""
    with session.read() as tx:
        return list(erasure_rows.unfinished(Snapshot(session, tx)))
