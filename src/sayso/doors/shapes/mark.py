"""JSON shapes of marking and of looking for marks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sayso.mark.verifying import ChainCheck
    from sayso.workflows.provenance.marking_files import MarkedFile, Searched
    from sayso.workflows.provenance.public_detector import Detected, PublishedKey


def check(checked: ChainCheck) -> dict[str, Any]:
    """Return the shape of one check of a mark after a codec chain; no margin where the chain does not run here."""
    return {
        "chain": checked.chain,
        "run": checked.has_run,
        "readable": checked.is_readable,
        "margin": round(checked.margin, 1) if checked.has_run else None,
    }


def marked_file(marked: MarkedFile) -> dict[str, Any]:
    """Return the shape of a file that was marked."""
    return {
        "file": str(marked.file),
        "out": str(marked.out),
        "mark": str(marked.mark),
        "snr_db": round(marked.snr_db, 1),
        "verified": marked.verified,
        "profile": marked.profile,
        "checks": [check(one) for one in marked.checks],
    }


def searched_file(searched: Searched) -> dict[str, Any]:
    """Return the shape of a file that was searched with the keys of this installation."""
    found = searched.detection
    return {
        "file": str(searched.file),
        "present": found.present,
        "p_value": found.p_value,
        "mark": str(found.mark) if found.mark_verified else None,
        "segments": segments(found.segments),
        "log10_likelihood_ratio": round(found.log10_lr, 2),
    }


def published_key(published: PublishedKey) -> dict[str, Any]:
    """Return the shape of a public key that was written."""
    return {"file": str(published.file), **published.key}


def publicly_detected(detected: Detected) -> dict[str, Any]:
    """Return the shape of a file that was searched with a public key."""
    scan = detected.scan
    return {
        "file": str(detected.file),
        "present": scan.present,
        "p_value": scan.p_value,
        "segments": segments([(one.start_s, one.end_s) for one in scan.passages]),
    }


def segments(found: Sequence[tuple[float, float]]) -> list[list[float]]:
    """Return stretches of sound, start and end in seconds."""
    return [[round(start_s, 2), round(end_s, 2)] for start_s, end_s in found]
