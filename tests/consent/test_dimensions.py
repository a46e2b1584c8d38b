from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sayso.consent.act import Action
from sayso.consent.dimensions import DIMENSIONS, Situation, instant_ms
from sayso.consent.errors import RequestInvalid
from sayso.consent.reasons import explain
from sayso.consent.state import State

from .cases import MS, NOW, OTHER, grant, grant_id, request

# dimension, change of the grant, change of the request, moment, used by the grant
BROKEN: list[tuple[str, dict[str, Any], dict[str, Any], Any, int]] = [
    *[("state", {"state": state}, {}, NOW, 0) for state in State if state is not State.GIVEN],
    ("speaker", {}, {"speaker": OTHER}, NOW, 0),
    ("licensee", {}, {"licensee": "harbour books"}, NOW, 0),
    ("action", {}, {"action": Action.TRAIN}, NOW, 0),
    ("action", {}, {"action": Action.STREAM}, NOW, 0),
    ("purpose", {}, {"purpose": "audiobook"}, NOW, 0),
    ("purpose", {}, {"purpose": "audiobook/mysterys"}, NOW, 0),
    ("project", {}, {"project": None}, NOW, 0),
    ("project", {}, {"project": "The Lamp 2"}, NOW, 0),
    ("language", {}, {"language": None}, NOW, 0),
    ("language", {}, {"language": "eng"}, NOW, 0),
    ("language", {"languages": ("en-gb",)}, {"language": "en"}, NOW, 0),
    ("territory", {"territories": ("DE", "AT")}, {"territory": "US"}, NOW, 0),
    ("territory", {"territories": ("DE", "AT")}, {"territory": None}, NOW, 0),
    ("channel", {"channels": ("app-store",)}, {"channel": "app"}, NOW, 0),
    ("channel", {"channels": ("app-store",)}, {"channel": None}, NOW, 0),
    ("start", {}, {}, NOW - timedelta(days=1) - MS, 0),
    ("end", {}, {}, NOW + timedelta(days=1), 0),
    ("minutes", {}, {}, NOW, 30_001),
    ("minutes", {}, {"ceiling_ms": 60_001}, NOW, 0),
    ("minutes", {"max_ms": 29_999}, {}, NOW, 0),
    ("takes", {"max_takes": 3}, {"takes": 4}, NOW, 0),
    ("takes", {"max_takes": 3, "max_ms": None}, {"takes": 1}, NOW, 3),
    ("sublicensing", {}, {"sublicensee": "Somebody Else"}, NOW, 0),
    ("script", {"scripted_only": True}, {"live": True}, NOW, 0),
    ("script", {"scripted_only": True, "actions": ("stream",)}, {"action": "stream"}, NOW, 0),
    ("words", {"blocked_words": ("Vote now",)}, {"text": "And VOTE, now!"}, NOW, 0),
    ("words", {"blocked_words": ("Vote now",)}, {"text": None}, NOW, 0),
    ("words", {"blocked_words": ("don't",)}, {"text": "I don\u2019t."}, NOW, 0),
    ("topics", {"blocked_topics": ("politics",)}, {"topics": ("politics/elections",)}, NOW, 0),
    ("topics", {"blocked_topics": ("politics",)}, {"topics": None}, NOW, 0),
    ("approval", {"approved_texts": ()}, {}, NOW, 0),
    ("approval", {"approved_texts": ("22" * 32,)}, {}, NOW, 0),
    ("disclosure", {"disclosure": "spoken"}, {"disclosure": "metadata"}, NOW, 0),
    ("disclosure", {"disclosure": "both"}, {"disclosure": "spoken"}, NOW, 0),
    ("disclosure", {"disclosure": "metadata"}, {"disclosure": None}, NOW, 0),
    ("disclosure", {"disclosure": "metadata"}, {"action": "publish"}, NOW, 0),
    ("lifetime", {}, {}, "after death", 0),
]
ALLOWED: list[tuple[dict[str, Any], dict[str, Any], Any, int]] = [
    ({}, {}, NOW, 0),
    ({}, {}, NOW - timedelta(days=1), 0),
    ({}, {}, NOW + timedelta(days=1) - MS, 30_000),
    ({"until": None}, {}, NOW + timedelta(days=9_999), 0),
    ({"max_ms": None}, {"ceiling_ms": 10**9}, NOW, 10**12),
    ({"project": None}, {}, NOW, 0),
    ({"project": None}, {"project": None}, NOW, 0),
    ({"languages": ("*",)}, {"language": None}, NOW, 0),
    ({"purposes": ("podcast", "audiobook")}, {}, NOW, 0),
    ({"territories": ("DE", "AT")}, {"territory": "at"}, NOW, 0),
    ({"channels": ("app", "broadcast")}, {"channel": "broadcast"}, NOW, 0),
    ({"territories": ("*",), "channels": ("*",)}, {"territory": "JP", "channel": "x"}, NOW, 0),
    ({"licensee": "*", "house": True, "note": "MIT"}, {"licensee": "anybody"}, NOW, 0),
    ({"purposes": ("*",), "house": True, "note": "MIT"}, {"purpose": "game/x"}, NOW, 0),
    ({"max_takes": 3}, {"takes": 2}, NOW, 1),
    ({"sublicensing": True}, {"sublicensee": "Somebody Else"}, NOW, 0),
    ({"scripted_only": True}, {}, NOW, 0),
    ({"scripted_only": True, "actions": ("stream",)}, {"action": "stream", "live": False}, NOW, 0),
    ({"blocked_words": ("Vote now", "snow")}, {"text": "Now vote. Nowhere VOTES now."}, NOW, 0),
    ({"blocked_words": ("vote",), "actions": ("clone",)}, {"action": "clone"}, NOW, 0),
    ({"blocked_topics": ("politics",)}, {"topics": ()}, NOW, 0),
    ({"blocked_topics": ("politics",)}, {"topics": ("policing",)}, NOW, 0),
    ({"approved_texts": ("11" * 32,)}, {}, NOW, 0),
    ({"approved_texts": (), "actions": ("clone",)}, {"action": "clone"}, NOW, 0),
    ({"disclosure": "spoken"}, {"disclosure": "both"}, NOW, 0),
    ({"disclosure": "both", "actions": ("clone",)}, {"action": "clone"}, NOW, 0),
    ({"post_mortem": True}, {}, "after death", 0),
]


def question(of_request: dict[str, Any], now: Any, used: int) -> Situation:
    """Return what is asked, with so many milliseconds and takes used."""
    deceased = now == "after death"
    moment = NOW if deceased else now
    return Situation(request(**of_request), moment, {grant_id(0): used}, {grant_id(0): used}, deceased)


@pytest.mark.parametrize(("name", "of_grant", "of_request", "now", "used"), BROKEN)
def test_each_rule_alone_refuses(
    name: str, of_grant: dict[str, Any], of_request: dict[str, Any], now: Any, used: int
) -> None:
    found = explain(grant(**of_grant), question(of_request, now, used))
    assert [answer.dimension for answer in found.failed] == [name]
    answer = found.failed[0]
    assert answer.got
    assert answer.allowed
    assert answer.changed_by
    assert "can change this" in str(answer)


@pytest.mark.parametrize(("of_grant", "of_request", "now", "used"), ALLOWED)
def test_what_is_granted_is_allowed(of_grant: dict[str, Any], of_request: dict[str, Any], now: Any, used: int) -> None:
    found = explain(grant(**of_grant), question(of_request, now, used))
    assert found.failed == ()
    assert [answer.dimension for answer in found.answers] == [dimension.name for dimension in DIMENSIONS]


def test_who_can_change_an_answer_depends_on_the_grant() -> None:
    def changer(**changes: Any) -> str:
        return explain(grant(**changes), Situation(request(), NOW)).answers[0].changed_by

    assert changer() == "the speaker"
    assert changer(house=True, note="MIT") == "the operator"
    assert changer(state=State.SUSPENDED) == "whoever suspended it"
    assert "new grant" in changer(state=State.WITHDRAWN)
    assert changer(state=State.ERASED).startswith("nobody")


def test_names_are_unique_and_every_attribute_has_a_type() -> None:
    asked = Situation(request(), NOW)
    names = [dimension.name for dimension in DIMENSIONS]
    assert len(set(names)) == len(names)
    for dimension in DIMENSIONS:
        assert set(dimension.context([grant()], asked)) == set(dimension.schema([grant()]))


def test_a_moment_needs_a_zone() -> None:
    with pytest.raises(RequestInvalid, match=r"^now: "):
        Situation(request(), NOW.replace(tzinfo=None))
    assert instant_ms(NOW + timedelta(microseconds=999)) == instant_ms(NOW)
