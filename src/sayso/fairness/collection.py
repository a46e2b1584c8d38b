"""A collection request: how many more speakers of each group are to be recorded, on which terms, and how far it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sayso.fairness.errors import CollectionInvalid
from sayso.fairness.judging import FairnessVerdict, Judgement
from sayso.fairness.needed import MIN_SPEAKERS

MAX_TEXT = 500


@dataclass(frozen=True, slots=True)
class Quota:
    """Speakers of a group: how many were measured, how many have to be, and how many the corpus holds, if one is asked.

    Those of the corpus may be the same people as those who were measured, so both are never added up.
    """

    group: str
    have: int
    needed: int
    recorded: int | None = None

    @property
    def missing(self) -> int:
        """How many are still to be measured."""
        return max(0, self.needed - self.have)

    @property
    def unrecorded(self) -> int:
        """How many are still to be recorded: those that neither were measured nor are in the corpus."""
        return max(0, self.needed - max(self.have, self.recorded or 0))


@dataclass(frozen=True, slots=True)
class CollectionRequest:
    """What is asked of a corpus: a quota for each group, the consent terms, and a reference for the payment."""

    quotas: tuple[Quota, ...]
    terms: str
    payment: str

    @property
    def missing(self) -> int:
        """How many speakers are still to be measured, in all."""
        return sum(quota.missing for quota in self.quotas)

    @property
    def unrecorded(self) -> int:
        """How many speakers are still to be recorded, in all."""
        return sum(quota.unrecorded for quota in self.quotas)

    def filled(self, recorded: Mapping[str, int]) -> CollectionRequest:
        """Return the request with the speakers that a corpus holds of each group."""
        quotas = tuple(replace(one, recorded=recorded.get(one.group, 0)) for one in self.quotas)
        return CollectionRequest(quotas, self.terms, self.payment)

    def counted(self, found: Judgement) -> CollectionRequest:
        """Return the request with the speakers that are there now; what it asks for stays."""
        have = _speakers(found)
        quotas = tuple(Quota(one.group, have.get(one.group, 0), one.needed) for one in self.quotas)
        return CollectionRequest(quotas, self.terms, self.payment)


def requested(found: Judgement, *, terms: str, payment: str) -> CollectionRequest:
    """Return what a decision takes: for each group of an open comparison the largest number that one needs.

    A group that fails asks for as many as the largest of the others has, so that a better system can be made and judged
    on them. Raise `CollectionInvalid` without terms or a payment reference, or where nothing is open.
    """
    for name, text in (("terms", terms), ("payment", payment)):
        if not 0 < len(text.strip()) <= MAX_TEXT:
            raise CollectionInvalid(f"{name}: got {len(text.strip())} characters, expected 1 to {MAX_TEXT}")
    if found.verdict is FairnessVerdict.PASS:
        raise CollectionInvalid("got measurements that pass, expected some that are open or fail; nothing is needed")
    have = _speakers(found)
    needed: dict[str, int] = defaultdict(lambda: MIN_SPEAKERS)
    for one in found.comparisons:
        if one.verdict is FairnessVerdict.INSUFFICIENT and one.needed is not None:
            for group in have:
                needed[group] = max(needed[group], one.needed)
        elif one.verdict is FairnessVerdict.FAIL:
            needed[one.effect.group] = max(needed[one.effect.group], *have.values())
    return CollectionRequest(
        tuple(Quota(group, have[group], needed[group]) for group in sorted(have)), terms.strip(), payment.strip()
    )


def _speakers(found: Judgement) -> dict[str, int]:
    """Return the speakers of each group, in the metric that has the fewest."""
    have: dict[str, int] = {}
    for one in found.comparisons:
        group = one.effect.group
        have[group] = min(have.get(group, one.effect.speakers), one.effect.speakers)
    return have
