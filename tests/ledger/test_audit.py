"""Whatever is changed in what a log keeps, the audit finds it and names the place."""
# ruff: noqa: S608 - the statements are those of this file

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sayso.database import Database, connect, metadata
from sayso.errors import Tampered
from sayso.ledger import Entry, Log, append_all
from sayso.ledger.audit import ChainReplay
from sayso.ledger.checkpoint import Checkpoint
from sayso.ledger.entry import Link
from sayso.ledger.errors import LedgerTampered
from sayso.ledger.merkle import leaf_hash
from sayso.ledger.store import Stored

from . import oracle
from .conftest import AT, GRANTS, KEY, ORIGIN, SHARD, at_first, entry

STEPS = (5, 40, 215, 10)
SIZE = sum(STEPS)
PENDING = 16
TABLES = ("ledger_entries", "ledger_chains", "ledger_published")

Grow = Callable[..., list[int]]


class Standing:
    """A log that stands between examples; `kept` puts back whatever an example changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "ledger"
        self.state = folder / "state.sqlite"
        database = connect(f"sqlite:///{self.state}")
        metadata.create_all(database.engine)
        self.log = Log(database, self.folder, key=KEY, origin=ORIGIN, now=at_first)
        done = 0
        for step in STEPS:
            with database.write() as tx:
                append_all(tx, [entry(number) for number in range(done, done + step)])
            done += step
            self.log.integrate()
        with database.write() as tx:
            append_all(tx, [entry(number) for number in range(done, done + PENDING)])
        self.raw = sqlite3.connect(self.state, isolation_level=None)
        self.files = {
            path: path.read_bytes() for path in self.folder.rglob("*") if path.is_file() and path.stat().st_size
        }
        self.rows = {table: self.raw.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES}

    def restore(self) -> None:
        for path, data in self.files.items():
            if not path.exists() or path.read_bytes() != data:
                path.write_bytes(data)
        self.raw.execute("BEGIN IMMEDIATE")
        for table, rows in self.rows.items():
            self.raw.execute(f"DELETE FROM {table}")
            marks = ", ".join("?" * len(rows[0]))
            self.raw.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        self.raw.execute("COMMIT")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    found = Standing(tmp_path_factory.mktemp("standing"))
    yield found
    found.raw.close()


@pytest.fixture
def standing(built: Standing) -> Iterator[Standing]:
    yield built
    built.restore()


shared = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_the_untouched_log_is_clean(standing: Standing) -> None:
    audit = standing.log.audit()
    assert audit.findings == ()
    assert audit.size == SIZE
    assert audit.root == oracle.mth([standing.log.entry(index) for index in range(SIZE)])
    audit.require_clean()


@shared
@given(st.data())
def test_one_flipped_bit_in_any_file_is_found_and_named(built: Standing, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(built.files)))
    content = bytearray(built.files[path])
    bit = data.draw(st.integers(0, len(content) * 8 - 1))
    content[bit // 8] ^= 1 << bit % 8
    try:
        path.write_bytes(content)
        audit = built.log.audit()
        name = path.relative_to(built.folder).as_posix()
        assert any(finding.startswith(name) for finding in audit.findings), audit.findings
        with pytest.raises(Tampered):
            audit.require_clean()
    finally:
        path.write_bytes(built.files[path])


@shared
@given(st.data())
def test_a_cut_or_missing_file_is_found_and_named(built: Standing, data: st.DataObject) -> None:
    needed = [each for each in built.files if each.parent.suffix != ".p" or each.name in {"1", str(SIZE % 256)}]
    path = data.draw(st.sampled_from(sorted(needed)))
    try:
        if data.draw(st.booleans()):
            path.unlink()
        else:
            path.write_bytes(built.files[path][: data.draw(st.integers(0, len(built.files[path]) - 1))])
        name = path.relative_to(built.folder).as_posix()
        assert any(finding.startswith(name) for finding in built.log.audit().findings)
    finally:
        path.write_bytes(built.files[path])


CHANGES = {
    "entry_index": st.none() | st.integers(-2, SIZE + PENDING + 3),
    "grant_id": st.none() | st.sampled_from(GRANTS),
    "seq": st.integers(-1, 90),
    "type": st.sampled_from(["speech:clip:result", "x", ""]),
    "at": st.sampled_from(["2026-11-22T20:36:00.124Z", ""]),
    "leaf": st.integers(0, 255),
    "receipt": st.none() | st.integers(0, 255),
    "data": st.integers(0, 8 * 100),
}


@shared
@given(st.data())
def test_a_changed_column_of_an_entry_is_found_and_named(built: Standing, data: st.DataObject) -> None:
    row = data.draw(st.sampled_from(built.rows["ledger_entries"]))
    names = [each[1] for each in built.raw.execute("PRAGMA table_info(ledger_entries)")]
    old = dict(zip(names, row, strict=True))
    column = data.draw(st.sampled_from(sorted(CHANGES)))
    value = data.draw(CHANGES[column])
    if isinstance(old[column], bytes) and isinstance(value, int):
        flipped = bytearray(old[column])
        flipped[value // 8] ^= 1 << value % 8
        value = bytes(flipped)
    if value == old[column] or (column == "receipt" and isinstance(value, int)):
        return
    try:
        built.raw.execute(f"UPDATE ledger_entries SET {column} = ? WHERE ticket = ?", (value, old["ticket"]))
    except sqlite3.IntegrityError:
        return  # the database itself refuses a second entry at one place
    try:
        findings = built.log.audit().findings
        place = rf"row {old['ticket']}\b|entry {old['entry_index']}\b|entry {old['seq']}\b|{old['grant_id']}"
        assert any("ledger_" in each and re.search(place, each) for each in findings), (column, value, findings)
    finally:
        built.restore()


@shared
@given(st.data())
def test_a_row_taken_out_is_found_and_named(built: Standing, data: st.DataObject) -> None:
    names = [each[1] for each in built.raw.execute("PRAGMA table_info(ledger_entries)")]
    old = dict(zip(names, data.draw(st.sampled_from(built.rows["ledger_entries"])), strict=True))
    if old["entry_index"] is None and old["grant_id"] is None:
        return  # a waiting entry under no grant has left no trace yet
    built.raw.execute("DELETE FROM ledger_entries WHERE ticket = ?", (old["ticket"],))
    try:
        findings = built.log.audit().findings
        assert any(
            f"entry {old['entry_index']} is missing" in each or str(old["grant_id"]) in each for each in findings
        )
    finally:
        built.restore()


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (f"UPDATE ledger_chains SET seq = seq + 1 WHERE grant_id = '{GRANTS[3]}'", f"ledger_chains row {GRANTS[3]}"),
        (f"UPDATE ledger_chains SET seq = seq - 1 WHERE grant_id = '{GRANTS[3]}'", f"ledger_chains row {GRANTS[3]}"),
        (f"UPDATE ledger_chains SET head = zeroblob(32) WHERE grant_id = '{GRANTS[0]}'", GRANTS[0]),
        (f"DELETE FROM ledger_chains WHERE grant_id = '{GRANTS[1]}'", GRANTS[1]),
        (f"INSERT INTO ledger_chains VALUES ('grt_{'z' * 16}', 1, zeroblob(32))", f"grt_{'z' * 16}"),
        ("UPDATE ledger_published SET size = size - 1", "ledger_published"),
        ("UPDATE ledger_published SET size = 0", "ledger_published"),
        ("UPDATE ledger_published SET size = size + 1", "checkpoint"),
        ("UPDATE ledger_published SET root = zeroblob(32)", "ledger_published"),
        ("DELETE FROM ledger_published", "ledger_published"),
        ("UPDATE ledger_published SET origin = 'else'", "ledger_published"),
        ("UPDATE ledger_entries SET ticket = 99999 WHERE ticket = 17", "row 99999"),
        (f"DELETE FROM ledger_entries WHERE entry_index >= {SIZE - 1}", "rows were removed"),
        ("UPDATE ledger_entries SET ticket = -ticket WHERE ticket IN (17, 18)", "row -17"),
    ],
)
def test_changed_chains_and_published_rows_are_found_and_named(standing: Standing, change: str, place: str) -> None:
    standing.raw.execute(change)
    assert any(place in finding for finding in standing.log.audit().findings), standing.log.audit().findings


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ("UPDATE ledger_entries SET data = zeroblob(9) WHERE entry_index = 100", "row 101"),
        ("UPDATE ledger_entries SET leaf = zeroblob(32) WHERE entry_index = 100", "row 101"),
        ("UPDATE ledger_entries SET receipt = NULL WHERE entry_index = 100", "row 101"),
        ("UPDATE ledger_entries SET at = '2027' WHERE entry_index = 100", "row 101: at"),
        ("UPDATE ledger_entries SET grant_id = NULL WHERE entry_index = 100", "row 101: grant_id"),
        ("DELETE FROM ledger_entries WHERE entry_index = 100", "entry 100"),
        ("UPDATE ledger_published SET root = zeroblob(32)", "ledger_published"),
    ],
)
def test_a_proof_of_an_entry_whose_row_was_changed_is_refused(standing: Standing, change: str, place: str) -> None:
    standing.raw.execute(change)
    with pytest.raises(LedgerTampered, match=re.escape(place)):
        standing.log.prove(100)


def test_a_ticket_moved_to_another_entry_is_found(standing: Standing) -> None:
    standing.raw.execute("UPDATE ledger_entries SET ticket = -1 WHERE ticket = 17")
    standing.raw.execute("UPDATE ledger_entries SET ticket = 17 WHERE ticket = 18")
    with pytest.raises(LedgerTampered, match="row 17"):
        standing.log.index_of(17)


def test_a_query_does_not_return_an_altered_row(standing: Standing) -> None:
    standing.raw.execute(f"UPDATE ledger_entries SET grant_id = '{GRANTS[1]}', seq = 999 WHERE ticket = 17")
    with pytest.raises(LedgerTampered, match="row 17"):
        standing.log.query(grants=[GRANTS[1]])


@shared
@given(st.data())
def test_a_proof_never_rests_on_an_altered_file(built: Standing, data: st.DataObject) -> None:
    """Either the change does not concern the entry and its proof stays as it was, or it is found."""
    index = data.draw(st.integers(0, SIZE - 1))
    good = built.log.prove(index)
    path = data.draw(st.sampled_from(sorted(built.files)))
    content = bytearray(built.files[path])
    bit = data.draw(st.integers(0, len(content) * 8 - 1))
    content[bit // 8] ^= 1 << bit % 8
    found = ""
    try:
        path.write_bytes(content)
        proof = built.log.prove(index)
    except LedgerTampered as error:
        found = error.message
    finally:
        path.write_bytes(built.files[path])
    assert path.relative_to(built.folder).as_posix().split(".p")[0] in found if found else proof == good


@pytest.mark.parametrize(
    "name", ["2026/tile/0/000", "2026/tile/entries/000", "2026/tile/1/000.p/1", "2026/tile/0/001.p/14"]
)
def test_a_proof_names_the_file_that_was_altered(standing: Standing, name: str) -> None:
    path = standing.folder / name
    path.write_bytes(path.read_bytes()[:40][::-1] + path.read_bytes()[40:])
    with pytest.raises(LedgerTampered, match=re.escape(name)):
        standing.log.prove(0)


def test_a_rewritten_log_is_found_though_all_its_parts_agree(log: Log, grow: Grow, tmp_path: Path) -> None:
    grow(3)
    database = connect(f"sqlite:///{tmp_path / 'other.sqlite'}")
    metadata.create_all(database.engine)
    with database.write() as tx:
        append_all(tx, [entry(number) for number in (0, 2, 1)])
    rewritten = Log(database, tmp_path / "other", key=b"y" * 32, origin=ORIGIN, now=at_first)
    rewritten.integrate()
    for path in (tmp_path / "other/2026/tile").rglob("3"):
        target = tmp_path / "ledger" / path.relative_to(tmp_path / "other")
        target.write_bytes(path.read_bytes())
    findings = log.audit().findings
    database.close()
    assert findings
    with pytest.raises(LedgerTampered):
        log.prove(0)


def test_a_root_that_the_log_itself_has_forged_is_found(
    log: Log, grow: Grow, database: Database, tmp_path: Path
) -> None:
    """An operator who holds the key can sign anything; it has to follow from the entries all the same."""
    grow(10)
    (tmp_path / "ledger/2026/checkpoint").write_text(Checkpoint(SHARD, 10, bytes(32)).signed([log.signer]))
    with database.write() as tx:
        tx.exec_driver_sql("UPDATE ledger_published SET root = zeroblob(32)")
    assert any(each.startswith("2026/checkpoint") for each in log.audit().findings)


@pytest.mark.parametrize(
    ("second_seq", "follows", "finding"),
    [(3, True, "missing or doubled"), (2, False, "does not follow from entry 1"), (2, True, None)],
)
def test_a_chain_with_a_gap_or_a_break_is_found(second_seq: int, follows: bool, finding: str | None) -> None:
    first = Link(Entry("a:b", AT, GRANTS[0]), 1, "").encode()
    prev = leaf_hash(first).hex() if follows else "00" * 32
    second = Link(Entry("a:b", AT, GRANTS[0]), second_seq, prev).encode()
    replay = ChainReplay()
    seen: list[str] = []
    for place, data in enumerate([first, second]):
        seq = second_seq if place else 1
        row = Stored(place, place, GRANTS[0], seq, "a:b", AT, leaf_hash(data), None, data)
        seen += replay.take(row, (second_seq, leaf_hash(second)))
    seen += replay.finish()
    assert len(seen) == (finding is not None)
    assert finding is None or finding in seen[0]


def test_findings_are_kept_to_a_bound(log: Log, grow: Grow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sayso.ledger.shard_audit.MAX_FINDINGS", 3)
    grow(20)
    path = tmp_path / "ledger/2026/tile/0/000.p/20"
    path.write_bytes(bytes(20 * 32))
    assert len(log.audit().findings) == 3


def test_an_entry_out_of_its_grants_order_is_found(log: Log, grow: Grow) -> None:
    """A sequencer that gave places against the chain would show, though every hash is right."""
    grow(20)
    rows = log.query(grants=[GRANTS[0]])
    replay = ChainReplay()
    seen = []
    for place, row in enumerate(rows):
        stored = Stored(row.ticket, 50 - place, GRANTS[0], row.link.seq, "", "", leaf_hash(row.data), None, row.data)
        seen += replay.take(stored, (len(rows), leaf_hash(rows[-1].data)))
    seen += replay.finish()
    assert seen
    assert all("stands in the log before" in each for each in seen)
