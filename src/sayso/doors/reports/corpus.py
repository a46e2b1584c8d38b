"""The card of a corpus as one page for people: how much of what, on which basis, and why the rest was left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from sayso.corpus.card import Bin, CorpusCard, Share

WIDTH: Final = 640
LABEL: Final = 190
ROW: Final = 24
HEIGHT: Final = 180
_MOST: Final = 20

_GROUPS: Final = {
    "speaker": "Hours by speaker",
    "language": "Hours by language",
    "accent": "Hours by accent",
    "sex": "Hours by sex",
}


def page(name: str, card: CorpusCard) -> str:
    """Return the HTML of the card, whole in itself."""
    from sayso.doors.reports.page import rendered  # noqa: PLC0415 - loads the templates' engine

    groups = [_bars(title, card.groups[column], by_hours=True) for column, title in _GROUPS.items()]
    bins = [_histogram("Hours by noise (SNR, dB)", card.snr_db), _histogram("Hours by DNSMOS OVRL", card.ovrl)]
    left = [
        _bars("What became of the segments", card.decisions, by_hours=False),
        _bars("Rejected or quarantined, why", card.reasons, by_hours=False),
    ]
    return rendered("corpus.html", name=name, card=card, groups=groups, bins=bins, left=left)


def _bars(title: str, shares: Sequence[Share], *, by_hours: bool) -> dict[str, Any]:
    """Return a bar for each of the first shares, and how many more there are."""
    shown = sorted(shares, key=lambda one: -(one.hours if by_hours else one.segments))[:_MOST]
    most = max((one.hours if by_hours else one.segments for one in shown), default=0) or 1
    rows = [
        {
            "label": _shortened(one.value or "not known"),
            "y": ROW * number,
            "length": round((WIDTH - LABEL - 90) * (one.hours if by_hours else one.segments) / most, 1),
            "said": f"{one.hours:.2f} h" if by_hours else f"{one.segments:,}",
            "segments": f"{one.segments:,}",
            "hours": f"{one.hours:.2f}",
        }
        for number, one in enumerate(shown)
    ]
    return {"title": title, "rows": rows, "height": ROW * len(rows), "more": max(0, len(shares) - _MOST)}


def _histogram(title: str, bins: Sequence[Bin]) -> dict[str, Any]:
    """Return a column for each bin, and the number under its left edge."""
    most = max((one.hours for one in bins), default=0) or 1
    step = (WIDTH - 20) / max(1, len(bins))
    columns = [
        {
            "x": round(10 + step * number, 1),
            "width": round(step - 2, 1),
            "height": round((HEIGHT - 40) * one.hours / most, 1),
            "edge": f"{one.low:g}",
            "range": f"{one.low:g} to {one.high:g}",
            "hours": f"{one.hours:.2f}",
        }
        for number, one in enumerate(bins)
    ]
    return {"title": title, "columns": columns, "most": f"{most:.2f}" if any(one.hours for one in bins) else "0"}


def _shortened(label: str) -> str:
    return label if len(label) <= 24 else f"{label[:23]}…"
