"""The gate: what passes, what a waiver excuses and for how long, and what the policy lets speak."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import update

from sayso.accounts.actor import Role
from sayso.accounts.errors import RoleRefused
from sayso.consent.keys import is_signature_of
from sayso.database.words import RowTampered
from sayso.fairness.errors import SubjectInvalid, Ungated, WaiverInvalid
from sayso.fairness.gate_store import gate_records
from sayso.fairness.standing import GateOutcome
from sayso.workflows.audit import reconciling
from sayso.workflows.fairness import gating, judging
from sayso.workflows.speech.speaking import speak
from tests.workflows.accounts.conftest import OTHER, acting

ENGINE = "engine:hibari"


def table(folder, gap=0.0, speakers=40):
    rows = [
        f"{n},{group},likeness,{level + n % 7 / 100},synthetic"
        for group, level in (("women", 0.7 - gap), ("men", 0.7))
        for n in range(speakers)
    ]
    path = folder / f"table-{gap}-{speakers}.csv"
    path.write_text("\n".join(["speaker,group,metric,value,kind", *rows]))
    return path


def outcome(session, subject=ENGINE):
    (found,) = gating.status(session, subject)
    return found.outcome


@pytest.mark.parametrize(
    ("gap", "speakers", "expected"),
    [(0.0, 40, GateOutcome.PASS), (0.2, 40, GateOutcome.FAIL), (0.0, 5, GateOutcome.INSUFFICIENT)],
)
def test_a_version_stands_as_its_newest_report_says(session, tmp_path, gap, speakers, expected):
    assert outcome(session) is GateOutcome.UNJUDGED
    kept = judging.judged(session, ENGINE, table(tmp_path, gap, speakers))
    assert outcome(session) is expected
    assert gating.shown(session, kept.record_id) == kept
    judging.judged(session, ENGINE, table(tmp_path))
    assert outcome(session) is GateOutcome.PASS
    assert outcome(session, "mark:standard") is GateOutcome.UNJUDGED
    types = [row.entry.type for row in session.log.query()]
    assert types.count("fairness:gate:judged") == 2


def test_a_waiver_is_signed_and_ends(session, tmp_path, monkeypatch):
    judging.judged(session, ENGINE, table(tmp_path, 0.2))
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    waiver = judging.waived(session, ENGINE, reason="the fix is on its way", until="2998-01-01", key=pem)
    assert waiver.key == key.public_key().public_bytes_raw().hex()
    assert is_signature_of(waiver.key, gating.waiver_text(waiver), waiver.signature)
    assert not is_signature_of(waiver.key, gating.waiver_text(replace(waiver, detail="x")), waiver.signature)
    assert outcome(session) is GateOutcome.WAIVED
    (entry,) = session.log.query(type="fairness:gate:waived")
    assert "the fix" not in str(entry.entry.facts)
    monkeypatch.setattr(gating, "stamp", lambda _: "2998-01-01T00:00:00.000Z")
    assert outcome(session) is GateOutcome.FAIL


def test_a_waiver_does_not_excuse_what_was_found_after_it(session, tmp_path):
    judging.waived(session, ENGINE, reason="not judged yet", until="2998-01-01")
    assert outcome(session) is GateOutcome.WAIVED
    judging.judged(session, ENGINE, table(tmp_path, 0.2))
    assert outcome(session) is GateOutcome.FAIL


@pytest.mark.parametrize(("reason", "until"), [(" ", "2998-01-01"), ("x" * 501, "2998-01-01"), ("late", "2001-01-01")])
def test_a_waiver_without_reason_or_end_is_refused(session, reason, until):
    with pytest.raises(WaiverInvalid):
        judging.waived(session, ENGINE, reason=reason, until=until)
    assert outcome(session) is GateOutcome.UNJUDGED


@pytest.mark.parametrize(
    "subject", ["hibari", "engine:", "car:red", "model:nothing", "restoration:other", "enrollment:words"]
)
def test_what_is_no_subject_is_refused(session, tmp_path, subject):
    with pytest.raises(SubjectInvalid):
        judging.judged(session, subject, table(tmp_path))


def test_an_edited_record_does_not_count_and_the_audit_names_it(session, tmp_path):
    kept = judging.judged(session, ENGINE, table(tmp_path, 0.2))
    assert reconciling.findings(session) == []
    with session.act() as tx:
        tx.execute(update(gate_records).values(outcome="pass"))
    with pytest.raises(RowTampered):
        gating.status(session, ENGINE)
    assert any(kept.record_id in each for each in reconciling.findings(session))


def test_only_an_operator_judges_and_another_organisation_sees_the_installations_alone(session, tmp_path):
    for role in (Role.PRODUCER, Role.AUDITOR):
        with pytest.raises(RoleRefused):
            judging.judged(acting(session, role, OTHER), ENGINE, table(tmp_path))
    judging.judged(acting(session, Role.OPERATOR, OTHER), ENGINE, table(tmp_path))
    assert outcome(acting(session, Role.AUDITOR, OTHER)) is GateOutcome.PASS
    assert outcome(acting(session, Role.AUDITOR, "org_cccccccccccccccc")) is GateOutcome.UNJUDGED
    judging.judged(session, "mark:robust", table(tmp_path))
    assert outcome(acting(session, Role.AUDITOR, OTHER), "mark:robust") is GateOutcome.PASS


def test_the_policy_lets_only_a_gated_engine_speak(estate, tmp_path):
    session, out = estate.session, tmp_path / "out.wav"
    installation = replace(session.installation, settings=replace(session.settings, gate="required"))
    strict = replace(session, installation=installation)
    with pytest.raises(Ungated, match="unjudged"):
        speak(strict, estate.order(), out)
    assert not out.exists()
    judging.waived(strict, ENGINE, reason="a trial", until="2998-01-01")
    assert speak(strict, estate.order(), out).clip
