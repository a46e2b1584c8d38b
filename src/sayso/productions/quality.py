"""Quality of a line, by what can be measured without a listener.

Length, silence, clipping, clicks and level cost next to nothing and are measured of every line. What models of hearing
say (DNSMOS, likeness to the voice, words heard) costs a share of the synthesis itself, and is asked of some lines only.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.mastering import rms_dbfs
from sayso.audio.quality import dnsmos
from sayso.audio.signal import Signal
from sayso.recognition import word_errors, words_of
from sayso.voices.embedding import embed_voice
from sayso.voices.errors import NoVoiceInside

_LEAST_SHARE: Final = 0.22
_MOST_SHARE: Final = 1.0
_LONGEST_SILENCE_S: Final = 2.5
_FULL: Final = 0.999
_MOST_CLIPPED: Final = 4
_CLICK: Final = 0.7
_QUIETEST_DBFS: Final = -40.0
_SILENT: Final = 10 ** (-60 / 20)
LEAST_OVR: Final = 2.2
LEAST_LIKENESS: Final = 0.55
_MOST_MISHEARD: Final = 0.34
_FEWEST_WORDS: Final = 2


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


def sounds_bad(signal: Signal) -> tuple[str, ...]:
    """Return what DNSMOS P.835 says against a line, if anything."""
    ovr = dnsmos(signal).ovr
    return (f"sound: DNSMOS {ovr:.2f}, expected at least {LEAST_OVR}",) if ovr < LEAST_OVR else ()


def sounds_like_another(signal: Signal, voice: NDArray[np.float32]) -> tuple[str, ...]:
    """Return how unlike its voice (a GE2E embedding) a line sounds, if it does; too little speech tells nothing."""
    try:
        likeness = float(embed_voice(signal) @ voice)
    except NoVoiceInside:
        return ()
    return (f"voice: likeness {likeness:.2f}, expected at least {LEAST_LIKENESS}",) if likeness < LEAST_LIKENESS else ()


def misheard(expected: str, heard: str) -> tuple[str, ...]:
    """Return how many words of a line were not heard, if they are more than a recogniser mishears of good speech."""
    words = words_of(expected)
    errors = word_errors(words, words_of(heard))
    most = max(_FEWEST_WORDS, round(_MOST_MISHEARD * len(words)))
    return (f"words: {errors} of {len(words)} not heard as they stand",) if errors > most else ()


def _longest_silence_s(samples: np.ndarray[tuple[int], np.dtype[np.float32]], sample_rate: int) -> float:
    (loud,) = np.nonzero(np.abs(samples) > _SILENT)
    edges = np.concatenate([[-1], loud, [samples.size]])
    return float(np.diff(edges).max() - 1) / sample_rate
