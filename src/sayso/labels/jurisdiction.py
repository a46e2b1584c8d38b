"""Jurisdictions: which labels each asks for, by which law, read from one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from sayso.labels.errors import JurisdictionUnknown
from sayso.labels.layer import Layer
from sayso.labels.statutes import Statute, statute

PLAIN: Final = "plain"


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """One row of the table; ``repeat_s`` is about how often spoken words come again, None for once."""

    code: str
    name: str
    asks: tuple[Layer, ...]
    source: str
    basis: str
    note: str
    since: str | None = None
    repeat_s: float | None = None


@dataclass(frozen=True, slots=True)
class RequiredLabels:
    """What several jurisdictions ask together: every layer that one of them asks, repeated as the strictest wants."""

    jurisdictions: tuple[str, ...]
    layers: frozenset[Layer]
    repeat_s: float | None

    def asking(self, layer: Layer) -> str:
        """Return which of the jurisdictions ask for ``layer``."""
        return ", ".join(code for code in self.jurisdictions if layer in table()[code].asks)


@cache
def table() -> Mapping[str, Jurisdiction]:
    """Return every jurisdiction by its code."""
    rows = statute(Statute.JURISDICTIONS)
    return {code: _row(code, row) for code, row in rows.items()}


def jurisdiction(code: str) -> Jurisdiction:
    """Return the jurisdiction of ``code``; raise `JurisdictionUnknown` naming those there are."""
    found = table().get(code)
    if found is None:
        raise JurisdictionUnknown(f"got the jurisdiction {code[:40]!r}, expected one of {', '.join(table())}")
    return found


def asked_by(codes: Sequence[str]) -> RequiredLabels:
    """Return what the jurisdictions ``codes`` ask together; raise `JurisdictionUnknown`."""
    rows = [jurisdiction(code) for code in dict.fromkeys(codes)]
    layers = frozenset(layer for row in rows for layer in row.asks)
    repeats = [row.repeat_s for row in rows if row.repeat_s is not None]
    return RequiredLabels(tuple(row.code for row in rows), layers, min(repeats, default=None))


def _row(code: str, row: Mapping[str, Any]) -> Jurisdiction:
    since = row.get("since")
    return Jurisdiction(
        code=code,
        name=row["name"],
        asks=tuple(Layer(layer) for layer in row["asks"]),
        source=row["source"],
        basis=row["basis"],
        note=row["note"],
        since=None if since is None else since.isoformat(),
        repeat_s=row.get("repeat_s"),
    )
