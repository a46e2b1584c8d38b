"""Grants as Cedar policies: one JSON policy set, a policy's id the grant's id, so that an answer names its grant.

Cedar denies by default and skips a policy that fails. Here any failure is a refusal, and only an Allow that names its
policies and has no errors proceeds.

A decision looks at the slice of the set that can matter to it: the grants to its licensee whose purposes cover its
purpose, and their outer consents ("policy slicing"). A licence permits only where Cedar finds its outer consent
satisfied as well. Leaving a permit out can only refuse more, never permit more, and what is left in carries
all of its conditions, so that Cedar alone decides on every one of them. A decision takes one grant, by rank; so it
asks of the first in rank first (`Policy.first`); an error among those that were asked refuses. All are asked once
more for the record of the decision (`workflows.reconsidering`).
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self
from weakref import ReferenceType, ref

import cedarpy

from sayso.consent import fields
from sayso.consent.act import Action
from sayso.consent.dimensions import DIMENSIONS, Dimension, Situation
from sayso.consent.errors import GrantInvalid
from sayso.consent.expression import Json
from sayso.consent.grant import Grant
from sayso.consent.request import Request
from sayso.consent.state import State
from sayso.ids import GrantId, SpeakerId

_MAX_SLICES: Final = 256
_FIRST: Final = 4  # grants asked before the others: where one of them permits, the others need not be
_ANY_HEAD: Final[Json] = {"principal": {"op": "All"}, "action": {"op": "All"}, "resource": {"op": "All"}}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Cedar's answer: the grants that permit the act, in order of their ids, and what failed on the way."""

    grants: tuple[GrantId, ...]
    errors: tuple[str, ...]

    @property
    def allowed(self) -> bool:
        """Return whether the act is permitted: some grant permits it and nothing failed."""
        return bool(self.grants) and not self.errors


_NOTHING: Final = Verdict((), ())


Clause = tuple[Json, Sequence[Json]]
"""What one rule adds to the policy of a grant: to its head, and its conditions."""


def clauses_of(grant: Grant) -> tuple[Clause, ...]:
    """Return the clause of every dimension, in their order."""
    return tuple((dimension.head(grant), dimension.conditions(grant)) for dimension in DIMENSIONS)


def policy_of(grant: Grant) -> Json:
    """Return the grant as one Cedar policy in JSON: every dimension's head and conditions."""
    policy: Json = {"effect": "permit", **_ANY_HEAD, "conditions": []}
    for head, conditions in clauses_of(grant):
        policy.update(head)
        policy["conditions"] += [{"kind": "when", "body": body} for body in conditions]
    return policy


def policy_set_of(grants: Sequence[Grant]) -> Json:
    """Return the grants as a Cedar policy set in JSON, keyed by grant id."""
    return {
        "staticPolicies": {grant.grant_id: policy_of(grant) for grant in grants},
        "templates": {},
        "templateLinks": [],
    }


def schema_of(grants: Sequence[Grant]) -> Json:
    """Return the Cedar schema in JSON that requests to these grants obey; under it no expression can fail."""
    attributes: Json = {}
    for dimension in DIMENSIONS:
        attributes.update(dimension.schema(grants))
    applies = {
        "principalTypes": ["Licensee"],
        "resourceTypes": ["Speaker"],
        "context": {"type": "Record", "attributes": attributes},
    }
    types: Json = {"shape": {"type": "Record", "attributes": {}}}
    return {
        "": {
            "entityTypes": {"Licensee": types, "Speaker": types},
            "actions": {str(action): {"appliesTo": applies} for action in Action},
        }
    }


def context_of(grants: Sequence[Grant], asked: Situation, *, dimensions: Sequence[Dimension] = DIMENSIONS) -> Json:
    """Return the context in which the grants are evaluated, as far as ``dimensions`` read it."""
    context: Json = {}
    for dimension in dimensions:
        context.update(dimension.context(grants, asked))
    return context


@dataclass(frozen=True, slots=True)
class Compiled:
    """Some grants as one Cedar policy set, and the dimensions that their conditions read."""

    grants: tuple[Grant, ...]
    by_id: Mapping[GrantId, Grant]
    dimensions: tuple[Dimension, ...]
    policies: Any
    entities: Any

    @classmethod
    def of(cls, grants: Sequence[Grant]) -> Self:
        """Compile ``grants``."""
        read = tuple(each for each in DIMENSIONS if any(each.conditions(grant) for grant in grants))
        policies = cedarpy.PolicySet.from_json_str(json.dumps(policy_set_of(grants)))
        by_id = {grant.grant_id: grant for grant in grants}
        return cls(tuple(grants), by_id, read, policies, cedarpy.Entities.from_json_str("[]"))

    def ask(self, asked: Situation) -> Verdict:
        """Return Cedar's answer."""
        facts = context_of(self.grants, asked, dimensions=self.dimensions)
        question = {**asked.entities(), "context": json.dumps(facts)}
        result = cedarpy.is_authorized(question, self.policies, self.entities)
        errors = tuple(result.diagnostics.errors)
        if result.decision is cedarpy.Decision.NoDecision and not errors:
            errors = ("Cedar came to no decision",)
        satisfied = frozenset(GrantId(policy_id) for policy_id in result.diagnostics.reasons) if result.allowed else ()
        return Verdict(tuple(sorted(each for each in satisfied if self._permits(each, satisfied))), errors)

    def _permits(self, grant_id: GrantId, satisfied: Collection[GrantId]) -> bool:
        """Return whether a satisfied grant permits by itself: no outer consent does, no licence goes beyond its own."""
        grant = self.by_id[grant_id]
        if grant.outer or grant.ceiling is None:
            return not grant.outer
        return grant.ceiling in satisfied and self.by_id[grant.ceiling].outer


_Grants = tuple[tuple[GrantId, ...], tuple[Grant, ...]]


@dataclass(frozen=True, slots=True)
class _Slice:
    """The grants that one licensee may have for one purpose: all, and by turns, which a decision takes first first."""

    whole: _Grants
    turns: tuple[_Grants, ...]


@dataclass(frozen=True, slots=True)
class _Answered:
    """What Cedar answered last, and all that the answer came from. The request, which holds a text, is not kept."""

    ids: tuple[GrantId, ...]
    request: ReferenceType[Request]
    rest: tuple[datetime, dict[GrantId, int], dict[GrantId, int], bool]
    verdict: Verdict

    @classmethod
    def of(cls, ids: tuple[GrantId, ...], asked: Situation, verdict: Verdict) -> Self:
        """Return it for a question about the grants of these ids."""
        return cls(ids, ref(asked.request), cls._rest(asked), verdict)

    def is_to(self, ids: tuple[GrantId, ...], asked: Situation) -> bool:
        """Return whether the same is asked of the same grants again: the same request itself, not one like it."""
        return self.ids == ids and self.request() is asked.request and self.rest == self._rest(asked)

    @staticmethod
    def _rest(asked: Situation) -> tuple[datetime, dict[GrantId, int], dict[GrantId, int], bool]:
        return asked.now, dict(asked.used_ms), dict(asked.used_takes), asked.deceased


class Policy:
    """The grants of one speaker, compiled. It never changes; make a new one when a grant does.

    A decision is made and then recorded: the answer to the last question is kept until another one is asked.
    """

    def __init__(self, speaker: SpeakerId, grants: Sequence[Grant]) -> None:
        """Compile ``grants``; raise `GrantInvalid` if two have one id or one is of another speaker."""
        self.speaker = speaker
        self.grants = tuple(sorted(grants, key=lambda grant: grant.grant_id))
        self.by_id = {grant.grant_id: grant for grant in self.grants}
        if len(self.by_id) != len(self.grants):
            raise GrantInvalid("grant_id: got two grants with one id, expected each once")
        if any(grant.speaker != speaker for grant in self.grants):
            raise GrantInvalid(f"speaker: got a grant of another speaker, expected grants of {speaker} only")
        self.outer = tuple(grant for grant in self.grants if grant.outer)
        self._given: dict[str, list[Grant]] = {}
        for grant in self.grants:
            if grant.state is State.GIVEN and not grant.outer:
                self._given.setdefault(grant.licensee, []).append(grant)
        self._clauses: dict[GrantId, tuple[Clause, ...]] = {}
        self.slices: dict[tuple[str, str], _Slice] = {}
        self._compiled: dict[tuple[GrantId, ...], Compiled] = {}
        self._last: _Answered | None = None

    def ceiling_of(self, grant: Grant) -> Grant | None:
        """Return the outer consent that bounds the grant, None where there is none."""
        return None if grant.ceiling is None else self.by_id.get(grant.ceiling)

    def clauses_of(self, grant: Grant) -> tuple[Clause, ...]:
        """Return the clause of every dimension of one of the grants, made once."""
        found = self._clauses.get(grant.grant_id)
        if found is None:
            found = self._clauses[grant.grant_id] = clauses_of(grant)
        return found

    def ask(self, asked: Situation) -> Verdict:
        """Return Cedar's answer."""
        found = self._slice(asked.request)
        return self._answer(found.whole, asked) if found.turns else _NOTHING

    def first(self, asked: Situation) -> Verdict:
        """Return Cedar's answer on those grants alone that a decision takes first, on the others if none permits."""
        verdict = _NOTHING
        for grants in self._slice(asked.request).turns:
            verdict = self._answer(grants, asked)
            if verdict.grants or verdict.errors:
                break
        return verdict

    def _answer(self, some: _Grants, asked: Situation) -> Verdict:
        last = self._last
        if last is not None and last.is_to(some[0], asked):
            return last.verdict
        verdict = self._compile(some).ask(asked)
        self._last = _Answered.of(some[0], asked, verdict)
        return verdict

    def _slice(self, request: Request) -> _Slice:
        found = self.slices.get((request.licensee, request.purpose))
        if found is None:
            if len(self.slices) >= _MAX_SLICES:
                self.slices.clear()
                self._compiled.clear()
            found = self.slices[request.licensee, request.purpose] = self._sliced(request)
        return found

    def _sliced(self, request: Request) -> _Slice:
        near = self._given.get(request.licensee, []) + self._given.get(fields.ANY, [])
        grants = [grant for grant in near if any(purpose.covers(request.purpose) for purpose in grant.purposes)]
        grants.sort(key=lambda grant: grant.rank(request.purpose))
        turns = (grants[:_FIRST], grants[_FIRST:])
        return _Slice(self._bounded(grants), tuple(self._bounded(some) for some in turns if some))

    def _bounded(self, grants: Sequence[Grant]) -> _Grants:
        """Return ``grants`` and the outer consents above them, by their ids."""
        ceilings = {grant.ceiling for grant in grants}
        known = [*grants, *(outer for outer in self.outer if outer.grant_id in ceilings)]
        return tuple(grant.grant_id for grant in known), tuple(known)

    def _compile(self, some: _Grants) -> Compiled:
        ids, grants = some
        found = self._compiled.get(ids)
        if found is None:
            found = self._compiled[ids] = Compiled.of(grants)
        return found


class Policies:
    """The compiled policies of the speakers that were asked for last, by their state's version.

    A version is drawn at random at each change (see `store`), so that one that was rolled back never comes again.
    """

    def __init__(self, *, size: int = 1024) -> None:
        """Keep the policies of at most ``size`` speakers."""
        self._size = size
        self._kept: OrderedDict[SpeakerId, tuple[int, Policy]] = OrderedDict()

    def of(self, speaker: SpeakerId, state_version: int, load: Callable[[], Sequence[Grant]]) -> Policy:
        """Return the policy of this version, from ``load`` unless it is here already."""
        kept = self._kept.get(speaker)
        if kept is not None and kept[0] == state_version:
            return kept[1]
        policy = Policy(speaker, load())
        self.forget(speaker)
        self._kept[speaker] = state_version, policy
        while len(self._kept) > self._size:
            self._kept.popitem(last=False)
        return policy

    def forget(self, speaker: SpeakerId) -> None:
        """Drop what is kept of the speaker."""
        self._kept.pop(speaker, None)


@dataclass(frozen=True, slots=True)
class Basis:
    """What the decisions on one speaker's grants are made on, whatever is asked."""

    policies: Json
    schema: Json

    @classmethod
    def of(cls, policy: Policy) -> Basis:
        """Return it for the grants of ``policy``."""
        return cls(policy_set_of(policy.grants), schema_of(policy.grants))


def question_of(policy: Policy, asked: Situation) -> Json:
    """Return what Cedar is asked, with the context of every grant."""
    return {**asked.entities(), "context": context_of(policy.grants, asked)}


def answer_of(policies: Json, question: Json) -> Verdict:
    """Return Cedar's answer to a kept question under a kept policy set; any failure is a refusal.

    Nothing of today's grants or of today's compiler goes into it, so that a decision can be made again years later.
    """
    asked: dict[str, Any] = {**question, "context": json.dumps(question["context"])}
    entities = cedarpy.Entities.from_json_str("[]")
    result = cedarpy.is_authorized(asked, cedarpy.PolicySet.from_json_str(json.dumps(policies)), entities)
    errors = tuple(result.diagnostics.errors)
    reasons = tuple(sorted(GrantId(each) for each in result.diagnostics.reasons))
    return Verdict(reasons if result.allowed else (), errors)
