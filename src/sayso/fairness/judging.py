"""The verdict on a table of measurements."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sayso.fairness.effect import Effect, effect
from sayso.fairness.errors import TableInvalid
from sayso.fairness.gap import LEVEL, Gap, gap
from sayso.fairness.holm import adjusted
from sayso.fairness.margins import Margins
from sayso.fairness.needed import MIN_SPEAKERS, is_powered, speakers_needed
from sayso.fairness.strata import stratified
from sayso.fairness.table import Cell, SampleKind, Table, Values


class FairnessVerdict(StrEnum):
    """What the measurements show."""

    PASS = "pass"  # noqa: S105 - a verdict, no password
    FAIL = "fail"
    INSUFFICIENT = "insufficient"


@dataclass(frozen=True)
class GroupComparison:
    """One group in one metric, beside the other groups.

    ``p_value`` is that of no gap at all, corrected for the number of comparisons. ``stratified`` is the gap within
    strata where the table has them; ``is_reversed`` tells that it points the other way (Simpson's paradox).
    ``needed`` is the number of speakers of each group that a decision takes, where it is open.
    """

    metric: str
    effect: Effect
    gap: Gap
    margin: float
    p_value: float
    stratified: Gap | None
    is_reversed: bool
    verdict: FairnessVerdict
    needed: int | None

    @property
    def power(self) -> float:
        """The chance that a true gap of the margin is found, with the speakers and the spread seen; NaN if unknown."""
        return self.gap.power(self.margin)


@dataclass(frozen=True)
class Judgement:
    """The verdict on all groups and metrics; a system passes where each comparison passes."""

    verdict: FairnessVerdict
    comparisons: tuple[GroupComparison, ...]

    @property
    def needed(self) -> int | None:
        """Speakers of each group that a decision takes; None where all is decided, or where no number does."""
        return max((one.needed for one in self.comparisons if one.needed), default=None)


@dataclass(frozen=True)
class _Case:
    """A comparison before the correction for many tests."""

    metric: str
    one: Effect
    others: tuple[Effect, ...]
    margin: float
    gap: Gap
    stratified: Gap | None


def judge(table: Table, margins: Margins) -> Judgement:
    """Return the verdict on ``table``; raise `TableInvalid` or `MarginInvalid`.

    A comparison *fails* where its gap lies beyond the margin, or where there is a gap (both with a chance of a false
    alarm of `LEVEL` over all comparisons, by Holm) that cannot be shown to lie within the margin although the study
    is large enough to find one of that size. It *passes* where both one-sided tests show the gap within the margin
    and every group has `MIN_SPEAKERS`. Else the evidence is insufficient.
    """
    cases = [case for metric in table.metrics() for case in _cases(table, metric, margins[metric])]
    beyond = _corrected(cases, [case.gap.p_beyond(case.margin) for case in cases])
    none = _corrected(cases, [case.gap.p_beyond(0) for case in cases])
    comparisons = tuple(_compared(*each) for each in zip(cases, beyond, none, strict=True))
    return Judgement(_overall(one.verdict for one in comparisons), comparisons)


def _cases(table: Table, metric: str, margin: float) -> list[_Case]:
    cells = {cell: values for cell, values in table.cells.items() if cell.metric == metric}
    effects = _effects(metric, cells)
    within = stratified(cells, _effects_of)
    return [
        _Case(metric, one, others, margin, gap(one, others), within.get(one.group))
        for one in effects
        for others in [tuple(other for other in effects if other is not one)]
    ]


def _effects(metric: str, cells: dict[Cell, Values]) -> list[Effect]:
    effects = _effects_of(cells)
    if len(effects) < 2:
        raise TableInvalid(f"{metric[:40]}: got {len(effects)} group of synthetic samples, expected two or more")
    return effects


def _effects_of(cells: dict[Cell, Values]) -> list[Effect]:
    """Return the effect on each group of one metric, with the values of a speaker in several strata joined."""
    groups: dict[str, dict[SampleKind, dict[str, Values]]] = defaultdict(lambda: defaultdict(dict))
    for cell, values in cells.items():
        joined = groups[cell.group][cell.kind].setdefault(cell.speaker, Values())
        joined.count += values.count
        joined.total += values.total
        joined.is_binary = joined.is_binary and values.is_binary
    has_real = any(cell.kind is SampleKind.REAL for cell in cells)
    return [
        effect(group, samples, has_real=has_real)
        for group, samples in sorted(groups.items())
        if SampleKind.SYNTHETIC in samples
    ]


def _corrected(cases: Sequence[_Case], p_values: Sequence[float]) -> list[float]:
    """Return the p-values after Holm; the second of two groups is the first one's mirror and no test of its own."""
    own = [not (len(case.others) == 1 and case.one.group > case.others[0].group) for case in cases]
    corrected = iter(adjusted([p for p, counts in zip(p_values, own, strict=True) if counts]))
    result: list[float] = []
    for counts in own:
        result.append(next(corrected) if counts else result[-1])
    return result


def _compared(case: _Case, p_beyond: float, p_none: float) -> GroupComparison:
    within = case.stratified
    is_reversed = (
        within is not None
        and within.value * case.gap.value < 0
        and min(within.p_beyond(0), case.gap.p_beyond(0)) < LEVEL
    )
    verdict = _verdict(case, p_beyond, p_none, is_reversed=is_reversed)
    needed = None
    if verdict is FairnessVerdict.INSUFFICIENT:
        needed = _still_needed(case)
    return GroupComparison(case.metric, case.one, case.gap, case.margin, p_none, within, is_reversed, verdict, needed)


def _verdict(case: _Case, p_beyond: float, p_none: float, *, is_reversed: bool) -> FairnessVerdict:
    enough = _fewest(case) >= MIN_SPEAKERS
    is_within = case.gap.is_within(case.margin)
    if p_beyond < LEVEL or (enough and is_powered(case.gap, case.margin) and p_none < LEVEL and not is_within):
        return FairnessVerdict.FAIL
    if is_reversed and case.stratified is not None and case.stratified.p_beyond(case.margin) < LEVEL:
        return FairnessVerdict.FAIL
    return FairnessVerdict.PASS if enough and is_within and not is_reversed else FairnessVerdict.INSUFFICIENT


def _fewest(case: _Case) -> int:
    return min(one.speakers for one in (case.one, *case.others))


def _still_needed(case: _Case) -> int | None:
    """Return more speakers than there are: what would have done without a gap did not, so there may be one."""
    needed = speakers_needed(case.one, case.others, case.margin)
    return None if needed is None else max(needed, math.ceil(1.5 * _fewest(case)) if needed <= _fewest(case) else 0)


def _overall(verdicts: Iterable[FairnessVerdict]) -> FairnessVerdict:
    found = set(verdicts)
    return next(
        one for one in (FairnessVerdict.FAIL, FairnessVerdict.INSUFFICIENT, FairnessVerdict.PASS) if one in found
    )
