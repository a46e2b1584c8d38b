from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.database import Database, Scope, Sees
from sayso.ledger import Entry, Log, append, append_all
from sayso.ledger.entry import Link, brief
from sayso.ledger.errors import EntryInvalid

from .conftest import AT, GRANTS

GOOD = {"type": "consent:grant:given", "at": AT, "grant": GRANTS[0], "facts": {"licensee": "Acme"}}

BY = "org_bbbbbbbbbbbbbbbb/producer/crd_cccccccccccccccc"

facts = st.dictionaries(
    st.from_regex(r"\A[a-z][a-z0-9_]{0,9}\Z"),
    st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=("C",)), max_size=9),
    max_size=9,
)


@given(facts, st.integers(2, 2**60))
def test_what_is_written_is_read_back(some: dict, seq: int) -> None:
    link = Link(Entry(**(GOOD | {"facts": some})), seq, "ab" * 32)
    data = link.encode()
    assert Link.decode(data) == link
    assert len(data) <= 1024


def test_the_bytes_are_canonical() -> None:
    assert Link(Entry(**GOOD), 1, "").encode() == (
        b'{"at":"2026-11-22T20:36:00.123Z","by":null,"facts":{"licensee":"Acme"},"grant":"grt_aaaaaaaaaaaaaaaa",'
        b'"prev":"","seq":1,"type":"consent:grant:given","v":1}'
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("type", "given"),
        ("type", "Consent:grant"),
        ("type", "a:b:c:d:e"),
        ("type", "a:" + "b" * 40),
        ("type", None),
        ("at", "2026-11-22"),
        ("at", "2026-11-22T20:36:00Z"),
        ("at", "2026-13-22T20:36:00.123Z"),
        ("at", "2026-11-22T20:36:00.123+01:00"),
        ("at", "٢026-11-22T20:36:00.123Z"),
        ("at", 5),
        ("grant", "spk_aaaaaaaaaaaaaaaa"),
        ("grant", ""),
        ("grant", 5),
        ("facts", [1]),
        ("facts", {"Name": 1}),
        ("facts", {"": 1}),
        ("facts", {1: 1}),
        ("facts", {"a": 1.5}),
        ("facts", {"a": None}),
        ("facts", {"a": [1]}),
        ("facts", {"a": {"b": 1}}),
        ("facts", {"a": b"x"}),
        ("facts", {"a": 2**53}),
        ("facts", {"a": "two\nlines"}),
        ("facts", {"a": "\ud800"}),
        ("by", "producer"),
        ("by", BY + "\n"),
        ("by", BY.replace("crd_", "Anna_")),
        ("by", {"role": "producer"}),
    ],
)
def test_anything_else_is_refused_and_the_field_named(field: str, value: object) -> None:
    with pytest.raises(EntryInvalid, match=field):
        Entry(**(GOOD | {field: value}))


def test_who_acts_is_taken_from_the_transaction_and_costs_at_most_80_bytes(log: Log, database: Database) -> None:
    operator = Scope(Sees.EVERYTHING, "org_bbbbbbbbbbbbbbbb", by=BY)
    with database.write(scope=operator) as tx:
        append_all(tx, [Entry(**GOOD), Entry(**(GOOD | {"grant": None}))])
        append(tx, Entry(**GOOD))
    with database.write() as tx:
        append(tx, Entry(**GOOD))
    log.integrate()
    assert [row.entry.by for row in log.query()] == [BY, BY, BY, None]
    assert log.audit().findings == ()
    sizes = [len(Link(Entry(**GOOD, by=by), 1, "").encode()) for by in (BY, None)]
    assert sizes[0] - sizes[1] <= 80


def test_entries_of_one_speaker_under_several_grants_are_not_connected_by_the_credential(
    log: Log, database: Database
) -> None:
    by = BY.replace("producer", "speaker")
    speaker = Scope(Sees.SPEAKER, "org_bbbbbbbbbbbbbbbb", "spk_bbbbbbbbbbbbbbbb", by, b"hash of a secret")
    with database.write(scope=speaker) as tx:
        append_all(tx, [Entry(**(GOOD | {"grant": grant})) for grant in GRANTS[:2]])
    said = [row.entry.by for row in log.query()]
    assert len({*said, by}) == 3
    assert {each.rpartition("/")[0] for each in said} == {by.rpartition("/")[0]}
    assert said[0] == speaker.named(GRANTS[0])


def test_an_entry_beyond_one_kilobyte_is_refused() -> None:
    room = 1024 - len(Link(Entry(**(GOOD | {"facts": {"a": ""}})), 1, "").encode())
    assert len(Link(Entry(**(GOOD | {"facts": {"a": "x" * room}})), 1, "").encode()) == 1024
    with pytest.raises(EntryInvalid, match="1025 bytes"):
        Link(Entry(**(GOOD | {"facts": {"a": "x" * (room + 1)}})), 1, "").encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[1]",
        b"null",
        b"\xff",
        b"[" * 5000,
        Link(Entry(**GOOD), 1, "").encode() + b" ",
        Link(Entry(**GOOD), 1, "").encode().replace(b'"v":1', b'"v":2'),
        Link(Entry(**GOOD), 1, "").encode().replace(b'"v":1', b'"v":true'),
        Link(Entry(**GOOD), 1, "").encode().replace(b'"seq":1', b'"seq":0'),
        Link(Entry(**GOOD), 1, "").encode().replace(b'"seq":1', b'"seq":2'),
        Link(Entry(**GOOD), 1, "").encode().replace(b'"seq":1', b'"seq":"1"'),
        Link(Entry(**GOOD), 1, "").encode().replace(b'"prev":""', b'"prev":"xy"'),
        Link(Entry(**GOOD), 1, "").encode().replace(b'"prev":""', b'"prev":1'),
        Link(Entry(**GOOD), 1, "").encode().replace(b'"by":null,', b""),
        Link(Entry(**GOOD), 1, "").encode().replace(b'"by":null', b'"by":"Anna"'),
    ],
)
def test_bytes_that_are_no_entry_are_refused(data: bytes) -> None:
    with pytest.raises(EntryInvalid):
        Link.decode(data)


NAME = "声" * 200
LONG = dict.fromkeys(("licensee", "project", "sublicensee", "topics"), NAME)
DIGESTS = dict.fromkeys(("text", "permit", "decision"), "ab" * 32)


def test_names_that_an_entry_has_no_room_for_are_logged_as_digests_and_found_all_the_same(
    log: Log, database: Database
) -> None:
    facts = {**LONG, **DIGESTS, "purpose": "audiobook/mystery", "subject": "cd" * 16, "ceiling_ms": 60_000}
    with database.write() as tx:
        append_all(tx, [Entry(**(GOOD | {"facts": facts})), Entry(**(GOOD | {"facts": {"licensee": NAME}}))])
    log.integrate()
    for asked in ({"licensee": NAME}, {"licensee": NAME, "project": NAME}, {"project": NAME, "purpose": "audiobook"}):
        found = log.query(**asked)
        assert [row.index for row in found] == ([0, 1] if asked == {"licensee": NAME} else [0])
    [short, whole] = (row.entry.facts for row in log.query(licensee=NAME))
    assert whole["licensee"] == NAME
    assert short["licensee"] == brief(NAME)
    assert {name: short[name] for name in DIGESTS} == DIGESTS
    assert short["purpose"] == "audiobook/mystery"
    assert log.reindex() == 0
    assert log.audit().findings == ()


def test_the_names_that_take_most_room_are_no_more_than_it_takes_to_fit() -> None:
    facts = {"purpose": "x" * 100, "licensee": "L" * 300, "project": "P" * 300, "topics": "T" * 200, **DIGESTS}
    link = Link(Entry(**(GOOD | {"facts": facts})), 1, "")
    with pytest.raises(EntryInvalid):
        link.encode()
    kept = link.shortened()
    assert len(kept.encode()) <= 1024
    assert kept.entry.facts == facts | {"topics": brief("T" * 200), "project": brief("P" * 300)}


def test_what_no_digest_can_shorten_is_refused() -> None:
    with pytest.raises(EntryInvalid, match="at most 1024"):
        Link(Entry(**(GOOD | {"facts": {"licensee": NAME, "note": "x" * 1024}})), 1, "").shortened()


def test_the_longest_entry_of_a_decision_fits() -> None:
    names = dict.fromkeys(("licensee", "purpose", "project", "sublicensee", "topics", "channel", "language"), NAME)
    rest = {
        "action": "synthesize",
        "subject": "cd" * 16,
        "ceiling_ms": 2**48,
        "territory": "GB-SCT",
        "outer": GRANTS[0],
    }
    entry = Entry(
        "synthesis:clip:intended", AT, GRANTS[0], {**DIGESTS, **names, **rest, "disclosure": "announcement"}, BY
    )
    assert len(Link(entry, 2**40, "00" * 32).shortened().encode()) <= 1024
