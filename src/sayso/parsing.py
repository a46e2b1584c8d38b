"""Reading JSON that somebody hands in: strictly, within bounds, and with the field named where it is not plain."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final, NoReturn

from sayso.errors import Invalid

Json = dict[str, Any]

MAX_DEPTH: Final = 32


def parse_object(data: bytes, *, most: int, error: type[Invalid], what: str = "document") -> Json:
    """Return the JSON object that ``data`` spells.

    Raise ``error`` where it is larger than ``most`` bytes or nested deeper than 32, says one name twice, has a number
    that is not whole, or is no JSON object in UTF-8. ``what`` is what messages call it.
    """
    if len(data) > most:
        raise error(f"{what}: got {len(data):,} bytes, expected at most {most:,}")

    def no_number(text: str) -> NoReturn:
        raise error(f"{what}: got the number {text[:40]}, expected whole numbers only")

    try:
        value = json.loads(
            data.decode("utf-8-sig"),
            object_pairs_hook=lambda pairs: once(pairs, error=error),
            parse_float=no_number,
            parse_constant=no_number,
        )
    except (UnicodeDecodeError, RecursionError, ValueError):
        raise error(f"{what}: got bytes that are no JSON, expected one JSON object in UTF-8") from None
    if not isinstance(value, dict):
        raise error(f"{what}: got {kind_of(value)}, expected one JSON object")
    _check_depth(value, error=error, what=what)
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise error(f"{what}: got half a character (a lone surrogate), expected text in UTF-8") from None
    return value


def once(pairs: list[tuple[str, Any]], *, error: type[Invalid]) -> Json:
    """Return the object of ``pairs``; raise ``error`` naming a name that is said twice, since one would be lost."""
    value = dict(pairs)
    if len(value) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise error(f"{twice[:40]}: got it twice in one object, expected each name once")
    return value


def kind_of(value: Any) -> str:
    """Return what a JSON value is, for people."""
    names: dict[type, str] = {dict: "an object", list: "a list", str: "text", bool: "true or false", int: "a number"}
    return names.get(type(value), "nothing")


def _check_depth(value: Any, *, error: type[Invalid], what: str) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return
    raise error(f"{what}: got more than {MAX_DEPTH} levels of nesting, expected at most so many")


def _inside(value: Any) -> Sequence[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else ()
