"""A judgement as it is kept: what each comparison found, as canonical JSON without a speaker in it."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import Any

from sayso.fairness.judging import FairnessVerdict, GroupComparison, Judgement
from sayso.fairness.registration import KeptRegistration


@dataclass(frozen=True, slots=True)
class KeptComparison:
    """One group in one metric, as it was judged; numbers to six digits, None for what one speaker cannot tell."""

    metric: str
    group: str
    speakers: int
    samples: int
    gap: float | None
    low: float | None
    high: float | None
    margin: float
    power: float | None
    verdict: str
    needed: int | None


@dataclass(frozen=True, slots=True)
class KeptJudgement:
    """A judgement without its table: ``measured`` is the SHA-256 of that, ``registered`` what was fixed before it."""

    verdict: FairnessVerdict
    measured: str
    registered: KeptRegistration
    comparisons: tuple[KeptComparison, ...]

    @classmethod
    def of(cls, found: Judgement, measured: str, registered: KeptRegistration) -> KeptJudgement:
        """Return what is kept of ``found``."""
        return cls(found.verdict, measured, registered, tuple(_kept(one) for one in found.comparisons))

    def encode(self) -> str:
        """Return it as JSON, the same for the same judgement."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))

    @classmethod
    def decode(cls, text: str) -> KeptJudgement:
        """Return what `encode` wrote."""
        told: dict[str, Any] = json.loads(text)
        comparisons = tuple(KeptComparison(**one) for one in told["comparisons"])
        registered = KeptRegistration.decoded(told["registered"])
        return cls(FairnessVerdict(told["verdict"]), told["measured"], registered, comparisons)

    @property
    def needed(self) -> int | None:
        """Speakers of each group that a decision takes; None where all is decided, or where no number does."""
        return max((one.needed for one in self.comparisons if one.needed), default=None)


def _kept(one: GroupComparison) -> KeptComparison:
    low, high = one.gap.interval()
    return KeptComparison(
        one.metric,
        one.effect.group,
        one.effect.speakers,
        one.effect.samples,
        _number(one.gap.value),
        _number(low),
        _number(high),
        one.margin,
        _number(one.power),
        one.verdict.value,
        one.needed,
    )


def _number(value: float) -> float | None:
    return float(f"{value:.6g}") if math.isfinite(value) else None
