"""Issued ids as a decoder: of all the ids an operator ever gave out, the one that fits best what is heard.

To decide between a million ids takes 20 bits of evidence, to read an id blind 64; so an id is known here long before it
can be read. Code words are linear in the id, and are made for all ids at once from 64 words; the fit of each is a sum
over 16 bits at a time, looked up.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.mark.alignment import Alignment, FramedResiduals, steady
from sayso.mark.code import encode
from sayso.mark.evidence import log10_searched
from sayso.mark.mark import ID_BITS, Mark
from sayso.mark.pattern import CODED_BITS, PERIOD_FRAMES, Pattern
from sayso.mark.payload import message_bits
from sayso.mark.reading import MarkReading, log10_stand_out, soft_bits, weighed
from sayso.mark.search import correlations

Ids = NDArray[np.uint64]
"""Shape (ids,)."""

_WORDS: Final = 4  # of 64 bits, for the 240 of a code word
_CHUNK_BITS: Final = 16
_CHUNKS: Final = CODED_BITS // _CHUNK_BITS
_BLOCK: Final = 1 << 15  # ids at a time, so that their code words stay in the cache
_OVERLAID_LOG10_P: Final = -6.0
_HINT_LOG10: Final = -3.0  # of coded bits that stand out beside those of the mark that was read
_HINT: Final = 4.5  # of pilots at another place
_OTHER_PLACES: Final = 3


def read_among(alignments: list[Alignment], pattern: Pattern, ids: Ids) -> MarkReading | None:
    """Return the one of ``ids`` that fits best at one of ``alignments``, or None where there are no ids.

    Its ``log10_p`` bounds two chances, the larger counts, each summed over all ids and places: that a sound without
    this operator's mark fits as well (the signs are fair coins, see `evidence`), and that a sound with an id which is
    not in the list does (the bits of the ids in the list, which are random, are fair coins).
    """
    if ids.size == 0:
        return None
    tried = math.log10(ids.size * len(alignments))
    best: MarkReading | None = None
    for alignment in alignments:
        sums = weighed(alignment, pattern)
        soft = soft_bits(sums, pattern)
        place, fit = best_fit(soft, ids)
        power = sums[pattern.data != 0]
        by_signs = fit / math.sqrt(max(float(np.sum(power**2)), 1e-6))
        by_ids = fit / math.sqrt(max(float(np.sum(soft**2)), 1e-6))
        statistic = min(by_signs, by_ids)
        if best is None or statistic > best.statistic:
            log10_p = log10_searched(statistic, log10_hypotheses=tried)
            best = MarkReading(Mark(int(ids[place])), alignment, statistic, log10_p)
    return best


def overlaid(
    cuts: Sequence[FramedResiduals], own: MarkReading, pattern: Pattern, issued: Callable[[], Ids]
) -> list[MarkReading]:
    """Return the marks that lie over or under one that was read, in the same sound, ``cut`` at several offsets.

    The coded bits of the mark that was read are taken away where it lies; elsewhere its signs fall as coins. Only
    ``issued`` ids are named: theirs are random, so that the chance of one that fits as well, with the other mark there,
    is bounded by the bits alone, summed over all ids and places. They are asked for where something stands out.
    """
    softs = [*_beneath(own, pattern), *_elsewhere(cuts, own, pattern)]
    if not softs:
        return []
    ids = issued()
    ids = ids[ids != own.mark.id]
    if ids.size == 0:
        return []
    tried = math.log10(ids.size * len(softs))
    found: dict[Mark, MarkReading] = {}
    for alignment, soft in softs:
        place, fit = best_fit(soft, ids)
        fit /= math.sqrt(max(float(np.sum(soft**2)), 1e-6))
        one = MarkReading(Mark(int(ids[place])), alignment, fit, log10_searched(fit, log10_hypotheses=tried))
        if one.log10_p <= _OVERLAID_LOG10_P and one.log10_p < found.get(one.mark, one).log10_p + 1e-9:
            found[one.mark] = one
    return list(found.values())


def _beneath(own: MarkReading, pattern: Pattern) -> Iterator[tuple[Alignment, NDArray[np.float32]]]:
    """Yield what is left of the coded bits where a mark was read, if that is more than chance."""
    sums = weighed(own.alignment, pattern)
    soft = soft_bits(sums, pattern)
    word = encode(message_bits(own.mark))
    left = soft - word * np.float32(np.mean(soft * word))
    if log10_stand_out(left, sums, pattern) <= _HINT_LOG10:
        yield own.alignment, left


def _elsewhere(
    cuts: Sequence[FramedResiduals], own: MarkReading, pattern: Pattern
) -> Iterator[tuple[Alignment, NDArray[np.float32]]]:
    """Yield the coded bits at the likeliest other places of the pattern, if pilots are heard there."""
    taken = set(np.unique(own.alignment.phase - np.arange(len(own.alignment.phase))) % PERIOD_FRAMES)
    for cut in cuts[:1]:
        along = correlations(cut.value, pattern)
        for phase in np.argsort(-along)[: 4 * _OTHER_PLACES].tolist():
            if along[phase] < _HINT or any((phase + near) % PERIOD_FRAMES in taken for near in (-1, 0, 1)):
                continue
            taken.add(phase)
            alignment = Alignment(
                cut, cut.value, steady(len(cut.value), phase), float(along[phase]), 0.0, slice(0, len(cut.value))
            )
            yield alignment, soft_bits(weighed(alignment, pattern), pattern)


def best_fit(soft: NDArray[np.float32], ids: Ids) -> tuple[int, float]:
    """Return which of ``ids`` has the code word of the largest product with ``soft`` (240,), and the product."""
    tables = _lookups(soft)
    best, largest = 0, -math.inf
    for start in range(0, ids.size, _BLOCK):
        chunks = np.ascontiguousarray(code_words(ids[start : start + _BLOCK]).view("<u2").T)
        fits = np.zeros(chunks.shape[1], dtype=np.float32)
        for chunk, table in zip(chunks, tables, strict=False):
            fits += table[chunk]
        top = int(np.argmax(fits))
        if fits[top] > largest:
            best, largest = start + top, float(fits[top])
    return best, largest


def code_words(ids: Ids) -> NDArray[np.uint64]:
    """Return the code words of ``ids`` as bits (1 is -1), the first one lowest, shape (ids, 4) little-endian."""
    tables = _byte_tables()
    octets = ids.astype("<u8").view(np.uint8).reshape(-1, ID_BITS // 8)
    words = tables[0][octets[:, 0]]
    for place in range(1, ID_BITS // 8):
        words ^= tables[place][octets[:, place]]
    return np.asarray(words)


@cache
def _byte_tables() -> NDArray[np.uint64]:
    """Return what each value of each byte of an id, the lowest first, adds to its code word, shape (8, 256, 4)."""
    zero = _packed(Mark(0))
    tables = np.zeros((ID_BITS // 8, 256, _WORDS), dtype="<u8")
    for bit in range(ID_BITS):
        has_bit = (np.arange(256) >> (bit % 8)) & 1 == 1
        tables[bit // 8, has_bit] ^= zero ^ _packed(Mark(1 << bit))
    tables[0] ^= zero  # the checksum of zero is not zero: the code words are a coset
    return tables


def _packed(mark: Mark) -> NDArray[np.uint64]:
    bits = np.zeros(64 * _WORDS, dtype=np.uint8)
    bits[:CODED_BITS] = encode(message_bits(mark)) < 0
    return np.packbits(bits, bitorder="little").view("<u8")


def _lookups(soft: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the product of each 16 bits of ``soft`` with each 16 bits of a code word, shape (15, 65536)."""
    tables = np.zeros((_CHUNKS, 1), dtype=np.float32)
    for bit in range(_CHUNK_BITS):
        gain = soft[bit::_CHUNK_BITS, None]
        tables = np.concatenate([tables + gain, tables - gain], axis=1)
    return tables
