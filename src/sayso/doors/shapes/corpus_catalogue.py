"""JSON shapes of what is found in corpora and leaves them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sayso.corpus.card import CorpusCard, Share
    from sayso.corpus.row import Segment
    from sayso.corpus.sampling import Stratum
    from sayso.corpus.shards import ExportedShards
    from sayso.corpus.view import FoundSegments
    from sayso.corpus.voiceprints import NearVoice
    from sayso.workflows.corpus.retrieving import Drawn


def found(corpus: str, version: int, what: FoundSegments) -> dict[str, Any]:
    """Return the shape of what meets a condition: how much, and the first rows."""
    return {
        "corpus": corpus,
        "version": version,
        "segments": what.segments,
        "hours": _hours(what.seconds / 3600),
        "rows": [row(one) for one in what.rows],
    }


def drawn(corpus: str, seed: int, what: Drawn) -> dict[str, Any]:
    """Return the shape of a sample."""
    return {
        "corpus": corpus,
        "version": what.version,
        "seed": seed,
        "segments": len(what.rows),
        "hours": _hours(sum(one.seconds for one in what.rows) / 3600),
        "strata": _strata(what.strata),
        "rows": [row(one) for one in what.rows],
    }


def near(corpus: str, voices: Iterable[NearVoice]) -> dict[str, Any]:
    """Return the shape of near voices, the nearest first."""
    return {
        "corpus": corpus,
        "voices": [
            {
                "speaker": one.speaker,
                "similarity": round(one.similarity, 4),
                "segments": one.segments,
                "hours": _hours(one.seconds / 3600),
                "example": one.example,
            }
            for one in voices
        ],
    }


def exported(folder: Path, what: ExportedShards) -> dict[str, Any]:
    """Return the shape of an export."""
    shards = what.index.shards
    return {
        "corpus": what.index.corpus,
        "version": what.index.version,
        "format": what.index.layout,
        "out": str(folder),
        "index": str(what.path),
        "shards": len(shards),
        "written": what.written,
        "reused": what.reused,
        "segments": sum(one.segments for one in shards),
        "hours": _hours(sum(one.seconds for one in shards) / 3600),
        "withheld": what.withheld,
        "expires": min((one.expires for one in shards if one.expires), default=None),
        "strata": _strata(what.strata),
    }


def card(corpus: str, what: CorpusCard, out: Path | None) -> dict[str, Any]:
    """Return the shape of a card."""
    return {
        "corpus": corpus,
        "version": what.version,
        "segments": what.segments,
        "hours": _hours(what.hours),
        "speakers": what.speakers,
        "withheld": what.withheld,
        **{f"by_{name}": _shares(shares) for name, shares in what.groups.items()},
        "decisions": _shares(what.decisions),
        "reasons": _shares(what.reasons),
        "snr_db": [{"from": one.low, "to": one.high, "hours": _hours(one.hours)} for one in what.snr_db],
        "ovrl": [{"from": one.low, "to": one.high, "hours": _hours(one.hours)} for one in what.ovrl],
        "licences": [
            {
                "licence": one.licence,
                "evidence": one.evidence or None,
                "purpose": one.purpose,
                "speakers": one.speakers,
                "segments": one.segments,
                "hours": _hours(one.hours),
                "expires": one.expires or None,
            }
            for one in what.licences
        ],
        "out": None if out is None else str(out),
    }


def row(one: Segment) -> dict[str, Any]:
    """Return the shape of a row: all but where its recording lies, its sound, and its voiceprint."""
    told = one.record()
    for name in ("source", "source_digest", "embedding", "audio"):
        del told[name]
    numbers = ("snr_db", "rt60_s", "bandwidth_hz", "clipped_share", "ovrl")
    return {**told, **{name: None if told[name] is None else float(f"{told[name]:.6g}") for name in numbers}}


def _shares(shares: Iterable[Share]) -> list[dict[str, Any]]:
    return [{"value": one.value, "segments": one.segments, "hours": _hours(one.hours)} for one in shares]


def _strata(strata: Iterable[Stratum]) -> list[dict[str, Any]]:
    return [
        {"value": one.value, "segments": one.segments, "hours": _hours(one.seconds / 3600), "filled": one.is_filled}
        for one in strata
    ]


def _hours(hours: float) -> float:
    return round(float(hours), 6)
