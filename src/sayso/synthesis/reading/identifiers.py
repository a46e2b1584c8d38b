"""Identifiers: what machines write for each other, moments of ISO 8601 and strings of hexadecimal digits."""

from __future__ import annotations

import re
from typing import Final

from sayso.synthesis.reading.numerals import cardinal
from sayso.synthesis.reading.rules import Rule, rule

_HEX: Final = r"[0-9A-Fa-f]"


def _moment(match: re.Match[str]) -> str:
    """Return date and time apart, whole seconds left out, and the zone by name."""
    date, clock, zone = match.groups()
    if not zone:
        return f"{date} {clock}"
    if zone in {"Z", "z"} or not zone[1:].strip("0:"):
        return f"{date} {clock} U.T.C."
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    ahead = "plus" if zone[0] == "+" else "minus"
    return f"{date} {clock} U.T.C. {ahead} {cardinal(hours)}" + (f" {cardinal(minutes)}" if minutes else "")


def _spelled(match: re.Match[str]) -> str:
    """Return hexadecimal digits one by one, with a pause between their groups."""
    groups = re.split(r"[-:]", match[0])
    return ", ".join(" ".join(_digit(one) for one in group) for group in groups)


def _digit(written: str) -> str:
    return cardinal(int(written)) if written.isdigit() else written.upper()


RULES: Final[list[Rule]] = [
    rule(
        r"(?<![\w-])(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2})(?::\d{2}(?:\.\d{1,9})?)?([Zz]|[+-]\d{2}:?\d{2})?(?![\w:])",
        _moment,
    ),
    rule(rf"(?<![\w-]){_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}}(?![\w-])", _spelled),
    rule(rf"(?<![\w:]){_HEX}{{2}}(?::{_HEX}{{2}}){{5}}(?![\w:])", _spelled),
    rule(rf"(?<![\w-])(?=[a-f0-9]*[a-f][a-f0-9]*\d[a-f0-9]*[a-f\d])(?=[a-f]*\d){_HEX}{{16,40}}(?![\w-])", _spelled),
]
