"""JSON shapes of restoration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sayso.audio.quality import Dnsmos
    from sayso.restoration import Restored


def restored(done: Restored) -> dict[str, Any]:
    """Return the shape of a restored recording: what was found, what was repaired, scores before and after."""
    found = done.found
    return {
        "found": {
            "snr_db": _round(found.snr_db),
            "clipped_ratio": _round(found.clipped_ratio, 5),
            "hum_hz": _round(found.hum_hz),
            "hum_db": _round(found.hum_db),
            "bandwidth_hz": _round(found.bandwidth_hz, 0),
            "rt60_s": _round(found.rt60_s, 2),
        },
        "repaired": list(done.repaired),
        "before": _scores(done.before),
        "after": _scores(done.after),
    }


def _scores(dnsmos: Dnsmos) -> dict[str, float]:
    """Return DNSMOS scores, 1 (bad) to 5 (excellent)."""
    return {
        "signal": round(dnsmos.sig, 2),
        "background": round(dnsmos.bak, 2),
        "overall": round(dnsmos.ovr, 2),
    }


def _round(value: float | None, digits: int = 1) -> float | None:
    return None if value is None else round(float(value), digits)
