"""Verifying a file: what the sound says, what the file says, what the ledger says, each on its own.

Up to two minutes are looked at as a whole. A longer sound goes by in windows, so that hours need no more memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Final

from sayso.audio import stream
from sayso.audio.salvage import Salvage
from sayso.audio.signal import Signal
from sayso.audio.stream import MAX_STREAM_S, joined
from sayso.credentials import Credentials
from sayso.fingerprint import Content
from sayso.mark.detector import Detection, Found
from sayso.mark.passages import Passage, channels_apart
from sayso.mark.pattern import CLOCK_HZ
from sayso.workflows.installation.session import Session
from sayso.workflows.provenance.content import COPIED, content_of, heard_under, places_of
from sayso.workflows.provenance.detecting import detected
from sayso.workflows.provenance.parts import ClipStanding, Part, TraceOutcome, judged_among, standing_of
from sayso.workflows.provenance.tracing import listened, marked_parts
from sayso.workflows.provenance.vouching import credentials_in, vouched

WHOLE_S: Final = 120.0
"""Sound up to this length is looked at as a whole."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What one file is; where it holds several clips, ``parts`` names each, and the rest tells of the worst of them.

    ``skipped``: what of the file could not be decoded.
    """

    file: Path
    detection: Detection
    credentials: Credentials
    standing: ClipStanding | None
    content: Content = Content.UNKNOWN
    parts: tuple[Part, ...] = ()
    skipped: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """Return ``ours`` (a clip of this ledger), ``marked`` (our mark, not shown to be on its clip) or ``none``.

        Whoever copies a mark copies its id: after an erasure, when the clip's content is kept no more, the mark stands
        alone, and that is not enough.
        """
        if not self.detection.present:
            return "none"
        mark = self.detection.mark
        signed = any(part.signed and part.passage.mark == mark for part in self.parts)
        return "ours" if self.content is Content.OURS or signed else "marked"

    @property
    def problem(self) -> str | None:
        """Return what is wrong with the answer: the ledger's problem, or that the mark was copied."""
        if self.standing is None:
            return None
        return self.standing.problem or (COPIED if self.content is Content.OTHER else None)

    @property
    def outcome(self) -> TraceOutcome:
        """Return the worst that is true of any clip in the file."""
        found = {part.outcome for part in self.parts}
        return next((one for one in TraceOutcome if one in found), TraceOutcome.NOT_OURS)


def verify_file(session: Session, file: Path) -> Verification:
    """Return what ``file`` is; raise an error of audio where there is no sound in it that can be read.

    A ledger that was altered does not stop the answer: ``proof_ok`` is false and ``problem`` says what is wrong.
    """
    salvage = Salvage(file, max_duration_s=MAX_STREAM_S)
    blocks = stream(salvage, sample_rate=CLOCK_HZ)
    first = _first(blocks)
    credentials = credentials_in(session, file)
    if first.duration_s <= WHOLE_S:
        found = _of_whole(session, file, credentials, first)
    else:
        found = _of_windows(session, file, credentials, chain([first], blocks))
    return replace(found, skipped=tuple(salvage.skipped))


def _first(blocks: Iterator[Signal]) -> Signal:
    """Return the sound, or so much of it that it is known to be a long one."""
    held, held_s = [next(blocks)], 0.0
    for block in blocks:
        held.append(block)
        held_s += block.duration_s
        if held_s > WHOLE_S:
            break
    return joined(held)


def _of_whole(session: Session, file: Path, credentials: Credentials, signal: Signal) -> Verification:
    heard = [(one, detected(session, one)) for one in (signal, *channels_apart(signal))]
    sound, detection = next((pair for pair in heard if pair[1].present), heard[0])
    if not detection.mark_verified:
        sound, detection = next((pair for pair in heard if pair[1].mark_verified), (sound, detection))
    if not detection.mark_verified:
        return Verification(file, detection, credentials, None)
    listed = [
        (heard_in, whole, one, number - 1 if number else None)
        for number, (heard_in, whole) in enumerate(heard)
        for one in whole.marks
        if one.named
    ]
    found = {
        item[2].named: item for item in sorted(listed, key=lambda item: -item[2].log10_p)
    }  # the surest is the last
    passages = {mark: _passage(heard_in, one, channel) for mark, (heard_in, _, one, channel) in found.items()}
    heard_parts = (
        _part(session, found[mark][0], _about(*found[mark][1:3]), passage, passages.values())
        for mark, passage in passages.items()
    )
    parts = {part.passage.mark: part for part in vouched(heard_parts, credentials)}
    mark, worst = min(
        parts.items(), key=lambda item: ([*TraceOutcome].index(item[1].outcome), item[0] != detection.mark)
    )
    if mark != detection.mark:
        detection = _about(detection, found[mark][2])
    ordered = tuple(sorted(parts.values(), key=lambda part: part.passage.start_s))
    return Verification(file, detection, credentials, worst.standing, worst.content, ordered)


def _passage(signal: Signal, found: Found, channel: int | None) -> Passage:
    """Return from where to where a mark lies in ``signal``."""
    return Passage(
        found.segments[0][0] if found.segments else 0.0,
        found.segments[-1][1] if found.segments else signal.duration_s,
        found.named,
        found.log10_p,
        found.warp,
        found.patchwork,
        found.gaps,
        channel,
    )


def _part(session: Session, signal: Signal, detection: Detection, passage: Passage, others: Iterable[Passage]) -> Part:
    """Return what is known of one mark that was found in ``signal``, beside the ``others`` of the same file."""
    standing = standing_of(session, passage.mark) if passage.mark else None
    if standing is None:
        return Part(passage, None, Content.UNKNOWN)
    clip = standing.clip
    perhaps = places_of(clip, signal, passage.start_s, passage.warp)
    content = content_of(session, clip, *heard_under(signal, detection), perhaps=perhaps)
    return Part(passage, standing, judged_among(content, passage, others))


def _about(whole: Detection, found: Found) -> Detection:
    """Return what was found of one mark as a detection of its own."""
    return replace(
        whole,
        present=True,
        mark=found.mark,
        mark_verified=found.mark_verified,
        segments=found.segments,
        p_value=10.0 ** max(found.log10_p, -300.0),
        log10_p=found.log10_p,
        speed=found.warp.tempo,
        pitch=found.warp.pitch,
        gaps=found.gaps,
    )


def _of_windows(session: Session, file: Path, credentials: Credentials, blocks: Iterable[Signal]) -> Verification:
    heard = listened(session, blocks)
    scan, parts = heard.scan, vouched(marked_parts(session, heard, file), credentials)
    detection = Detection(scan.present, scan.p_value, None, False, (), 0.0, scan.log10_p)
    worst = min(parts, key=_rank, default=None)
    if worst is None:
        return Verification(file, detection, credentials, None)
    same = [part.passage for part in parts if part.passage.mark == worst.passage.mark]
    detection = replace(
        detection,
        mark=worst.passage.mark,
        mark_verified=worst.passage.mark is not None,
        segments=tuple((round(one.start_s, 2), round(one.end_s, 2)) for one in same),
    )
    return Verification(file, detection, credentials, worst.standing, worst.content, parts)


def _rank(part: Part) -> tuple[int, float]:
    """Return the worst first, and of those the longest."""
    return [*TraceOutcome].index(part.outcome), part.passage.start_s - part.passage.end_s
