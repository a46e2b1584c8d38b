"""The explanation of a decision: what each rule of each grant says, clause by clause as Cedar was told it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sayso.consent import fields
from sayso.consent.cedar import context_of
from sayso.consent.dimensions import DIMENSIONS, Asked, Dimension
from sayso.consent.expression import Json
from sayso.consent.grant import Grant
from sayso.ids import GrantId


@dataclass(frozen=True, slots=True)
class Answer:
    """What one rule of one grant says: ✓ or ✗, what was asked, what is allowed, who can change it."""

    dimension: str
    ok: bool
    got: str
    allowed: str
    changed_by: str

    def __str__(self) -> str:
        """Return the answer as one line."""
        if self.ok:
            return f"{self.dimension}: {self.got} (allowed: {self.allowed})"
        return f"{self.dimension}: got {self.got}, allowed: {self.allowed} ({self.changed_by} can change this)"


@dataclass(frozen=True, slots=True)
class GrantAnswers:
    """What every rule of one grant says."""

    grant_id: GrantId
    answers: tuple[Answer, ...]

    @property
    def ok(self) -> bool:
        """Return whether the grant permits the act."""
        return all(answer.ok for answer in self.answers)

    @property
    def failed(self) -> tuple[Answer, ...]:
        """Return the answers that stand in the way."""
        return tuple(answer for answer in self.answers if not answer.ok)


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked, and the same as Cedar is told it about some grants."""

    asked: Asked
    entities: Mapping[str, Json]
    facts: Json

    @classmethod
    def of(cls, asked: Asked, grants: Sequence[Grant]) -> _Question:
        return cls(asked, asked.entities(), context_of(grants, asked))

    def answers(self, grant: Grant) -> list[Answer]:
        return [self._answer(rule, grant) for rule in DIMENSIONS]

    def num_failed(self, grant: Grant) -> int:
        return sum(not rule.holds(grant, self.entities, self.facts) for rule in DIMENSIONS)

    def _answer(self, rule: Dimension, grant: Grant) -> Answer:
        ok = rule.holds(grant, self.entities, self.facts)
        return Answer(rule.name, ok, rule.got(grant, self.asked), rule.allowed(grant), rule.changed_by(grant))


def explain(grant: Grant, asked: Asked, *, ceiling: Grant | None = None) -> GrantAnswers:
    """Return what every rule of the grant says, and of the outer consent above it."""
    return _explained(_Question.of(asked, [grant] if ceiling is None else [grant, ceiling]), grant, ceiling)


def _explained(question: _Question, grant: Grant, ceiling: Grant | None) -> GrantAnswers:
    answers = question.answers(grant)
    if grant.outer:
        answers.append(Answer("outer", False, "an act", "no act, it bounds licences", "a licence of the speaker"))
    elif grant.ceiling is not None:
        if ceiling is None or not ceiling.outer or ceiling.grant_id != grant.ceiling:
            answers.append(Answer("outer", False, "no such outer consent", grant.ceiling, "nobody"))
        else:
            answers += [replace(each, dimension=f"outer {each.dimension}") for each in question.answers(ceiling)]
    return GrantAnswers(grant.grant_id, tuple(answers))


def refusals(grants: Sequence[Grant], asked: Asked, *, most: int | None = None) -> list[str]:
    """Return every reason why none of ``grants`` permits the act, nearest grant first; never an empty list.

    With ``most``, only so many of the nearest grants are told of, those to the licensee first, and the others counted.

    The terms of a grant to another licensee are nobody else's business: its reasons name the dimension and what was
    asked, not what is allowed.
    """
    if not grants:
        return ["grant: the speaker has granted nothing (the speaker can change this)"]
    by_id, question = {grant.grant_id: grant for grant in grants}, _Question.of(asked, grants)
    near = [grant for grant in grants if grant.licensee in {fields.ANY, asked.request.licensee}]
    looked_at = near if most is not None and len(near) >= most else grants
    nearest = sorted(looked_at, key=lambda grant: (question.num_failed(grant), grant.grant_id))[:most]
    explained = sorted(
        (_explained(question, grant, by_id.get(grant.ceiling or GrantId(""))) for grant in nearest),
        key=lambda found: (len(found.failed), found.grant_id),
    )
    lines = [
        _line(found.grant_id, answer, foreign=_is_foreign(found)) for found in explained for answer in found.failed
    ]
    if most is not None and len(grants) > most:
        lines.append(f"grant: {len(grants) - most} other grants of the speaker do not permit it either")
    return lines or ["policy: Cedar permits nothing and no rule says why (report this)"]


def _is_foreign(found: GrantAnswers) -> bool:
    return any(answer.dimension == "licensee" and not answer.ok for answer in found.answers)


def _line(grant_id: GrantId, answer: Answer, *, foreign: bool) -> str:
    if not foreign:
        return f"{grant_id}: {answer}"
    allowed = "it is for another licensee" if answer.dimension == "licensee" else "it does not allow that"
    return f"{grant_id}: {answer.dimension}: got {answer.got}, {allowed} ({answer.changed_by} can change this)"
