"""Holding reserved minutes while a run lives: its lease is renewed until the work is done."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Final

from sayso.clock import now, stamp
from sayso.consent import minutes
from sayso.consent.errors import LeaseOver, ReservationUnknown
from sayso.consent.minutes import LEASE_S
from sayso.errors import SaysoError
from sayso.workflows.consent.permission import Granted
from sayso.workflows.installation.session import Session

RENEW_S: Final = LEASE_S / 3
"""How often a lease is renewed: two renewals may fail before it is over."""


@contextlib.contextmanager
def held(session: Session, granted: Granted) -> Iterator[None]:
    """Renew the lease of ``granted`` within the block, as long as its permit holds.

    A lease that is lost all the same, as in a process that was stopped for a while, shows where it is settled.
    """
    done = threading.Event()
    renewing = threading.Thread(target=_renew, args=(session, granted, done), daemon=True)
    renewing.start()
    try:
        yield
    finally:
        done.set()
        renewing.join()


def _renew(session: Session, granted: Granted, done: threading.Event) -> None:
    while granted.lease is not None and not done.wait(RENEW_S) and stamp(now()) < granted.permit.expires:
        try:
            with session.act(granted.permit.speaker) as tx:
                minutes.renew(tx, granted.lease)
        except (LeaseOver, ReservationUnknown):
            return
        except SaysoError:  # the database is busy or away: the next renewal may come in time
            continue
