# ruff: noqa: RUF001, E501 - typographic characters are the matter here; patterns read best so
"""Strings of digits that are no amounts, such as telephone numbers, and amounts written in the style of other languages."""

from __future__ import annotations

import re
from typing import Final

from sayso.synthesis.reading.numerals import cardinal, digits, number
from sayso.synthesis.reading.rules import Rules, rule

_HOTLINES: Final = "911|999|112|411|311|211|988|101|111|000"
_MEASURES: Final = (
    "thousand|[mb]illion|trillion|meters?|metres?|kilomet(?:er|re)s?|centimet(?:er|re)s?|lit(?:er|re)s?|grams?|kilograms?|"
    "kilos?|tons?|tonnes?|hours?|minutes?|seconds?|days?|weeks?|months?|years?|miles?|percent|per cent|degrees|times|m|l|g|ml|mg|"
    "h|kW|kWh|°C"
)
"""Words behind a decimal comma with one digit behind it, which may as well be a list."""
_CALLED: Final = r"(?:[Cc]all(?:ed|ing|s)?|[Dd]ial(?:ed|led|ing|ling|s)?|[Pp]hone[ds]?|[Rr]ing|[Rr]ang|[Tt]ext(?:ed)?)"


def _spelled(match: re.Match[str]) -> str:
    return match[1] + _said_digits(match[2])


def _said_digits(written: str) -> str:
    groups = re.findall(r"[\dA-Za-z]+", written)
    return ", ".join(
        " ".join(digits(each) if each.isdigit() else each.upper() for each in re.findall(r"\d+|[A-Za-z]", group))
        for group in groups
    )


def _emergency(match: re.Match[str]) -> str:
    return digits(match[0])


def _military(match: re.Match[str]) -> str:
    hour, minute = match[1], match[2]
    words = "oh " + cardinal(int(hour[1])) if hour[0] == "0" and hour != "00" else cardinal(int(hour))
    if hour == "00":
        words = "zero"
    return f"{words} {'hundred' if minute == '00' else ('oh ' if minute[0] == '0' else '') + cardinal(int(minute))} {'hours' if match[3] in {'hrs', 'h'} else match[3]}"


def _route(match: re.Match[str]) -> str:
    ways = {"N": "north", "S": "south", "E": "east", "W": "west"}
    return f"{match[1]} {number(match[2])} {ways[match[3]]}"


def _phone(match: re.Match[str]) -> str:
    plus = "plus " if match[0].lstrip("( ").startswith("+") else ""
    return plus + ", ".join(digits(group) for group in re.findall(r"\d+", match[0]))


def _named_number(match: re.Match[str]) -> str:
    code = f"{digits(match[1][0])} hundred" if match[1].endswith("00") else digits(match[1])
    return f"{'one ' if match[0][0] == '1' else ''}{code}, {match[2].replace('-', ' ').lower()}"


def _grouped(match: re.Match[str]) -> str:
    """Return a number that is grouped or pointed as on the continent in the style of English."""
    return _grouped_text(match[0])


def _grouped_text(written: str) -> str:
    whole, _, fraction = written.partition(",")
    plain = re.sub(r"\D", "", whole)
    return f"{int(plain):,}" + (f".{fraction}" if fraction else "")


def _spaced(match: re.Match[str]) -> str:
    return re.sub(r"\s", ",", match[0])


def _comma_money(match: re.Match[str]) -> str:
    return match[0].replace(",", ".")


RULES: Final = Rules(
    rule(rf"(?<=\b)({_CALLED} )(\d{{2,5}}(?:[ .-]\d{{2,4}}){{1,5}})(?![\w-])", _spelled),
    rule(r"\b((?:[Tt]ext|SMS)(?:ed|ing)? (?:\w+ to )?)(\d{5,6})(?![\w.,-]\d)", _spelled),
    rule(
        r"\b((?:[Tt]ele?(?:phone)?|[Pp]hone|[Ff]ax|[Mm]obile|[Cc]ell)(?: no\.| number)?[.:]? )(\(?0[\d ()/.-]{6,18}\d)(?![\w-])",
        _spelled,
    ),
    rule(
        r"(?<![\w.-])(?:1[- ])?(8(?:00|88|77|66|55|44|33)|900)-([A-Z]{4,9}|[A-Z]{3}-[A-Z]{4})(?![\w-])", _named_number
    ),
    rule(
        r"(?<![\w.,-])1[38]00[ -]\d{3}[ -]\d{3}(?![\w-])|(?<!\d )(?<!\) )(?<![\w.,)-])555[ -]\d{4}(?![\w-])|(?<![\w.,-])1 [2-9]\d{2} \d{3} \d{4}(?![\w-])|(?<![\w.,-])0\d{1,4}-\d{3,4}-\d{4}(?![\w-])",
        _phone,
    ),
    rule(r"(?<![\w.,-])(\d{2})-(\d{7})(?![\w-])", lambda match: f"{_said_digits(match[1])}, {_said_digits(match[2])}"),
    rule(r"(\bnumber(?: is| was|:)? )(\d{3}[ -]\d{4})(?![\w-])", _spelled),
    rule(r"(?<![\w.,])\d{1,2}(?:,\d{2})+,\d{3}(?![\w,])", lambda match: f"{int(match[0].replace(',', '')):,}"),
    rule(
        r"(?<![\w.,])(\d{1,3})\.(\d{3})(?= (?:people|inhabitants|men|women|children|copies|soldiers|visitors|residents)\b)",
        r"\1,\2",
    ),
    # Numbers in other styles of writing.
    rule(r"(?<![\w.,])\d{1,3}(?:\.\d{3}){2,}(?:,\d{1,2})?(?![\w]|[.,]\d)", _grouped),
    rule(r"(?<=[$£€¥])\s?\d{1,3}(?:\.\d{3})+,\d{2}(?![\w]|[.,]\d)", _grouped),
    rule(r"(?<![\w.,])\d{1,3}(?:\.\d{3})+,\d{1,2}(?![\w]|[.,]\d)", _grouped),
    rule(r"(?<![\w.,])\d{1,3}(?:\.\d{3})+(?= ?(?:€|EUR\b|euros?\b))|(?<=€)\d{1,3}(?:\.\d{3})+(?![\d,.])", _grouped),
    rule(
        r"(?<![\w.,+-])\d{1,3}(?:[ \u202f\u2009]\d{3})+,\d{1,2}(?![\w]|[., ]\d)", lambda match: _grouped_text(match[0])
    ),
    rule(r"(?<![\w.,])\d{1,4},\d{1,2}(?= ?(?:€|£|\$|zł|EUR\b|euros?\b|CHF\b|kg\b|km\b|cm\b|mm\b|%))", _comma_money),
    rule(r"(?<=[€£])\d{1,4},\d{2}(?![\d,.])", _comma_money),
    rule(r"(?<![\w.,+-])\d{1,3}(?:[ \u202f\u2009]\d{3}){2,}(?![\w]|[., ]\d)", _spaced),
    rule(r"(?<![\w.,+-])[1-9]\d{0,2}[ ]000(?![\w]|[., ]\d)", _spaced),
    rule(r"(?<![\w.,])\d{1,3}(?:['’]\d{3})+(?!\w)", lambda match: re.sub(r"['’]", ",", match[0])),
    rule(r"(?<![\w.,])\d{1,3},\d{2}(?![\w,.%€]| ?[€$£])", _comma_money),
    rule(rf"(?<![\w.,])(?:0,\d{{1,6}}(?![\w,])|\d{{1,3}},\d(?= ?(?:{_MEASURES})\b))", _comma_money),
    rule(r"(?<![\w.,])\d{1,3}(?:_\d{3})+(?!\w)", lambda match: match[0].replace("_", ",")),
    # Strings of digits that are no amounts.
    rule(rf"(?<=\b)({_CALLED} )((?:{_HOTLINES})\b(?!\s?[-–]?\d|[.,]\d))", _spelled),
    rule(rf"\b((?:nine nine nine|nine one one|one one two),? (?:or|and) )({_HOTLINES})\b(?![.,]?\d)", _spelled),
    rule(
        r"(?<![\w$£€.,-])(?<!Porsche )(?:911)(?=[.,;!?]?$|[,;!?] | (?:is|was|and|or|for|from|now|please|right|immediately)\b)",
        _emergency,
    ),
    rule(r"\b(?:911|999)\b(?= (?:call|calls|operator|operators|dispatcher|dispatchers|emergency))", _emergency),
    rule(r"\b((?:ISBN|ISSN|ISRC|EAN|UPC|IBAN|SSN)(?:-1[03])?:?\s)([\dX][\dX -]{5,22}[\dX])(?![\w])", _spelled),
    rule(r"\b(IBAN:?\s)([A-Z]{2}\d{2}(?: ?[A-Z\d]{2,4}){3,8})\b", _spelled),
    rule(rf"(?<=\b)({_CALLED} )(\d{{2,5}}(?:[ .-]\d{{2,4}}){{1,5}})(?![\w-])", _spelled),
    rule(
        r"(?<![\w.])\+\d{1,3}(?:[ .-]?\(?\d{1,5}\)?){1,5}(?![\w-])",
        lambda match: _phone(match) if len(re.sub(r"\D", "", match[0])) >= 8 else match[0],
    ),
    rule(r"(?<![\w.:,])([01]\d|2[0-4]):?([0-5]\d) (hours?|hrs|Zulu)\b", _military),
    rule(r"(?<![\w.:,])([01]\d|2[0-4])([0-5]\d) ?(hrs|h|hours)\b(?!['’])", _military),
    rule(
        r"\b((?:I|US|SR|Rte|Route|Highway|Interstate|Hwy)[ -])(\d{1,3}) ([NSEW])\b(?!['’]|\.\w)",
        _route,
    ),
    rule(
        r"\b((?:[Pp]in|PIN|[Pp]asscode|[Zz]ip(?: code)?|ZIP(?: code)?|[Pp]ostcode|[Rr]oom code|[Cc]ode)(?: is| of|:)? )(\d{4,6}(?:-\d{4})?)(?![\w]|[.,:]\d)",
        _spelled,
    ),
    rule(r"(?<=\b[A-Z]{2} )\d{5}(?:-\d{4})?(?![\w-])", lambda match: _said_digits(match[0])),
    rule(
        r"\b([A-Z]{1,2}\d[A-Z\d]?) (\d[A-Z]{2})\b",
        lambda match: f"{_said_digits(match[1])}, {_said_digits(match[2])}".replace(", ", " ", 0),
    ),
    rule(r"(?<![\w.])\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{2,4}(?:[ .-]\d{2,4}){1,4}(?![\w-])", _phone),
    rule(r"(?<![\w.])00[1-9]\d{0,2}(?: \d{1,6}){1,5}(?![\w-])", _phone),
    rule(r"(?<![\w.])(?:1[ .-])?\(\d{3}\) ?\d{3}[ .-]\d{4}(?![\w-])", _phone),
    rule(r"(?<![\w.-])(?:1[ .-])?\d{3}[.-]\d{3}[.-]\d{4}(?![\w-])", _phone),
    rule(r"(?<![\w.-])\d{3}-\d{4}(?![\w-])", _phone),
    rule(r"\(0\d{1,4}\) ?\d{3,4}[ -]?\d{3,4}(?![\w-])", _phone),
    rule(r"(?<![\w.-])0\d{2,4} \d{3,4} \d{3,4}(?![\w-])|(?<![\w.-])0\d{3,4} \d{6}(?![\w-])", _phone),
    rule(r"(?<![\w.])\d{3}-\d{2}-\d{4}(?![\w-])", _phone),
    rule(r"(?<![\w.])\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{4}(?![\w-])", _phone),
)
