"""The monitor: samples of production beside the baseline of the same speakers, stratum by stratum."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sayso.fairness.drift import DriftDetector
from sayso.fairness.errors import SamplesInvalid

COLUMNS: Final = ("speaker", "stratum", "metric", "value", "consented")
MIN_PEOPLE: Final = 20
"""A stratum of fewer people is not told of, nor watched by itself: they could be recognised."""

MIN_BASELINE: Final = 200
"""Samples of a baseline below which a stratum is not watched: its own error would be taken for drift."""

LOWER_IS_BETTER: Final = frozenset({"wer", "refused", "sim_loss", "pitch", "rate", "latency"})
REACHES: Final[Mapping[str, float]] = {"ovrl": 1.0, "likeness": 0.2, "benefit": 1.0, "pitch": 6.0}
"""How far a value may lie from its baseline and still count in full; 1 for what is a share."""

_YES: Final = frozenset({"yes", "true", "1"})
_NO: Final = frozenset({"no", "false", "0"})


@dataclass(frozen=True, slots=True)
class ProductionSample:
    """One value of one sample, in the order of time."""

    speaker: str
    stratum: str
    metric: str
    value: float


@dataclass(frozen=True, slots=True)
class StratumDrift:
    """What was found in one stratum and metric; ``alarm_at`` counts its samples, None where there is no alarm."""

    stratum: str
    metric: str
    people: int
    samples: int
    baseline: float
    recent: float
    evidence: float
    alarm_at: int | None


@dataclass(frozen=True, slots=True)
class DriftReport:
    """What the monitor found; what it could not look at is counted, without names."""

    strata: tuple[StratumDrift, ...]
    withheld: int
    unconsented: int
    without_baseline: int

    @property
    def alarms(self) -> int:
        """The number of alarms."""
        return sum(one.alarm_at is not None for one in self.strata)


@dataclass
class _Watched:
    detector: DriftDetector
    base: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    people: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class ReadSamples:
    """The samples of people who consented to being measured, and the number of those left out."""

    samples: tuple[ProductionSample, ...]
    unconsented: int


def read_samples(path: Path) -> ReadSamples:
    """Read a CSV file with a header line and the columns `COLUMNS`; raise `SamplesInvalid` naming the line at fault."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(_rows(csv.DictReader(file, strict=True)))
    except OSError as error:
        raise SamplesInvalid(f"the samples {path} cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise SamplesInvalid(f"the samples {path} are no CSV file in UTF-8: {error}") from None
    return ReadSamples(tuple(one for one in rows if one is not None), sum(one is None for one in rows))


def monitored(baseline: ReadSamples, production: ReadSamples) -> DriftReport:
    """Return whether production, in the order given, fell below the baseline of the same speakers in any stratum."""
    means = _means(baseline.samples)
    sizes: dict[tuple[str, str], int] = defaultdict(int)
    for one in baseline.samples:
        sizes[one.stratum, one.metric] += 1
    watched: dict[tuple[str, str], _Watched] = {}
    without = 0
    for one in production.samples:
        known = means.get((one.speaker, one.stratum, one.metric))
        if known is None or sizes[one.stratum, one.metric] < MIN_BASELINE:
            without += 1
            continue
        place = watched.setdefault((one.stratum, one.metric), _Watched(DriftDetector(REACHES.get(one.metric, 1.0))))
        place.people.add(one.speaker)
        place.base.append(known)
        place.values.append(one.value)
    shown = {name: each for name, each in sorted(watched.items()) if len(each.people) >= MIN_PEOPLE}
    strata = tuple(_looked(stratum, metric, each) for (stratum, metric), each in shown.items())
    return DriftReport(strata, len(watched) - len(shown), baseline.unconsented + production.unconsented, without)


def _looked(stratum: str, metric: str, watched: _Watched) -> StratumDrift:
    sign = -1.0 if metric in LOWER_IS_BETTER else 1.0
    for base, value in zip(watched.base, watched.values, strict=True):
        watched.detector.add(sign * (base - value))
    count = len(watched.values)
    return StratumDrift(
        stratum,
        metric,
        len(watched.people),
        count,
        math.fsum(watched.base) / count,
        math.fsum(watched.values) / count,
        watched.detector.log_evidence,
        watched.detector.alarm_at,
    )


def _means(samples: Iterable[ProductionSample]) -> dict[tuple[str, str, str], float]:
    found: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for one in samples:
        found[one.speaker, one.stratum, one.metric].append(one.value)
    return {name: math.fsum(values) / len(values) for name, values in found.items()}


def _rows(reader: csv.DictReader[str]) -> Iterator[ProductionSample | None]:
    names = [name.strip().lower() for name in reader.fieldnames or ()]
    if missing := [name for name in COLUMNS if name not in names]:
        raise SamplesInvalid(f"got no column {', '.join(missing)}, expected a header with {', '.join(COLUMNS)}")
    reader.fieldnames = names
    for number, row in enumerate(reader, start=2):
        yield _sample(row, number)


def _sample(row: Mapping[str, str | None], number: int) -> ProductionSample | None:
    told = {name: (row[name] or "").strip() for name in COLUMNS}
    if empty := [name for name in COLUMNS if not 0 < len(told[name]) <= 200]:
        raise SamplesInvalid(f"line {number}: got {len(told[empty[0]])} characters as {empty[0]}, expected 1 to 200")
    consented = told["consented"].lower()
    if consented not in _YES | _NO:
        raise SamplesInvalid(f"line {number}: got consented {told['consented'][:40]!r}, expected yes or no")
    try:
        value = float(told["value"])
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise SamplesInvalid(f"line {number}: got the value {told['value'][:40]!r}, expected a finite number")
    return ProductionSample(told["speaker"], told["stratum"], told["metric"], value) if consented in _YES else None
