"""Every type of entry is a class with its fields."""

from __future__ import annotations

import dataclasses

import pytest

from sayso.ledger.acts import (
    Act,
    ClipMade,
    Failed,
    GrantChanged,
    GrantEntered,
    Intended,
    Permitted,
    SpeakerAdded,
    act_of,
    entry_of,
    registry,
)
from sayso.ledger.entry import Entry, Link
from sayso.ledger.errors import EntryInvalid

AT = "2027-03-01T12:00:00.000Z"
GRANT = "grt_aaaaaaaaaaaaaaaa"
PLAIN = {"str": "x", "int": 7, "bool": True, "str | None": "y", "int | None": 8, "bool | None": True}


def example(kind: type[Act], type_: str) -> Act:
    """Return an act of ``kind`` with every field set."""
    of_type = {"of": Permitted(type_.rpartition(":")[0]) if "Permitted" in str(kind.__dataclass_fields__) else None}
    of_type |= dict.fromkeys(("state", "verdict"), type_.rpartition(":")[2])
    values = {
        field.name: of_type[field.name] if field.name in kind.UNLOGGED else PLAIN[str(field.type)]
        for field in dataclasses.fields(kind)
    }
    return kind(**values)


@pytest.mark.parametrize("name", sorted(registry()))
def test_what_is_logged_is_read_back(name):
    for kind in registry()[name]:
        act = example(kind, name)
        entry = act.entry(AT, GRANT)
        assert entry.type == name
        assert kind.read(Link.decode(Link(entry, 1, "").encode()).entry) == act


def test_a_field_that_is_none_is_not_written():
    assert SpeakerAdded(subject="s").entry(AT).facts == {"subject": "s"}
    assert "outer" not in GrantEntered(state="given", licensee="A", terms="t", version=1).facts()


def test_the_state_of_a_grant_and_what_was_permitted_are_the_type():
    assert GrantChanged(state="withdrawn", who="speaker").entry(AT, GRANT).type == "consent:grant:withdrawn"
    assert Failed(of=Permitted.CLIP).entry(AT, GRANT).type == "synthesis:clip:failed"
    assert {kind.TYPES for kind in (Intended, ClipMade)} == {
        tuple(f"{of}:intended" for of in Permitted),
        ("synthesis:clip:made",),
    }


@pytest.mark.parametrize(
    "entry",
    [
        Entry("synthesis:clip:imagined", AT),
        Entry("consent:speaker:added", AT),
        Entry("consent:speaker:added", AT, None, {"subject": "s", "name": "Ada"}),
        Entry("consent:grant:amended", AT, GRANT, {"terms": "t"}),
    ],
)
def test_what_is_in_no_class_is_refused(entry):
    with pytest.raises(EntryInvalid):
        act_of(entry)


def test_two_classes_of_one_type_are_told_apart_by_their_fields():
    given = GrantEntered(state="given", licensee="A", terms="t", version=1).entry(AT, GRANT)
    resumed = GrantChanged(state="given", who="speaker", version=1).entry(AT, GRANT)
    assert type(act_of(given)) is GrantEntered
    assert type(act_of(resumed)) is GrantChanged


def test_facts_of_several_rooms_are_held_to_the_vocabulary():
    facts = {"permit": "p", "licensee": "l", "purpose": "q"}
    assert entry_of("synthesis:clip:failed", AT, GRANT, facts).facts == facts
    for wrong in ({**facts, "lisensee": "l"}, {**facts, "clip": "c"}):
        with pytest.raises(EntryInvalid):
            entry_of("synthesis:clip:failed", AT, GRANT, wrong)
    with pytest.raises(EntryInvalid):
        entry_of("synthesis:clip:lost", AT, GRANT, facts)
