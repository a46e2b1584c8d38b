"""Assembling: the lines of a chapter put one after another, mended, and brought to the levels of its target."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from sayso.mark import Cue, MarkedAudio, Mends, Programme
from sayso.productions.mastering import Target, missed_by, most_hiss_dbfs, trim, voice_gains
from sayso.synthesis.store import Clip
from sayso.synthesis.trace import Traced
from sayso.workflows.productions.plans import PlannedLine

_CORRECTIONS: Final = 4
_CLOSE_DB: Final = 0.2
"""The limiter takes some loudness away: it is measured and given back, so often at most, until it is as close."""


@dataclass(frozen=True, slots=True)
class OpenedLine:
    """A line with its sound, marked, and where its phrases lie."""

    line: PlannedLine
    clip: Clip
    problems: tuple[str, ...]
    sound: MarkedAudio
    traced: Traced


@dataclass(frozen=True, slots=True)
class Assembled:
    """A chapter, where each line starts, in samples of the clips, and what was mended of their sound."""

    programme: Programme
    starts: tuple[int, ...]
    mends: Mends


def assembled(opened: Sequence[OpenedLine], target: Target) -> Assembled:
    """Return the lines of a chapter one after another, mended, their voices alike, at the levels of ``target``."""
    starts, total = _places(opened, target)
    gains, sounds, mends = _mended(opened)
    cues = [Cue(sound, at, gains[one.line.voice]) for one, sound, at in zip(opened, sounds, starts, strict=True)]
    return Assembled(_levelled(cues, total, target), starts, mends)


def _places(opened: Sequence[OpenedLine], target: Target) -> tuple[tuple[int, ...], int]:
    """Return where each line starts, and how long all is, in samples of the clips."""
    rate = opened[0].sound.signal.sample_rate
    place, starts = round(target.head_s * rate), []
    for one in opened:
        starts.append(place)
        place += one.sound.signal.num_samples + round(one.line.line.pause_ms * rate / 1000)
    return tuple(starts), starts[-1] + opened[-1].sound.signal.num_samples + round(target.tail_s * rate)


def _mended(opened: Sequence[OpenedLine]) -> tuple[dict[str, float], list[MarkedAudio], Mends]:
    """Return the gain (dB) of each voice, each line without clicks and sharp hiss, and what that took."""
    spoken = defaultdict(list)
    for one in opened:
        spoken[one.line.voice].append(one.sound.signal)
    gains = voice_gains(spoken)
    done = [one.sound.mended(most_hiss_dbfs=most_hiss_dbfs(gains[one.line.voice])) for one in opened]
    return gains, [sound for sound, _ in done], sum((mends for _, mends in done), Mends())


def _levelled(cues: Sequence[Cue], total: int, target: Target) -> Programme:
    """Return the cues, of one loudness, in ``total`` samples at the levels of the target."""
    more = trim([(cue.clip.signal, cue.gain_db) for cue in cues], total, target)
    for _ in range(_CORRECTIONS):
        programme = Programme.assembled(
            [replace(cue, gain_db=cue.gain_db + more) for cue in cues],
            total,
            sample_rate=target.sample_rate,
            tone_dbfs=target.tone_dbfs,
            ceiling_dbfs=target.ceiling_dbfs,
        )
        off = missed_by(programme.signal, target)
        if abs(off) < _CLOSE_DB:
            break
        more += off
    return programme
