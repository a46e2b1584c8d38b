"""Cedar's JSON policy format, as far as grants need it: literals, context attributes and a few operators.

Cedar decides on what is written here. `evaluate` and `in_scope` say the same of one clause, to explain a decision.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

Json = dict[str, Any]

NEVER: Final[Json] = {"Value": False}


def literal(value: str | int | bool) -> Json:
    """Return the literal ``value``."""
    return {"Value": value}


def literals(values: Sequence[str]) -> Json:
    """Return the set of ``values``."""
    return {"Set": [literal(value) for value in values]}


def context(*path: str) -> Json:
    """Return the attribute of the request's context that ``path`` leads to."""
    found: Json = {"Var": "context"}
    for attribute in path:
        found = {".": {"left": found, "attr": attribute}}
    return found


def binary(operator: str, left: Json, right: Json) -> Json:
    """Return ``left operator right``, such as ``<=``."""
    return {operator: {"left": left, "right": right}}


def starts_with(text: Json, start: str) -> Json:
    """Return whether ``text`` begins with ``start``, in which no character is special."""
    return {"like": {"left": text, "pattern": [{"Literal": start}, "Wildcard"]}}


def contains_text(text: Json, part: str) -> Json:
    """Return whether ``part``, in which no character is special, stands anywhere in ``text``."""
    return {"like": {"left": text, "pattern": ["Wildcard", {"Literal": part}, "Wildcard"]}}


def negated(expression: Json) -> Json:
    """Return whether ``expression`` is false."""
    return {"!": {"arg": expression}}


def any_of(expressions: Sequence[Json]) -> Json:
    """Return whether one of ``expressions`` is true; nested evenly, as Cedar's parser takes no deep nesting."""
    return _joined("||", expressions)


def all_of(expressions: Sequence[Json]) -> Json:
    """Return whether every one of ``expressions`` is true."""
    return _joined("&&", expressions)


def _joined(operator: str, expressions: Sequence[Json]) -> Json:
    if len(expressions) == 1:
        return expressions[0]
    middle = len(expressions) // 2
    return binary(operator, _joined(operator, expressions[:middle]), _joined(operator, expressions[middle:]))


def entity(kind: str, name: str) -> Json:
    """Return the entity ``kind::"name"``; this form takes any characters in the name."""
    return {"type": kind, "id": name}


def evaluate(expression: Json, facts: Json) -> Any:
    """Return the value of an expression of this file, as Cedar defines it; ``facts`` is the request's context."""
    ((kind, operand),) = expression.items()
    return _MEANINGS[kind](operand, facts)


def in_scope(head: Json, entities: Mapping[str, Json]) -> bool:
    """Return whether the request's principal, action and resource, ``entities``, are those of a policy's head."""
    return all(_SCOPES[limit["op"]](limit, entities[variable]) for variable, limit in head.items())


def _binary(meaning: Callable[[Any, Any], Any]) -> Callable[[Json, Json], Any]:
    return lambda operand, facts: meaning(evaluate(operand["left"], facts), evaluate(operand["right"], facts))


def _like(operand: Json, facts: Json) -> bool:
    text, pattern = evaluate(operand["left"], facts), operand["pattern"]
    if pattern[0] == "Wildcard":
        return pattern[1]["Literal"] in text
    return bool(text.startswith(pattern[0]["Literal"]))


_SCOPES: Final[Mapping[str, Callable[[Json, Json], bool]]] = {
    "==": lambda limit, given: given == limit["entity"],
    "in": lambda limit, given: given in limit["entities"],
    "is": lambda limit, given: given["type"] == limit["entity_type"],
}

_MEANINGS: Final[Mapping[str, Callable[[Any, Json], Any]]] = {
    "Value": lambda value, _: value,
    "Set": lambda items, facts: [evaluate(item, facts) for item in items],
    "Var": lambda _, facts: facts,
    ".": lambda operand, facts: evaluate(operand["left"], facts)[operand["attr"]],
    "!": lambda operand, facts: not evaluate(operand["arg"], facts),
    "&&": lambda operand, facts: evaluate(operand["left"], facts) and evaluate(operand["right"], facts),
    "||": lambda operand, facts: evaluate(operand["left"], facts) or evaluate(operand["right"], facts),
    "==": _binary(operator.eq),
    "<": _binary(operator.lt),
    "<=": _binary(operator.le),
    ">=": _binary(operator.ge),
    "+": _binary(operator.add),
    "contains": _binary(operator.contains),
    "containsAny": _binary(lambda found, wanted: not set(found).isdisjoint(wanted)),
    "like": _like,
}
