"""Margins fixed in the ledger: a report tells whether they were there before the first sample, and were kept to."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from sayso.accounts.actor import Role
from sayso.accounts.errors import RoleRefused
from sayso.audio import Container, encode
from sayso.database.words import RowTampered
from sayso.fairness.cohort import read_cohort
from sayso.fairness.gate_store import gate_records
from sayso.fairness.kept import KeptJudgement
from sayso.fairness.standing import GateOutcome
from sayso.workflows.audit import reconciling
from sayso.workflows.benches.measuring import measure
from sayso.workflows.fairness import gating, judging
from sayso.workflows.fairness.registering import registered
from tests.workflows.accounts.conftest import acting

INTAKE = "model:silero-vad"
PLAN = (["refused=0.5"], ["men", "women"], 2)


@pytest.fixture
def measured(session, speech, tmp_path):
    """Return a function that measures two people of each group into a table."""

    def made():
        lines = ["file,speaker,consented,group"]
        for n in range(4):
            part = speech.slice(12_000 * n, 12_000 * n + 90_000)
            (tmp_path / f"{n}.wav").write_bytes(encode(part, Container.WAV))
            lines.append(f"{n}.wav,{n},yes,{'women' if n % 2 else 'men'}")
        (tmp_path / "cohort.csv").write_text("\n".join(lines))
        measure(session, INTAKE, read_cohort(tmp_path / "cohort.csv"), tmp_path / "table.csv", order=None)
        return tmp_path / "table.csv"

    return made


def report(session, table, margins=()):
    kept = judging.judged(session, INTAKE, table, margins)
    assert gating.shown(session, kept.record_id) == kept
    return KeptJudgement.decode(kept.detail)


def test_a_plan_before_the_first_sample_counts_and_sets_the_margins(session, measured):
    plan = registered(session, INTAKE, *PLAN)
    table = measured()
    found = report(session, table)
    assert (found.registered.standing, found.registered.record) == ("kept", plan.record_id)
    assert {one.margin for one in found.comparisons} == {0.5}
    loose = report(session, table, ["refused=0.9"]).registered
    assert (loose.standing, loose.departures) == ("departed", ("margin of refused: 0.9, planned 0.5",))
    registered(session, INTAKE, ["refused=0.9"], *PLAN[1:])
    again = report(session, table)
    assert (again.registered.record, again.registered.earlier) == (plan.record_id, 0)


def test_a_plan_after_the_first_sample_is_late_and_what_came_before_it_is_counted(session, measured):
    table = measured()
    assert report(session, table).registered.standing == "none"
    plan = registered(session, INTAKE, *PLAN)
    late = report(session, table).registered
    assert (late.standing, late.record, late.earlier) == ("late", plan.record_id, 1)
    table.unlink()
    anew = report(session, measured()).registered
    assert (anew.standing, anew.earlier) == ("kept", 1)


def test_of_several_plans_that_of_the_groups_of_the_table_counts(session, measured):
    plan = registered(session, INTAKE, *PLAN)
    registered(session, INTAKE, ["refused=0.9"], ["deep", "high"], 2)
    table = measured()
    found = report(session, table)
    assert (found.registered.standing, found.registered.record) == ("kept", plan.record_id)
    assert {one.margin for one in found.comparisons} == {0.5}


def test_a_table_that_nobody_measured_here_is_undated(session, measured):
    registered(session, INTAKE, *PLAN)
    table = measured()
    table.write_text(table.read_text() + "\n")
    assert report(session, table).registered.standing == "undated"


def test_a_plan_opens_no_gate_and_an_edited_one_is_found(session, measured):
    plan = registered(session, INTAKE, *PLAN)
    (standing,) = gating.status(session, INTAKE)
    assert standing.outcome is GateOutcome.UNJUDGED
    assert reconciling.findings(session) == []
    table = measured()
    with session.act() as tx:
        tx.execute(update(gate_records).values(detail=plan.detail.replace("0.5", "0.9")))
    with pytest.raises(RowTampered):
        report(session, table)
    assert any(plan.record_id in each for each in reconciling.findings(session))


def test_only_an_operator_plans(session):
    with pytest.raises(RoleRefused):
        registered(acting(session, Role.PRODUCER), INTAKE, *PLAN)
