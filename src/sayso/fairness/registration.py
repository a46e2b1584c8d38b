"""What is fixed before a measurement: metrics with their margins, groups, and how many speakers of each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from sayso.fairness.errors import RegistrationInvalid
from sayso.fairness.margins import Margins
from sayso.fairness.table import MAX_FIELD

if TYPE_CHECKING:
    from sayso.fairness.judging import Judgement

MAX_NAMED: Final = 100
"""Metrics or groups that one registration names at most."""


@dataclass(frozen=True, slots=True)
class Registration:
    """A study as it is planned; ``speakers`` are those of each group."""

    margins: Mapping[str, float]
    groups: tuple[str, ...]
    speakers: int

    @classmethod
    def of(cls, metrics: Iterable[str], groups: Sequence[str], speakers: int) -> Registration:
        """Return the plan of ``metrics``, each ``likeness`` (with its default margin) or ``likeness=0.03``.

        Raise `RegistrationInvalid` or `MarginInvalid`.
        """
        told = list(metrics)
        margins = Margins.of(one for one in told if "=" in one)
        named = {name: margins[name] for name in sorted(one.partition("=")[0].strip() for one in told)}
        for what, names, least in (("metrics", list(named), 1), ("groups", list(groups), 2)):
            if not least <= len(set(names)) <= MAX_NAMED or not all(0 < len(one) <= MAX_FIELD for one in names):
                raise RegistrationInvalid(f"got {len(set(names))} {what}, expected {least} to {MAX_NAMED}, each named")
        if speakers < 2:
            raise RegistrationInvalid(f"got {speakers} speakers of each group, expected 2 or more")
        return cls(named, tuple(sorted(set(groups))), speakers)

    def encode(self) -> str:
        """Return it as JSON, the same for the same plan."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))

    @classmethod
    def decode(cls, text: str) -> Registration:
        """Return what `encode` wrote."""
        told: dict[str, Any] = json.loads(text)
        return cls(told["margins"], tuple(told["groups"]), told["speakers"])

    def departures(self, found: Judgement) -> tuple[str, ...]:
        """Return in words where a judgement is another than was planned; what it lacks counts as well."""
        used = {one.metric: one.margin for one in found.comparisons}
        groups = {one.effect.group for one in found.comparisons}
        few = min((one.effect.speakers for one in found.comparisons), default=0)
        return (
            *(
                f"margin of {each}: {used[each]:g}, planned {self.margins[each]:g}"
                for each in _both(used, self.margins)
            ),
            *(f"metric {each}: not planned" for each in sorted(used.keys() - self.margins.keys())),
            *(f"metric {each}: planned, not measured" for each in sorted(self.margins.keys() - used.keys())),
            *(f"group {each}: not planned" for each in sorted(groups - set(self.groups))),
            *(f"group {each}: planned, not measured" for each in sorted(set(self.groups) - groups)),
            *([f"speakers: {few} in the smallest group, planned {self.speakers}"] if few < self.speakers else []),
        )


class RegistrationStanding(StrEnum):
    """What a report says of the plan: whether it was there before the first sample was measured, and was kept to."""

    KEPT = "kept"
    DEPARTED = "departed"
    LATE = "late"
    UNDATED = "undated"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class KeptRegistration:
    """How a report stands to the plan ``record``; ``earlier`` are measurements that were logged before the plan was."""

    standing: RegistrationStanding
    record: str | None = None
    departures: tuple[str, ...] = ()
    earlier: int = 0

    @classmethod
    def decoded(cls, told: Mapping[str, Any]) -> KeptRegistration:
        """Return what was kept as JSON."""
        return cls(RegistrationStanding(told["standing"]), told["record"], tuple(told["departures"]), told["earlier"])


def _both(used: Mapping[str, float], planned: Mapping[str, float]) -> list[str]:
    return [each for each in sorted(used.keys() & planned.keys()) if used[each] != planned[each]]
