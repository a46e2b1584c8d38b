"""Shards follow each other by year and by key, and one key leads to all of them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sayso.clock import parse_stamp
from sayso.database import connect, metadata
from sayso.ledger import Log, append, append_all, audit_export, check_answer, verify_proof
from sayso.ledger.entry import Link
from sayso.ledger.errors import EntryUnknown, LedgerTampered, LogKeyMissing, NoteInvalid
from sayso.ledger.note import SignerKey, VerifierKey
from sayso.ledger.proof import Proof
from sayso.ledger.shard import CLOSED, OPENED, Shard, check_shards
from sayso.ledger.succession import Followed, Succession

from . import oracle
from .conftest import GRANTS, KEY, ORIGIN, entry

SEEDS = {0: KEY, 1: b"1" * 32, 2: b"2" * 32, 3: b"3" * 32}
TURNS = ("2026-03-01", "2026-07-01", "2027-01-01", "2027-06-01", "2028-02-29")
"""Days on which the log stands; at the second and the fourth its key is rotated, at the others a year may begin."""


class Years:
    """A log over three years and three keys: shards 2026, 2026.2, 2027, 2027.2, 2028."""

    def __init__(self, folder: Path) -> None:
        self.at = parse_stamp(TURNS[0])
        self.folder = folder
        self.database = connect(f"sqlite:///{folder / 'state.sqlite'}")
        metadata.create_all(self.database.engine)
        self.log = Log(self.database, folder / "ledger", key=KEY, origin=ORIGIN, later=SEEDS.get, now=self.now)

    def now(self) -> datetime:
        return self.at

    def grow(self, start: int, count: int) -> None:
        with self.database.write() as tx:
            append_all(tx, [entry(number) for number in range(start, start + count)])
        self.log.integrate()

    def live(self) -> None:
        for place, day in enumerate(TURNS):
            self.at = parse_stamp(day)
            if place in {1, 3}:
                self.log.rotate()
            self.log.integrate()
            self.grow(300 * place, 300)


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Years]:
    found = Years(tmp_path_factory.mktemp("years"))
    found.live()
    yield found
    found.database.close()


@pytest.fixture
def young(tmp_path: Path) -> Iterator[Years]:
    found = Years(tmp_path)
    yield found
    found.database.close()


def test_a_year_and_a_key_have_shards_of_their_own(years: Years) -> None:
    shards = years.log.shards()
    assert [shard.name for shard in shards.rows] == ["2026", "2026.2", "2027", "2027.2", "2028"]
    assert [shard.key for shard in shards.rows] == [0, 1, 1, 2, 2]
    assert len({shard.vkey for shard in shards.rows}) == len(shards)
    assert years.log.audit().findings == ()
    assert years.log.audit().size == shards.size == 300 * len(TURNS) + 2 * (len(TURNS) - 1)
    for each in shards:
        assert each.checkpoint.root == oracle.mth(list(each.tree().entries(0, each.checkpoint.size)))


def test_a_shard_ends_by_naming_the_next_key_and_that_begins_by_naming_it(years: Years) -> None:
    shards = years.log.shards()
    for before, after in pairwise(shards):
        closed = Link.decode(years.log.entry(before.end - 1)).entry
        opened = Link.decode(years.log.entry(after.shard.base)).entry
        assert (closed.type, closed.facts["next"]) == (CLOSED, after.shard.vkey)
        assert (opened.type, opened.facts["vkey"]) == (OPENED, before.shard.vkey)
        assert (opened.facts["size"], opened.facts["root"]) == (before.checkpoint.size, before.checkpoint.root.hex())


def test_every_entry_is_proven_with_the_key_of_its_time(years: Years) -> None:
    for each in years.log.shards():
        for index in (each.shard.base, each.end - 1):
            proof = years.log.prove(index)
            verify_proof(proof, years.log.entry(index), each.shard.vkey)
            with pytest.raises(LedgerTampered):
                verify_proof(proof, years.log.entry(index), years.log.vkey if each.shard.number < 4 else str(first()))
    with pytest.raises(EntryUnknown):
        years.log.prove(years.log.shards().size)


def first() -> VerifierKey:
    return SignerKey(f"{ORIGIN}/2026", KEY).verifier


def test_a_proof_taken_before_the_turn_holds_after_it(young: Years) -> None:
    young.grow(0, 10)
    proof, data, vkey = young.log.prove(3), young.log.entry(3), young.log.vkey
    young.at = parse_stamp("2031-05-05")
    assert young.log.integrate().size == 1
    assert young.log.rotate().origin == f"{ORIGIN}/2031.2"
    assert verify_proof(proof, data, vkey).size == 10
    assert young.log.first_vkey == vkey != young.log.vkey
    assert young.log.vkey_of(Proof.parse(proof).checkpoint) == vkey
    assert young.log.vkey_of(young.log.checkpoint() or "") == young.log.vkey


@pytest.mark.parametrize("place", range(5))
def test_any_one_key_leads_to_all_the_others(years: Years, place: int) -> None:
    succession = Succession.decode(years.log.succession().text().encode())
    shards = years.log.shards()
    followed = succession.follow(shards[place].shard.verifier)
    assert [str(each.key) for each in followed] == [shard.vkey for shard in shards.rows]
    assert [each.end for each in followed] == [each.end for each in shards]
    assert isinstance(followed[0], Followed)


def test_a_foreign_key_leads_nowhere(years: Years) -> None:
    for seed in (b"x" * 32, SEEDS[2]):
        with pytest.raises(LedgerTampered):
            years.log.succession().follow(SignerKey(f"{ORIGIN}/2026", seed).verifier)


def forged(years: Years, folder: Path, *, seed: bytes) -> Succession:
    """Return the shards of ``years`` up to a rotation, with another shard behind it, which ``seed`` signs."""
    other = Years(folder)
    other.log = Log(
        other.database, folder / "ledger", key=KEY, origin=ORIGIN, later={**SEEDS, 1: seed}.get, now=other.now
    )
    other.grow(0, 300)
    other.at = parse_stamp(TURNS[1])
    other.log.rotate()
    taken = other.log.succession()
    other.database.close()
    return Succession((years.log.succession().records[0], *taken.records[1:]))


def test_a_rotation_that_the_old_key_did_not_sign_is_found(years: Years, tmp_path: Path) -> None:
    with pytest.raises(LedgerTampered):
        forged(years, tmp_path, seed=b"thief" + bytes(27)).follow(first())


def test_shards_left_out_doubled_or_moved_are_found(years: Years) -> None:
    records = years.log.succession().records
    changes = {
        "first left out": records[1:],
        "one left out": (*records[:2], *records[3:]),
        "last left out": records[:-1],
        "doubled": (*records[:2], records[1], *records[2:]),
        "moved": (records[0], records[2], records[1], *records[3:]),
        "alone": records[1:2],
    }
    for what, changed in changes.items():
        for shard in years.log.shards().rows:
            with pytest.raises((LedgerTampered, NoteInvalid)):
                Succession(changed).follow(shard.verifier)
                pytest.fail(what)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_flipped_bit_of_a_succession_is_found(years: Years, data: st.DataObject) -> None:
    content = bytearray(years.log.succession().text().encode()[:-1])
    bit = data.draw(st.integers(0, len(content) * 8 - 1))
    content[bit // 8] ^= 1 << bit % 8
    with pytest.raises((LedgerTampered, NoteInvalid)):
        Succession.decode(bytes(content)).follow(first())


@pytest.mark.parametrize(("since", "until"), [(None, None), ("2026-07-01", "2026-12-31"), ("2027-06-01", None)])
@pytest.mark.parametrize("key", ["first", "newest"])
def test_a_period_over_shards_is_audited_with_one_key(
    years: Years, tmp_path: Path, key: str, since: str | None, until: str | None
) -> None:
    """The entries of this log are all of one moment but those of its turns, by which the period is found."""
    path = tmp_path / "period"
    period = {"since": since and parse_stamp(since), "until": until and parse_stamp(until)}
    start, end = years.log.export(path, **period)
    assert end > start
    vkey = years.log.first_vkey if key == "first" else years.log.vkey
    audit = audit_export(path, vkey)
    assert audit.findings == ()
    assert audit.size == years.log.shards().size
    lines = path.read_bytes().splitlines(keepends=True)
    for place in (1, len(lines) // 2, len(lines) - 1):
        path.write_bytes(b"".join([*lines[:place], *lines[place + 1 :]]))
        assert audit_export(path, vkey).findings, place


def test_an_answer_over_shards_is_checked_with_one_key(years: Years, tmp_path: Path) -> None:
    path = tmp_path / "answer"
    count = years.log.answer(path, grants=GRANTS[:2])
    indexes = [row.index for row in years.log.query(grants=GRANTS[:2])]
    for vkey in (years.log.first_vkey, years.log.vkey):
        answered = check_answer(path, vkey)
        assert answered.findings == ()
        assert list(answered.indexes) == indexes
        assert len(answered.entries) == count > 300
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:50], *lines[51:]]))
    assert check_answer(path, years.log.vkey).findings
    moved = json.loads(lines[50])
    moved["path"][0] = base64.b64encode(bytes(32)).decode()
    path.write_bytes(b"".join([*lines[:50], json.dumps(moved).encode() + b"\n", *lines[51:]]))
    assert check_answer(path, years.log.vkey).findings


def test_chains_of_grants_run_over_shards(years: Years) -> None:
    rows = years.log.query(grants=[GRANTS[0]])
    assert [row.link.seq for row in rows] == list(range(1, len(rows) + 1))
    assert len({years.log.shards().holding(row.index or 0).shard.number for row in rows}) == len(TURNS)


def test_what_waits_at_a_turn_stands_in_the_shard_it_was_appended_in(young: Years) -> None:
    young.grow(0, 3)
    signer = str(young.log.signer.verifier)
    with young.database.write() as tx:
        ticket = append(tx, entry(3))
    young.at = parse_stamp("2027-01-01")
    young.log.integrate()
    assert young.log.shards().holding(young.log.index_of(ticket)).shard.vkey == signer


def test_a_clock_that_goes_back_turns_nothing(young: Years) -> None:
    young.grow(0, 3)
    young.at = parse_stamp("2025-01-01")
    young.grow(3, 3)
    assert len(young.log.shards()) == 1
    young.at = parse_stamp("2027-01-01")
    young.grow(6, 3)
    young.at = parse_stamp("2026-01-01")
    young.log.rotate()
    assert [shard.name for shard in young.log.shards().rows] == ["2026", "2027", "2027.2"]
    assert young.log.audit().findings == ()


def test_a_log_with_one_key_does_not_rotate(log: Log) -> None:
    log.integrate()
    with pytest.raises(LogKeyMissing):
        log.rotate()
    assert len(log.shards()) == 1
    assert log.audit().findings == ()


def test_another_seed_than_the_shards_does_not_sign(young: Years) -> None:
    young.grow(0, 3)
    young.log.rotate()
    other = Log(young.database, young.folder / "ledger", key=KEY, origin=ORIGIN, later=lambda _: b"y" * 32)
    for ask in (other.integrate, other.checkpoint, lambda: other.prove(0)):
        with pytest.raises(LedgerTampered, match="key 1"):
            ask()


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ("DELETE FROM ledger_shards", "ledger_shards"),
        ("DELETE FROM ledger_shards WHERE number = 0", "ledger_shards row 1"),
        ("DELETE FROM ledger_shards WHERE number = 2", "2027"),
        ("UPDATE ledger_shards SET base = base + 1 WHERE number = 1", "2026"),
        ("UPDATE ledger_shards SET key = 0 WHERE number = 2", "row 2"),
        ("UPDATE ledger_shards SET key = 0 WHERE number = 1", "row 1"),
        ("UPDATE ledger_shards SET vkey = (SELECT vkey FROM ledger_shards WHERE number = 0) WHERE number = 1", "row 1"),
        ("UPDATE ledger_shards SET origin = 'sayso.test/log/2030' WHERE number = 2", "row 2"),
        ("DELETE FROM ledger_published WHERE origin LIKE '%2026'", "ledger_published"),
        ("INSERT INTO ledger_published VALUES ('sayso.test/log/1999', 1, zeroblob(32))", "1999"),
    ],
)
def test_changed_rows_of_shards_are_found_and_named(young: Years, change: str, place: str) -> None:
    young.grow(0, 3)
    young.log.rotate()
    young.at = parse_stamp("2027-01-01")
    young.grow(3, 300)
    assert young.log.audit().findings == ()
    with young.database.write() as tx:
        tx.exec_driver_sql(change)
    findings = young.log.audit().findings
    assert any(place in finding for finding in findings), findings


def test_shards_that_do_not_follow_each_other_are_none() -> None:
    keys = SEEDS.__getitem__
    one = Shard.first(ORIGIN, 2026, keys)
    two = Shard.after(one, size=5, year=2027, key=1, keys=keys)
    check_shards([one, two], ORIGIN)
    for rows in ([two], [one, one], [two, one]):
        with pytest.raises(LedgerTampered):
            check_shards(rows, ORIGIN)
    with pytest.raises(LedgerTampered):
        check_shards([one, two], "elsewhere")
