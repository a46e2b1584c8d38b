# ruff: noqa: RUF001 - typographic characters are the matter here
"""Ranges that no number begins: days, months, letters and times of day with a dash between are said with "to"."""

from __future__ import annotations

import re
from typing import Final

from sayso.synthesis.reading.moments import MONTHS
from sayso.synthesis.reading.rules import Rules, rule

_DAYS: Final = {
    "Mon": "Monday", "Tue": "Tuesday", "Tues": "Tuesday", "Wed": "Wednesday", "Weds": "Wednesday", "Thu": "Thursday",
    "Thur": "Thursday", "Thurs": "Thursday", "Fri": "Friday", "Sat": "Saturday", "Sun": "Sunday",
}  # fmt: skip
_SHORT_MONTHS: Final = {month[:3]: month for month in MONTHS} | {"Sept": "September"}
_SURE_MONTHS: Final = "Feb|Aug|Sept|Oct|Nov|Dec"
_NAMES: Final = _DAYS | _SHORT_MONTHS
_SHORT: Final = "|".join(sorted(_NAMES, key=len, reverse=True))
_WHOLE: Final = "|".join((*sorted(set(_DAYS.values())), *MONTHS))
_NAME: Final = rf"(?:{_WHOLE}|(?:{_SHORT})\b\.?)"
_MONTH: Final = rf"(?:{'|'.join(MONTHS)}|(?:{'|'.join(sorted(_SHORT_MONTHS, key=len, reverse=True))})\b\.?)"
_DASH: Final = r"\s?[-–—]\s?"
_WHEN: Final = r"(?:noon|midnight|dawn|dusk|sunrise|sunset|today)"


def _whole(name: str) -> str:
    return _NAMES.get(name.rstrip("."), name)


def _range(match: re.Match[str]) -> str:
    return f"{_whole(match[1])} to {_whole(match[2])}"


def _first_whole(match: re.Match[str]) -> str:
    return _whole(match[1])


RULES: Final = Rules(
    rule(r"(?<=\d)\((?=\d{1,2}\))", " ("),
    rule(rf"\b({_NAME}){_DASH}({_NAME})(?![\w-])", _range),
    rule(rf"\b({_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:, \d{{4}})?){_DASH}(?={_MONTH} \d)", r"\1 to "),
    rule(rf"(?<![\w.])(\d{{1,2}} {_MONTH}(?: \d{{4}})?){_DASH}(?=\d{{1,2}} {_MONTH})", r"\1 to "),
    rule(rf"\b({_MONTH} \d{{4}}){_DASH}(?={_MONTH} \d{{4}})", r"\1 to "),
    rule(rf"\b({_WHEN}){_DASH}(?={_WHEN}|\d)", r"\1 to "),
    rule(r"(?<![\w.–-])([A-Za-z])–(?=[A-Z](?![\w–-]))", r"\1 to "),
    rule(r"\b(A)-(?=Z\b)", r"\1 to "),
    rule(rf"\b({'|'.join(_DAYS)})(?=,? (?:\d{{1,2}}(?:st|nd|rd|th)? {_MONTH}|{_MONTH} \d))", _first_whole),
    rule(rf"^({'|'.join(_DAYS)}|{'|'.join(_SHORT_MONTHS)})\.$", lambda match: f"{_whole(match[1])}."),
    rule(
        rf"\b({_SURE_MONTHS})\.(?! ?\d)(?=,? [a-z]|[,;)]|$)",
        lambda match: _whole(match[1]) + ("." if match.end() == len(match.string) else ""),
    ),
)
