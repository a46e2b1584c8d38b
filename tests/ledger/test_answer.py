from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sayso.clock import parse_stamp
from sayso.errors import SaysoError
from sayso.ledger import Entry, Log, append_all, check_answer
from sayso.ledger.errors import AnswerInvalid, ExportMissing, LedgerTampered
from sayso.ledger.note import SignerKey

from .conftest import GRANTS, ORIGIN

PURPOSES = ("audiobook/mystery", "audiobook", "audiobooks", "podcast", "audiobook/history")
COUNT = 700


def made(number: int) -> Entry:
    facts = {
        "licensee": ("Acme", 'Say "so", \\é', "Acme Audio")[number % 3],
        "purpose": PURPOSES[number % 5],
        "clip": f"clp_{number:016d}",
    }
    if number % 2:
        facts["project"] = f"project {number % 4}"
    at = f"2026-11-{1 + number // 100:02d}T00:00:00.000Z"
    return Entry("synthesis:clip:made", at, None if number % 7 == 6 else GRANTS[number % 5], facts)


@pytest.fixture
def filled(database, log) -> Log:
    with database.write() as tx:
        append_all(tx, [made(number) for number in range(COUNT)])
    log.integrate()
    return log


QUESTIONS = [
    ({}, lambda _: True),
    ({"grants": [GRANTS[0]]}, lambda entry: entry.grant == GRANTS[0]),
    ({"grants": GRANTS[:2]}, lambda entry: entry.grant in GRANTS[:2]),
    ({"grants": [GRANTS[6]]}, lambda _: False),
    ({"licensee": "Acme"}, lambda entry: entry.facts["licensee"] == "Acme"),
    ({"licensee": 'Say "so", \\é'}, lambda entry: entry.facts["licensee"] == 'Say "so", \\é'),
    ({"purpose": "audiobook"}, lambda entry: entry.facts["purpose"].split("/")[0] == "audiobook"),
    ({"purpose": "audiobook/mystery"}, lambda entry: entry.facts["purpose"] == "audiobook/mystery"),
    ({"project": "project 3"}, lambda entry: entry.facts.get("project") == "project 3"),
    ({"clip": "clp_0000000000000017"}, lambda entry: entry.facts["clip"] == "clp_0000000000000017"),
    (
        {"since": parse_stamp("2026-11-02"), "until": parse_stamp("2026-11-04")},
        lambda entry: "2026-11-02" < entry.at < "2026-11-04",
    ),
    (
        {"grants": [GRANTS[1]], "purpose": "podcast", "licensee": "Acme Audio"},
        lambda entry: (
            (entry.grant, entry.facts["purpose"], entry.facts["licensee"]) == (GRANTS[1], "podcast", "Acme Audio")
        ),
    ),
    ({"type": "synthesis:clip"}, lambda _: True),
    ({"type": "synthesis:cli"}, lambda _: False),
]


@pytest.mark.parametrize(
    ("asked", "fits"), QUESTIONS, ids=lambda each: str(each)[:40] if isinstance(each, dict) else ""
)
def test_what_is_asked_for_is_found_and_proven(filled, tmp_path, asked, fits):
    expected = [number for number in range(COUNT) if fits(made(number))]
    assert [row.index for row in filled.query(**asked)] == expected
    assert filled.answer(tmp_path / "answer", **asked) == len(expected)
    answered = check_answer(tmp_path / "answer", filled.vkey)
    answered.require_clean()
    assert list(answered.indexes) == expected
    assert list(answered.entries) == [filled.entry(index) for index in expected]


@pytest.mark.parametrize("asked", [{"grants": GRANTS[:2]}, {"licensee": "Acme"}], ids=str)
@pytest.mark.parametrize("change", ["drop", "drop the last", "double", "swap", "other"])
def test_a_row_left_out_doubled_moved_or_replaced_is_found(filled, tmp_path, asked, change):
    path = tmp_path / "answer"
    filled.answer(path, **asked)
    head, *rows = path.read_bytes().splitlines(keepends=True)
    filled.answer(tmp_path / "all")
    every = (tmp_path / "all").read_bytes().splitlines(keepends=True)[1:]
    stranger = next(row for row in every if row not in rows and json.loads(row)["index"] > 0)
    changed = {
        "drop": rows[:3] + rows[4:],
        "drop the last": rows[:-1],
        "double": [*rows[:3], rows[2], *rows[3:]],
        "swap": [rows[1], rows[0], *rows[2:]],
        "other": [stranger, *rows[1:]],
    }[change]
    path.write_bytes(b"".join([head, *changed]))
    with pytest.raises(LedgerTampered):
        check_answer(path, filled.vkey).require_clean()


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_flipped_bit_is_found(filled, tmp_path, data):
    path = tmp_path / "answer"
    filled.answer(path, grants=[GRANTS[0]], clip="clp_0000000000000010")
    content = bytearray(path.read_bytes())
    bit = data.draw(st.integers(0, len(content) * 8 - 1))
    content[bit // 8] ^= 1 << bit % 8
    path.write_bytes(content)
    assert _is_found(path, filled.vkey)


def _is_found(path, vkey):
    """A changed file is either no answer at all, or an answer with findings; never a clean one."""
    try:
        return bool(check_answer(path, vkey).findings)
    except AnswerInvalid:
        return True


def test_a_statement_to_another_question_does_not_serve(filled, tmp_path):
    filled.answer(tmp_path / "one", grants=[GRANTS[0]])
    filled.answer(tmp_path / "other", grants=[GRANTS[0]], since=parse_stamp("2026-11-02"))
    header = (tmp_path / "one").read_bytes().splitlines(keepends=True)[0]
    rows = (tmp_path / "other").read_bytes().splitlines(keepends=True)[1:]
    (tmp_path / "mixed").write_bytes(header + b"".join(rows))
    assert check_answer(tmp_path / "mixed", filled.vkey).findings


def test_another_log_does_not_vouch_for_it(filled, tmp_path):
    filled.answer(tmp_path / "answer", grants=[GRANTS[0]])
    assert check_answer(tmp_path / "answer", str(SignerKey(ORIGIN, b"z" * 32).verifier)).findings


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b"x" * 2_000_000])
def test_a_file_that_is_no_answer_is_said_so(filled, tmp_path, content):
    with pytest.raises(ExportMissing):
        check_answer(tmp_path / "answer", filled.vkey)
    (tmp_path / "answer").write_bytes(content)
    with pytest.raises(AnswerInvalid):
        check_answer(tmp_path / "answer", filled.vkey)


CHANGES = {
    "moved away": f"UPDATE ledger_entries SET grant_id = '{GRANTS[6]}', seq = 999 WHERE entry_index = 0",  # noqa: S608 - ours
    "removed": "DELETE FROM ledger_entries WHERE entry_index = 5",
    "altered": "UPDATE ledger_entries SET data = CAST(replace(data, 'clp_', 'clq_') AS BLOB) WHERE entry_index = 0",
    "misplaced": "UPDATE ledger_entries SET entry_index = 9999 WHERE entry_index = 5",
    "moved in": f"UPDATE ledger_entries SET grant_id = '{GRANTS[0]}', seq = 999 WHERE entry_index = 1",  # noqa: S608 - ours
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_rows_changed_in_the_database_are_not_believed(filled, database, change):
    with database.write() as tx:
        tx.exec_driver_sql(change)
    with pytest.raises(LedgerTampered):
        filled.query(grants=[GRANTS[0]])


@pytest.mark.parametrize("name", ["licensee", "purpose", "project", "clip"])
def test_a_column_that_says_otherwise_than_its_entry_is_found(filled, database, name):
    with database.write() as tx:
        tx.exec_driver_sql(f"UPDATE ledger_entries SET {name} = 'moved' WHERE entry_index = 11")  # noqa: S608 - ours
    with pytest.raises(SaysoError, match="row 12"):
        filled.query(**{name: "moved"})
    assert any("row 12" in finding and name in finding for finding in filled.audit().findings)


def test_columns_are_written_again_from_the_entries(filled, database):
    with database.write() as tx:
        tx.exec_driver_sql("UPDATE ledger_entries SET licensee = NULL, purpose = 'x', project = 'y', clip = NULL")
    assert not filled.query(licensee="Acme")
    assert filled.reindex() == COUNT
    assert len(filled.query(licensee="Acme")) == 234
    filled.audit().require_clean()
    assert filled.reindex() == 0
