"""What the queue promises on a database with many writers, as far as it can be seen without one."""

from __future__ import annotations

from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from sayso.database import Database
from sayso.ledger import Log, append_all, store

from .conftest import GRANTS, entry


def on_postgresql(statement: object) -> str:
    return str(statement.compile(dialect=postgresql.dialect()))


def test_the_tables_can_be_made_on_postgresql() -> None:
    made = [on_postgresql(CreateTable(table)) for table in (store.entries, store.chains, store.published)]
    made += [on_postgresql(CreateIndex(index)) for index in store.entries.indexes]
    assert any("ticket BIGSERIAL" in each for each in made)


def test_the_head_of_a_chain_is_locked_while_it_moves() -> None:
    assert "FOR UPDATE" in on_postgresql(store.LOCK_HEAD.statement)


def test_a_ticket_that_becomes_visible_late_still_gets_its_place(database: Database, log: Log) -> None:
    """Where many writers commit at once, a lower ticket may show up after a higher one has its place."""
    with database.write() as tx:
        tickets = append_all(tx, [entry(0), entry(1), entry(2)])
        early = dict(tx.exec_driver_sql("SELECT * FROM ledger_entries WHERE ticket = 1").mappings().one())
        tx.exec_driver_sql("DELETE FROM ledger_entries WHERE ticket = 1")
    assert log.integrate().size == 2
    with database.write() as tx:
        tx.execute(store.entries.insert(), early)
    assert log.integrate().size == 3
    assert [log.index_of(ticket) for ticket in tickets] == [2, 0, 1]
    assert log.audit().findings == ()


def test_many_grants_in_one_batch(database: Database, log: Log) -> None:
    from sayso.ledger import Entry

    from .conftest import AT

    letters = "abcdefghijklmnopqrstuvwxyz234567"
    grants = [f"grt_{first}{second}{'z' * 14}" for first in letters for second in letters]
    with database.write() as tx:
        append_all(tx, [Entry("a:b", AT, grant) for grant in grants])
        append_all(tx, [Entry("a:b", AT, grant) for grant in reversed(grants)])
    assert log.integrate().size == 2 * len(grants)
    assert len(log.query(grants=grants)) == 2 * len(grants)
    assert not log.query(grants=GRANTS)
    assert log.audit().findings == ()
