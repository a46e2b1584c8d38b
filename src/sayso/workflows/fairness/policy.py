"""What the operator's policy says of the gate, asked before anything is spoken."""

from __future__ import annotations

from typing import Final

from sayso.engines.protocol import Engine
from sayso.workflows.installation.session import Session

REQUIRED: Final = "required"


def check_gate(session: Session, engine: Engine) -> None:
    """Return where the policy lets the engine's version speak; otherwise raise `Ungated`."""
    if session.settings.gate == REQUIRED:
        from sayso.workflows.fairness.gating import require_gated  # noqa: PLC0415 - loads statistics

        require_gated(session, engine)
