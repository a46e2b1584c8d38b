"""Assembling: the lines of a chapter put one after another, mended, and brought to the levels of its target."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sayso.mark import Cue, MarkedAudio, Mends, Programme
from sayso.productions.mastering import Target, missed_by, most_hiss_dbfs, trim, voice_gains
from sayso.synthesis.store import Clip
from sayso.synthesis.trace import Traced
from sayso.workflows.productions.plans import PlannedLine

_CORRECTIONS: Final = 4
_AAC_FRAME: Final = 1024
_CLOSE_DB: Final = 0.2
"""The limiter takes some loudness away: it is measured and given back, so often at most, until it is as close."""


@dataclass(frozen=True, slots=True)
class OpenedLine:
    """A line of a chapter, how long its sound is, in samples at ``sample_rate``, and where its phrases lie.

    The sound itself is held beside it, and only until it is assembled: a chapter of 15 minutes is 86 MB of it.
    """

    line: PlannedLine
    clip: Clip
    problems: tuple[str, ...]
    num_samples: int
    sample_rate: int
    traced: Traced


@dataclass(frozen=True, slots=True)
class Assembled:
    """A chapter, where each line starts, in samples of the clips, and what was mended of their sound."""

    programme: Programme
    starts: tuple[int, ...]
    mends: Mends


def assembled(opened: Sequence[OpenedLine], sounds: list[MarkedAudio], target: Target) -> Assembled:
    """Return the lines of a chapter one after another, mended, their voices alike, at the levels of ``target``.

    ``sounds`` are those of the lines; the list is emptied, so that each is let go once it is mended.
    """
    starts, total = _places(opened, target)
    gains = _gains(opened, sounds)
    mended, mends = _mended(opened, sounds, gains)
    cues = [Cue(sound, at, gains[one.line.voice]) for one, sound, at in zip(opened, mended, starts, strict=True)]
    return Assembled(_levelled(cues, total, target), starts, mends)


def _places(opened: Sequence[OpenedLine], target: Target) -> tuple[tuple[int, ...], int]:
    """Return where each line starts, and how long all is, in samples of the clips."""
    rate = opened[0].sample_rate
    place, starts = round(target.head_s * rate), []
    for one in opened:
        starts.append(place)
        place += one.num_samples + round(one.line.line.pause_ms * rate / 1000)
    end = starts[-1] + opened[-1].num_samples + round(target.tail_s * rate)
    return tuple(starts), _whole_frames(end, rate, target.sample_rate)


def _whole_frames(num_samples: int, rate: int, encoded_rate: int) -> int:
    """Return a length, not shorter, that fills the frames of AAC at ``encoded_rate``.

    The next chapter of a bound book begins with a frame, so it then begins where the sound of this one ends.
    """
    frames = -(-num_samples * encoded_rate // (_AAC_FRAME * rate))
    return frames * _AAC_FRAME * rate // encoded_rate


def _gains(opened: Sequence[OpenedLine], sounds: Sequence[MarkedAudio]) -> dict[str, float]:
    """Return the gain (dB) of each voice."""
    spoken = defaultdict(list)
    for one, sound in zip(opened, sounds, strict=True):
        spoken[one.line.voice].append(sound.signal)
    return voice_gains(spoken)


def _mended(
    opened: Sequence[OpenedLine], sounds: list[MarkedAudio], gains: Mapping[str, float]
) -> tuple[list[MarkedAudio], Mends]:
    """Return each line without clicks and sharp hiss, and what that took; ``sounds`` is emptied."""
    done, mends = [], Mends()
    sounds.reverse()
    for one in opened:
        sound, taken = sounds.pop().mended(most_hiss_dbfs=most_hiss_dbfs(gains[one.line.voice]))
        done.append(sound)
        mends += taken
    return done, mends


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
