"""The act on a grant: one transaction under the lock of the speaker whose grant it is."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from sayso.consent import Grant
from sayso.consent import store as consents
from sayso.database import Connection
from sayso.ids import GrantId, parse_id
from sayso.workflows.installation.session import Session


@contextlib.contextmanager
def act_on_grant(session: Session, grant_id: str) -> Iterator[tuple[Connection, Grant]]:
    """Yield the act's transaction and the grant as it stands in it; raise `GrantUnknown`."""
    known = GrantId(parse_id("grant", grant_id))
    with session.read() as tx:
        speaker = consents.get_grant(tx, known).speaker
    with session.act(speaker or known) as tx:
        yield tx, consents.get_grant(tx, known)
