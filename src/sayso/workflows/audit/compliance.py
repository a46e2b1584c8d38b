"""The compliance report: what the Code of Practice asks, what was done, which clips carry what, and what was measured.

Counts come from the ledger, each entry checked; figures come from the file that `make bench` writes, never from code.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import sayso
from sayso.clock import now, parse_stamp, stamp
from sayso.errors import Invalid, NotFound
from sayso.labels import Layer, table
from sayso.labels.statutes import Statute, statute
from sayso.ledger import Logged
from sayso.ledger.acts import ClipMade, FileMarked
from sayso.workflows.audit.auditing import LedgerQuery, query
from sayso.workflows.installation.session import Session

FIGURES: Final = Path(sayso.__file__).parents[2] / "docs" / "figures.json"

_FIGURES_FORMAT: Final = "sayso-figures"
_MAX_FIGURES_BYTES: Final = 4 << 20


class FiguresInvalid(Invalid):
    """The file is no file of figures; `make bench` writes one."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure; ``met`` tells whether it reaches its bar, None where it has none."""

    what: str
    value: float
    unit: str
    sample: str
    command: str
    date: str
    measures: tuple[str, ...]
    bar: Mapping[str, float] | None

    @property
    def met(self) -> bool | None:
        """Return whether the bar is reached."""
        if not self.bar:
            return None
        return self.bar.get("at_least", self.value) <= self.value <= self.bar.get("at_most", self.value)


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of the Code, what is done for it and what stays with the operator."""

    code: str
    title: str
    asks: str
    does: str
    operator: str
    layer: Layer | None
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """The clips of a period: how many, with which layers, for which jurisdictions, and which lack one asked for.

    ``unknown`` are clips whose entry says nothing of labels.
    """

    clips: int = 0
    unknown: int = 0
    files_marked: int = 0
    layers: Mapping[str, int] = field(default_factory=dict)
    jurisdictions: Mapping[str, int] = field(default_factory=dict)
    lacking: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """The whole report."""

    made_at: str
    provider: str
    contact: str
    since: str | None
    until: str | None
    log_size: int
    log_root: str
    log_key: str
    counts: Counts
    measures: tuple[Measure, ...]
    figures_file: str | None

    def carrying(self, measure: Measure) -> int | None:
        """Return how many clips of the period carry the measure's layer, None where it is no matter of layers."""
        return None if measure.layer is None else self.counts.layers.get(measure.layer, 0)


def compliance(
    session: Session, *, since: str | None = None, until: str | None = None, figures: Path | None = None
) -> Report:
    """Return the report on the clips made from ``since`` on and before ``until``, dates as `parse_stamp` reads them.

    ``figures`` names a file of figures; by default that of the source tree, where there is one. Raise `Invalid` for
    dates that are none or reversed, `NotFound` or `FiguresInvalid` for figures that cannot be used, `LedgerTampered`.
    """
    first, last = (None if text is None else parse_stamp(text) for text in (since, until))
    if first and last and first >= last:
        raise Invalid(f"until: got {until}, expected a moment after since, {since}")
    file = figures or (FIGURES if FIGURES.exists() else None)
    measured = read_figures(file) if file else ()
    taken = session.integrate()
    return Report(
        made_at=stamp(now()),
        provider=session.settings.provider or session.settings.log_origin,
        contact=session.settings.contact,
        since=None if first is None else stamp(first),
        until=None if last is None else stamp(last),
        log_size=taken.size,
        log_root=taken.root.hex(),
        log_key=session.log.vkey,
        counts=_counted(session, first, last),
        measures=_measures(measured),
        figures_file=None if file is None else file.name,
    )


def read_figures(file: Path) -> tuple[Figure, ...]:
    """Return the figures in ``file``; raise `NotFound`, or `FiguresInvalid` naming the row."""
    try:
        with file.open("rb") as opened:
            data = opened.read(_MAX_FIGURES_BYTES)
    except OSError as error:
        raise NotFound(f"the figures {file} cannot be read: {(error.strerror or 'error').lower()}") from None
    try:
        found = json.loads(data)
    except ValueError:
        found = None
    if (
        not isinstance(found, dict)
        or found.get("format") != _FIGURES_FORMAT
        or not isinstance(found.get("figures"), list)
    ):
        raise FiguresInvalid(f"got {file}, expected a file of figures, as `make bench` writes it")
    return tuple(_figure(file, row) for row in found["figures"])


def _figure(file: Path, row: Any) -> Figure:
    try:
        bar = None if row["bar"] is None else {name: float(row["bar"][name]) for name in row["bar"]}
        texts = {name: str(row[name]) for name in ("what", "unit", "sample", "command", "date")}
        return Figure(**texts, value=float(row["value"]), measures=tuple(row["measures"]), bar=bar)
    except (TypeError, KeyError, ValueError):
        name = str(row.get("id") if isinstance(row, dict) else row)[:40]
        raise FiguresInvalid(
            f"{file}: got the malformed row {name!r}, expected one as `make bench` writes it"
        ) from None


def _measures(figures: Sequence[Figure]) -> tuple[Measure, ...]:
    rows = statute(Statute.CODE_OF_PRACTICE)
    return tuple(
        Measure(
            code=code,
            title=row["title"],
            asks=row["asks"],
            does=row["does"],
            operator=row["operator"],
            layer=Layer(row["layer"]) if "layer" in row else None,
            figures=tuple(figure for figure in figures if code in figure.measures),
        )
        for code, row in rows.items()
    )


def _counted(session: Session, since: datetime | None, until: datetime | None) -> Counts:
    clips = [found.entry.facts for found in _entries(session, ClipMade.TYPES[0], since, until)]
    labelled = [facts for facts in clips if "labels" in facts]
    marked = _entries(session, FileMarked.TYPES[0], since, until)
    carried = Counter(layer for facts in labelled for layer in _names(facts, "labels"))
    return Counts(
        clips=len(clips),
        unknown=len(clips) - len(labelled),
        files_marked=len(marked),
        layers={layer: carried[layer] for layer in Layer},
        jurisdictions=Counter(code for facts in labelled for code in _names(facts, "jurisdictions")),
        lacking=Counter(code for facts in labelled for code in _names(facts, "jurisdictions") if _lacks(facts, code)),
    )


def _entries(session: Session, kind: str, since: datetime | None, until: datetime | None) -> list[Logged]:
    period = (None if moment is None else stamp(moment) for moment in (since, until))
    return query(session, question=LedgerQuery(type=kind, **dict(zip(("since", "until"), period, strict=True))))


def _lacks(facts: Mapping[str, Any], code: str) -> bool:
    row = table().get(code)
    return row is not None and not {str(layer) for layer in row.asks} <= set(_names(facts, "labels"))


def _names(facts: Mapping[str, Any], fact: str) -> Iterable[str]:
    return str(facts.get(fact, "")).split()
