"""The consent room: speakers, grants, the decision, permits, minutes. Nothing is loaded before it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sayso.deferred import deferred

if TYPE_CHECKING:
    from sayso.consent.act import Action, Purpose
    from sayso.consent.cedar import Policies, Policy
    from sayso.consent.decision import Why, decide, why
    from sayso.consent.grant import Grant
    from sayso.consent.permit import Gate, Permit, Release
    from sayso.consent.reasons import Answer, GrantAnswers
    from sayso.consent.request import Request
    from sayso.consent.state import Party, State

__all__ = [
    "Action",
    "Answer",
    "Gate",
    "Grant",
    "GrantAnswers",
    "Party",
    "Permit",
    "Policies",
    "Policy",
    "Purpose",
    "Release",
    "Request",
    "State",
    "Why",
    "decide",
    "why",
]

__getattr__ = deferred(
    __name__,
    {
        "Action": "act",
        "Answer": "reasons",
        "Gate": "permit",
        "Grant": "grant",
        "GrantAnswers": "reasons",
        "Party": "state",
        "Permit": "permit",
        "Policies": "cedar",
        "Policy": "cedar",
        "Purpose": "act",
        "Release": "permit",
        "Request": "request",
        "State": "state",
        "Why": "decision",
        "decide": "decision",
        "why": "decision",
    },
)
