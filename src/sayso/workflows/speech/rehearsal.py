"""Rehearsal: what the first request would wait for is done once before it, and undone.

Lexicons, compiled policies, prepared statements and the code itself are loaded when they are first used, which takes
0.4 s in all. A server does that while its engines load.
"""

from __future__ import annotations

from sayso.workflows.consent import permission
from sayso.workflows.installation.session import Session
from sayso.workflows.speech.orders import Order, taken
from sayso.workflows.speech.speaking import ACT

_TEXT = "Ready."


def rehearse(session: Session, voice: str) -> None:
    """Do all that comes before the sound of a short text in ``voice``, so that nothing is permitted, said or logged.

    Raise as `speaking.begun` does, but for a refusal.
    """
    with session.vault.holding():
        take = taken(session, Order(_TEXT, voice, licensee="rehearsal", purpose="agent"), None)
        permission.rehearse(session, take.request(), ACT, run=take.run)
        take.voice.open(session)
