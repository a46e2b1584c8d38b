"""Quality of a line, by what can be measured without a listener: length, silence, clipping, clicks, level."""

from __future__ import annotations

from typing import Final

import numpy as np

from sayso.audio.mastering import rms_dbfs
from sayso.audio.signal import Signal

_LEAST_SHARE: Final = 0.22
_MOST_SHARE: Final = 1.0
_LONGEST_SILENCE_S: Final = 2.5
_FULL: Final = 0.999
_MOST_CLIPPED: Final = 4
_CLICK: Final = 0.7
_QUIETEST_DBFS: Final = -40.0
_SILENT: Final = 10 ** (-60 / 20)


def problems(signal: Signal, *, bound_ms: int, longest_pause_ms: int) -> tuple[str, ...]:
    """Return what is wrong with a line, in words of a table: nothing for a good one.

    ``bound_ms`` is the upper bound of its length by its text, of which real speech takes about half; a shorter or
    longer line has lost words, or said them twice.
    """
    samples = signal.mixed()
    found = []
    share = signal.duration_ms / max(1, bound_ms)
    if not _LEAST_SHARE <= share <= _MOST_SHARE:
        found.append(f"length: {share:.2f} of the bound by its text, expected {_LEAST_SHARE} to {_MOST_SHARE}")
    silence = _longest_silence_s(samples, signal.sample_rate)
    if silence > _LONGEST_SILENCE_S + longest_pause_ms / 1000:
        found.append(f"silence: {silence:.1f} s inside")
    if (clipped := int(np.count_nonzero(np.abs(samples) >= _FULL))) > _MOST_CLIPPED:
        found.append(f"clipping: {clipped} samples at full scale")
    if (jump := float(np.abs(np.diff(samples)).max(initial=0.0))) > _CLICK:
        found.append(f"click: a step of {jump:.2f} between two samples")
    if (level := rms_dbfs(samples)) < _QUIETEST_DBFS:
        found.append(f"level: {level:.0f} dBFS, expected at least {_QUIETEST_DBFS:.0f}")
    return tuple(found)


def _longest_silence_s(samples: np.ndarray[tuple[int], np.dtype[np.float32]], sample_rate: int) -> float:
    (loud,) = np.nonzero(np.abs(samples) > _SILENT)
    edges = np.concatenate([[-1], loud, [samples.size]])
    return float(np.diff(edges).max() - 1) / sample_rate
