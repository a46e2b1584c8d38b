"""What is finished survives a kill, and a line that was cut off is no record."""

from __future__ import annotations

from sayso.corpus.worklog import WorklogWriter, finished, forget, records


def test_records_come_back_and_a_torn_line_is_passed_over(tmp_path):
    with WorklogWriter(tmp_path) as one, WorklogWriter(tmp_path) as other:
        one.add("a", {"value": 1})
        other.add("b", {"value": 2})
        other.add("a", {"value": 1})
    path = max(tmp_path.glob("*.jsonl"), key=lambda each: each.stat().st_size)
    path.write_bytes(path.read_bytes() + b'{"key":"c","val')
    assert {key: each["value"] for key, each in finished(tmp_path).items()} == {"a": 1, "b": 2}
    assert len(list(records(tmp_path))) == 3


def test_only_files_that_hold_something_are_rewritten(tmp_path):
    for key in ("a", "b"):
        with WorklogWriter(tmp_path) as worklog:
            worklog.add(key, {})
    before = {path: path.stat().st_ino for path in tmp_path.glob("*.jsonl")}
    assert forget(tmp_path, lambda record: record["key"] == "a") == 1
    assert set(finished(tmp_path)) == {"b"}
    assert sum(path.stat().st_ino != inode for path, inode in before.items()) == 1
