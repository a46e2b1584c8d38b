"""Words in columns: a column that may hold some words only is read as one of them, or its row is named."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, TypeVar

from sayso.errors import Tampered

WordT = TypeVar("WordT", bound=StrEnum)


class RowTampered(Tampered):
    """A row holds what was never written there; restore the database."""


def word(kind: type[WordT], value: Any, *, row: str) -> WordT:
    """Return the word of ``kind`` that a column holds; raise `RowTampered` naming the ``row`` for any other."""
    try:
        return kind(value)
    except ValueError:
        raise RowTampered(f"{row}: got an unknown {kind.__name__.lower()}; restore the database") from None
