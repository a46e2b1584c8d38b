"""The same promises on PostgreSQL: run where SAYSO_TEST_POSTGRES names a server, skipped elsewhere."""

from __future__ import annotations

import sys
import threading
import time

import pytest
from sqlalchemy import text

from sayso.consent import store as consents
from sayso.database import connect, metadata
from sayso.database.engine import AddressInvalid, ConstraintBroken, DatabaseUnavailable
from sayso.database.metadata import keys_metadata
from sayso.database.schema import KEYS, STATE, revision, upgrade
from sayso.database.scope import EVERYTHING
from sayso.errors import Invalid
from sayso.ids import SpeakerId, new_id
from sayso.ledger import Entry, Log, append, append_all
from sayso.settings import Settings, load
from sayso.vault import FileKek, Vault
from sayso.vault.errors import Shredded
from sayso.workflows.consent import granting
from sayso.workflows.consent.speakers import add_speaker, name_of
from sayso.workflows.erasure import erasing
from sayso.workflows.installation.session import open_session
from sayso.workflows.speech.orders import Order
from sayso.workflows.speech.speaking import speak
from sayso.workflows.voices import voicebook

AT = "2026-11-22T20:36:00.123Z"


@pytest.fixture
def database(postgres):
    found = connect(postgres())
    metadata.create_all(found.engine)
    yield found
    found.close()


def test_an_address_without_a_driver_gets_ours(database):
    assert database.engine.url.drivername == "postgresql+psycopg"


def test_two_writers_wait_for_each_other(database):
    with database.write() as tx:
        tx.execute(text("CREATE TABLE takes (name TEXT UNIQUE)"))

    def add(start):
        for number in range(start, start + 20):
            with database.write() as tx:
                count = tx.execute(text("SELECT COUNT(*) FROM takes")).scalar()
                tx.execute(text("INSERT INTO takes VALUES (:name)"), {"name": f"{number:03d} {count:03d}"})

    threads = [threading.Thread(target=add, args=(start,)) for start in (0, 100, 200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as tx:
        names = tx.execute(text("SELECT name FROM takes")).scalars().all()
    assert sorted(int(name.split()[1]) for name in names) == list(range(60))


def test_writers_of_different_speakers_write_at_the_same_time(database):
    first, second = (SpeakerId(new_id("speaker")) for _ in range(2))
    with database.write(first, scope=EVERYTHING) as tx, database.write(second, scope=EVERYTHING) as other:
        consents.add_speaker(tx, first)
        consents.add_speaker(other, second)
    with database.read(scope=EVERYTHING) as tx:
        assert len(consents.list_speakers(tx)) == 2


@pytest.mark.parametrize(("held", "wanted"), [(("a",), ("a",)), ((), ("a",)), (("a",), ()), (("a", "b"), ("b", "c"))])
def test_a_writer_waits_for_whoever_names_the_same_or_everything(database, held, wanted):
    order = []

    def wait():
        with database.write(*wanted):
            order.append("second")

    waiting = threading.Thread(target=wait)
    with database.write(*held):
        waiting.start()
        time.sleep(0.3)
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]


def test_two_who_name_the_same_in_another_order_do_not_wait_for_ever(database):
    def write(names):
        for _ in range(50):
            with database.write(*names):
                pass

    threads = [threading.Thread(target=write, args=(names,)) for names in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
        assert not thread.is_alive()


def test_a_reader_sees_one_state(database):
    with database.write() as tx:
        tx.execute(text("CREATE TABLE takes (name TEXT)"))
    with database.read() as seen:
        before = seen.execute(text("SELECT COUNT(*) FROM takes")).scalar()
        with database.write() as tx:
            tx.execute(text("INSERT INTO takes VALUES ('a')"))
        assert seen.execute(text("SELECT COUNT(*) FROM takes")).scalar() == before


def test_a_broken_constraint_is_a_conflict_and_keeps_nothing(database):
    with pytest.raises(ConstraintBroken), database.write(scope=EVERYTHING) as tx:
        for _ in range(2):
            consents.add_speaker(tx, SpeakerId("spk_aaaaaaaaaaaaaaaa"))
    with database.read(scope=EVERYTHING) as tx:
        assert consents.list_speakers(tx) == []


def test_the_migrations_run_and_agree_with_the_tables(postgres):
    for schema, tables in ((STATE, metadata), (KEYS, keys_metadata)):
        found = connect(postgres())
        upgrade(found, schema)
        upgrade(found, schema)
        assert revision(found) == schema.head
        with found.read() as tx:
            for table in tables.sorted_tables:
                assert tx.execute(table.select()).all() == []
        found.close()


def test_entries_of_many_writers_are_numbered_without_gaps_and_integrated(database, tmp_path):
    log = Log(database, tmp_path / "ledger", key=bytes(32), origin="sayso.test/log")
    grants = [new_id("grant") for _ in range(3)]

    def write():
        for number in range(30):
            with database.write() as tx:
                append(tx, Entry("a:b", AT, grants[number % 3], {"number": number}))

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.write() as tx:
        append_all(tx, [Entry("a:b", AT, grants[n % 3]) for n in range(500)])
    assert log.integrate().size == 4 * 30 + 500
    assert log.audit().findings == ()
    for index in (0, 255, 256, 619):
        assert log.prove(index)


def test_subject_keys_are_kept_and_destroyed(postgres, tmp_path):
    keys = connect(postgres(), journal="DELETE")
    keys_metadata.create_all(keys.engine)
    vault = Vault(FileKek(tmp_path / "kek"), keys, (tmp_path / "blobs").as_uri())
    speaker = SpeakerId(new_id("speaker"))
    vault.create_subject(speaker)
    sealed = vault.seal(b"sound", [speaker], kind="clip")
    assert vault.open(sealed.address, kind="clip") == b"sound"
    vault.destroy_subject(speaker)
    with pytest.raises(Shredded):
        vault.open(sealed.address, kind="clip")
    with keys.read() as tx:
        assert tx.execute(text("SELECT wrapped FROM subject_keys")).scalar() is None
    keys.close()


def test_what_is_forgotten_is_not_rewritten_under_everybody(database):
    with database.read() as tx:
        tx.execute(text("SELECT count(*) FROM speakers")).scalar()
        database.forget_deleted()  # VACUUM FULL would wait here for the reader


def test_a_voice_speaks_and_is_erased(postgres, tmp_path):
    session = open_session(Settings(home=tmp_path / "home", database_url=postgres(), keys_url=postgres()))
    voice = next(one.row for one in voicebook.listed(session) if one.row.engine == "hibari")
    order = Order(text="The lamp was lit at noon.", voice=voice.voice_id, licensee="A", purpose="podcast")
    spoken = speak(session, order, tmp_path / "out.wav", lambda _: None)
    assert session.log.audit().findings == ()
    assert session.entry_of(spoken.ticket) > 0
    speaker = add_speaker(session, "Ada")
    granting.give(session, granting.Terms(speaker=speaker, licensee="A", purposes=("podcast",)))
    assert name_of(session, speaker) == "Ada"
    planned = erasing.plan(session, speaker)
    erasing.run(session, planned.plan_id)
    assert session.log.audit().findings == ()
    session.installation.database.close()
    session.vault.keys.close()


def test_a_missing_driver_or_a_bad_address_is_one_clear_error(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(DatabaseUnavailable, match=r"sayso\[postgres\]"):
        connect("postgresql://127.0.0.1/sayso")
    with pytest.raises(AddressInvalid):
        connect("no address")
    with pytest.raises(Invalid, match="keys_url"):
        load({"SAYSO_HOME": str(tmp_path), "SAYSO_DATABASE_URL": "sqlite:///x", "SAYSO_KEYS_URL": "sqlite:///x"})


def test_a_server_that_is_away_is_one_clear_error():
    pytest.importorskip("psycopg")
    database = connect("postgresql://nobody@127.0.0.1:1/sayso")
    with pytest.raises(DatabaseUnavailable), database.read():
        pass
