"""Quotas: how much of what is asked for, such as 40 hours of one accent, or ten segments of each."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from sayso.corpus.condition import TEXTS
from sayso.corpus.errors import QuotaInvalid

EACH: Final = "*"
"""Stands for every value that has no quota of its own."""

_AMOUNT: Final = re.compile(r"(\d+(?:\.\d+)?)(h|m|s)?")
_SECONDS: Final = {"h": 3600.0, "m": 60.0, "s": 1.0}


@dataclass(frozen=True, slots=True)
class Amount:
    """So many segments, or so many seconds of them; the other is None."""

    segments: int | None = None
    seconds: float | None = None

    @classmethod
    def of(cls, written: str) -> Self:
        """Return the amount that was ``written``: 200 for segments, 40h, 30m or 90s for a length."""
        found = _AMOUNT.fullmatch(written.strip())
        value = float(found[1]) if found else math.nan
        if found is None or not 0 < value < 1e12 or not (found[2] or value.is_integer()):
            raise QuotaInvalid(f"amount: got {written[:40]!r}, expected a number of segments, or a length such as 40h")
        return cls(seconds=value * _SECONDS[found[2]]) if found[2] else cls(segments=int(value))


@dataclass(frozen=True, slots=True)
class Quotas:
    """The amounts for the values of one column; values without one are left out, unless there is one for `EACH`."""

    column: str
    amounts: dict[str, Amount]

    def amount(self, value: str) -> Amount | None:
        """Return how much of ``value`` is asked for; None for nothing."""
        return self.amounts.get(value, self.amounts.get(EACH))

    @classmethod
    def each(cls, column: str, written: str) -> Self:
        """Return the same amount for every value of ``column``."""
        return cls(_column(column), {EACH: Amount.of(written)})

    @classmethod
    def of(cls, written: Iterable[str]) -> Self:
        """Return the quotas ``written`` as ``accent=Irish:40h``, all of one column. Raise `QuotaInvalid`."""
        amounts: dict[str, Amount] = {}
        columns: set[str] = set()
        for one in written:
            column, equals, rest = one.partition("=")
            value, colon, amount = rest.rpartition(":")
            if not equals or not colon:
                raise QuotaInvalid(f"quota: got {one[:60]!r}, expected one such as accent=Irish:40h")
            if value in amounts:
                raise QuotaInvalid(f"quota: got {value[:40]!r} twice, expected each value once")
            columns.add(_column(column.strip()))
            amounts[value] = Amount.of(amount)
        if len(columns) != 1:
            raise QuotaInvalid(f"quotas: got {len(columns)} columns, expected all of one column")
        return cls(columns.pop(), amounts)


def _column(name: str) -> str:
    if name not in TEXTS:
        raise QuotaInvalid(f"column: got {name[:40]!r}, expected one of {', '.join(sorted(TEXTS))}")
    return name
