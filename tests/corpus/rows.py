"""Rows of a corpus that never was: speakers, grants and sounds by number."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
import soundfile

from sayso.corpus.row import Segment, SegmentDecision, segment_id

AT = "2026-11-28T12:00:00.000Z"
PAST, AHEAD = "2026-01-01T00:00:00.000Z", "2027-01-01T00:00:00.000Z"
ACCENTS = ("Irish", "Scottish", "Indian")


def vector(speaker: int) -> np.ndarray:
    """The direction of a speaker's voice."""
    found = np.random.default_rng(speaker).normal(size=192)
    return found / np.linalg.norm(found)


def row(number: int, speaker: int, **changes) -> Segment:
    """Row ``number``, of ``speaker``: one in seven is rejected, odd speakers stand on a grant."""
    rng = np.random.default_rng([number, speaker])
    near = vector(speaker) + 0.05 * rng.normal(size=192)
    digest = f"{number:032x}{speaker:032x}"
    rejected = number % 7 == 0
    values = {
        "segment": segment_id(digest, 0, 1),
        "source": f"file:///recordings/{number}.wav",
        "source_digest": digest,
        "start_s": 0.0,
        "end_s": 1.0,
        "seconds": 1.0 + number % 3,
        "sample_rate_hz": 16_000,
        "speaker": f"ext_{speaker:04x}",
        "sex": "FM"[speaker % 2],
        "accent": ACCENTS[speaker % 3],
        "language": "en",
        "grant": f"gra_{speaker}" if speaker % 2 else "",
        "licence": "" if speaker % 2 else "CC-BY-4.0",
        "evidence": "" if speaker % 2 else "https://example.org/licence",
        "purpose": "training" if speaker % 2 else "*",
        "text": f"It's number {number}.",
        "snr_db": float(number % 40),
        "ovrl": 3.0,
        "decision": SegmentDecision.REJECTED if rejected else SegmentDecision.KEPT,
        "reasons": ("snr",) if rejected else (),
        "embedding": tuple(float(one) for one in near / np.linalg.norm(near)),
        "audio": "" if rejected else f"{number % 5}.flac",
        "stage_versions": ("vad=1",),
    }
    return Segment(**{**values, **changes})


def rows(count: int = 120, speakers: int = 6) -> list[Segment]:
    return [row(number, number % speakers) for number in range(count)]


@cache
def sound(name: str) -> bytes:
    """A second of noise as FLAC, another for each name."""
    whole = io.BytesIO()
    samples = np.random.default_rng(ord(name[0])).normal(0, 0.1, 16_000)
    soundfile.write(whole, samples, 16_000, format="FLAC")
    return whole.getvalue()


def sound_of(one: Segment) -> bytes:
    return sound(one.audio)


def everyone(grants: frozenset[str]) -> frozenset[str]:
    return grants
