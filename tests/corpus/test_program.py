"""The program on Daft: what happens to units whose worker dies."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sayso.corpus import program
from sayso.corpus.errors import CorpusRunFailed
from sayso.corpus.program import Runner, answers
from sayso.corpus.stages import is_over
from sayso.corpus.worklog import WorklogWriter


@dataclass
class Stage:
    """Counts how often each unit is worked on; ``deadly`` names those that kill their worker."""

    worklog: Path
    deadly: frozenset[str] = frozenset()
    name: str = "count"
    worked: Counter = field(default_factory=Counter)

    def __call__(self, unit):
        name = json.loads(unit)["unit"]
        begun = self.worklog.parent / "begun"
        begun.mkdir(exist_ok=True)
        (begun / name).write_text(name)
        self.worked[name] += 1
        if name in self.deadly:
            raise program.WorkerDied
        (begun / name).unlink()
        with WorklogWriter(self.worklog) as worklog:
            worklog.add(name, {})
        return json.dumps({"unit": name, "state": "done", "seconds": 1.0})

    def left(self, unit, found):
        return None if unit["unit"] in found else unit


def units(count):
    return ({"unit": f"{number:02d}"} for number in range(count))


def dumb(stage, given, _runner):
    """Workers whose answers come all at once, or not at all if one of them dies."""
    yield from [json.loads(stage(unit)) for unit in given]


@pytest.fixture(autouse=True)
def _without_daft(monkeypatch):
    monkeypatch.setattr(program, "_collected", dumb)


def test_what_was_finished_by_a_worker_that_died_is_not_made_again(tmp_path):
    stage = Stage(tmp_path / "log", frozenset({"07"}))
    found = list(answers(stage, units(12), Runner(), tmp_path))
    states = {answer["unit"]: answer["state"] for answer in found}
    assert len(found) == 12
    assert [name for name, state in states.items() if state == "deadly"] == ["07"]
    assert stage.worked == Counter({f"{number:02d}": 1 for number in range(12)} | {"07": 4})


def test_workers_that_die_whatever_they_do_end_the_run(tmp_path):
    stage = Stage(tmp_path / "log", frozenset(f"{number:02d}" for number in range(12)))
    with pytest.raises(CorpusRunFailed, match="memory"):
        list(answers(stage, units(12), Runner(), tmp_path))


def test_where_nobody_waits_for_answers_any_more_workers_are_told(tmp_path, monkeypatch):
    told = []

    def slow(_stage, given, _runner):
        try:
            yield from map(json.loads, given)
        finally:
            told.append(is_over(tmp_path))

    monkeypatch.setattr(program, "_collected", slow)
    found = answers(Stage(tmp_path / "log"), units(5), Runner(), tmp_path)
    next(found)
    assert not is_over(tmp_path)
    found.close()
    assert told == [True]
    again = answers(Stage(tmp_path / "log"), units(5), Runner(), tmp_path)
    next(again)
    assert not is_over(tmp_path)
    again.close()


def test_workers_killed_before_they_begin_a_unit_convict_none(tmp_path, monkeypatch):
    """Twelve in a row, as an operator or a machine without memory may kill them: the units are done all the same."""
    deaths = []

    def killed(stage, given, runner):
        if len(deaths) < 12:
            deaths.append(len(given))
            raise program.WorkerDied
        return dumb(stage, given, runner)

    monkeypatch.setattr(program, "_collected", killed)
    found = list(answers(Stage(tmp_path / "log"), units(4), Runner(), tmp_path))
    assert [answer["state"] for answer in found] == ["done"] * 4
    assert deaths == [4] * 12


def test_a_unit_that_was_begun_beside_a_worker_that_was_never_met_is_not_suspected(tmp_path, monkeypatch):
    left = [4]

    def unmet(stage, given, runner):
        (tmp_path / "begun").mkdir(exist_ok=True)
        (tmp_path / "begun" / "00").write_text("00")
        if left[0]:
            left[0] -= 1
            raise program.WorkerUnmet
        return dumb(stage, given, runner)

    monkeypatch.setattr(program, "_collected", unmet)
    found = list(answers(Stage(tmp_path / "log"), units(1), Runner(), tmp_path))
    assert [answer["state"] for answer in found] == ["done"]


def test_a_unit_that_is_tried_alone_has_one_worker(tmp_path, monkeypatch):
    asked = []

    def noted(stage, given, runner):
        asked.append((len(given), runner.workers))
        return dumb(stage, given, runner)

    monkeypatch.setattr(program, "_collected", noted)
    list(answers(Stage(tmp_path / "log", frozenset({"01"})), units(3), Runner(workers=3), tmp_path))
    assert asked == [(3, 3), (1, 1), (1, 1), (1, 1), (1, 3)]
