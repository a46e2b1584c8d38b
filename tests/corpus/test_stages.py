"""Stages: what is cut is what was measured."""

from __future__ import annotations

import json

import pytest

from sayso.corpus.cleaning import Cleaning
from sayso.corpus.reading import RecordingChanged, check_unchanged, digest_of
from sayso.corpus.sources import items_of
from sayso.corpus.stages import Clean, MeasureStage, tell_begun, tell_over
from sayso.corpus.worklog import records


def test_a_recording_that_was_replaced_since_it_was_measured_is_left_for_the_next_run(raw, tmp_path):
    path = tmp_path / "a.flac"
    path.write_bytes((raw / "a.flac").read_bytes())
    item = next(items_of(str(path)))
    measure = MeasureStage(tmp_path / "work")
    measure(json.dumps({**item.record(), "unit": "0:0", "options": {}, "cut": item.cut}))
    found = [each for record in records(measure.worklog) for each in record.get("segments", ())]
    segments = [{**each, "segment": f"seg_{number:032x}"} for number, each in enumerate(found)]
    unit = {
        "unit": "0:0:0", "reference": item.reference, "options": {}, "digest": digest_of(path), "segments": segments,
        "key_of": "", "language": "",
    }  # fmt: skip
    clean = Clean(tmp_path / "work", tmp_path / "sounds", Cleaning(scores=False))
    path.write_bytes((raw / "hiss.flac").read_bytes())
    assert json.loads(clean(json.dumps(unit)))["state"] == "later"
    assert not list(records(clean.worklog))
    path.write_bytes((raw / "a.flac").read_bytes())
    assert json.loads(clean(json.dumps(unit)))["state"] == "done"
    assert len(list(records(clean.worklog))) == len(segments) > 0


def test_when_the_run_is_over_units_are_passed_over_until_one_begins(raw, tmp_path):
    stages = MeasureStage(tmp_path), Clean(tmp_path, tmp_path / "sounds", Cleaning(scores=False))
    item = next(items_of(str(raw / "a.flac")))
    unit = json.dumps({**item.record(), "unit": "0:0", "options": {}, "cut": item.cut, "segments": []})
    tell_over(tmp_path)
    assert [json.loads(stage(unit))["state"] for stage in stages] == ["later", "later"]
    assert not list(tmp_path.glob("*/*"))
    tell_begun(tmp_path)
    assert json.loads(stages[0](unit))["state"] == "done"


def test_other_bytes_are_another_recording(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"one")
    check_unchanged(path, digest_of(path))
    with pytest.raises(RecordingChanged):
        check_unchanged(path, "0" * 64)
