"""The ledger room: a transparency log of what was consented to and done, in the C2SP formats.

Nothing is loaded before it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sayso.deferred import deferred

if TYPE_CHECKING:
    from sayso.ledger.answer import check_answer
    from sayso.ledger.cosigning import WitnessAddress
    from sayso.ledger.entry import Entry
    from sayso.ledger.export import audit_export
    from sayso.ledger.finding import Logged
    from sayso.ledger.log import Log
    from sayso.ledger.proof import verify_proof
    from sayso.ledger.store import append, append_all

__all__ = [
    "Entry",
    "Log",
    "Logged",
    "WitnessAddress",
    "append",
    "append_all",
    "audit_export",
    "check_answer",
    "verify_proof",
]

__getattr__ = deferred(
    __name__,
    {
        "Entry": "entry",
        "Log": "log",
        "Logged": "finding",
        "WitnessAddress": "cosigning",
        "append": "store",
        "append_all": "store",
        "audit_export": "export",
        "check_answer": "answer",
        "verify_proof": "proof",
    },
)
