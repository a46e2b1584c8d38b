"""JSON shapes of the gate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sayso.fairness.standing import GateRecord, GateStanding


def record(found: GateRecord) -> dict[str, Any]:
    """Return the shape of a report, a waiver or a plan: the same fields, those of the others empty."""
    from sayso.fairness.kept import KeptJudgement  # noqa: PLC0415 - loads statistics
    from sayso.fairness.registration import Registration  # noqa: PLC0415
    from sayso.fairness.standing import GateOutcome  # noqa: PLC0415

    is_waiver, is_plan = found.outcome is GateOutcome.WAIVED, found.outcome is GateOutcome.REGISTERED
    kept = None if is_waiver or is_plan else KeptJudgement.decode(found.detail)
    return {
        "record": found.record_id,
        "subject": str(found.version.of),
        "version": found.version.digest,
        "verdict": found.outcome.value,
        "at": found.created_at,
        "measured": kept.measured if kept else None,
        "needed": kept.needed if kept else None,
        "reason": found.detail if is_waiver else None,
        "until": found.expires_at,
        "key": found.key,
        "signature": found.signature.hex() if found.signature else None,
        "plan": asdict(Registration.decode(found.detail)) if is_plan else None,
        "registered": asdict(kept.registered) if kept else None,
        "groups": [asdict(one) for one in kept.comparisons] if kept else [],
    }


def standings(policy: str, found: Sequence[GateStanding]) -> dict[str, Any]:
    """Return the shape of where versions stand, and of what the policy of the installation is."""
    return {"policy": policy, "versions": [_standing(one) for one in found]}


def _standing(one: GateStanding) -> dict[str, Any]:
    return {
        "subject": str(one.version.of),
        "version": one.version.digest,
        "verdict": one.outcome.value,
        "open": one.is_open,
        "record": one.record.record_id if one.record else None,
        "until": one.record.expires_at if one.record else None,
    }
