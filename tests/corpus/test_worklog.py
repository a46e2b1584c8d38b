"""What is finished survives a kill, and a line that was cut off is no record."""

from __future__ import annotations

from sayso.corpus.worklog import FinishedWork, WorklogWriter, forget, records


def test_records_come_back_and_a_torn_line_is_passed_over(tmp_path):
    with WorklogWriter(tmp_path) as one, WorklogWriter(tmp_path) as other:
        one.add("a", {"value": 1})
        other.add("b", {"value": 2})
        other.add("a", {"value": 1})
    path = max(tmp_path.glob("*.jsonl"), key=lambda each: each.stat().st_size)
    path.write_bytes(path.read_bytes() + b'{"key":"c","val')
    found = FinishedWork(tmp_path, tmp_path / "scratch")
    assert [found.get(key) and found.get(key)["value"] for key in "abc"] == [1, 2, None]
    assert "b" in found
    assert "c" not in found
    assert len(list(records(tmp_path))) == 3


def test_only_files_that_hold_something_are_rewritten(tmp_path):
    for key in ("a", "b"):
        with WorklogWriter(tmp_path) as worklog:
            worklog.add(key, {})
    before = {path: path.stat().st_ino for path in tmp_path.glob("*.jsonl")}
    assert forget(tmp_path, lambda record: record["key"] == "a") == 1
    assert {record["key"] for record in records(tmp_path)} == {"b"}
    assert sum(path.stat().st_ino != inode for path, inode in before.items()) == 1


def test_the_parts_of_a_recording_are_numbered_and_those_of_a_stretch_of_it_are_its_own(tmp_path):
    with WorklogWriter(tmp_path) as worklog:
        for key in ("ab:10", "ab:2", "ab", "ab@0-5:1", "abc:3", "ab:x"):
            worklog.add(key, {})
    assert FinishedWork(tmp_path, tmp_path / "scratch").numbered("ab") == [2, 10]
