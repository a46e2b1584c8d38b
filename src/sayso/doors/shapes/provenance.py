"""JSON shapes of verifying and tracing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sayso.doors.shapes.credentials import content_credentials
from sayso.doors.shapes.mark import segments

if TYPE_CHECKING:
    from sayso.workflows.provenance.parts import ClipStanding, Part
    from sayso.workflows.provenance.tracing import Trace
    from sayso.workflows.provenance.verifying import Verification


def verification(found: Verification) -> dict[str, Any]:
    """Return the shape of a verified file."""
    standing = found.standing
    clip = _clip(standing)
    return {
        "file": str(found.file),
        "verdict": found.verdict,
        "content": str(found.content),
        "mark": str(found.detection.mark) if found.detection.mark_verified else None,
        "p_value": found.detection.p_value,
        "clip": clip["clip"],
        "grant": clip["grant"],
        "grant_state": clip["grant_state"],
        "licensee": clip["licensee"],
        "purpose": clip["purpose"],
        "made_at": clip["made_at"],
        "path": clip["path"],
        "segments": segments(found.detection.segments),
        "content_credentials": content_credentials(found.credentials),
        "entry": standing.entry if standing else None,
        "proof_ok": standing.proof_ok if standing else None,
        "problem": found.problem,
        "clips": [part(one) for one in found.parts],
        "skipped": list(found.skipped),
    }


def trace(found: Trace) -> dict[str, Any]:
    """Return the shape of a traced file."""
    return {
        "file": str(found.file),
        "outcome": str(found.outcome),
        "duration_s": round(found.scan.duration_s, 3),
        "marked_s": round(found.marked_s, 2),
        "p_value": found.scan.p_value,
        "parts": [part(one) for one in found.parts],
        "traced_at": found.traced_at,
        "log_key": found.log_key,
        "skipped": list(found.skipped),
    }


def part(found: Part) -> dict[str, Any]:
    """Return the shape of one part of a traced file."""
    standing = found.standing
    return {
        "start_s": round(found.passage.start_s, 2),
        "end_s": round(found.passage.end_s, 2),
        "verdict": found.verdict,
        "found_by": "content" if found.recognised else "mark",
        "mark": str(found.passage.mark) if found.passage.mark else None,
        "p_value": found.passage.p_value,
        "content": str(found.content),
        **_clip(standing),
        "allowed_now": standing.is_given if standing else None,
        "entry": standing.entry if standing else None,
        "proof_ok": standing.proof_ok if standing else None,
        "proof": (standing.proof or None) if standing else None,
        "log_key": (standing.log_key or None) if standing else None,
        "problem": (standing.problem or None) if standing else None,
    }


def _clip(standing: ClipStanding | None) -> dict[str, Any]:
    """Return the clip and its grant, all null where no clip is known."""
    clip = standing.clip if standing else None
    return {
        "clip": clip.clip_id if clip else None,
        "grant": clip.grant_id if clip else None,
        "grant_state": str(standing.grant_state) if standing else None,
        "licensee": clip.licensee if clip else None,
        "purpose": clip.purpose if clip else None,
        "project": clip.project if clip else None,
        "made_at": clip.created_at if clip else None,
        "path": standing.path if standing else None,
    }
