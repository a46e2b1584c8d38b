"""Text tables with aligned columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sayso.consent.decision import Why


def rows(columns: Sequence[str], items: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a heading and one line per item, columns aligned."""
    cells = [[_text(item.get(column)) for column in columns] for item in items]
    widths = [max([len(column), *(len(line[i]) for line in cells)]) for i, column in enumerate(columns)]
    for line in [list(columns), *cells]:
        yield "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()


def pairs(item: Mapping[str, Any]) -> Iterator[str]:
    """Yield one line per field."""
    width = max((len(name) for name in item), default=0)
    for name, value in item.items():
        yield f"{name.ljust(width)}  {_text(value)}"


def rules(why: Why) -> Iterator[str]:
    """Yield the explanation of a decision, one rule per line."""
    yield f"permitted by {why.chosen}" if why.allowed else "refused"
    for grant in why.grants:
        yield f"grant {grant.grant_id}"
        for answer in grant.answers:
            yield f"  {'✓' if answer.ok else '✗'} {answer}"
    for reason in () if why.grants else why.reasons:
        yield f"  ✗ {reason}"


def _text(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, Mapping):
        return " ".join(f"{name}={_text(item)}" for name, item in value.items())
    if isinstance(value, str | bytes) or not isinstance(value, Sequence):
        return str(value)
    return ", ".join(_text(item) for item in value)
