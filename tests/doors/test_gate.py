"""``sayso gate``: exit codes for a pipeline, and what is written where."""

from __future__ import annotations

import pytest

from .program import Program
from .test_fairness import GAPS, table

HIBARI = "engine:hibari"


@pytest.fixture
def program(tmp_path):
    return Program(tmp_path)


@pytest.mark.parametrize(("verdict", "speakers"), [("pass", 40), ("fail", 40), ("insufficient", 5)])
def test_the_verdict_decides_the_exit_code_of_run_and_of_status(program, tmp_path, verdict, speakers):
    gap, code = GAPS[verdict]
    found = program.json("gate", "run", HIBARI, "--table", table(tmp_path, gap, speakers), code=code)
    assert found["verdict"] == verdict
    assert program.json("gate", "show", found["record"], "-o", tmp_path / "card.html") == found
    card = (tmp_path / "card.html").read_text("utf-8")
    assert f'{HIBARI}: <span class="{verdict}">{verdict}</span>' in card
    assert "men&lt;b&gt;" in card
    assert card.index("Not measured") < card.index("naturalness by DNSMOS") < card.index("did not consent")
    (one,) = program.json("gate", "status", HIBARI, code=code)["versions"]
    assert (one["verdict"], one["open"], one["record"]) == (verdict, verdict == "pass", found["record"])


def test_a_waiver_opens_the_gate_and_text_is_for_people(program, tmp_path):
    program.json("gate", "status", HIBARI, code=4)
    waived = program.json("gate", "waive", HIBARI, "--reason", "a trial", "--until", "2999-01-01")
    assert (waived["verdict"], waived["reason"], waived["groups"]) == ("waived", "a trial", [])
    program.json("gate", "show", waived["record"], "-o", tmp_path / "card.html")
    assert "<dd>a trial</dd>" in (tmp_path / "card.html").read_text("utf-8")
    assert program.json("gate", "status", HIBARI)["versions"][0]["verdict"] == "waived"
    said = program.run("gate", "status").stdout
    assert "engine:hibari" in said
    assert "policy: off" in said


def test_the_policy_stops_speech_with_the_code_of_a_refusal(program, tmp_path):
    words = ("say", "Hello.", "--voice", "heart", "--licensee", "Northwind", "--purpose", "podcast", "-o", "out.wav")
    strict = {"SAYSO_GATE": "required", "SAYSO_ENGINE": "hibari"}
    found = program.json(*words, code=5, env=strict)
    assert found["error"] == "ungated"
    assert not (tmp_path / "out.wav").exists()
    assert "sayso gate run" in found["hint"]


@pytest.mark.parametrize(
    "words",
    [
        ("run", HIBARI, "--table", "absent.csv"),
        ("run", "car:red", "--table", "absent.csv"),
        ("run", HIBARI, "--table", "absent.csv", "--cohort", "absent.csv"),
        ("waive", HIBARI, "--reason", "x", "--until", "2001-01-01"),
        ("waive", HIBARI, "--reason", "x", "--until", "soon"),
        ("status", "engine:nothing"),
        ("show", "gat_1"),
    ],
)
def test_bad_input_is_refused_in_one_line(program, words):
    found = program.json("gate", *words, code=3 if words[-1] == "engine:nothing" else 2)
    assert "got" in found["message"] or "cannot be read" in found["message"]


def test_people_of_a_corpus_are_measured_first(program):
    words = ("--table", "absent.csv", "--by", "sex", "--corpus", "lamp")
    assert program.json("gate", "run", "mark:standard", *words, code=3)["error"] == "corpus-unknown"
    assert program.json("gate", "run", "mark:standard", *words, "--cohort", "c.csv", code=2)["error"] == "cohort-usage"


@pytest.mark.parametrize("words", [("--by", "sex"), ("--licensee", "N"), ("--cohort", "c.csv", "--project", "x")])
def test_what_only_a_measurement_takes_is_not_dropped(program, words):
    found = program.json("gate", "run", HIBARI, "--table", "absent.csv", *words, code=2)
    assert found["error"] == "measure-usage"


def test_a_plan_is_shown_and_a_report_tells_how_it_stands_to_it(program, tmp_path):
    words = ("--metric", "likeness=0.04", "--group", "women", "--group", "men<b>", "--speakers", 40)
    plan = program.json("gate", "register", HIBARI, *words)
    assert plan["plan"] == {"margins": {"likeness": 0.04}, "groups": ["men<b>", "women"], "speakers": 40}
    assert program.json("gate", "show", plan["record"], "-o", tmp_path / "plan.html") == plan
    assert "likeness 0.04; 40 speakers of each of men&lt;b&gt;, women" in (tmp_path / "plan.html").read_text("utf-8")
    found = program.json("gate", "run", HIBARI, "--table", table(tmp_path, 0.0, 40))
    assert found["registered"] == {"standing": "undated", "record": plan["record"], "departures": [], "earlier": 0}
    assert [(one["margin"], one["power"]) for one in found["groups"]] == [(0.04, 1.0)] * 2
    program.json("gate", "show", found["record"], "-o", tmp_path / "card.html")
    assert "nobody here logged when" in (tmp_path / "card.html").read_text("utf-8")
    assert "margins" in program.run("gate", "show", plan["record"]).stdout
