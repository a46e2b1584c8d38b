"""JSON shapes of restoration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sayso.audio.quality import Dnsmos
    from sayso.restoration import Finding, Step
    from sayso.restoration.repair.planner import ColourMatch
    from sayso.restoration.repair.wanted import WantedSpeaker
    from sayso.workflows.restoration.diagnosing import Examined
    from sayso.workflows.restoration.restoring import RestoredFile


def diagnosed(examined: Examined) -> dict[str, Any]:
    """Return the shape of a file that was examined: each finding, and the names of those at fault."""
    found = examined.diagnosis
    return {
        "file": str(examined.file),
        "duration_s": round(found.duration_s, 3),
        "sample_rate": found.sample_rate,
        "faults": [each.name for each in found.faults],
        "findings": {each.name: _finding(each) for each in found.values()},
        "skipped": list(examined.skipped),
    }


def _finding(found: Finding) -> dict[str, Any]:
    return {
        "value": None if found.value is None else float(f"{found.value:.4g}"),
        "unit": found.unit,
        "confidence": round(float(found.confidence), 2),
        "fault": bool(found.is_fault),
        "note": found.note,
        "places": _places(found.places),
    }


def restored(done: RestoredFile) -> dict[str, Any]:
    """Return the shape of a restored recording: what was found, what was done with what, scores before and after."""
    found = done.found
    hum = found["hum"]
    return {
        "file": done.file,
        "out": str(done.out),
        "state": "repaired" if done.steps else "untouched",
        "found": {
            "faults": [each.name for each in found.faults],
            "snr_db": _round(found["snr"].value),
            "clipped_ratio": _round(found["clipping"].value, 5),
            "hum_hz": None if hum.value is None else int(hum.note.split()[0]),
            "hum_db": _round(hum.value),
            "bandwidth_hz": _round(found["bandwidth"].value, 0),
            "rt60_s": _round(found["rt60"].value, 2),
            "c50_db": _round(found["c50"].value),
            "chatter": _round(found["chatter"].value, 3),
        },
        "repaired": [step.name for step in done.steps],
        "refused": list(done.refused),
        "steps": [_step(step) for step in done.steps],
        "before": _scores(done.before),
        "after": _scores(done.after),
        "speaker": None if done.speaker is None else _speaker(done.speaker),
        "match": None if done.match is None else _match(done.match),
    }


def _speaker(told: WantedSpeaker) -> dict[str, Any]:
    """Return what was done for the wanted speaker, and where."""
    return {
        "heard": told.is_heard,
        "likeness_before": _round(told.before, 3),
        "likeness_after": _round(told.after, 3),
        "removed_s": round(sum(turn.stop_s - turn.start_s for turn in told.removed), 3),
        "removed": [
            {"start_s": round(turn.start_s, 3), "stop_s": round(turn.stop_s, 3), "likeness": round(turn.likeness, 3)}
            for turn in told.removed
        ],
        "unsure": _places(told.unsure),
        "together": _places(told.together),
    }


def _match(told: ColourMatch) -> dict[str, Any]:
    """Return by how many dB the thirds of an octave differed from the reference, root mean square."""
    return {"before_db": _round(told.before_db, 2), "after_db": _round(told.after_db, 2)}


def _places(places: Sequence[tuple[float, float]]) -> list[list[float]]:
    return [[round(start, 3), round(stop, 3)] for start, stop in places]


def _step(step: Step) -> dict[str, Any]:
    values = {name: list(value) if isinstance(value, tuple) else value for name, value in step.parameters.items()}
    return {"name": step.name, "parameters": values, "digest": step.digest}


def _scores(dnsmos: Dnsmos) -> dict[str, float]:
    """Return DNSMOS scores, 1 (bad) to 5 (excellent)."""
    return {
        "signal": round(dnsmos.sig, 2),
        "background": round(dnsmos.bak, 2),
        "overall": round(dnsmos.ovr, 2),
    }


def _round(value: float | None, digits: int = 1) -> float | None:
    return None if value is None else round(float(value), digits)
