"""The machine-readable figures: whole, agreeing with the page of measurements, refreshed by a run and by nothing else."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path

import pytest
from benchmarks.figures import FILE, found_at, refresh, written

from sayso.workflows.audit.compliance import read_figures

ROWS = json.loads(FILE.read_text())["figures"]
MEASURES = {"1.1.1", "1.1.2", "1.1.3", "2", "3", "4"}


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_each_figure_says_what_it_is_where_it_comes_from_and_when(row):
    assert set(row) == {"id", "what", "value", "unit", "sample", "bar", "measures", "command", "date", "from"}
    assert set(row["measures"]) <= MEASURES
    assert row["measures"]
    assert row["sample"]
    assert row["command"].split()[0] in {"make", "python", "pytest"}
    date.fromisoformat(row["date"])
    assert row["bar"] is None or set(row["bar"]) <= {"at_least", "at_most"}
    assert row["from"] is None or len(row["from"]) >= 2


def test_ids_are_different_and_the_report_can_read_them():
    assert len({row["id"] for row in ROWS}) == len(ROWS)
    assert len(read_figures(FILE)) == len(ROWS)
    assert {measure for row in ROWS for measure in row["measures"]} == MEASURES


def test_the_file_is_written_a_line_a_figure():
    assert FILE.read_text() == written(json.loads(FILE.read_text()))


def figures(folder: Path) -> Path:
    rows = [
        {"id": "a", "value": 1, "date": "2026-01-01", "from": ["mark.json", "attacks", "mp3", "present"]},
        {"id": "b", "value": 2, "date": "2026-01-01", "from": ["mark.json", "attacks", "gone", "present"]},
        {"id": "c", "value": 3, "date": "2026-01-01", "from": None},
    ]
    file = folder / "figures.json"
    file.write_text(json.dumps({"format": "sayso-figures", "figures": rows}))
    return file


def test_a_run_writes_what_it_measured_and_leaves_the_rest(tmp_path):
    file, report = figures(tmp_path), tmp_path / "mark.json"
    report.write_text(json.dumps({"attacks": {"mp3": {"present": 99.123456}}}))
    assert refresh(tmp_path, since=0, file=file) == ["a"]
    a, b, c = json.loads(file.read_text())["figures"]
    assert a["value"] == 99.1235
    assert a["date"] > "2026-01-01"
    assert (b["value"], b["date"], c["value"]) == (2, "2026-01-01", 3)


def test_a_report_of_an_older_run_changes_nothing(tmp_path):
    file, report = figures(tmp_path), tmp_path / "mark.json"
    before = file.read_text()
    report.write_text(json.dumps({"attacks": {"mp3": {"present": 5}}}))
    os.utime(report, (1_000, 1_000))
    assert refresh(tmp_path, since=2_000, file=file) == []
    assert file.read_text() == before


def test_only_numbers_are_taken():
    assert found_at({"a": {"b": 1.5}}, ["a", "b"]) == 1.5
    assert found_at({"a": {"b": "x"}}, ["a", "b"]) is None
    assert found_at({"a": 1}, ["a", "b"]) is None
