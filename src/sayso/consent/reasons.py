"""The explanation of a decision: what each rule of each grant says, clause by clause as Cedar was told it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sayso.consent import fields
from sayso.consent.cedar import Clause, clauses_of, context_of
from sayso.consent.dimensions import DIMENSIONS, Dimension, Situation
from sayso.consent.expression import evaluate, in_scope
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


Clauses = Callable[[Grant], Sequence[Clause]]
"""Returns the clause of each rule of a grant, such as `cedar.clauses_of`."""


class _Question:
    """What is asked, and the same as Cedar is told it about some grants. Each clause of a grant is evaluated once."""

    def __init__(self, asked: Situation, grants: Sequence[Grant], clauses: Clauses = clauses_of) -> None:
        self._asked = asked
        self._clauses = clauses
        self._entities = asked.entities()
        self._facts = context_of(grants, asked)
        self._judged: dict[GrantId, list[tuple[Dimension, bool]]] = {}

    def judged(self, grant: Grant) -> list[tuple[Dimension, bool]]:
        """Return every rule, and whether its clause is satisfied."""
        found = self._judged.get(grant.grant_id)
        if found is None:
            found = [(rule, self._holds(clause)) for rule, clause in zip(DIMENSIONS, self._clauses(grant), strict=True)]
            self._judged[grant.grant_id] = found
        return found

    def answers(self, grant: Grant, ceiling: Grant | None, *, failed_only: bool = False) -> GrantAnswers:
        """Return what the rules of the grant say, and those of the outer consent above it."""
        answers = self._answers(grant, failed_only=failed_only)
        if grant.outer:
            answers.append(Answer("outer", False, "an act", "no act, it bounds licences", "a licence of the speaker"))
        elif grant.ceiling is not None:
            if ceiling is None or not ceiling.outer or ceiling.grant_id != grant.ceiling:
                answers.append(Answer("outer", False, "no such outer consent", grant.ceiling, "nobody"))
            else:
                above = self._answers(ceiling, failed_only=failed_only)
                answers += [replace(each, dimension=f"outer {each.dimension}") for each in above]
        return GrantAnswers(grant.grant_id, tuple(answers))

    def _answers(self, grant: Grant, *, failed_only: bool) -> list[Answer]:
        return [
            Answer(rule.name, ok, rule.got(grant, self._asked), rule.allowed(grant), rule.changed_by(grant))
            for rule, ok in self.judged(grant)
            if not (ok and failed_only)
        ]

    def _holds(self, clause: Clause) -> bool:
        head, conditions = clause
        return (not head or in_scope(head, self._entities)) and all(
            evaluate(condition, self._facts) for condition in conditions
        )


def explain(grant: Grant, asked: Situation, *, ceiling: Grant | None = None) -> GrantAnswers:
    """Return what every rule of the grant says, and of the outer consent above it."""
    return _Question(asked, [grant] if ceiling is None else [grant, ceiling]).answers(grant, ceiling)


def refusals(
    grants: Sequence[Grant], asked: Situation, *, most: int | None = None, clauses: Clauses = clauses_of
) -> list[str]:
    """Return every reason why none of ``grants`` permits the act, nearest grant first; never an empty list.

    With ``most``, only so many of the nearest grants are told of, those to the licensee first, and the others counted.

    The terms of a grant to another licensee are nobody else's business: its reasons name the dimension and what was
    asked, not what is allowed.
    """
    if not grants:
        return ["grant: the speaker has granted nothing (the speaker can change this)"]
    by_id, question = {grant.grant_id: grant for grant in grants}, _Question(asked, grants, clauses)

    def num_failed(grant: Grant) -> int:
        return sum(not ok for _, ok in question.judged(grant))

    near = [grant for grant in grants if grant.licensee in {fields.ANY, asked.request.licensee}]
    looked_at = near if most is not None and len(near) >= most else grants
    nearest = sorted(looked_at, key=lambda grant: (num_failed(grant), grant.grant_id))[:most]
    explained = sorted(
        (question.answers(grant, by_id.get(grant.ceiling or GrantId("")), failed_only=True) for grant in nearest),
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
