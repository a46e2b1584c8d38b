"""The rules that a policy's head holds, and the state: whose voice, who acts, and what they do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sayso.consent import fields
from sayso.consent.dimension import Dimension, giver
from sayso.consent.expression import NEVER, Json, entity
from sayso.consent.state import State

if TYPE_CHECKING:
    from sayso.consent.grant import Grant


def _state_changer(grant: Grant) -> str:
    if grant.state is State.ERASED:
        return "nobody, the voice is erased,"
    if grant.state is State.SUSPENDED:
        return "whoever suspended it"
    return giver(grant) if grant.state in {State.REQUESTED, State.GIVEN} else f"{giver(grant)}, by a new grant,"


def _principal(grant: Grant) -> Json:
    if grant.licensee == fields.ANY:
        return {"op": "is", "entity_type": "Licensee"}
    return {"op": "==", "entity": entity("Licensee", grant.licensee)}


# The end of a grant's time is a rule of its own; here an expired grant is one that was put down as expired.
STATE: Final = Dimension(
    name="state",
    allowed=lambda _: str(State.GIVEN),
    got=lambda grant, _: str(grant.state),
    within=lambda _, outer: outer.state is State.GIVEN,
    conditions=lambda grant: () if grant.state is State.GIVEN else (NEVER,),
    changed_by=_state_changer,
)

SPEAKER: Final = Dimension(
    name="speaker",
    allowed=lambda grant: grant.speaker,
    got=lambda _, asked: asked.request.speaker,
    within=lambda licence, outer: licence.speaker == outer.speaker,
    head=lambda grant: {"resource": {"op": "==", "entity": entity("Speaker", grant.speaker)}},
    changed_by=lambda _: "only the speaker of that voice",
)

LICENSEE: Final = Dimension(
    name="licensee",
    allowed=lambda grant: grant.licensee,
    got=lambda _, asked: asked.request.licensee,
    within=lambda licence, outer: outer.licensee in (fields.ANY, licence.licensee),
    head=lambda grant: {"principal": _principal(grant)},
)

ACTION: Final = Dimension(
    name="action",
    allowed=lambda grant: ", ".join(grant.actions),
    got=lambda _, asked: str(asked.request.action),
    within=lambda licence, outer: set(licence.actions) <= set(outer.actions),
    head=lambda grant: {"action": {"op": "in", "entities": [entity("Action", str(each)) for each in grant.actions]}},
)
