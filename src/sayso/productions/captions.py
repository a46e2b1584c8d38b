"""Captions: WebVTT with a cue for each phrase that is heard, and who says it (W3C WebVTT, section 4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def webvtt(language: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the captions of a chapter: one cue a line of the script, with the speaker as its voice."""
    found = ["WEBVTT", f"Language: {language}", ""]
    for row in rows:
        found += [
            str(row["line"]),
            f"{moment(row['start_ms'])} --> {moment(row['end_ms'])}",
            f"<v {_escaped(row['who'])}>{_escaped(row['text'])}",
            "",
        ]
    return "\n".join(found)


def moment(ms: int) -> str:
    """Return milliseconds as hours, minutes and seconds: ``00:01:02.345``."""
    seconds, rest = divmod(ms, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:03d}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", " ")
