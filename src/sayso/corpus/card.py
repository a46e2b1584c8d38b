"""The card of a corpus: how much there is of what, on which basis, and why the rest was left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sayso.corpus.condition import Condition
from sayso.corpus.view import CorpusView, usable

if TYPE_CHECKING:
    import pyarrow as pa

_GROUPED: Final = ("speaker", "language", "accent", "sex")
_SNR_DB: Final = tuple(range(-10, 65, 5))
_OVRL: Final = tuple(round(1 + step / 4, 2) for step in range(17))


@dataclass(frozen=True, slots=True)
class Share:
    """What is in a group: its value ("" where it is not known), segments, and hours."""

    value: str
    segments: int
    hours: float


@dataclass(frozen=True, slots=True)
class LicenceLine:
    """A basis: ``grant`` or a licence, its evidence, what for, how much stands on it, and when the first of it ends."""

    licence: str
    evidence: str
    purpose: str
    speakers: int
    segments: int
    hours: float
    expires: str


@dataclass(frozen=True, slots=True)
class Bin:
    """Hours whose value lies from ``low`` up to, without, ``high``."""

    low: float
    high: float
    hours: float


@dataclass(frozen=True, slots=True)
class CorpusCard:
    """A version at a glance.

    Attributes
    ----------
    version : which
    segments, hours, speakers : what may be used now
    withheld : usable rows that no basis lets be used now
    groups : by column (speaker, language, accent, sex), the largest first
    decisions : of all rows, what became of them
    reasons : of those rejected or quarantined, why; a row may have several
    snr_db, ovrl : hours by noise and by DNSMOS, of what may be used
    licences : on what it stands
    """

    version: int
    segments: int
    hours: float
    speakers: int
    withheld: int
    groups: dict[str, tuple[Share, ...]]
    decisions: tuple[Share, ...]
    reasons: tuple[Share, ...]
    snr_db: tuple[Bin, ...]
    ovrl: tuple[Bin, ...]
    licences: tuple[LicenceLine, ...]


def card_of(view: CorpusView) -> CorpusCard:
    """Return the card of what ``view`` shows; counts of what was left out name nobody."""
    columns = [*_GROUPED, "seconds", "snr_db", "ovrl", "grant", "licence", "evidence", "purpose", "expires"]
    told = (usable() & view.allowed).sql
    table = view.rows.to_table(columns=columns, filter=told)
    groups = {name: _shares(table, name) for name in _GROUPED}
    every = view.rows.to_table(columns=["decision", "seconds"])
    left = view.rows.to_table(columns=["reasons", "seconds"], filter="`decision` IN ('rejected', 'quarantined')")
    return CorpusCard(
        version=view.version,
        segments=table.num_rows,
        hours=_hours(table["seconds"].to_numpy().sum()),
        speakers=sum(bool(one.value) for one in groups["speaker"]),
        withheld=view.withheld(Condition("")),
        groups=groups,
        decisions=_shares(every, "decision"),
        reasons=_reasons(left),
        snr_db=_bins(table, "snr_db", _SNR_DB),
        ovrl=_bins(table, "ovrl", _OVRL),
        licences=_licences(table),
    )


def _shares(table: pa.Table, column: str) -> tuple[Share, ...]:
    found = table.select([column, "seconds"]).group_by(column).aggregate([("seconds", "sum"), ("seconds", "count")])
    rows = found.to_pylist()
    shares = [Share(row[column] or "", row["seconds_count"], _hours(row["seconds_sum"])) for row in rows]
    return tuple(sorted(shares, key=lambda one: (-one.hours, one.value)))


def _reasons(table: pa.Table) -> tuple[Share, ...]:
    import pyarrow as pa  # noqa: PLC0415 - of the extra
    import pyarrow.compute as pc  # noqa: PLC0415 - of the extra

    parents = pc.list_parent_indices(table["reasons"].combine_chunks())
    values = pc.list_flatten(table["reasons"].combine_chunks())
    return _shares(pa.table({"reason": values, "seconds": table["seconds"].take(parents)}), "reason")


def _bins(table: pa.Table, column: str, edges: tuple[float, ...]) -> tuple[Bin, ...]:
    """Return the hours between ``edges``; what lies outside counts to the first or last, what is not known to none."""
    values = table[column].to_numpy()
    known = np.isfinite(values.astype(np.float64))
    inside = np.clip(values[known], edges[0], np.nextafter(edges[-1], -np.inf))
    counted, _ = np.histogram(inside, bins=edges, weights=table["seconds"].to_numpy()[known])
    return tuple(Bin(low, high, _hours(s)) for low, high, s in zip(edges[:-1], edges[1:], counted, strict=True))


def _licences(table: pa.Table) -> tuple[LicenceLine, ...]:
    keys = ["grant", "licence", "evidence", "purpose", "expires", "speaker"]
    found = table.group_by(keys).aggregate([("seconds", "sum"), ("seconds", "count")]).to_pylist()
    lines: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in found:
        name = "grant" if row["grant"] else row["licence"]
        lines.setdefault((name, row["evidence"], row["purpose"]), []).append(row)
    made = [
        LicenceLine(
            licence=name,
            evidence=evidence,
            purpose=purpose,
            speakers=len({row["speaker"] for row in rows}),
            segments=sum(row["seconds_count"] for row in rows),
            hours=_hours(sum(row["seconds_sum"] for row in rows)),
            expires=min((row["expires"] for row in rows if row["expires"]), default=""),
        )
        for (name, evidence, purpose), rows in lines.items()
    ]
    return tuple(sorted(made, key=lambda one: (-one.hours, one.licence, one.evidence)))


def _hours(seconds: float) -> float:
    return float(seconds) / 3600
