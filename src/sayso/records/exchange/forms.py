"""The forms that values of a grant take in JSON-LD.

Each writes one kind of value, and reads back only what it wrote or what means the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sayso.clock import parse_stamp, stamp
from sayso.consent import fields
from sayso.records.exchange.errors import DocumentInvalid

ANY_IRI: Final = "sayso:any"
"""Said where a record sets no limit: a record that says nothing of a field may have been cut short."""

_FINE: Final = re.compile(r"\.\d{4,}")
_DURATION: Final = re.compile(
    r"P(?:(?P<d>\d{1,9})D)?(?:T(?:(?P<h>\d{1,9})H)?(?:(?P<m>\d{1,9})M)?(?:(?P<s>\d{1,12})(?:\.(?P<f>\d{1,3}))?S)?)?"
)


@dataclass(frozen=True, slots=True)
class Form:
    """How one kind of value is written, and read. ``read`` raises `DocumentInvalid` saying what was expected."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


def _expected(got: Any, what: str) -> DocumentInvalid:
    return DocumentInvalid(f"got {str(got)[:60]!r}, expected {what}")


def _read_text(got: Any) -> str:
    if not isinstance(got, str):
        raise _expected(got, "text")
    return got


def _read_flag(got: Any) -> bool:
    if not isinstance(got, bool):
        raise _expected(got, "true or false")
    return got


def _read_number(got: Any) -> int:
    if isinstance(got, bool) or not isinstance(got, int):
        raise _expected(got, "a whole number")
    return got


def _read_texts(got: Any) -> list[str]:
    return [_read_text(each) for each in (got if isinstance(got, list) else [got])]


def _typed(got: Any, kind: str) -> str:
    if not isinstance(got, dict) or set(got) != {"@type", "@value"} or got["@type"] != kind:
        raise _expected(got, f"a value of type {kind}")
    return _read_text(got["@value"])


def _read_moment(got: Any) -> str:
    text = _typed(got, "xsd:dateTime")
    if _FINE.search(text):
        raise _expected(text, "a moment no finer than a millisecond")
    return stamp(parse_stamp(text))


def _write_length(length_ms: int) -> Any:
    return {"@type": "xsd:duration", "@value": f"PT{length_ms // 1000}.{length_ms % 1000:03}S"}


def _read_length(got: Any) -> int:
    text = _typed(got, "xsd:duration")
    found = _DURATION.fullmatch(text)
    if found is None or not any(found.groups()) or text.endswith("T"):
        raise _expected(text, "a duration of days, hours, minutes and seconds such as PT90M")
    days, hours, minutes, seconds = (int(found[name] or 0) for name in "dhms")
    return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + int((found["f"] or "0").ljust(3, "0"))


def _read_json(got: Any) -> Any:
    if not isinstance(got, dict) or set(got) != {"@type", "@value"} or got["@type"] != "@json":
        raise _expected(got, "a value of type @json")
    return got["@value"]


def _read_iri(got: Any) -> str:
    if not isinstance(got, dict) or set(got) != {"@id"}:
        raise _expected(got, 'an object with nothing but "@id"')
    return _read_text(got["@id"])


def _after(prefix: str, text: str) -> str:
    if not text.startswith(prefix):
        raise _expected(text, f"something that starts with {prefix}")
    return text.removeprefix(prefix)


TEXT: Final = Form(str, _read_text)
TEXTS: Final = Form(list, _read_texts)
NUMBER: Final = Form(int, _read_number)
FLAG: Final = Form(bool, _read_flag)
MOMENT: Final = Form(lambda moment: {"@type": "xsd:dateTime", "@value": moment}, _read_moment)
LENGTH: Final = Form(_write_length, _read_length)
JSON: Final = Form(lambda value: {"@type": "@json", "@value": value}, _read_json)
"""For a value with a shape of its own: a JSON literal (JSON-LD 1.1, section 4.2.2)."""


def iri(prefix: str) -> Form:
    """Return the form of a word that is a concept: a reference that starts with ``prefix``."""
    return Form(lambda word: {"@id": prefix + word}, lambda got: _after(prefix, _read_iri(got)))


def words(prefix: str) -> Form:
    """Return the form of a list of words that are concepts, each written as text that starts with ``prefix``."""
    return Form(
        lambda listed: [prefix + word for word in listed],
        lambda got: [_after(prefix, word) for word in _read_texts(got)],
    )


def concepts(prefix: str, *, kind: str | None = None) -> Form:
    """Return the form of a list of words that are concepts, each of type ``kind``."""
    mark = {} if kind is None else {"@type": kind}

    def read(got: Any) -> list[str]:
        return [_after(prefix, _read_iri(_without(each, mark))) for each in (got if isinstance(got, list) else [got])]

    return Form(lambda listed: [{"@id": prefix + word, **mark} for word in listed], read)


def thing(name: str, *, kind: str) -> Form:
    """Return the form of something of type ``kind`` that is known by its ``name`` property; ``*`` is anybody."""

    def write(text: str) -> Any:
        return {"@id": ANY_IRI} if text == fields.ANY else {"@type": kind, name: text}

    def read(got: Any) -> str:
        if got == {"@id": ANY_IRI}:
            return fields.ANY
        rest = _without(got, {"@type": kind})
        if not isinstance(rest, dict) or set(rest) != {name}:
            raise _expected(got, f"an object with @type {kind} and {name} only")
        return _read_text(rest[name])

    return Form(write, read)


def or_any(form: Form, *, nothing: Any) -> Form:
    """Return ``form`` for a value that may set no limit, which is then said: ``nothing`` is written as `ANY_IRI`."""
    return Form(
        lambda value: {"@id": ANY_IRI} if value == nothing else form.write(value),
        lambda got: nothing if got == {"@id": ANY_IRI} else form.read(got),
    )


def _without(got: Any, mark: dict[str, str]) -> Any:
    if not isinstance(got, dict):
        return got
    for key, value in mark.items():
        if got.get(key, value) != value:
            raise _expected(got.get(key), value)
    return {key: value for key, value in got.items() if key not in mark}
