from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.consent.changes import excess, outer_of
from sayso.consent.dimensions import DIMENSIONS, Situation
from sayso.consent.errors import CeilingExceeded
from sayso.consent.state import State

from .cases import NOW, OTHER, asking, bounded, grant, grant_id
from .oracle import permits

OUTER = grant(
    1,
    outer=True,
    purposes=("audiobook",),
    territories=("DE", "AT"),
    channels=("app",),
    max_takes=10,
    scripted_only=True,
    blocked_words=("vote now",),
    blocked_topics=("politics/elections",),
    approved_texts=("11" * 32, "22" * 32),
    disclosure="metadata",
)
LICENCE: dict[str, Any] = {
    "territories": ("DE",),
    "channels": ("app",),
    "max_takes": 10,
    "scripted_only": True,
    "blocked_words": ("vote",),
    "blocked_topics": ("politics",),
    "approved_texts": ("11" * 32,),
    "disclosure": "both",
    "ceiling": grant_id(1),
}
WIDER: dict[str, dict[str, Any]] = {
    "speaker": {"speaker": OTHER},
    "licensee": {"licensee": "Rival"},
    "sublicensing": {"sublicensing": True},
    "action": {"actions": ("train", "clone")},
    "purpose": {"purposes": ("audiobook/mystery", "podcast")},
    "project": {"project": None},
    "language": {"languages": ("en", "de")},
    "territory": {"territories": ("*",)},
    "channel": {"channels": ("app", "broadcast")},
    "start": {"not_before": NOW - timedelta(days=2)},
    "end": {"until": None},
    "lifetime": {"post_mortem": True},
    "minutes": {"max_ms": 60_001},
    "takes": {"max_takes": None},
    "script": {"scripted_only": False},
    "words": {"blocked_words": ("vote now please",)},
    "topics": {"blocked_topics": ("politics/elections/local",)},
    "approval": {"approved_texts": None},
    "disclosure": {"disclosure": "spoken"},
}


def test_a_licence_inside_exceeds_nothing() -> None:
    licence = grant(**LICENCE)
    assert excess(licence, OUTER) == []
    assert outer_of([OUTER], licence) is OUTER
    assert outer_of([OUTER], replace(licence, ceiling=None)) is OUTER


@pytest.mark.parametrize(("dimension", "changes"), WIDER.items(), ids=WIDER)
def test_each_dimension_alone_is_refused_and_named(dimension: str, changes: dict[str, Any]) -> None:
    with pytest.raises(CeilingExceeded) as caught:
        outer_of([OUTER], grant(**(LICENCE | changes)))
    assert [reason.split(":")[0] for reason in caught.value.reasons] == [dimension]
    assert grant_id(1) in caught.value.reasons[0]


def test_every_dimension_is_tried_here() -> None:
    assert set(WIDER) | {"state"} == {dimension.name for dimension in DIMENSIONS}


@pytest.mark.parametrize("state", sorted(set(State) - {State.GIVEN, State.ERASED}))
def test_an_outer_consent_that_does_not_stand_bounds_nothing_new(state: State) -> None:
    with pytest.raises(CeilingExceeded, match=f"state: .* is {state}"):
        outer_of([replace(OUTER, state=state)], grant(**LICENCE))


def test_while_one_is_suspended_nothing_is_given_beside_it() -> None:
    beside = grant(**(LICENCE | {"ceiling": None}))
    with pytest.raises(CeilingExceeded, match="state"):
        outer_of([replace(OUTER, state=State.SUSPENDED)], beside)
    assert outer_of([replace(OUTER, state=State.WITHDRAWN)], beside) is None
    assert outer_of([], beside) is None
    with pytest.raises(CeilingExceeded, match="ceiling"):
        outer_of([], grant(**LICENCE))


def test_of_several_the_one_with_room_is_taken() -> None:
    narrow = replace(OUTER, grant_id=grant_id(0), purposes=("podcast",))
    assert outer_of([narrow, OUTER], grant(2, **(LICENCE | {"ceiling": None}))) is OUTER


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_what_a_licence_within_permits_its_outer_consent_permits(data: st.DataObject) -> None:
    """The oracle: the subset check is sound if no request is permitted by the licence and refused by the outer."""
    outer, licence = data.draw(bounded(0))
    outer = replace(outer, state=State.GIVEN)
    if data.draw(st.booleans()):  # a licence like the outer consent, but for its actions
        licence = replace(
            outer,
            grant_id=licence.grant_id,
            outer=False,
            ceiling=outer.grant_id,
            licensee="L" if outer.licensee == "*" else outer.licensee,
            purposes=("a",) if "*" in outer.purposes else outer.purposes,
            actions=licence.actions,
        )
    asked = data.draw(asking([licence]))
    asked = Situation(asked.request, asked.now, {}, {}, asked.deceased)
    alone = permits(replace(licence, ceiling=None), asked)
    if excess(licence, outer) == [] and alone:
        assert permits(licence, asked, ceiling=outer)
    assert not permits(licence, asked, ceiling=outer) or alone
