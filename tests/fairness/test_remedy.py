"""Remedies: fitted on one half of the speakers, judged on the other."""

from __future__ import annotations

import numpy as np
import pytest

from sayso.fairness import FairnessVerdict, Margins, Measurement, SampleKind, TableInvalid, judge, tabulated
from sayso.fairness.remedy import halves, remedied

MARGINS = Margins.of(())
SPREAD = 0.03


def study(rng, speakers, gap, mended):
    """Return two tables of the same speakers: as they are, and with more effort, after which ``mended`` is left.

    Real speech is measured, too, as the benches do; a clone's likeness scatters around it by `SPREAD`.
    """
    own = {(group, n): rng.normal(0.8, 0.05) for group in "ab" for n in range(speakers)}
    fit = {key: rng.normal(0, SPREAD) for key in own}
    return tuple(
        tabulated(
            Measurement(f"{group}{n}", group, "likeness", level + shift + rng.normal(0, 0.02), kind)
            for (group, n), level in own.items()
            for kind, shift in (
                (SampleKind.REAL, 0.0),
                (SampleKind.SYNTHETIC, fit[group, n] - lost * (group == "a")),
                (SampleKind.SYNTHETIC, fit[group, n] - lost * (group == "a")),
            )
        )
        for lost in (gap, mended)
    )


def test_the_halves_share_nobody_and_do_not_change():
    table, _ = study(np.random.default_rng(0), 21, 0.0, 0.0)
    fits, judges = ({cell.speaker for cell in half.cells} for half in halves(table))
    assert not fits & judges
    assert sorted(sum(one[0] == group for one in judges) for group in "ab") == [11, 11]
    turned = tabulated(
        Measurement(cell.speaker, cell.group, cell.metric, 0.5, cell.kind) for cell in reversed(list(table.cells))
    )
    assert {cell.speaker for cell in halves(turned)[0].cells} == fits


def test_an_unfair_system_is_mended_on_speakers_unseen():
    rng = np.random.default_rng(1)
    found = [remedied(*study(rng, 60, 0.15, 0.0), MARGINS) for _ in range(200)]
    assert sum(one.before.verdict is FairnessVerdict.FAIL for one in found) >= 190
    assert sum(one.after.verdict is FairnessVerdict.PASS for one in found) >= 180
    needy = {name: sum(g.remedied for one in found for g in one.groups if g.group == name) for name in "ab"}
    assert needy["a"] > needy["b"]


def test_a_fair_system_is_left_alone():
    rng = np.random.default_rng(2)
    found = [remedied(*study(rng, 40, 0.0, 0.0), MARGINS) for _ in range(200)]
    assert sum(one.cut is not None for one in found) <= 10
    assert all(one.after == one.before for one in found if one.cut is None)


def test_a_remedy_that_helps_only_those_who_fitted_it_is_caught():
    table, other = study(np.random.default_rng(3), 80, 0.15, 0.0)
    fits = halves(table)[0].cells
    overfit = type(other)({cell: (other if cell in fits else table).cells[cell] for cell in table.cells})
    assert judge(halves(overfit)[0], MARGINS).verdict is FairnessVerdict.PASS
    found = remedied(table, overfit, MARGINS)
    assert found.cut is not None
    assert found.after.verdict is FairnessVerdict.FAIL


def test_effort_that_does_not_help_has_no_cut():
    found = remedied(*study(np.random.default_rng(4), 40, 0.15, 0.15), MARGINS)
    assert (found.cut, found.share, found.after) == (None, 0.0, found.before)


def test_what_was_not_measured_again_is_refused():
    table, other = study(np.random.default_rng(5), 12, 0.1, 0.0)
    short = type(other)(dict(list(other.cells.items())[:-1]))
    with pytest.raises(TableInvalid, match="lacks 1 figures"):
        remedied(table, short, MARGINS)
    rows = [Measurement(cell.speaker, cell.group, "wer", 0.1, cell.kind) for cell in table.cells]
    with pytest.raises(TableInvalid, match="without likeness"):
        remedied(tabulated(rows), tabulated(rows), MARGINS)


def test_another_metric_may_say_who_needs_it():
    table, other = study(np.random.default_rng(6), 60, 0.15, 0.0)
    gains = [
        tabulated(
            [
                *(m for cell, values in one.cells.items() for m in [_again(cell, cell.metric, values.mean)]),
                *(
                    _again(cell, "benefit", (values.mean - 0.5) * 2)
                    for cell, values in one.cells.items()
                    if cell.kind is SampleKind.SYNTHETIC
                ),
            ]
        )
        for one in (table, other)
    ]
    found = remedied(*gains, Margins.of(["benefit=0.1"]), chooser="benefit")
    assert found.chooser == "benefit"
    assert found.cut is not None
    assert (found.before.verdict, found.after.verdict) == (FairnessVerdict.FAIL, FairnessVerdict.PASS)
    with pytest.raises(TableInvalid, match="without benefit"):
        remedied(table, other, MARGINS, chooser="benefit")


def _again(cell, metric, value):
    return Measurement(cell.speaker, cell.group, metric, value, cell.kind)
