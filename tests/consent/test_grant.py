from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given

from sayso import canonical
from sayso.consent.act import Action
from sayso.consent.errors import GrantInvalid
from sayso.consent.grant import Grant
from sayso.consent.state import State

from .cases import NOW, SPEAKER, grant, grants


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("grant_id", "grt_1"),
        ("grant_id", SPEAKER),
        ("speaker", "somebody"),
        ("speaker", ""),
        ("licensee", ""),
        ("licensee", " "),
        ("licensee", "Harbour "),
        ("licensee", "a\nb"),
        ("licensee", "\ud800"),
        ("licensee", "x" * 201),
        ("licensee", None),
        ("licensee", "*"),
        ("purposes", ()),
        ("purposes", ("*",)),
        ("purposes", ("Audiobook",)),
        ("purposes", "audiobook"),
        ("purposes", ("a",) * 65),
        ("purposes", None),
        ("project", ""),
        ("project", "x" * 201),
        ("project", 7),
        ("languages", ()),
        ("languages", ("english",)),
        ("languages", ("en_GB",)),
        ("languages", ("e",)),
        ("languages", (None,)),
        ("languages", "en"),
        ("territories", ()),
        ("territories", ("XX",)),
        ("territories", ("DEU",)),
        ("territories", (7,)),
        ("channels", ()),
        ("channels", ("App Store",)),
        ("channels", "app"),
        ("actions", ()),
        ("actions", ("sing",)),
        ("actions", ("clone",) * 9),
        ("not_before", "soon"),
        ("not_before", datetime(2027, 1, 1)),
        ("not_before", None),
        ("until", NOW - timedelta(days=1)),
        ("until", NOW - timedelta(days=2)),
        ("until", "2027-13-01"),
        ("until", 7),
        ("max_ms", 0),
        ("max_ms", -1),
        ("max_ms", True),
        ("max_ms", 1.5),
        ("max_ms", 10**30),
        ("state", "happy"),
        ("note", "x" * 1001),
        ("note", None),
        ("house", "no"),
        ("max_takes", 0),
        ("max_takes", "3"),
        ("scripted_only", 1),
        ("blocked_words", "vote"),
        ("blocked_words", ("!",)),
        ("blocked_words", ("w" * 201,)),
        ("blocked_words", ("w",) * 501),
        ("blocked_topics", ("*",)),
        ("blocked_topics", ("Politics",)),
        ("approved_texts", ("11",)),
        ("approved_texts", "11" * 32),
        ("approved_texts", ("11" * 32,) * 1001),
        ("disclosure", "whispered"),
        ("compensation", ""),
        ("sublicensing", None),
        ("post_mortem", "yes"),
        ("notice_sha256", "00"),
        ("notice_language", "en"),
        ("outer", "yes"),
        ("ceiling", "grt_1"),
        ("ceiling", SPEAKER),
        ("version", 0),
    ],
)
def test_what_is_malformed_is_refused_and_named(field: str, value: object) -> None:
    with pytest.raises(GrantInvalid, match=rf"^{field}: ") as caught:
        grant(**{field: value})
    assert len(caught.value.message) < 400


def test_a_house_grant_may_be_for_everybody_and_names_its_source() -> None:
    house = grant(licensee="*", purposes=("*",), house=True, note="Apache-2.0, hibari")
    assert (house.licensee, house.purposes) == ("*", ("*",))
    with pytest.raises(GrantInvalid, match=r"^note: "):
        grant(house=True)


def test_every_value_has_one_form() -> None:
    east = timezone(timedelta(hours=2))
    made = grant(
        licensee="Cafe\u0301",
        purposes=["podcast", "audiobook", "podcast"],
        languages=["pt-BR", "EN", "en"],
        actions=["synthesize", Action.CLONE, "clone"],
        not_before=datetime(2027, 1, 1, 2, 0, 0, 1_999, tzinfo=east),
        until="2027-12-31",
    )
    assert made.licensee == "Caf\u00e9"
    assert made.purposes == ("audiobook", "podcast")
    assert made.languages == ("en", "pt-br")
    assert made.actions == (Action.CLONE, Action.SYNTHESIZE)
    assert made.not_before == datetime(2027, 1, 1, 0, 0, 0, 1_000, tzinfo=UTC)
    assert made.until == datetime(2027, 12, 31, tzinfo=UTC)
    assert grant(territories=["us", "DE", "US"]).territories == ("DE", "US")
    assert grant(languages=("de", "*")).languages == ("*",)


def test_a_grant_that_does_not_say_allows_neither_live_speech_nor_training() -> None:
    assert set(grant().actions) == {Action.CLONE, Action.SYNTHESIZE, Action.PUBLISH}


@given(grants())
def test_terms_round_trip_through_canonical_json(made: Grant) -> None:
    if made.state is State.ERASED:
        made = made.tombstone()
    terms = canonical.decode(canonical.encode(made.terms()))
    again = Grant.from_terms(
        terms, grant_id=made.grant_id, speaker=made.speaker, state=made.state, version=made.version
    )
    assert again == made


@pytest.mark.parametrize(
    ("change", "field"),
    [({"planet": "earth"}, "planet"), ({"purposes": None}, "purposes"), ({"licensee": ...}, "licensee")],
)
def test_terms_with_an_unknown_missing_or_bad_field_are_refused(change: dict[str, object], field: str) -> None:
    terms = {key: value for key, value in {**grant().terms(), **change}.items() if value is not ...}
    with pytest.raises(GrantInvalid, match=rf"^{field}: "):
        Grant.from_terms(terms, grant_id=grant().grant_id, speaker=SPEAKER, state=State.GIVEN, version=1)


def test_time_alone_expires_a_grant() -> None:
    made = grant()
    assert made.until is not None
    assert made.state_at(made.until - timedelta(milliseconds=1)) is State.GIVEN
    assert made.state_at(made.until) is State.EXPIRED
    assert replace(made, state=State.WITHDRAWN).state_at(made.until) is State.WITHDRAWN
    assert replace(made, until=None).state_at(NOW + timedelta(days=9_999)) is State.GIVEN


def test_a_tombstone_does_not_lead_to_the_speaker() -> None:
    made = grant(note="for my sister")
    stone = made.tombstone()
    assert stone.state is State.ERASED
    assert (stone.grant_id, stone.licensee, stone.purposes) == (made.grant_id, made.licensee, made.purposes)
    shown = str(stone)
    assert SPEAKER not in shown
    assert "sister" not in shown
    assert "Lamp" not in shown
