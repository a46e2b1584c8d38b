"""Canonical JSON: one byte string for one value, so that it can be hashed and signed.

RFC 8785 restricted to what has no two spellings: strings, integers, booleans, null, lists, objects. Floats are
refused; write a decimal as a string or as an integer of a smaller unit.
"""

from __future__ import annotations

import json
from typing import Any, Final

from sayso.errors import Invalid

# Made once: json.dumps with these options makes one anew at each call.
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_PLAIN: Final = frozenset({str, int, bool, type(None)})


def encode(value: Any) -> bytes:
    """Return the canonical UTF-8 bytes of ``value``; raise `Invalid` where it has none."""
    _check(value, "$")
    return _ENCODER.encode(value).encode()


def decode(data: bytes) -> Any:
    """Return the value of canonical bytes; raise `Invalid` if they are not the canonical form of it."""
    try:
        value = json.loads(data)
        same = encode(value) == data
    except (ValueError, RecursionError):
        raise Invalid(f"got {len(data)} bytes that are no JSON, expected canonical JSON") from None
    if not same:
        raise Invalid("got JSON that is not in canonical form: sorted keys, no spaces, no floats")
    return value


def _check(value: Any, where: str) -> None:
    if type(value) in _PLAIN or isinstance(value, int | str):
        return
    if isinstance(value, list | tuple):
        for place, item in enumerate(value):
            _check(item, f"{where}[{place}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise Invalid(f"{where}: got the key {key!r}, expected a string")
            if type(item) not in _PLAIN:
                _check(item, f"{where}.{key}")
    else:
        raise Invalid(f"{where}: got {type(value).__name__}, expected a string, integer, boolean, list or object")
