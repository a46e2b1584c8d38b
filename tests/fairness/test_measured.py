"""The table of a bench: broken off anywhere it goes on, with the groups of now, and never across versions."""

from __future__ import annotations

from pathlib import Path

import pytest

from sayso.fairness import measured
from sayso.fairness.cohort import CohortMember
from sayso.fairness.errors import TableInvalid
from sayso.fairness.measured import MeasuredTable, SampleFigure
from sayso.fairness.subject import JudgedVersion, SubjectName
from sayso.fairness.table import SampleKind, read_table

VERSION = JudgedVersion(SubjectName.parse("mark:standard"), "a" * 64)
MEMBERS = {f"{n}" * 64: CohortMember(Path(f"{n}.wav"), f"person {n}", 'Irish, "west"') for n in range(3)}
FIGURES = [SampleFigure("ovrl", 3.25, SampleKind.REAL), SampleFigure("ovrl", 3.125), SampleFigure("detected", 1.0)]


def written(path, samples):
    table = MeasuredTable(path, VERSION, MEMBERS)
    for sample in samples:
        table.add(sample, MEMBERS[sample], FIGURES)
    return table


def test_what_was_written_is_read_as_a_table_of_measurements(tmp_path):
    path = tmp_path / "table.csv"
    assert written(path, MEMBERS).done == set(MEMBERS)
    cells = read_table(path).cells
    assert {(cell.speaker, cell.metric, cell.kind, values.mean) for cell, values in cells.items()} == {
        (member.speaker, one.metric, one.kind, one.value) for member in MEMBERS.values() for one in FIGURES
    }


def test_broken_off_at_any_byte_it_goes_on_behind_the_last_whole_sample(tmp_path, monkeypatch):
    monkeypatch.setattr(measured, "stamp", lambda _: "2027-03-01T12:00:00.000Z")
    path = tmp_path / "table.csv"
    written(path, MEMBERS)
    whole = path.read_bytes()
    head = whole.index(b"\n") + 1
    for cut in range(head, len(whole), 71):
        path.write_bytes(whole[:cut])
        table = written(path, ())
        for sample in [one for one in MEMBERS if one not in table.done]:
            table.add(sample, MEMBERS[sample], FIGURES)
        assert path.read_bytes() == whole


def test_rows_stay_with_the_groups_of_now_and_of_no_other_version(tmp_path):
    path = tmp_path / "table.csv"
    written(path, MEMBERS)
    first, second, _ = MEMBERS
    moved = {first: CohortMember(Path("0.wav"), "person 0", "women"), second: MEMBERS[second]}
    assert MeasuredTable(path, VERSION, moved).done == {first, second}
    assert {cell.group for cell in read_table(path).cells} == {"women", 'Irish, "west"'}
    with pytest.raises(TableInvalid, match="holds measurements of mark:standard"):
        MeasuredTable(path, JudgedVersion(VERSION.of, "b" * 64), MEMBERS)


@pytest.mark.parametrize("theirs", [b"speaker,group\nAda,women\n", b"a note", b"speaker,group\n", b"\xff\xfe\0", b""])
def test_a_file_that_is_no_such_table_stays_as_it_is(tmp_path, theirs):
    path = tmp_path / "table.csv"
    path.write_bytes(theirs)
    with pytest.raises(TableInvalid, match="no table that was measured here"):
        MeasuredTable(path, VERSION, MEMBERS)
    assert path.read_bytes() == theirs
    with pytest.raises(TableInvalid):
        MeasuredTable(tmp_path, VERSION, MEMBERS)
