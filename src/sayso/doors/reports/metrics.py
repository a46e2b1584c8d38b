"""What the metrics of fairness are, in words for people who measure nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

_WORDS: Final[Mapping[str, str]] = {
    "likeness": "cosine of speaker embeddings, -1 to 1",
    "ovrl": "naturalness by DNSMOS, 1 to 5",
    "wer": "share of words that a recogniser hears wrongly",
    "detected": "share of clips whose mark is read",
    "detected_phone": "share of clips whose mark is read behind a telephone",
    "benefit": "DNSMOS gained by repair",
    "refused": "share of enrolments refused",
    "passed": "share of owners whose own statement and samples pass as of one speaker",
    "score": "how alike statement and samples of one person are found, -1.5 to 1.5",
    "sdr": "dB of SI-SDR gained by repair",
    "pitch": "semitones between the median pitch of the clip and the person's own",
    "rate": "syllables a second of speech beside the person's own, as the size of a logarithm",
    "accent": "cosine between the languages that a recogniser takes the clip for, and those of the person's own speech",
    "latency": "seconds to the first sound that may leave",
}

LESS_IS_BETTER: Final = frozenset({"wer", "refused", "pitch", "rate", "latency"})
"""Metrics whose low values serve a person better; of one that is not in `meaning` nobody knows here."""


def meaning(metric: str) -> str:
    """Return what ``metric`` is."""
    return _WORDS.get(metric, "as the table of measurements defines it")


def missing(metrics: Collection[str], asked: Collection[str] = tuple(_WORDS)) -> list[str]:
    """Return what those of ``asked`` are that ``metrics`` lack, by default of all that the benches measure."""
    return [_WORDS[name] for name in asked if name not in metrics]


def side(metric: str, gap: float) -> str:
    """Return how a group with this gap is served beside the others: better, worse, or only "higher" or "lower"."""
    if not gap:
        return "the same as"
    if metric not in _WORDS:
        return "higher than" if gap > 0 else "lower than"
    return "better than" if (gap > 0) != (metric in LESS_IS_BETTER) else "worse than"
