"""Conditions on rows, as people write them: ``snr_db > 20 and language = "en"``. What is not understood is refused.

The grammar::

    condition  = part *("or" part)
    part       = term *("and" term)
    term       = "not" term / "(" condition ")" / test
    test       = column ("=" / "!=" / "<" / "<=" / ">" / ">=") value
               / column ["not"] "in" "(" value *("," value) ")"
               / column "is" ["not"] "known"
               / column "has" text
    value      = number / text          ; text stands in single or double quotes

A condition becomes SQL only from its parts: the names of known columns, numbers that were read as numbers, and text
whose quotes are doubled. Nothing that was written is passed on as it was.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sayso.corpus.errors import ConditionInvalid

NUMBERS: Final = frozenset(
    ["start_s", "end_s", "seconds", "sample_rate_hz", "snr_db", "rt60_s", "bandwidth_hz", "clipped_share", "ovrl"]
)
LISTS: Final = frozenset(["reasons", "stage_versions"])
TEXTS: Final = frozenset(
    [
        *("segment", "source", "source_digest", "speaker", "sex", "accent", "language", "grant", "licence"),
        *("evidence", "purpose", "expires", "text", "decision", "duplicate_of", "audio"),
    ]
)
COLUMNS: Final = NUMBERS | TEXTS | LISTS
MOST_CHARACTERS: Final = 4_000
_DEEPEST: Final = 50
_TOKEN: Final = re.compile(
    r"""\s*(?:(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?![\w.])"""
    r"""|(?P<text>"[^"]*"|'[^']*')|(?P<word>[A-Za-z_]\w*)|(?P<sign><=|>=|!=|<>|==|[=<>(),]))"""
)
_SIGNS: Final = {"=": "=", "==": "=", "!=": "<>", "<>": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_EQUAL: Final = frozenset(["=", "<>"])
_WORDS: Final = frozenset(["and", "or", "not", "in", "is", "known", "has"])


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that was understood: as SQL on the rows, and the columns that it asks."""

    sql: str
    columns: frozenset[str] = frozenset()

    def __and__(self, other: Condition) -> Condition:
        """Return what holds where both do."""
        both = [f"({each.sql})" for each in (self, other) if each.sql]
        return Condition(" AND ".join(both), self.columns | other.columns)

    @classmethod
    def of(cls, written: str) -> Condition:
        """Return the condition that was ``written``; "" holds for every row. Raise `ConditionInvalid`."""
        if len(written) > MOST_CHARACTERS:
            raise ConditionInvalid(f"condition: got {len(written)} characters, expected at most {MOST_CHARACTERS}")
        return _Reading(written).condition() if written.strip() else cls("")

    @classmethod
    def among(cls, column: str, values: frozenset[str] | set[str], *, outside: bool = False) -> Condition:
        """Return what holds where the text ``column`` is one of ``values``, or none of them if ``outside``."""
        if not values:
            return cls("" if outside else "false")
        listed = ", ".join(quoted(value) for value in sorted(values))
        return cls(f"`{column}` {'NOT IN' if outside else 'IN'} ({listed})", frozenset([column]))


def quoted(value: str) -> str:
    """Return ``value`` as text in SQL."""
    return "'" + value.replace("'", "''") + "'"


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    value: str

    @property
    def word(self) -> str:
        """The word or sign in lower case; "" for a value."""
        return self.value.lower() if self.kind in {"word", "sign"} else ""


class _Reading:
    """One pass over what was written."""

    def __init__(self, written: str) -> None:
        self._written = written
        self._tokens = [*self._split(), _Token("end", "")]
        self._at = 0
        self._depth = 0
        self._columns: set[str] = set()

    def _split(self) -> Iterator[_Token]:
        at, end = 0, len(self._written.rstrip())
        while at < end:
            found = _TOKEN.match(self._written, at)
            if found is None:
                raise self._refused(self._written[at:].strip()[:20], "a column, a value or a sign")
            yield _Token(str(found.lastgroup), found[str(found.lastgroup)])
            at = found.end()

    def condition(self) -> Condition:
        """Return the whole as one condition."""
        sql = self._either()
        if self._now.kind != "end":
            raise self._refused(self._now.value, "and, or, or the end")
        return Condition(sql, frozenset(self._columns))

    @property
    def _now(self) -> _Token:
        return self._tokens[self._at]

    def _take(self) -> _Token:
        token = self._now
        self._at += 1
        return token

    def _took(self, word: str) -> bool:
        is_there = self._now.word == word
        self._at += is_there
        return is_there

    def _need(self, word: str) -> None:
        if not self._took(word):
            raise self._refused(self._now.value or "the end", word)

    def _either(self) -> str:
        parts = [self._all()]
        while self._took("or"):
            parts.append(self._all())
        return " OR ".join(parts)

    def _all(self) -> str:
        parts = [self._term()]
        while self._took("and"):
            parts.append(self._term())
        return " AND ".join(parts)

    def _term(self) -> str:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ConditionInvalid(f"condition: got more than {_DEEPEST} levels, expected fewer parentheses")
        try:
            if self._took("not"):
                return f"NOT ({self._term()})"
            if self._took("("):
                inner = self._either()
                self._need(")")
                return f"({inner})"
            return self._test()
        finally:
            self._depth -= 1

    def _test(self) -> str:
        column = self._column()
        if self._took("is"):
            return self._known(column)
        if self._took("has"):
            return self._has(column)
        if self._took("not"):
            self._need("in")
            return self._listed(column, "NOT IN")
        if self._took("in"):
            return self._listed(column, "IN")
        return self._compared(column)

    def _column(self) -> str:
        token = self._take()
        name = token.value if token.kind == "word" else ""
        if name not in COLUMNS or name in _WORDS:
            raise self._refused(token.value or "the end", f"a column ({', '.join(sorted(COLUMNS))})")
        self._columns.add(name)
        return name

    def _known(self, column: str) -> str:
        negated = self._took("not")
        self._need("known")
        if column in TEXTS:
            return f"`{column}` {'=' if negated else '<>'} ''"
        if column in LISTS:
            return f"coalesce(array_length(`{column}`), 0) {'=' if negated else '>'} 0"
        return f"`{column}` IS {'' if negated else 'NOT '}NULL"

    def _has(self, column: str) -> str:
        if column not in LISTS:
            raise self._refused(
                f"{column} has", f"a column with several values before has ({', '.join(sorted(LISTS))})"
            )
        return f"array_has(`{column}`, {self._text()})"

    def _listed(self, column: str, operator: str) -> str:
        self._need("(")
        values = [self._value(column)]
        while self._took(","):
            values.append(self._value(column))
        self._need(")")
        return f"`{column}` {operator} ({', '.join(values)})"

    def _compared(self, column: str) -> str:
        token = self._take()
        sign = _SIGNS.get(token.word)
        if sign is None:
            raise self._refused(
                token.value or "the end", f"a comparison after {column} ({' '.join(_SIGNS)}, in, is, has)"
            )
        if column in LISTS:
            raise self._refused(f"{column} {token.value}", f'has: {column} has "..."')
        if column in TEXTS and sign not in _EQUAL and column != "expires":
            raise self._refused(f"{column} {token.value}", f"= or != after {column}, which is text")
        return f"`{column}` {sign} {self._value(column)}"

    def _value(self, column: str) -> str:
        return self._number(column) if column in NUMBERS else self._text()

    def _number(self, column: str) -> str:
        token = self._take()
        if token.kind != "number" or not math.isfinite(float(token.value)):
            raise self._refused(token.value or "the end", f"a number for {column}")
        return repr(float(token.value))

    def _text(self) -> str:
        token = self._take()
        if token.kind != "text":
            raise self._refused(token.value or "the end", 'a text in quotes, such as "en"')
        return quoted(token.value[1:-1])

    def _refused(self, got: str, expected: str) -> ConditionInvalid:
        return ConditionInvalid(f"condition: got {got[:40]!r}, expected {expected}")
