"""Tracing: which parts of a sound are ours, of which clip and grant, for whom, what for, and is it still allowed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio import Signal, stream
from sayso.clock import now, stamp
from sayso.marking import Mark
from sayso.marking.fingerprint import Content, Features, features_of, one_after_another
from sayso.marking.passages import Passage, Scan, Scanner, Window, windows
from sayso.marking.pattern import CLOCK_HZ
from sayso.progress import Report, silent
from sayso.workflows.content import COPIED, content_of
from sayso.workflows.home import Home
from sayso.workflows.verifying import Standing, standing_of

PEAK_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class Part:
    """One passage that carries a mark of ours, and what is known of it."""

    passage: Passage
    standing: Standing | None
    content: Content

    @property
    def verdict(self) -> str:
        """Return ``ours``, ``copied`` (a mark of ours on other content) or ``marked`` (no clip known)."""
        if self.standing is None:
            return "marked"
        return "copied" if self.content is Content.OTHER else "ours"

    @property
    def said(self) -> str:
        """Return the verdict in a sentence."""
        if self.verdict == "ours":
            return "made here" if self.content is Content.OURS else "made here; the content cannot be compared"
        if self.verdict == "copied":
            return COPIED
        return "a mark of this operator; no clip is known for it" if self.passage.mark else "a mark, not readable"

    def as_json(self) -> dict[str, Any]:
        """Return the JSON shape of a part of `sayso trace`."""
        standing = self.standing
        clip = standing.clip if standing else None
        return {
            "start_s": round(self.passage.start_s, 2),
            "end_s": round(self.passage.end_s, 2),
            "verdict": self.verdict,
            "mark": str(self.passage.mark) if self.passage.mark else None,
            "p_value": self.passage.p_value,
            "content": str(self.content),
            "clip": clip.clip_id if clip else None,
            "grant": clip.grant_id if clip else None,
            "grant_state": str(standing.grant_state) if standing else None,
            "allowed_now": standing.grant_state.value == "given" if standing else None,
            "licensee": clip.licensee if clip else None,
            "purpose": clip.purpose if clip else None,
            "project": clip.project if clip else None,
            "made_at": clip.created_at if clip else None,
            "entry": standing.entry if standing else None,
            "proof_ok": standing.proof_ok if standing else None,
            "proof": (standing.proof or None) if standing else None,
            "problem": (standing.problem or None) if standing else None,
        }


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """What one file holds of ours. ``peaks``: the loudest sample of each 0.1 s, shape (n,)."""

    file: Path
    scan: Scan
    parts: tuple[Part, ...]
    peaks: NDArray[np.float32]
    traced_at: str
    log_key: str

    @property
    def marked_s(self) -> float:
        """Return how many seconds carry a mark."""
        return sum(part.passage.end_s - part.passage.start_s for part in self.parts)

    def as_json(self) -> dict[str, Any]:
        """Return the JSON shape of `sayso trace`."""
        return {
            "file": str(self.file),
            "duration_s": round(self.scan.duration_s, 3),
            "marked_s": round(self.marked_s, 2),
            "p_value": self.scan.p_value,
            "parts": [part.as_json() for part in self.parts],
            "traced_at": self.traced_at,
            "log_key": self.log_key,
        }


def trace_file(home: Home, file: Path, report: Report = silent) -> Trace:
    """Return what parts of ``file`` are ours; an hour needs no more memory than a minute.

    Raise the errors of `sayso.audio.stream`. A ledger that was altered does not stop the answer: a part then says so.
    """
    scanner = Scanner(home.detector)
    heard: list[Features] = []
    peaks: list[NDArray[np.float32]] = []
    for window in windows(stream(file, sample_rate=CLOCK_HZ)):
        scanner.look(window)
        heard.append(features_of(window.signal).first(window.new_s))
        peaks.append(_peaks(window))
        report(1 - 1 / (2 + window.start_s / 60))  # the length is not known before the end
    scan, features = scanner.scan(), one_after_another(heard)
    parts = _parts(home, scan.passages, features)
    return Trace(file, scan, parts, np.concatenate(peaks), stamp(now()), home.log.vkey)


def _parts(home: Home, passages: Sequence[Passage], features: Features) -> tuple[Part, ...]:
    marks = {passage.mark for passage in passages if passage.mark is not None}
    standings: dict[Mark | None, Standing | None] = {mark: standing_of(home, mark) for mark in marks}
    return tuple(_part(home, passage, standings.get(passage.mark), features) for passage in passages)


def _part(home: Home, passage: Passage, standing: Standing | None, features: Features) -> Part:
    if standing is None:
        return Part(passage, None, Content.UNKNOWN)
    heard = features.between(passage.start_s, passage.end_s)
    content = content_of(home, standing.clip, heard)
    return Part(passage, standing, Content.UNKNOWN if passage.altered and content is Content.OTHER else content)


def _peaks(window: Window) -> NDArray[np.float32]:
    new: Signal = window.signal.slice(0, round(window.new_s * CLOCK_HZ))
    loud = np.abs(new.samples).max(axis=0)
    return np.maximum.reduceat(loud, np.arange(0, loud.size, round(PEAK_S * CLOCK_HZ)))
