"""Restoring a recording that a person hands in; needs no installation and keeps nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sayso.audio import container_of, decode, encode
from sayso.audio.quality import Dnsmos
from sayso.disk import write_whole
from sayso.progress import Report
from sayso.restoration import Restored, restore

_EXPORT = 0o644


@dataclass(frozen=True, slots=True)
class RestoredFile:
    """What was found in a recording and what was done about it."""

    restored: Restored

    def as_json(self) -> dict[str, Any]:
        """Return the JSON shape of `sayso restore`."""
        found = self.restored.found
        return {
            "found": {
                "snr_db": _round(found.snr_db),
                "clipped_ratio": _round(found.clipped_ratio, 5),
                "hum_hz": _round(found.hum_hz),
                "hum_db": _round(found.hum_db),
                "bandwidth_hz": _round(found.bandwidth_hz, 0),
                "rt60_s": _round(found.rt60_s, 2),
            },
            "repaired": list(self.restored.repaired),
            "before": scores(self.restored.before),
            "after": scores(self.restored.after),
        }


def restore_file(recording: Path, output: Path, report: Report) -> RestoredFile:
    """Restore ``recording`` into ``output``, whole or not at all; the recording stays as it is."""
    container = container_of(output)
    signal = decode(recording)
    report(0.1)
    restored = restore(signal)
    report(0.9)
    write_whole(output, encode(restored.signal, container), mode=_EXPORT)
    report(1.0)
    return RestoredFile(restored)


def scores(dnsmos: Dnsmos) -> dict[str, float]:
    """Return DNSMOS as numbers for people, 1 (bad) to 5 (excellent)."""
    return {
        "signal": round(dnsmos.sig, 2),
        "background": round(dnsmos.bak, 2),
        "overall": round(dnsmos.ovr, 2),
    }


def _round(value: float | None, digits: int = 1) -> float | None:
    return None if value is None else round(float(value), digits)
