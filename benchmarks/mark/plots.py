"""Plots: how often the mark is found after each attack, how good the marked sound is, and what one costs the other."""

from __future__ import annotations

from pathlib import Path

import numpy as np


def _pyplot():
    try:
        import matplotlib as mpl

        mpl.use("Agg")
        from matplotlib import pyplot as plt
    except ImportError:
        return None
    return plt


def robustness(table: list[dict], path: Path) -> None:
    """Draw a bar with its 95 % interval for each attack: presence, id read blind, id of a million."""
    plt = _pyplot()
    if plt is None or not table:
        return
    lengths = sorted({one["seconds"] for one in table})
    names = list(dict.fromkeys(one["attack"] for one in table))
    figure, axes = plt.subplots(1, 3, figsize=(14, 2 + 0.19 * len(names)), sharey=True)
    height = 0.8 / len(lengths)
    titles = {"present": "present, %", "id": "id, blind, %", "registry": "id of a million, %"}
    for axis, (kind, title) in zip(axes, titles.items(), strict=True):
        for turn, seconds in enumerate(lengths):
            some = [one for one in table if one["seconds"] == seconds]
            at = [names.index(one["attack"]) + (turn - (len(lengths) - 1) / 2) * height for one in some]
            rate = np.array([one[kind]["rate"] for one in some])
            low, high = np.array([one[kind]["interval"] for one in some]).T
            axis.barh(at, rate, height, label=f"{seconds:g} s", alpha=0.7)
            error = np.maximum([rate - low, high - rate], 0)
            axis.errorbar(rate, at, xerr=error, fmt="none", ecolor="0.3", elinewidth=0.7)
        axis.set_title(title)
        axis.set_xlim(0, 100)
        axis.grid(alpha=0.3, axis="x")
    axes[0].set_yticks(range(len(names)), names, fontsize=6)
    axes[0].set_ylim(len(names), -1)
    axes[0].legend(loc="lower left")
    _kept(figure, path, plt)


def quality(rows: list[dict], path: Path) -> None:
    """Draw how PESQ of marked clips is spread, human and synthetic speech apart."""
    plt = _pyplot()
    if plt is None:
        return
    figure, axis = plt.subplots(figsize=(6, 3.2))
    for real, name in ((True, "human"), (False, "synthetic")):
        rated = [row["pesq"] for row in rows if row["real"] is real and row["pesq"] is not None]
        if rated:
            axis.hist(rated, np.arange(3.5, 4.66, 0.03), alpha=0.6, label=f"{name}: mean {np.mean(rated):.2f}")
    axis.set_xlabel("PESQ-WB of the marked clip")
    axis.set_ylabel("clips")
    axis.legend()
    _kept(figure, path, plt)


def tradeoff(points: list[dict], path: Path) -> None:
    """Draw quality against robustness, a point for each strength and a line for each length."""
    plt = _pyplot()
    if plt is None:
        return
    figure, axes = plt.subplots(1, 2, figsize=(10, 3.6), sharey=True)
    panels = {"present": "presence, %, mean over attacks", "registry": "id of a million, %, mean over attacks"}
    for axis, (kind, title) in zip(axes, panels.items(), strict=True):
        for seconds in sorted({one["seconds"] for one in points}):
            line = sorted((one for one in points if one["seconds"] == seconds), key=lambda one: one["pesq"])
            axis.plot([one[kind] for one in line], [one["pesq"] for one in line], "o-", label=f"{seconds:g} s")
            for one in line:
                axis.annotate(one["strength"], (one[kind], one["pesq"]), fontsize=7)
        axis.set_xlabel(title)
        axis.grid(alpha=0.3)
        axis.legend()
    axes[0].set_ylabel("PESQ-WB")
    _kept(figure, path, plt)


def _kept(figure, path: Path, plt) -> None:
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)
