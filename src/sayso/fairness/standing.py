"""Where a version stands at the gate, from the reports and waivers that there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sayso.fairness.subject import JudgedVersion
from sayso.ids import GateId


class GateOutcome(StrEnum):
    """What a report or a waiver says of a version; ``unjudged`` stands for none, ``registered`` for a plan of one."""

    PASS = "pass"  # noqa: S105 - a verdict, no password
    FAIL = "fail"
    INSUFFICIENT = "insufficient"
    WAIVED = "waived"
    UNJUDGED = "unjudged"
    REGISTERED = "registered"


@dataclass(frozen=True, slots=True)
class GateRecord:
    """A report, a waiver or a plan; ``detail`` is what was found, the reason, or what is planned.

    ``expires_at`` is when a waiver ends; ``key`` and ``signature`` are those of who signed it.
    """

    record_id: GateId
    version: JudgedVersion
    outcome: GateOutcome
    detail: str
    created_at: str
    expires_at: str | None = None
    key: str | None = None
    signature: bytes | None = None


@dataclass(frozen=True, slots=True)
class GateStanding:
    """Where a version stands, and the record that says so; None where it was never judged."""

    version: JudgedVersion
    outcome: GateOutcome
    record: GateRecord | None = None

    @property
    def is_open(self) -> bool:
        """Whether the version may reach production."""
        return self.outcome in {GateOutcome.PASS, GateOutcome.WAIVED}


def standing(version: JudgedVersion, records: Sequence[GateRecord], at: str) -> GateStanding:
    """Return where ``version`` stands at ``at``, given its records, oldest first.

    The newest report counts. Where it does not pass, a waiver counts that was signed after it and has not ended: what
    was not known when it was signed, it does not excuse.
    """
    reports = [one for one in records if one.outcome not in {GateOutcome.WAIVED, GateOutcome.REGISTERED}]
    newest = reports[-1] if reports else None
    if newest is not None and newest.outcome is GateOutcome.PASS:
        return GateStanding(version, GateOutcome.PASS, newest)
    after = records[records.index(newest) :] if newest else records
    waivers = [one for one in after if one.outcome is GateOutcome.WAIVED and at < (one.expires_at or "")]
    if waivers:
        return GateStanding(version, GateOutcome.WAIVED, waivers[-1])
    return GateStanding(version, newest.outcome if newest else GateOutcome.UNJUDGED, newest)
