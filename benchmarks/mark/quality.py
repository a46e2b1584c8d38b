"""How near a sound is to what it was: PESQ, ViSQOL, and the ratio of signal to difference.

PESQ is P.862.2 (wide band, at most 4.64). ViSQOL 3 has two maps from its similarity to opinion in speech mode: the
polynomial one, by which a file compared with itself is 5.00, and a lattice network, trained on coded speech, by which a
file compared with itself is 4.1 to 4.2. A bar of 4.7 can only be meant by the first; both are reported.
"""

from __future__ import annotations

import os
from functools import cache

import numpy as np
import soxr
from synthetic import RATE_HZ

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def snr_db(host: np.ndarray, heard: np.ndarray) -> float:
    return round(10 * float(np.log10(np.sum(host**2) / max(float(np.sum((heard - host) ** 2)), 1e-12))), 2)


def pesq(host: np.ndarray, heard: np.ndarray) -> float | None:
    """Return PESQ-WB; None where the package is missing, or hears no speech in one of the two."""
    try:
        from pesq import pesq as measure

        before, after = (soxr.resample(one, RATE_HZ, 16_000) for one in (host, heard))
        return round(float(measure(16_000, before, after, "wb")), 3)
    except Exception:  # noqa: BLE001 - its errors are of its own kinds, and the package may be missing: no figure
        return None


def visqol(host: np.ndarray, heard: np.ndarray, *, lattice: bool = False) -> float | None:
    """Return ViSQOL in speech mode; None where the package, or the runtime of the lattice, is missing."""
    machine = _machine(lattice)
    if machine is None:
        return None
    before, after = (soxr.resample(one, RATE_HZ, 16_000).astype(np.float64) for one in (host, heard))
    return round(float(machine.measure_from_arrays(before, after, 16_000).moslqo), 3)


@cache
def _machine(lattice: bool):
    try:
        if lattice:
            import ai_edge_litert  # noqa: F401 - without it the package falls back to the polynomial
        from visqol.api import VisqolApi
    except ImportError:
        return None
    machine = VisqolApi()
    machine.create(mode="speech", use_lattice_model=lattice)
    return machine
