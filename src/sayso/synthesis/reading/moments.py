# ruff: noqa: RUF001, SIM905, E501 - typographic characters are the matter here; tables and patterns read best so
"""Moments: dates, times of day, years, decades."""

from __future__ import annotations

import re
from typing import Final

from sayso.synthesis.reading.numerals import cardinal, number, ordinal, plural, year
from sayso.synthesis.reading.rules import Rules, rule, stop_if_ends

MONTHS: Final = ("January February March April May June July August September October November December").split()
_MONTH: Final = "|".join(MONTHS)
_SHORT_MONTHS: Final = {name[:3]: name for name in MONTHS} | {"Sept": "September"}
_SHORT_MONTH: Final = "|".join(sorted(_SHORT_MONTHS, key=len, reverse=True))
_DASH: Final = r"\s?[-–—]\s?"
_CLOCK: Final = r"(?:[01]?\d|2[0-4]):[0-5]\d"
_HALF_DAY: Final = r"[AaPp](?:\.\s?[Mm]\.|\.?[Mm]\b)"
_ERA: Final = r"(B\.?C\.?E\.?|B\.?C\.?|A\.?D\.?|C\.?E\.?)(?![A-Za-z])"
_YEAR_BEFORE: Final = re.compile(
    r"(?:\b(?:in|since|by|from|until|till|before|after|around|about|circa|during|year|years|summer|winter|spring|autumn"
    r"|fall|early|late|mid|class of|to|and|of|the|" + _MONTH + r"),?|^|[(—–-])\s*$",
    re.IGNORECASE,
)
_COUNTED: Final = re.compile(r" (?!(?:was|is|has|as|this|its|his|us|thus|does|always|perhaps)\b)[a-z]{2,}s\b")


def _date(month: int, day: int, written_year: str, *, whole: str) -> str:
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return whole
    words = f"{MONTHS[month - 1]} {ordinal(day)}"
    return f"{words}, {year(_full_year(written_year))}" if written_year else words


def _full_year(written: str) -> int:
    if len(written) == 2:
        return int(written) + (1900 if int(written) > 50 else 2000)
    return int(written)


def _iso_date(match: re.Match[str]) -> str:
    return _date(int(match[2]), int(match[3]), match[1], whole=match[0])


def _slashed_date(match: re.Match[str]) -> str:
    month, day = int(match[1]), int(match[2])
    if month > 12:
        month, day = day, month
    return _date(month, day, match[3], whole=match[0])


def _dotted_date(match: re.Match[str]) -> str:
    return _date(int(match[2]), int(match[1]), match[3], whole=match[0])


def _month_day(match: re.Match[str]) -> str:
    month, first, last, written_year = match.groups()
    if not 1 <= int(first) <= 31 or (last and not 1 <= int(last) <= 31):
        return match[0]
    words = f"{month} {ordinal(int(first))}" + (f" to {ordinal(int(last))}" if last else "")
    return f"{words}, {year(int(written_year))}" if written_year else words


def _day_month(match: re.Match[str]) -> str:
    article, first, last, month, written_year = match.groups()
    if not 1 <= int(first) <= 31 or (last and not 1 <= int(last) <= 31):
        return match[0]
    days = ordinal(int(first)) + (f" to the {ordinal(int(last))}" if last else "")
    words = f"{article or 'the '}{days} of {month}"
    return f"{words}, {year(int(written_year))}" if written_year else words


def _year_range(match: re.Match[str]) -> str:
    first, last = match.groups()
    if len(last) == 2 and int(last) <= int(first[2:]):
        return match[0]
    if len(last) == 2:
        return f"{year(int(first))} to {'oh ' if last[0] == '0' else ''}{cardinal(int(last))}"
    return f"{year(int(first))} to {year(int(last))}"


def _decade(match: re.Match[str]) -> str:
    written = match[1]
    return plural(year(int(written)) if len(written) == 4 else cardinal(int(written)))


def _era(written: str) -> str:
    return "".join(f"{letter}." for letter in written if letter != ".")


def _year_of_era(match: re.Match[str]) -> str:
    return f"{year(int(match[1].replace(',', '')))} {_era(match[2])}"


def _clock(match: re.Match[str]) -> str:
    hour, minute, second, half_day = int(match[1]), int(match[2]), match[3], match[4]
    words = cardinal(hour)
    if minute:
        words += f" {'oh ' if minute < 10 else ''}{cardinal(minute)}"
    elif not half_day and not second:
        words += " o'clock" if hour <= 12 else " hundred"
    if second:
        words += f" and {cardinal(int(second))} second{'' if int(second) == 1 else 's'}"
    return words + _half_day(match, half_day)


def _half_day(match: re.Match[str], written: str | None) -> str:
    """Return the half of the day; a full stop that follows is its last one."""
    if not written:
        return ""
    is_stopped = match.string[match.end() : match.end() + 1] == "."
    return f" {written[0].lower()}.m" + ("" if is_stopped else ".")


def _hour(match: re.Match[str]) -> str:
    return cardinal(int(match[1])) + _half_day(match, match[2])


def is_year(match: re.Match[str]) -> bool:
    """Return whether the four digits that ``match`` is are a year, judged by what stands around them."""
    value = int(match[0])
    if not 1010 <= value <= 2099:
        return False
    if _YEAR_BEFORE.search(match.string[max(0, match.start() - 20) : match.start()]):
        return True
    if value < 1100:
        return False
    return not _COUNTED.match(match.string, match.end())


def plain(match: re.Match[str]) -> str:
    """Return a number that nothing else was said of: a year where it looks like one."""
    written = match[0]
    if len(written) == 4 and written.isdigit() and is_year(match):
        return year(int(written))
    return number(written)


def _months(match: re.Match[str]) -> str:
    second = _SHORT_MONTHS[match[3]] if match[3] else ""
    return f"{_SHORT_MONTHS[match[1]]} {match[2]} {second}{stop_if_ends(match)}"


SHORT_MONTHS: Final = Rules(
    rule(rf"\b({_SHORT_MONTH})\. (and|or|to|through) (?:({_SHORT_MONTH})\.|(?={_MONTH}\b))", _months),
    rule(
        rf"\b({_SHORT_MONTH})\.?(?= \d)",
        lambda match: _SHORT_MONTHS[match[1]],
    ),
    rule(rf"(?<=\d(?:st|nd|rd|th) )({_SHORT_MONTH})\b\.?", lambda match: _SHORT_MONTHS[match[1]]),
    rule(rf"(?<=\d )({_SHORT_MONTH})\.", lambda match: _SHORT_MONTHS[match[1]]),
    rule(
        rf"(?<=\d )({_SHORT_MONTH})\b(?=,? \d{{4}}|[,)])",
        lambda match: _SHORT_MONTHS[match[1]],
    ),
)

RULES: Final = Rules(
    rule(r"(?<![\w-])(\d{4})-(\d{2})-(\d{2})(?:T(?=\d))?(?![\d-])", _iso_date),
    rule(r"(?<![\w/])(\d{4})/(\d{1,2})/(\d{1,2})(?![\w/])", _iso_date),
    rule(r"(?<![\w.])((?:19|20)\d{2})\.(\d{2})\.(\d{2})(?![\w]|\.\d)", _iso_date),
    rule(rf"(\d ?{_HALF_DAY}){_DASH}(?=noon|midnight)", r"\1 to "),
    rule(
        r"(?<![\w.:])(1[0-2]|[1-9])\.([0-5]\d)(?= (?:noon|midnight|in the (?:morning|afternoon|evening)|at night|tonight|o['’]clock)\b)",
        r"\1:\2",
    ),
    rule(r"(?<![\w.:])([01]?\d|2[0-3])h([0-5]\d)(?!\w)", r"\1:\2"),
    rule(r"(?<![\w-])(1[0-2]|0?[1-9])-(3[01]|0?[1-9]|[12]\d)-(\d{2})(?![\w-])", _slashed_date),
    rule(
        r"(\bat )(1\d|2[0-3]|[1-9])\.([0-5]\d)(?=[.,;]?$|[,;] | (?:in the|on|sharp|exactly|tomorrow|today|precisely|he|she|we|they|I)\b)",
        r"\1\2:\3",
    ),
    rule(r"(?<![\w/])(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?![\w/])", _slashed_date),
    rule(r"(?<![\w-])(\d{1,2})-(\d{1,2})-(\d{4})(?![\w-])", _slashed_date),
    rule(r"(?<![\w.])(\d{1,2})\.(\d{1,2})\.(\d{4})(?![\w]|\.\d)", _dotted_date),
    rule(
        rf"\b({_MONTH}) (\d{{1,2}})(?:st|nd|rd|th)?(?:{_DASH}(\d{{1,2}})(?:st|nd|rd|th)?)?"
        rf"(?![\w%]|[:.,/]\d)(?:,? (\d{{4}})(?![\w]|[.,:]\d))?",
        _month_day,
    ),
    rule(
        rf"(?<![\w.,:/$£€-])(the )?(\d{{1,2}})(?:st|nd|rd|th)?(?:{_DASH}(\d{{1,2}})(?:st|nd|rd|th)?)?(?: of)? ({_MONTH})"
        rf"\b(?:,? (\d{{4}})(?![\w]|[.,:]\d))?",
        _day_month,
    ),
    rule(
        rf"(?<![\d:.])({_CLOCK}(?:\s?{_HALF_DAY})?|1?\d\s?{_HALF_DAY}){_DASH}(?={_CLOCK}|1?\d\s?{_HALF_DAY})", r"\1 to "
    ),
    rule(
        rf"(?<![\d:.,$£€-])(1[0-2]|0?[1-9]){_DASH}(?=(?:1[0-2]|0?[1-9])(?:[:.][0-5]\d)?\s?{_HALF_DAY})",
        lambda match: f"{cardinal(int(match[1]))} to ",
    ),
    rule(rf"(?<![\w:.,])(1[0-2]|0?[1-9])\.([0-5]\d)()\s?({_HALF_DAY})(?!\w)", _clock),
    rule(rf"(?<![\w:.])([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?(?:\s?({_HALF_DAY}))?(?![\d:]|\.\d)", _clock),
    rule(rf"(?<![\w:.,])(1[0-2]|0?[1-9])\s?({_HALF_DAY})(?!\w)", _hour),
    rule(rf"(?<![\w.,/-])(1\d{{3}}|20\d{{2}}){_DASH}(\d{{4}}|\d{{2}})(?![\w-]|[.,/:]\d)", _year_range),
    rule(rf"(?<![\w.])(\d{{1,3}}(?:,\d{{3}})|\d{{1,4}}) ?{_ERA}", _year_of_era),
    rule(r"\bA\.?D\.? (\d{1,4})(?![\w]|[.,]\d)", lambda match: f"A.D. {year(int(match[1]))}"),
    rule(r"(?<![\w.,])['’]?(\d{3}0|\d0)['’]?s\b", _decade),
)
