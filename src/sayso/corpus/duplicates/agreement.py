"""Agreement: how far two prints, laid over each other, say the same."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.corpus.prints import LESS, Print
from sayso.fingerprint.features import BITS

SAME: Final = 0.60
"""The agreement from which two stretches of three seconds are one sound: other speech agrees by at most 0.46
(benchmarks/mark). The deviation of chance falls with the root of the length, so longer ones need less, down to:"""

SAME_IN_LONG: Final = 0.45

SAME_ACROSS: Final = 0.75
"""The same for segments that are said to be of two speakers, or of two texts."""

COVERED: Final = 0.8
LEAST_ROWS: Final = 40
WINDOW_ROWS: Final = 94
_SLACK: Final = range(-2, 3)


def is_repeated(one: Print, other: Print, shift: int, *, is_across: bool) -> bool:
    """Return whether ``one`` lies in ``other`` at about row ``shift``; ``is_across``: of two speakers, or two texts."""
    longer = math.sqrt(min(1.0, WINDOW_ROWS / max(len(one.words), 1)))
    bar = SAME_ACROSS if is_across else max(SAME_IN_LONG, SAME * longer)
    return any(agreement(one, other, shift + slack) >= bar for slack in _SLACK)


def agreement(one: Print, other: Print, shift: int) -> float:
    """Return the share of agreeing less disagreeing signs with row ``shift`` of ``other`` under the first of ``one``.

    Signs that were unsure in ``one`` count for a quarter. 0 where less than 0.8 of its loud rows lie over ``other``.
    """
    first, last = max(0, -shift), min(len(one.words), len(other.words) - shift)
    if last - first < LEAST_ROWS:
        return 0.0
    mine, theirs = one.loud[first:last], other.loud[first + shift : last + shift]
    loud = np.count_nonzero(mine)
    if loud < COVERED * np.count_nonzero(one.loud):
        return 0.0
    both = mine & theirs
    # What noise fills is loud in the noisy one alone: of the two, the one with fewer loud rows says how many count.
    fewer = min(loud, np.count_nonzero(theirs))
    if np.count_nonzero(both) < max(COVERED * fewer, LEAST_ROWS // 2):
        return 0.0
    unsure = one.unsure[first:last][both]
    apart = one.words[first:last][both] ^ other.words[first + shift : last + shift][both]
    signs = BITS * unsure.size - LESS * _count(unsure)
    return 1 - 2 * (_count(apart) - LESS * _count(apart & unsure)) / signs


def _count(words: NDArray[np.uint16]) -> int:
    return int(np.bitwise_count(words).sum())
