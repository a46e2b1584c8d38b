"""Whoever edits one cell of the state, or deletes one row, is found by the audit, which names the row and goes on."""

from __future__ import annotations

import random
import re
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from sayso.clock import parse_stamp, stamp
from sayso.database import metadata
from sayso.errors import Tampered
from sayso.ids import new_id
from sayso.settings import Settings
from sayso.workflows.audit import auditing
from sayso.workflows.installation.session import open_session
from sayso.workflows.operations.checkup import accept_present_clock
from tests.workflows.audit import furnished

ENUMS = {
    ("grants", "state"): "given",
    ("grant_events", "state"): "given",
    ("grant_events", "who"): "operator",
    ("grant_versions", "who"): "operator",
    ("grant_minutes", "state"): "given",
    ("speaker_keys", "how"): "recovered",
    ("artifacts", "kind"): "clip",
    ("erasure_plans", "stage"): "planned",
    ("erasure_items", "kind"): "voice",
    ("credentials", "role"): "operator",
}
"""Columns that hold one of some words, each with a word that it may hold."""

UNHELD = {
    "checked_lines": "says what a person should listen to; nothing is permitted, counted or released by it",
    "paused_runs": "holds work up; nothing is permitted, counted or released by it",
    "run_priorities": "says what is worked on first; nothing is permitted, counted or released by it",
}
"""Tables that the ledger does not speak for, each with the reason."""

TABLES = sorted(set(metadata.tables) - set(UNHELD))

SAMPLED = 12
"""Rows of the log whose cells are edited, for each column: each edit is made in a copy, and all rows take the hour."""

IRRELEVANT = {
    ("fingerprints", "number"): "only orders the index in memory, which is made anew",
    ("reservations", "permit_id"): "settling is refused: the lease is of another permit",
    ("reservations", "made_ms"): "settling is refused where more is noted than made; nothing is released",
    ("reservations", "run_id"): "settling is refused: the lease is of another run",
    ("reservations", "fence"): "settling is refused: the lease was taken over",
    ("reservations", "lease_until"): "settling is refused after it; until then the minutes are held, not spent",
}
"""Cells that no finding names, each with the reason why nothing wrong comes of it."""


@pytest.fixture(scope="module")
def home(tmp_path_factory, template, recording):
    """Return an installation with rows in every table, and its audit is clean."""
    from tests.workflows.conftest import furnished as furnished_estate

    folder = tmp_path_factory.mktemp("every")
    estate = template.copied(folder)
    session = estate.session
    furnished.furnish(session, estate, folder)
    furnished.licensed(session, furnished_estate(session, recording, name="Berta"), folder)
    furnished.died(session)
    furnished.erased(session, furnished_estate(session, recording, name="Dora"), folder)
    leaving = furnished_estate(session, recording, name="Emil")
    furnished.begun(session, leaving.speaker)
    furnished.erasing.plan(session, estate.speaker)
    furnished.accounts(session, estate.speaker)
    furnished.produced(session, folder)
    furnished.enrolled(session, estate.speaker, recording)
    furnished.protected(session, estate.speaker, recording)
    furnished.gated(session, folder)
    accept_present_clock(session)
    auditing.audit(session)
    session.installation.database.close()
    session.vault.keys.close()
    return session


class Tamperer:
    """Somebody with the database file: edits past every constraint, and puts all back."""

    def __init__(self, session):
        self.session = session
        self.path = session.settings.home / "sayso.sqlite"

    def rows(self, table):
        keys = [column.name for column in metadata.tables[table].primary_key]
        with closing(sqlite3.connect(self.path)) as db:
            db.row_factory = sqlite3.Row
            return [dict(row) for row in db.execute(f"SELECT * FROM {table} ORDER BY {', '.join(keys)}")]  # noqa: S608

    def run(self, statement, *values):
        with closing(sqlite3.connect(self.path)) as db, db:
            db.execute("PRAGMA ignore_check_constraints = ON")
            return db.execute(statement, values).rowcount

    def where(self, table, row):
        keys = [column.name for column in metadata.tables[table].primary_key]
        return " AND ".join(f"{key} = ?" for key in keys), [row[key] for key in keys]

    def found(self):
        try:
            auditing.audit(self.session)
        except Tampered as error:
            return [error.message, *error.reasons]
        return []

    def edited(self, table, row, column, value):
        """Return what the audit finds while a cell has another value; None where a key of the table refuses it."""
        where, keys = self.where(table, {**row, column: value} if column in self.keys(table) else row)
        old_where, old_keys = self.where(table, row)
        try:
            assert self.run(f"UPDATE {table} SET {column} = ? WHERE {old_where}", value, *old_keys) == 1  # noqa: S608
        except sqlite3.IntegrityError:
            return None
        try:
            return self.found()
        finally:
            assert self.run(f"UPDATE {table} SET {column} = ? WHERE {where}", row[column], *keys) == 1  # noqa: S608

    def deleted(self, table, row):
        """Return what the audit finds while a row is gone."""
        where, keys = self.where(table, row)
        assert self.run(f"DELETE FROM {table} WHERE {where}", *keys) == 1  # noqa: S608
        try:
            return self.found()
        finally:
            names = ", ".join(row)
            marks = ", ".join("?" for _ in row)
            self.run(f"INSERT INTO {table} ({names}) VALUES ({marks})", *row.values())  # noqa: S608

    @staticmethod
    def keys(table):
        return {column.name for column in metadata.tables[table].primary_key}


def others(table, row, column, rows):
    """Return plausible other values of a cell: what stands in another row, a value of the same form, none."""
    value = row[column.name]
    if (table, column.name) in ENUMS:
        return [word for word in (ENUMS[table, column.name], "unheard-of") if word != value]
    taken = {each[column.name] for each in rows}
    elsewhere = sorted((each for each in taken - {value} if each is not None), key=str)[:1]
    unique = column.primary_key or column.unique
    found = [] if unique else elsewhere
    found += [other for other in [form(value, column)] if other not in taken or not unique]
    return found + ([None] if column.nullable and value is not None else [])


def form(value, column):
    """Return another value of the same form."""
    if isinstance(value, bytes):
        return value[:-1] + bytes([value[-1] ^ 1]) if value else b"\1"
    if isinstance(value, int):
        return 1 - value if column.type.python_type is bool else value + 1
    if value is None:
        kind = column.type.python_type
        moment = "2027-01-01T00:00:00.000Z" if column.name.endswith("_at") else "seven"
        return {int: 7, bytes: b"seven"}.get(kind, moment)
    if re.fullmatch(r"[a-z]{3}_[a-z2-7]{16}", value):
        return value[:4] + new_id("clip")[4:]
    if re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", value):
        return stamp(parse_stamp(value) - timedelta(days=30))
    place = max((match.start() for match in re.finditer(r"[0-9a-f]", value)), default=0)
    return value[:place] + ("0" if value[place] != "0" else "1") + value[place + 1 :]


def cells(home, name, *, most):
    """Yield each cell of a table, of at most so many rows, with other values for it."""
    chosen, rows = random.Random(7), Tamperer(home).rows(name)
    assert rows, f"{name}: no row to edit; furnish one"
    for column in metadata.tables[name].columns:
        fitting = [row for row in rows if row[column.name] is not None] or rows
        for row in rows if most is None else chosen.sample(fitting, min(most, len(fitting))):
            yield from ((row, column.name, value) for value in others(name, row, column, rows))


def names(finding, table, row):
    """Return whether a finding names the table, or the row by one of its ids; the log's are named by file or entry."""
    if table.startswith("ledger_"):
        return True
    ids = [value for value in row.values() if isinstance(value, str) and len(value) >= 20]
    return table in finding or any(each in finding for each in ids)


def copied(home, folder):
    """Return the same installation in a folder of its own: an audit integrates the log, and so goes on with an edit."""
    shutil.rmtree(folder / "home", ignore_errors=True)
    shutil.copytree(home.settings.home, folder / "home")
    return open_session(Settings(home=folder / "home"))


def tamperer_of(home, folder, table):
    return Tamperer(copied(home, folder) if table.startswith("ledger_") else home)


def missed(home, table, *, folder, most):
    found = []
    for row, column, value in cells(home, table, most=most):
        findings = tamperer_of(home, folder, table).edited(table, row, column, value)
        if (table, column) in IRRELEVANT or findings is None or is_placed_again(home, table, row, column, value):
            continue
        if not any(names(finding, table, row) for finding in findings):
            edit = f"{column} of {next(iter(row.values()))}: {row[column]!r:.60} -> {value!r:.60}"
            found.append(f"{edit}: {findings[:2]}")
    return found


def is_placed_again(home, table, row, column, value):
    """Return whether the newest entry lost its place: the audit has it placed again, where it was."""
    newest = max(each["ticket"] for each in Tamperer(home).rows("ledger_entries"))
    return (table, column, value) == ("ledger_entries", "entry_index", None) and row["ticket"] == newest


@pytest.mark.parametrize("table", ["clips", "grants", "reservations", "voices"])
def test_every_edited_cell_of_a_row_is_found(home, tmp_path, table):
    assert not (found := missed(home, table, folder=tmp_path, most=1)), "\n".join(found)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("table", TABLES)
def test_every_edited_cell_of_every_row_is_found(home, tmp_path, table):
    most = SAMPLED if table == "ledger_entries" else None
    assert not (found := missed(home, table, folder=tmp_path, most=most)), "\n".join(found)
    auditing.audit(home)


@pytest.mark.parametrize("table", TABLES)
def test_every_deleted_row_is_found(home, table, tmp_path):
    rows = Tamperer(home).rows(table)
    rows = [row for row in rows if row.get("stage") != "planned"]  # of a plan that was not begun nothing is missed
    for row in random.Random(7).sample(rows, min(3, len(rows))):
        findings = tamperer_of(home, tmp_path, table).deleted(table, row)
        assert any(names(finding, table, row) for finding in findings), row
    auditing.audit(home)
