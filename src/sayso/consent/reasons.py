"""The second evaluator: the same rules in plain Python, grant by grant and dimension by dimension.

It explains what Cedar only answers, and it must agree with it: a permit is made only if both allow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sayso.consent import fields
from sayso.consent.dimensions import DIMENSIONS, Asked, Dimension
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


def permits(grant: Grant, asked: Asked, *, ceiling: Grant | None = None) -> bool:
    """Return whether the grant permits the act; a licence does only together with its ``ceiling``."""
    if grant.outer or not _holds(grant, asked):
        return False
    if grant.ceiling is None:
        return True
    return ceiling is not None and _bounds(ceiling, grant) and _holds(ceiling, asked)


def explain(grant: Grant, asked: Asked, *, ceiling: Grant | None = None) -> GrantAnswers:
    """Return what every rule of the grant says, and of the outer consent above it."""
    answers = _answers(grant, asked)
    if grant.outer:
        answers.append(Answer("outer", False, "an act", "no act, it bounds licences", "a licence of the speaker"))
    elif grant.ceiling is not None:
        if ceiling is None or not _bounds(ceiling, grant):
            answers.append(Answer("outer", False, "no such outer consent", grant.ceiling, "nobody"))
        else:
            answers += [replace(each, dimension=f"outer {each.dimension}") for each in _answers(ceiling, asked)]
    return GrantAnswers(grant.grant_id, tuple(answers))


def _holds(grant: Grant, asked: Asked) -> bool:
    return all(dimension.holds(grant, asked) for dimension in DIMENSIONS)


def _bounds(ceiling: Grant, grant: Grant) -> bool:
    return ceiling.outer and ceiling.grant_id == grant.ceiling


def _answers(grant: Grant, asked: Asked) -> list[Answer]:
    return [_answer(rule, grant, asked, ok=rule.holds(grant, asked)) for rule in DIMENSIONS]


def refusals(grants: Sequence[Grant], asked: Asked, *, most: int | None = None) -> list[str]:
    """Return every reason why none of ``grants`` permits the act, nearest grant first; never an empty list.

    With ``most``, only so many of the nearest grants are told of, those to the licensee first, and the others counted.

    The terms of a grant to another licensee are nobody else's business: its reasons name the dimension and what was
    asked, not what is allowed.
    """
    if not grants:
        return ["grant: the speaker has granted nothing (the speaker can change this)"]
    by_id = {grant.grant_id: grant for grant in grants}
    near = [grant for grant in grants if grant.licensee in {fields.ANY, asked.request.licensee}]
    looked_at = near if most is not None and len(near) >= most else grants
    nearest = sorted(looked_at, key=lambda grant: (_num_failed(grant, asked), grant.grant_id))[:most]
    explained = sorted(
        (explain(grant, asked, ceiling=by_id.get(grant.ceiling or GrantId(""))) for grant in nearest),
        key=lambda found: (len(found.failed), found.grant_id),
    )
    lines = [
        _line(found.grant_id, answer, foreign=_is_foreign(found)) for found in explained for answer in found.failed
    ]
    if most is not None and len(grants) > most:
        lines.append(f"grant: {len(grants) - most} other grants of the speaker do not permit it either")
    return lines or ["policy: the two evaluators of the policy disagree (report this; nothing is permitted meanwhile)"]


def _answer(rule: Dimension, grant: Grant, asked: Asked, *, ok: bool) -> Answer:
    return Answer(rule.name, ok, rule.got(grant, asked), rule.allowed(grant), rule.changed_by(grant))


def _num_failed(grant: Grant, asked: Asked) -> int:
    return sum(not rule.holds(grant, asked) for rule in DIMENSIONS)


def _is_foreign(found: GrantAnswers) -> bool:
    return any(answer.dimension == "licensee" and not answer.ok for answer in found.answers)


def _line(grant_id: GrantId, answer: Answer, *, foreign: bool) -> str:
    if not foreign:
        return f"{grant_id}: {answer}"
    allowed = "it is for another licensee" if answer.dimension == "licensee" else "it does not allow that"
    return f"{grant_id}: {answer.dimension}: got {answer.got}, {allowed} ({answer.changed_by} can change this)"
