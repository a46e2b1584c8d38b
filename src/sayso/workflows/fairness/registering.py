"""What a version will be judged by, fixed in the ledger before it is measured; and whether a report kept to it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from sayso.accounts.rights import Right
from sayso.clock import now, stamp
from sayso.fairness import gate_store as store
from sayso.fairness.judging import Judgement
from sayso.fairness.registration import KeptRegistration, Registration, RegistrationStanding
from sayso.fairness.standing import GateOutcome, GateRecord
from sayso.fairness.subject import JudgedVersion, SubjectName
from sayso.ids import GateId, new_id
from sayso.ledger import append
from sayso.ledger.account_acts import BenchMeasured, GateRegistered
from sayso.workflows.fairness.gating import committed_record, plans_of
from sayso.workflows.fairness.versions import version_of
from sayso.workflows.installation.session import Session


@dataclass(frozen=True, slots=True)
class PlannedStudy:
    """The plan that a table is judged by, None where there is none; and what the ledger says of when it was measured.

    ``begun`` is when the first sample of the table was measured, None where the table was not measured here;
    ``earlier`` counts the measurements of the version that were logged before the plan.
    """

    record: GateRecord | None
    begun: str | None
    earlier: int

    @property
    def plan(self) -> Registration | None:
        """What is planned."""
        return None if self.record is None else Registration.decode(self.record.detail)

    def kept(self, found: Judgement) -> KeptRegistration:
        """Return how the report of ``found`` stands to the plan."""
        if self.record is None or self.plan is None:
            return KeptRegistration(RegistrationStanding.NONE)
        departures = self.plan.departures(found)
        return KeptRegistration(self._standing(departures), self.record.record_id, departures, self.earlier)

    def _standing(self, departures: Sequence[str]) -> RegistrationStanding:
        if self.begun is None:
            return RegistrationStanding.UNDATED
        if self.record is None or self.begun <= self.record.created_at:
            return RegistrationStanding.LATE
        return RegistrationStanding.DEPARTED if departures else RegistrationStanding.KEPT


def registered(
    session: Session, subject: str, metrics: Sequence[str], groups: Sequence[str], speakers: int
) -> GateRecord:
    """Fix what the version of ``subject`` that is here will be judged by; see `planned` for which plan counts.

    Raise `RegistrationInvalid`, `MarginInvalid`, or as `version_of` does.
    """
    session.require(Right.GATE)
    plan, version = Registration.of(metrics, groups, speakers), version_of(SubjectName.parse(subject))
    record = GateRecord(GateId(new_id("gate")), version, GateOutcome.REGISTERED, plan.encode(), stamp(now()))
    with session.act(record.record_id) as tx:
        store.insert_record(tx, record)
        act = GateRegistered(
            subject=session.actor.organisation,
            record=record.record_id,
            judged=str(version.of),
            version=version.digest,
            plan=hashlib.sha256(record.detail.encode()).hexdigest(),
            rows=committed_record(session, tx, record.record_id),
        )
        append(tx, act.entry(record.created_at))
    return record


def planned(session: Session, version: JudgedVersion, table: str, groups: AbstractSet[str]) -> PlannedStudy:
    """Return the plan of a version for the table with the SHA-256 ``table``, of ``groups``; raise `RowTampered`.

    It is the newest for just these groups that was fixed before the table's first sample was measured, so that each
    way to part the same samples may have a plan of its own; failing that, the newest before the sample, or of all.
    """
    with session.read() as tx:
        plans = plans_of(session, tx, version)
        logged = session.installation.log.query_in(tx, type=BenchMeasured.TYPES[0])
        own = {"version": version.digest, "subject": session.actor.organisation}
        told = [each.entry for each in logged if own.items() <= each.entry.facts.items()]
    begun = next((str(each.facts["begun"]) for each in told if each.facts["table"] == table), None)
    before = [each for each in reversed(plans) if begun is not None and each.created_at < begun]
    own_groups = [each for each in before if set(Registration.decode(each.detail).groups) == groups]
    record = next(iter([*own_groups, *before, *reversed(plans)]), None)
    return PlannedStudy(record, begun, sum(record is not None and each.at < record.created_at for each in told))
