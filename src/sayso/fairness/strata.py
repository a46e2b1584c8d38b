"""Gaps within strata, such as devices: a gap that points the other way there comes from the mix, not from the group."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping

from sayso.fairness.effect import Effect
from sayso.fairness.gap import Gap, gap
from sayso.fairness.table import Cell, Values


def stratified(
    cells: Mapping[Cell, Values], effects_of: Callable[[dict[Cell, Values]], list[Effect]]
) -> dict[str, Gap]:
    """Return each group's gap within strata, weighed by precision; empty where the table has fewer than two strata."""
    strata: dict[str, dict[Cell, Values]] = defaultdict(dict)
    for cell, values in cells.items():
        strata[cell.stratum][cell] = values
    if len(strata) < 2:
        return {}
    gaps: dict[str, list[Gap]] = defaultdict(list)
    for within in strata.values():
        for group, found in _gaps(effects_of(within)):
            gaps[group].append(found)
    return {group: _weighed(found) for group, found in gaps.items()}


def _gaps(effects: list[Effect]) -> list[tuple[str, Gap]]:
    if len(effects) < 2:
        return []
    found = [(one.group, gap(one, [other for other in effects if other is not one])) for one in effects]
    return [(group, each) for group, each in found if math.isfinite(each.error) and each.error]


def _weighed(gaps: list[Gap]) -> Gap:
    weights = [1 / each.error**2 for each in gaps]
    total = math.fsum(weights)
    value = math.fsum(weight * each.value for weight, each in zip(weights, gaps, strict=True)) / total
    return Gap(value, math.sqrt(1 / total), math.fsum(each.freedom for each in gaps))
