"""A document as nested JSON objects, addressed by paths.

Reading takes out what is understood, piece by piece. Whatever is left over at the end would be lost, so it is refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sayso.parsing import Json, kind_of, parse_object
from sayso.records.exchange.errors import DocumentInvalid

MAX_BYTES: Final = 10_000_000
"""A grant of the greatest size takes less than a hundredth of this."""

Path = Sequence[str]


def parse(data: bytes) -> Json:
    """Return the JSON object of at most `MAX_BYTES` that ``data`` spells; raise `DocumentInvalid` (`parse_object`)."""
    return parse_object(data, most=MAX_BYTES, error=DocumentInvalid)


def put(document: Json, path: Path, value: Any) -> None:
    """Set ``value`` at ``path``, making the objects on the way."""
    for key in path[:-1]:
        document = document.setdefault(key, {})
    document[path[-1]] = value


def take(document: Json, path: Path) -> Any:
    """Remove and return what is at ``path``; None where there is nothing."""
    for place, key in enumerate(path[:-1], 1):
        inner = document.get(key)
        if inner is None:
            return None
        if not isinstance(inner, dict):
            raise DocumentInvalid(f"{named(path[:place])}: got {kind_of(inner)}, expected an object")
        document = inner
    return document.pop(path[-1], None)


def check_empty(document: Json) -> None:
    """Raise `DocumentInvalid` naming the first thing that nobody took."""
    rest = _first_left(document, ())
    if rest is not None:
        raise DocumentInvalid(
            f"{named(rest)[:200]}: got a field that a grant cannot keep, expected it to be absent",
            hint="nothing is dropped in silence; take the field out if it does not matter",
        )


def named(path: Path) -> str:
    """Return ``path`` as it is written in messages."""
    return ".".join(path)


def check_context(document: Json, *, prefixes: Mapping[str, str], address: str | None = None) -> None:
    """Take the ``@context``; raise `DocumentInvalid` unless it gives our words our meaning.

    Nothing is ever fetched: ``address`` is the one context that may be named, because its words are known here. An
    inline context may have more prefixes than we use, but none of ours may mean anything else.
    """
    given = document.pop("@context", None)
    parts = given if isinstance(given, list) else [given]
    found: dict[str, str] = {}
    for part in parts:
        if isinstance(part, dict):
            found |= _prefixes(part)
        elif part is None or part != address:
            raise DocumentInvalid(
                f"@context: got {str(part)[:80]!r}, expected {address or 'prefixes written out here'}; none is fetched"
            )
    wrong = [name for name, meaning in found.items() if prefixes.get(name, meaning) != meaning]
    if wrong:
        raise DocumentInvalid(f"@context.{wrong[0][:40]}: got another meaning, expected {prefixes[wrong[0]]}")
    if address is not None and address not in parts:
        raise DocumentInvalid(f"@context: got none that is {address}, expected it")
    missing = sorted(set(prefixes) - set(found))
    used = json.dumps(document)
    for name in missing:
        if f'"{name}:' in used:
            raise DocumentInvalid(f"@context.{name}: got nothing, expected {prefixes[name]}, as the document uses it")


def _prefixes(part: Json) -> dict[str, str]:
    for name, meaning in part.items():
        if not isinstance(meaning, str) or name.startswith("@"):
            raise DocumentInvalid(f"@context.{name[:40]}: got {kind_of(meaning)}, expected a prefix and its address")
    return part


def _first_left(value: Any, path: tuple[str, ...]) -> tuple[str, ...] | None:
    if isinstance(value, dict) and (value or not path):
        found = (_first_left(inner, (*path, key)) for key, inner in value.items())
        return next((rest for rest in found if rest is not None), None)
    return None if value == {} else path
