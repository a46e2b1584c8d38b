"""Whose speech the benchmark of likeness uses, and how it is parted: what a fit hears, and what it is judged by.

Ten speakers whom no number of the fit was tuned on: women and men, English and Mandarin by first language. Recordings
are parted whole; of a single recording the first 60 % are the reference.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from sayso.audio.decode import decode
from sayso.audio.signal import Signal

JUDGED = (
    "vctk:p225",
    "speechocean762:9609",
    "librispeech:1688",
    "speechocean762:9614",
    "librispeech:367",
    "speechocean762:9634",
    "vctk:p227",
    "speechocean762:9607",
    "librispeech:533",
    "librispeech:2033",
)
"""In an order in which each two, four and eight are balanced."""

TUNED = ("librispeech:8051", "librispeech:27", "speechocean762:9606", "speechocean762:9628")
"""By whom the numbers of the fit were chosen: never in a figure."""

_MOST_S = 60.0


@dataclass(frozen=True)
class Speaker:
    """A speaker: reference and held-out recordings, at the rates that the files have."""

    name: str
    sex: str
    native: bool
    reference: tuple[Signal, ...]
    held: tuple[Signal, ...]


def folder() -> Path:
    return Path(os.environ.get("SAYSO_SPEECH", "../shared/speech"))


def rows() -> dict[str, list[dict]]:
    """Return the rows of the manifest by speaker; recordings with noise in them are left out."""
    found = defaultdict(list)
    for line in (folder() / "manifest.jsonl").read_text().splitlines():
        row = json.loads(line)
        if "speaker" in row and row.get("kind", "clean") == "clean":
            found[row["speaker"]].append(row)
    return dict(found)


def speaker(name: str) -> Speaker:
    """Return one speaker's recordings, of the reference a minute at most."""
    mine = rows()[name]
    clips = [decode(folder() / row["path"]) for row in mine]
    reference, held = parted(clips)
    native = "Mandarin" not in mine[0]["accent"]
    return Speaker(name, mine[0]["sex"], native, tuple(_minute(reference)), tuple(held))


def parted(clips: list[Signal]) -> tuple[list[Signal], list[Signal]]:
    if len(clips) > 1:
        return clips[: len(clips) // 2], clips[len(clips) // 2 :]
    cut = int(0.6 * clips[0].num_samples)
    return [clips[0].slice(0, cut)], [clips[0].slice(cut, clips[0].num_samples)]


def _minute(clips: list[Signal]) -> list[Signal]:
    kept, length = [], 0.0
    for clip in clips:
        if kept and length + clip.duration_s > _MOST_S:
            break
        kept.append(clip)
        length += clip.duration_s
    return kept
