"""More effort for whom a system serves badly: fitted on half of the speakers, judged on the others."""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from scipy import special

from sayso.fairness.errors import TableInvalid
from sayso.fairness.gap import LEVEL
from sayso.fairness.judging import FairnessVerdict, GroupComparison, Judgement, judge
from sayso.fairness.margins import Margins
from sayso.fairness.table import SampleKind, Table, Values

CHOOSER: Final = "likeness"
"""The metric whose low value of a speaker says that they need the remedy, unless another is named."""

_SEED: Final = "sayso-remedy-1"  # fixed: a split that may be chosen would be chosen by its verdict
_MOST_CUTS: Final = 200
_CHANCE: Final = 0.975  # more than the 0.90 that is asked for: the cut is the luckiest of many


@dataclass(frozen=True, slots=True)
class RemediedGroup:
    """Speakers of a group in the judging half, and how many of them need the remedy."""

    group: str
    speakers: int
    remedied: int


@dataclass(frozen=True, slots=True)
class Remedy:
    """The verdicts of the judging half without and with the remedy; ``cut`` is None where none was found or due."""

    before: Judgement
    after: Judgement
    cut: float | None
    share: float
    groups: tuple[RemediedGroup, ...]
    chooser: str = CHOOSER

    @property
    def needed(self) -> int | None:
        """Speakers of each group that the table has to have, as half of them judge; None where all is decided."""
        return None if self.after.needed is None else 2 * self.after.needed


def halves(table: Table) -> tuple[Table, Table]:
    """Return the half that fits and the half that judges: half of each group, nobody in both, always the same."""
    groups: dict[str, set[str]] = defaultdict(set)
    for cell in table.cells:
        groups[cell.speaker].add(cell.group)
    order = sorted(groups, key=lambda speaker: (sorted(groups[speaker]), _hash(speaker)))
    places: dict[frozenset[str], int] = defaultdict(int)
    fits: set[str] = set()
    for speaker in order:
        of = frozenset(groups[speaker])
        if places[of] % 2:
            fits.add(speaker)
        places[of] += 1
    return _of(table, fits), _of(table, groups.keys() - fits)


def remedied(table: Table, other: Table, margins: Margins, *, chooser: str = CHOOSER) -> Remedy:
    """Fit the cut on one half of the speakers and judge it on the other.

    ``other`` has the same speakers, measured with more effort. Whoever's own value of ``chooser`` (the higher, the
    better) lies below the cut takes their values from it, whatever the group. The cut is the smallest after which the
    fitting half passes so clearly that the other should; or, where none does, that which passes with the smallest gap.
    None is sought unless that half fails. Raise `TableInvalid` or `MarginInvalid`.
    """
    _check(table, other, chooser)
    fitting, judging = halves(table)
    cut = _cut(fitting, other, margins, chooser)
    own = _own(judging, chooser)
    below = set() if cut is None else {speaker for speaker, value in own.items() if value < cut}
    before = judge(judging, margins)
    after = judge(_mixed(judging, other, below), margins) if below else before
    return Remedy(before, after, cut, len(below) / len(own), _groups(judging, below), chooser)


def _cut(fitting: Table, other: Table, margins: Margins, chooser: str) -> float | None:
    if judge(fitting, margins).verdict is not FairnessVerdict.FAIL:
        return None
    own = _own(fitting, chooser)
    values = sorted(set(own.values()))
    cuts = [*values[1:], math.nextafter(values[-1], math.inf)]
    step = math.ceil(len(cuts) / _MOST_CUTS)
    passing: dict[float, float] = {}
    for cut in cuts[::-1][::step][::-1]:  # from the end, so that everybody is tried, too
        below = {speaker for speaker, value in own.items() if value < cut}
        found = judge(_mixed(fitting, other, below), margins)
        if found.verdict is FairnessVerdict.PASS:
            if all(_passes_again(one) for one in found.comparisons):
                return cut
            passing[cut] = max(abs(one.gap.value) / one.margin for one in found.comparisons)
    return min(passing, key=passing.__getitem__, default=None)


def _passes_again(one: GroupComparison) -> bool:
    """Return whether as many other speakers, with the same spread, would pass with a chance of `_CHANCE` or more.

    Their gap differs from this one by the error of both; a gap that just passes here fails there as often as not.
    """
    found = one.gap
    tested = float(special.stdtrit(found.freedom, 1 - LEVEL)) if found.error else 0.0
    return abs(found.value) + (tested + math.sqrt(2) * float(special.ndtri(_CHANCE))) * found.error < one.margin


def _mixed(table: Table, other: Table, below: AbstractSet[str]) -> Table:
    """Return ``table`` with the synthetic samples of the speakers in ``below`` from ``other``."""
    return Table(
        {
            cell: other.cells[cell] if cell.kind is SampleKind.SYNTHETIC and cell.speaker in below else values
            for cell, values in table.cells.items()
        }
    )


def _own(table: Table, chooser: str) -> dict[str, float]:
    """Return the mean of ``chooser`` over the synthetic samples of each speaker."""
    own: dict[str, Values] = {}
    for cell, values in table.cells.items():
        if cell.metric == chooser and cell.kind is SampleKind.SYNTHETIC:
            joined = own.setdefault(cell.speaker, Values())
            joined.count += values.count
            joined.total += values.total
    return {speaker: values.mean for speaker, values in own.items()}


def _groups(table: Table, below: AbstractSet[str]) -> tuple[RemediedGroup, ...]:
    speakers: dict[str, set[str]] = defaultdict(set)
    for cell in table.cells:
        if cell.kind is SampleKind.SYNTHETIC:
            speakers[cell.group].add(cell.speaker)
    return tuple(RemediedGroup(group, len(of), len(of & below)) for group, of in sorted(speakers.items()))


def _check(table: Table, other: Table, chooser: str) -> None:
    """Refuse what would leave a cost out: a speaker without a chooser, or a figure that was not measured again."""
    made = {cell for cell in table.cells if cell.kind is SampleKind.SYNTHETIC}
    if without := {cell.speaker for cell in made} - _own(table, chooser).keys():
        raise TableInvalid(
            f"got {len(without)} speakers without {chooser[:40]}, expected it of each: it says who is mended"
        )
    if absent := made - other.cells.keys():
        one = min(absent, key=lambda cell: (cell.metric, cell.group, cell.speaker))
        raise TableInvalid(
            f"the other table lacks {len(absent)} figures, such as {one.metric[:40]} in {one.group[:40]}; "
            "expected the same speakers, groups, strata and metrics, measured with more effort"
        )


def _hash(speaker: str) -> str:
    return hashlib.sha256(f"{_SEED}\0{speaker}".encode()).hexdigest()


def _of(table: Table, speakers: AbstractSet[str]) -> Table:
    cells = {cell: values for cell, values in table.cells.items() if cell.speaker in speakers}
    if not cells:
        raise TableInvalid("got one speaker, expected two or more of each group: half of them fit, half judge")
    return Table(cells)
