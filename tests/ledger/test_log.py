from __future__ import annotations

import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import text

from sayso.clock import parse_stamp
from sayso.database import Database
from sayso.disk import DiskFull
from sayso.ledger import Entry, Log, append, append_all, tiles, verify_proof
from sayso.ledger.checkpoint import Checkpoint
from sayso.ledger.entry import Link
from sayso.ledger.errors import EntryInvalid, EntryPending, EntryUnknown, LedgerTampered
from sayso.ledger.merkle import leaf_hash, verify_consistency
from sayso.ledger.proof import Proof

from . import oracle
from .conftest import AT, GRANTS, KEY, ORIGIN, SHARD, at_first, entry

Grow = Callable[..., list[int]]


def test_an_empty_log_is_published_too(log: Log) -> None:
    assert log.checkpoint() is None
    assert log.integrate() == Checkpoint.empty(SHARD)
    assert log.checkpoint() == Checkpoint.empty(SHARD).signed([log.signer])
    assert log.audit().findings == ()


@pytest.mark.parametrize("steps", [[1], [255, 1], [256], [3, 250, 10, 300], [513], [256, 256, 1]])
def test_the_root_is_that_of_the_definition_however_it_grew(log: Log, grow: Grow, steps: list[int]) -> None:
    for step in steps:
        grow(step)
    checkpoint = log.integrate()
    assert checkpoint.size == sum(steps)
    assert checkpoint.root == oracle.mth([log.entry(index) for index in range(checkpoint.size)])
    assert log.audit().findings == ()


def test_entries_stand_in_the_order_of_their_tickets(log: Log, grow: Grow) -> None:
    tickets = grow(30)
    assert [log.index_of(ticket) for ticket in tickets] == list(range(30))
    for index in range(30):
        assert Link.decode(log.entry(index)).entry == entry(index)


def test_every_entry_is_proven_to_an_outsider(log: Log, grow: Grow) -> None:
    grow(300)
    for index in (0, 1, 255, 256, 299):
        proof = log.prove(index, with_entry=True)
        verify_proof(proof, log.entry(index), log.vkey)
        assert Proof.parse(proof).extra == log.entry(index)


def test_many_proofs_under_one_checkpoint(log: Log, grow: Grow) -> None:
    grow(300)
    assert list(log.prove_all([3, 299])) == [log.prove(3), log.prove(299)]


def test_growth_is_proven_between_any_two_checkpoints(log: Log, grow: Grow) -> None:
    states = []
    for step in (1, 6, 249, 1, 300):
        grow(step)
        states.append(log.integrate())
    for old in states:
        proof = log.prove_growth(old.size)
        verify_consistency(
            old_size=old.size, old_root=old.root, size=states[-1].size, root=states[-1].root, proof=proof
        )
    with pytest.raises(EntryUnknown):
        log.prove_growth(states[-1].size + 1)


def test_a_grant_has_a_chain_without_gaps(log: Log, grow: Grow) -> None:
    grow(40)
    grow(40)
    rows = log.query(grants=[GRANTS[2]])
    assert [row.link.seq for row in rows] == list(range(1, len(rows) + 1))
    assert rows[0].link.prev == ""
    for before, after in pairwise(rows):
        assert after.link.prev == leaf_hash(before.data).hex()


def test_entries_under_no_grant_have_no_chain(database: Database, log: Log) -> None:
    with database.write() as tx:
        append(tx, Entry("house:speaker:added", AT))
        append(tx, Entry("house:speaker:added", AT))
    assert {(row.link.seq, row.link.prev) for row in log.query()} == {(0, "")}


def test_one_by_one_is_the_same_as_in_a_batch(database: Database, log: Log, tmp_path: Path) -> None:
    from sayso.database import connect, metadata

    other = connect(f"sqlite:///{tmp_path / 'other.sqlite'}")
    metadata.create_all(other.engine)
    with database.write() as tx:
        append_all(tx, [entry(number) for number in range(50)])
    for number in range(50):
        with other.write() as tx:
            append(tx, entry(number))
    single = Log(other, tmp_path / "other", key=KEY, origin=ORIGIN, now=at_first)
    assert single.integrate() == log.integrate()
    other.close()


def test_an_entry_is_kept_or_lost_with_the_state_it_tells_of(database: Database, log: Log) -> None:
    def interrupted() -> None:
        with database.write() as tx:
            append(tx, entry(0))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        interrupted()
    with database.write() as tx:
        append(tx, entry(0))
    assert log.integrate().size == 1
    assert log.audit().findings == ()


def test_a_bad_entry_in_a_batch_changes_nothing(database: Database, log: Log) -> None:
    with pytest.raises(EntryInvalid), database.write() as tx:
        append_all(tx, [entry(0), Entry("a:b", AT, GRANTS[0], {"long": "x" * 1000})])
    assert not log.query()
    assert log.audit().findings == ()


def test_an_empty_batch_is_nothing(database: Database) -> None:
    with database.write() as tx:
        assert append_all(tx, []) == []


def test_integrating_again_changes_nothing(log: Log, grow: Grow, tmp_path: Path) -> None:
    grow(300)
    before = {path: path.read_bytes() for path in (tmp_path / "ledger").rglob("*") if path.is_file()}
    assert log.integrate() == log.integrate()
    assert before == {path: path.read_bytes() for path in (tmp_path / "ledger").rglob("*") if path.is_file()}


def test_more_than_one_batch_is_integrated_at_once(log: Log, grow: Grow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sayso.ledger.sequencer.BATCH", 50)
    grow(120)
    assert log.integrate().size == 120
    assert log.audit().findings == ()


def test_partial_tiles_go_when_the_full_one_is_there(log: Log, grow: Grow, tmp_path: Path) -> None:
    grow(5)
    grow(5)
    partial = tmp_path / "ledger/2026/tile/0/000.p"
    assert sorted(path.name for path in partial.iterdir()) == ["10", "5"]
    grow(246)
    assert not partial.exists()
    assert not (tmp_path / "ledger/2026/tile/entries/000.p").exists()
    assert (tmp_path / "ledger/2026/tile/0/000").stat().st_size == 8192
    assert (tmp_path / "ledger/2026/tile/1/000.p/1").stat().st_size == 32


def test_an_entry_waits_until_it_is_integrated(log: Log, grow: Grow) -> None:
    ticket = grow(1, integrate=False)[0]
    with pytest.raises(EntryPending):
        log.index_of(ticket)
    assert [row.index for row in log.query()] == [None]
    log.integrate()
    assert log.index_of(ticket) == 0


def test_what_is_not_there_is_said_so(log: Log, grow: Grow) -> None:
    grow(2)
    for ask in (lambda: log.index_of(99), lambda: log.entry(2), lambda: log.prove(-1)):
        with pytest.raises(EntryUnknown):
            ask()


def test_queries_narrow_by_grant_type_and_time(database: Database, log: Log) -> None:
    later = "2026-12-01T00:00:00.000Z"
    with database.write() as tx:
        append(tx, Entry("consent:grant:given", AT, GRANTS[0]))
        append(tx, Entry("consent:grant:given", later, GRANTS[1]))
        append(tx, Entry("consent:grants:odd", later, GRANTS[1]))
    log.integrate()
    assert [row.index for row in log.query(grants=GRANTS[1:])] == [1, 2]
    assert [row.index for row in log.query(grants=[])] == []
    assert [row.index for row in log.query(type="consent:grant")] == [0, 1]
    assert [row.index for row in log.query(type="consent:grant:given", since=parse_stamp("2026-11-30"))] == [1]
    assert log.query(grants=[GRANTS[0]])[0].entry.grant == GRANTS[0]


def test_a_full_disk_leaves_nothing_half_done(log: Log, grow: Grow, monkeypatch: pytest.MonkeyPatch) -> None:
    grow(10)
    checkpoint = log.checkpoint()
    grow(300, integrate=False)

    def full(path: Path, data: bytes) -> None:
        raise DiskFull

    with monkeypatch.context() as patch:
        patch.setattr(tiles, "write_whole", full)
        with pytest.raises(DiskFull):
            log.integrate()
    assert log.checkpoint() == checkpoint
    assert log.audit().findings == ()
    assert log.integrate().size == 310
    assert log.audit().findings == ()


def test_another_key_is_not_this_log(log: Log, grow: Grow, database: Database, tmp_path: Path) -> None:
    grow(3)
    other = Log(database, tmp_path / "ledger", key=b"x" * 32, origin=ORIGIN, now=at_first)
    with pytest.raises(LedgerTampered, match="is not key 0"):
        other.integrate()


def test_a_rolled_back_checkpoint_is_found(log: Log, grow: Grow, tmp_path: Path) -> None:
    grow(10)
    old = log.checkpoint()
    grow(10)
    (tmp_path / "ledger/2026/checkpoint").write_text(old or "")
    for ask in (log.checkpoint, log.integrate, lambda: log.prove(0), log.audit().require_clean):
        with pytest.raises(LedgerTampered, match="rolled back"):
            ask()


def test_a_forked_checkpoint_is_found(log: Log, grow: Grow, tmp_path: Path) -> None:
    grow(10)
    fork = Checkpoint(SHARD, 10, bytes(32)).signed([log.signer])
    (tmp_path / "ledger/2026/checkpoint").write_text(fork)
    for ask in (log.checkpoint, log.integrate, log.audit().require_clean):
        with pytest.raises(LedgerTampered, match="forked"):
            ask()


def test_a_rolled_back_database_is_found(log: Log, grow: Grow, database: Database, tmp_path: Path) -> None:
    grow(10)
    backup = tmp_path / "backup.sqlite"
    database.forget_deleted()
    shutil.copy(tmp_path / "state.sqlite", backup)
    grow(10)
    from sayso.database import connect

    old = connect(f"sqlite:///{backup}")
    restored = Log(old, tmp_path / "ledger", key=KEY, origin=ORIGIN, now=at_first)
    for ask in (restored.checkpoint, restored.integrate, restored.audit().require_clean):
        with pytest.raises(LedgerTampered, match="rows were removed"):
            ask()
    old.close()


def test_nothing_is_built_on_an_altered_tree(log: Log, grow: Grow, tmp_path: Path) -> None:
    grow(10)
    path = tmp_path / "ledger/2026/tile/0/000.p/10"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    grow(1, integrate=False)
    before = (tmp_path / "ledger/2026/checkpoint").read_bytes()
    with pytest.raises(LedgerTampered, match=r"tile/0/000\.p/10"):
        log.integrate()
    assert (tmp_path / "ledger/2026/checkpoint").read_bytes() == before


def test_an_altered_entry_in_the_queue_is_not_logged(log: Log, grow: Grow, database: Database) -> None:
    ticket = grow(1, integrate=False)[0]
    with database.write() as tx:
        tx.execute(text("UPDATE ledger_entries SET data = CAST(replace(data, 'Acme', 'Bcme') AS BLOB)"))
    with pytest.raises(LedgerTampered, match=f"row {ticket}"):
        log.integrate()
    with database.read() as tx:
        assert tx.execute(text("SELECT entry_index FROM ledger_entries")).scalar() is None


def test_an_altered_row_is_not_bundled_again(log: Log, grow: Grow, database: Database) -> None:
    grow(10)
    before = log.checkpoint()
    with database.write() as tx:
        other = tx.execute(text("SELECT data, leaf FROM ledger_entries WHERE entry_index = 4")).one()
        change = text("UPDATE ledger_entries SET data = :data, leaf = :leaf WHERE entry_index = 3")
        tx.execute(change, {"data": other.data, "leaf": other.leaf})
    grow(1, integrate=False)
    with pytest.raises(LedgerTampered, match="row 4"):
        log.integrate()
    assert log.checkpoint() == before


def test_an_altered_bundle_is_not_read_back(log: Log, grow: Grow, tmp_path: Path) -> None:
    grow(10)
    path = tmp_path / "ledger/2026/tile/entries/000.p/10"
    path.write_bytes(path.read_bytes().replace(b"Acme", b"Bcme"))
    with pytest.raises(LedgerTampered, match=r"tile/entries/000\.p/10"):
        log.entry(3)
