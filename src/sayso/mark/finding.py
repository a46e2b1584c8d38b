"""A finding: what the pilots and the coded bits at the likeliest places prove together."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from sayso.mark.alignment import Alignment, folded, statistic
from sayso.mark.evidence import log10_fisher, log10_likelihood_ratio, log10_searched
from sayso.mark.issued import Ids, read_among
from sayso.mark.mark import ID_BITS
from sayso.mark.pattern import Pattern
from sayso.mark.reading import MarkReading, read, unread

PRESENT_LOG10_P: Final = -6.0
_VERIFIED_LOG10_P: Final = -3.0  # of the id's own evidence, beside its checksum
_NAMED_LOG10_P: Final = -1.0  # an id with less is not named: one in 200 garbled ids has a right checksum by chance
_ISSUED_LOG10_P: Final = -6.0  # of an id among those issued: no checksum stands behind it
_LOG10_IDS: Final = ID_BITS * math.log10(2)
_WORTH_READING: Final = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """What a reader makes of some alignments.

    ``log10_p`` bounds the chance of as much from coded bits without a mark; ``log10_ids`` is how many ids were
    candidates; an id is named, and verified, where its own evidence is at most as likely by chance as the two say.
    """

    reading: MarkReading | None
    log10_p: float
    log10_ids: float
    named_log10_p: float
    verified_log10_p: float


Reader = Callable[[list[Alignment], Pattern, float], Read | None]
"""Reads the coded bits at alignments of a pattern where the pilots alone have a p-value of which log10 is given."""


@dataclass(frozen=True, slots=True, eq=False)
class MarkFinding:
    """What one search proves. ``reading`` is there where an id may be named, ``verified`` where it is certain."""

    log10_p: float
    log10_lr: float
    reading: MarkReading | None = None
    verified: bool = False
    alignment: Alignment | None = None

    @property
    def present(self) -> bool:
        """Return whether a mark is there."""
        return self.log10_p <= PRESENT_LOG10_P

    @property
    def worth(self) -> tuple[bool, bool, float]:
        """Return what findings are ordered by: a certain id, any id, then the evidence."""
        return self.verified, self.reading is not None, -self.log10_p


NO_FINDING: Final = MarkFinding(0.0, 0.0)


def judged(alignments: Sequence[Alignment], pattern: Pattern, reader: Reader, *, log10_share: float) -> MarkFinding:
    """Return what ``alignments`` prove, if the search that found them has 10^-``log10_share`` of all chance."""
    if not alignments:
        return NO_FINDING
    effort = min(map(_log10_p, alignments))
    proofs = [_proof(one, pattern) for one in alignments]
    best = min(proofs, key=_log10_p)
    pilots = min(0.0, _log10_p(best))
    log10_lr = log10_likelihood_ratio(np.array([best.statistic])) - best.log10_hypotheses - log10_share
    data = reader(list(alignments), pattern, min(0.0, effort))
    if data is None:
        return MarkFinding(min(0.0, pilots + log10_share), log10_lr, alignment=best)
    log10_p = min(0.0, log10_fisher(pilots, data.log10_p) + log10_share)
    log10_lr += _data_lr(data)
    reading = data.reading
    if log10_p > PRESENT_LOG10_P or (reading and reading.log10_p > data.named_log10_p):
        reading = None
    verified = reading is not None and reading.log10_p <= data.verified_log10_p
    return MarkFinding(log10_p, log10_lr, reading, verified, reading.alignment if reading else best)


def none_read(_alignments: list[Alignment], _pattern: Pattern, _log10_p: float) -> None:
    """Read nothing: the keys tell presence only."""
    return


def blind(alignments: list[Alignment], pattern: Pattern, log10_p: float) -> Read | None:
    """Read the id without a list of those that were issued."""
    if max(one.statistic for one in alignments) < _WORTH_READING:
        return None
    reading = read(alignments, pattern, thorough=log10_p <= PRESENT_LOG10_P)
    whatever = unread(alignments, pattern)
    evidence = min(0.0, min(reading.log10_p if reading else 0.0, whatever) + math.log10(2))
    return Read(reading, evidence, _LOG10_IDS, _NAMED_LOG10_P, _VERIFIED_LOG10_P)


def among(alignments: list[Alignment], pattern: Pattern, _log10_p: float, *, ids: Ids) -> Read:
    """Read the id as one of ``ids``."""
    reading = read_among(alignments, pattern, ids)
    whatever = unread(alignments, pattern)
    evidence = min(0.0, min(reading.log10_p if reading else 0.0, whatever) + math.log10(2))
    return Read(reading, evidence, math.log10(max(ids.size, 1)), _ISSUED_LOG10_P, _ISSUED_LOG10_P)


def _proof(alignment: Alignment, pattern: Pattern) -> Alignment:
    """Return the alignment with the statistic of the pilots that nobody else can write; see `Pattern`."""
    if not pattern.has_secrets:
        return alignment
    return replace(alignment, statistic=statistic(folded(*alignment.heard), pattern.private_pilot))


def _log10_p(alignment: Alignment) -> float:
    return log10_searched(alignment.statistic, log10_hypotheses=alignment.log10_hypotheses)


def _data_lr(data: Read) -> float:
    """Return log10 of the data's share of the likelihood ratio: half on no mark, half spread over all ids."""
    fit = -data.log10_ids
    if data.reading:
        fit += log10_likelihood_ratio(np.array([data.reading.statistic]))
    return math.log10(0.5) + (fit if fit > _LOG10_IDS else math.log10(1 + 10**fit))
