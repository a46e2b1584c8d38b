"""Whether the key store is of the same time as the state: a key that an erasure destroyed may come back with a backup.

The key store alone cannot tell: a backup of it has forgotten that the key was destroyed. The state remembers each
erasure, in rows that the ledger commits to: both are counted before anything is permitted, and compared by the audit.
"""

from __future__ import annotations

from sayso.database import Connection
from sayso.erasure import store as erasures
from sayso.vault.errors import KeysRolledBack
from sayso.workflows.installation.session import Session


def check_count(session: Session, tx: Connection) -> None:
    """Return if the key store knows of as many destroyed keys as the state; raise `KeysRolledBack` where of fewer.

    An erasure that is under way has destroyed a key of which the state does not tell yet, so more may be known. A
    restored key store stays behind by what it has forgotten, whatever is erased afterwards.
    """
    told = erasures.num_destroyed(tx)
    if session.vault.num_destroyed() < told and (known := session.vault.num_destroyed(anew=True)) < told:
        raise KeysRolledBack(f"the key store knows of {known} destroyed keys, the state of {told}: it is from before")


def check_each(session: Session) -> int:
    """Return how many keys were destroyed, where the key store knows of each; otherwise raise `KeysRolledBack`."""
    with session.read() as tx:
        by_plan = erasures.destroyed_by_plan(tx)
    known = session.vault.destroyed_keys(list(by_plan.values()))
    back = [plan for plan, key in by_plan.items() if key not in known]
    if back:
        raise KeysRolledBack(
            f"the key store is from before the erasure {back[0]}" + (f" and {len(back) - 1} more" if back[1:] else ""),
            reasons=[f"erasure {plan}: the key store does not know that its key was destroyed" for plan in back],
        )
    return len(by_plan)
