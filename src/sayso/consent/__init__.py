"""The consent room: speakers, grants, the decision, permits, minutes. Nothing is loaded before it is used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

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

_HOMES: Final = {
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
}


def __getattr__(name: str) -> Any:
    """Load the module that a public name lives in when the name is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
