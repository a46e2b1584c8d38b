# ruff: noqa: RUF001, E501 - typographic characters are the matter here; tables and patterns read best so
"""Amounts: percentages, temperatures, units, fractions, ranges, telephone numbers and plain numbers."""

from __future__ import annotations

import re
from typing import Final

from sayso.synthesis.reading.moments import plain
from sayso.synthesis.reading.money import SCALES
from sayso.synthesis.reading.numerals import cardinal, is_one, number, ordinal, plural
from sayso.synthesis.reading.rules import NUMBER, Rules, rule

_UNITS: Final = {
    "km": "kilometer",
    "m": "meter",
    "cm": "centimeter",
    "mm": "millimeter",
    "µm": "micrometer",
    "nm": "nanometer",
    "mi": "mile",
    "yd": "yard",
    "ha": "hectare",
    "kg": "kilogram",
    "g": "gram",
    "mg": "milligram",
    "µg": "microgram",
    "lb": "pound",
    "lbs": "pound",
    "oz": "ounce",
    "dl": "deciliter",
    "dL": "deciliter",
    "l": "liter",
    "L": "liter",
    "ml": "milliliter",
    "mL": "milliliter",
    "gal": "gallon",
    "tsp": "teaspoon",
    "tbsp": "tablespoon",
    "ms": "millisecond",
    "s": "second",
    "sec": "second",
    "secs": "second",
    "min": "minute",
    "mins": "minute",
    "h": "hour",
    "hr": "hour",
    "hrs": "hour",
    "wk": "week",
    "wks": "week",
    "mos": "month",
    "yr": "year",
    "yrs": "year",
    "W": "watt",
    "kW": "kilowatt",
    "MW": "megawatt",
    "GW": "gigawatt",
    "kWh": "kilowatt hour",
    "V": "volt",
    "kV": "kilovolt",
    "A": "amp",
    "mA": "milliamp",
    "mAh": "milliamp hour",
    "Ω": "ohm",
    "J": "joule",
    "kJ": "kilojoule",
    "kcal": "kilocalorie",
    "mol": "mole",
    "mmol": "millimole",
    "µmol": "micromole",
    "ng": "nanogram",
    "cal": "calorie",
    "N": "newton",
    "Pa": "pascal",
    "kPa": "kilopascal",
    "hPa": "hectopascal",
    "dB": "decibel",
    "KB": "kilobyte",
    "kB": "kilobyte",
    "MB": "megabyte",
    "GB": "gigabyte",
    "TB": "terabyte",
    "px": "pixel",
}
_FIXED_UNITS: Final = {
    "Hz": "hertz",
    "kHz": "kilohertz",
    "MHz": "megahertz",
    "GHz": "gigahertz",
    "mph": "miles per hour",
    "kph": "kilometers per hour",
    "km/h": "kilometers per hour",
    "kmh": "kilometers per hour",
    "m/s": "meters per second",
    "m/s²": "meters per second squared",
    "kWh/100 km": "kilowatt hours per hundred kilometers",
    "L/100 km": "liters per hundred kilometers",
    "l/100 km": "liters per hundred kilometers",
    "ft/s": "feet per second",
    "Mbps": "megabits per second",
    "Gbps": "gigabits per second",
    "kbps": "kilobits per second",
    "kbit/s": "kilobits per second",
    "Mbit/s": "megabits per second",
    "rpm": "R.P.M.",
    "bpm": "beats per minute",
    "psi": "P.S.I.",
    "mpg": "miles per gallon",
    "pct": "percent",
}
_SCALE_NAMES: Final = {"C": "Celsius", "F": "Fahrenheit"}
_AREAS: Final = {"²": "square", "2": "square", "³": "cubic", "3": "cubic"}
# One letter and no space may as well be a size, a class or a plural: "5s", "3A", "4N".
_ATTACHED_ONLY_APART: Final = frozenset({"s", "A", "N", "J"})
_UNIT: Final = "|".join(sorted((*_UNITS, "ft", *_FIXED_UNITS), key=len, reverse=True))
_THINGS: Final = (
    "runs?|races?|walks?|dash|film|lens|lenses|cans?|bottles?|bulbs?|bags?|box|boxes|jars?|bars?|cups?|glass|glasses|steaks?|"
    "drives?|cards?|battery|batteries|motors?|engines?|pipes?|cables?|hose|ropes?|boards?|tanks?|limit|zone|sprint|swim|hike|"
    "ride|trip|radius|pieces?|slices?|packets?|packs?|doses?|tablets?|pills?|plates?|weights?|boats?|pools?|walls?|fence|"
    "ladders?|screens?|wires?|sockets?|supply|guns?|cannons?|shells?|bombs?|trucks?|tins?|cartons?|buckets?|barrels?|jugs?"
)
_LONG_THINGS: Final = (
    "ceilings?|man|men|woman|fences?|walls?|ladders?|boards?|boats?|tables?|drop|poles?|trees?|bed|ropes?|snake|shark|doors?|"
    "pipes?|waves?|rods?|planks?|sections?|gap|hole|statue|fall|screen|sofa|canoe|trench|ditch"
)
_PER: Final = {"s": "second", "h": "hour", "hr": "hour", "min": "minute", "day": "day", "week": "week", "year": "year"} | {
    "kg": "kilogram", "m": "meter", "km": "kilometer", "L": "liter", "l": "liter", "lb": "pound", "month": "month",
    "dL": "deciliter", "dl": "deciliter", "mL": "milliliter", "ml": "milliliter", "mol": "mole",
}  # fmt: skip
_PER_ALONE: Final = {"mo": "month"}
_TURN: Final = re.compile(r" (?:angles?|turns?|rotations?|views?|bends?|arcs?)\b")
_FRACTIONS: Final = {2: "half", 4: "quarter"}
_SIDE: Final = r"\d{1,3}(?:\.\d+|[ -]\d/\d{1,2})?"
_START: Final = r"(?<![\w.,/:])"
_MINUS: Final = r"(?:(?<![\w.,)-])([-−]))?"


def _with_scale(match: re.Match[str]) -> str:
    return f"{number(match[1])} {SCALES[match[2].lower()]}"


def _inches(match: re.Match[str]) -> str:
    return (
        f"{number(match[1])} inch"
        if re.match(r" [a-z]", match.string[match.end() :]) or is_one(match[1])
        else f"{number(match[1])} inches"
    )


def _arc(match: re.Match[str]) -> str:
    """Return minutes and seconds of an arc, behind its degrees."""
    words = f", {number(match[1])} minute{'' if is_one(match[1]) else 's'}"
    return words + (f", {number(match[2])} second{'' if is_one(match[2]) else 's'}" if match[2] else "")


def _whole_inches(match: re.Match[str]) -> str:
    written = next(each for each in match.groups() if each)
    return f"{number(written)} inch{'' if is_one(written) else 'es'}"


def _squared(match: re.Match[str]) -> str:
    words = {"ft": "feet", "in": "inches"}.get(match[3]) or f"{_UNITS.get(match[3], match[3])}s"
    return f"{number(match[1])} {'square' if match[2] == 'sq' else 'cubic'} {words}"


def _foot(match: re.Match[str]) -> str:
    return f"{number(match[1])} {'foot' if is_one(match[1]) else 'feet'}"


def _thirds(match: re.Match[str]) -> str:
    return f"{match[1]}/{match[2]}"


def _degrees(match: re.Match[str]) -> str:
    minus, written, scale = match.groups()
    is_single = is_one(written) or _TURN.match(match.string, match.end())
    words = f"{'minus ' if minus else ''}{number(written)} degree{'' if is_single else 's'}"
    return words + (f" {_SCALE_NAMES[scale]}" if scale else "")


def _unit(match: re.Match[str]) -> str:
    minus, written, space, unit, area, per = match.groups()
    is_single = is_one(written) or space == "-"
    if unit in _ATTACHED_ONLY_APART and not space and not area and not per:
        return match[0]
    words = f"{'minus ' if minus else ''}{number(written)} "
    words += f"{_AREAS[area]} " if area else ""
    if unit in _FIXED_UNITS:
        words += _FIXED_UNITS[unit]
    elif unit == "ft":
        words += "foot" if is_single else "feet"
    else:
        words += _UNITS[unit] + ("" if is_single else "s")
    return words + (f" per {_PER[per]}" if per else "")


def _per(match: re.Match[str]) -> str:
    return f" per {_PER[match[1]]}"


def _fraction(match: re.Match[str]) -> str:
    whole, above, below = match[1], int(match[2]), int(match[3])
    if whole is None and (above, below) in {(24, 7), (9, 11), (7, 11), (50, 50), (20, 20)}:
        return f"{cardinal(above)} {cardinal(below)}"
    if whole is None and above == below and below in {5, 10, 100}:
        return f"{cardinal(above)} out of {cardinal(below)}"
    if below == 0 or (below > 100 and below % 1000) or (whole is None and above >= below):
        return f"{number(whole)} and {cardinal(above)} over {cardinal(below)}" if whole else _over(above, below)
    part = _FRACTIONS.get(below) or ordinal(below)
    if above > 1:
        part = "halves" if below == 2 else f"{part}s"
    if whole:
        return f"{number(whole)} and {'a' if above == 1 else cardinal(above)} {part}"
    return f"{cardinal(above)} {part}"


def _over(above: int, below: int) -> str:
    return f"{cardinal(above)} over {cardinal(below)}"


def _ordinal(match: re.Match[str]) -> str:
    return ordinal(int(match[1].replace(",", ""))) if len(match[1]) <= 12 else match[0]


def _power_of_unit(match: re.Match[str]) -> str:
    unit = match[2]
    words = _FIXED_UNITS.get(unit) or ("feet" if unit == "ft" else f"{_UNITS[unit]}s")
    return f" {'squared' if match[1] == '²' else 'cubed'} {words}"


def _power(match: re.Match[str]) -> str:
    return f"{number(match[1])} times ten to the {'minus ' if match[2] == '-' else ''}{number(match[3])}"


def _parts(match: re.Match[str]) -> str:
    return " point ".join(number(part) for part in match[0].split("."))


def _plural(match: re.Match[str]) -> str:
    return plural(number(match[1]))


def _feet(match: re.Match[str]) -> str:
    return f"{cardinal(int(match[1]))} foot {cardinal(int(match[2]))}"


RULES_BEFORE_MOMENTS: Final = Rules(
    rule(rf"(?<![\w./])({_SIDE}) ?[\"″] ?[x×] ?({_SIDE}) ?[\"″](?!\w)", r"\1 by \2 inch"),
    rule(r"(?<![\w/])(\d{1,2}/\d{1,2}) ?(?:″|\"(?=\W|$))", r"\1 inch"),
    rule(r"(?<=\d°) ?(\d{1,2})['′’](?: ?(\d{1,2}(?:\.\d+)?)[\"″”])?", _arc),
    rule(r"(?<!\w)(\d{1,3})['′’] by (\d{1,3})['′’](?!\w)", r"\1 feet by \2 feet"),
    rule(r"(?<!\w)(\d{1,3})['′’] ?[x×] ?(\d{1,3})['′’](?!\w)", r"\1 feet by \2 feet"),
    rule(r"(?<!\w)(\d{1,2})['′’] ?[-–—] ?(?=\d{1,2}['′’](?!\d))", r"\1 to "),
    rule(r"(?<=\d)( ?(?:ft|in|yd|mm|cm|m)\.?) ?[x×] ?(?=\d)", r"\1 by "),
    rule(rf"(?<![\w'’])(\d{{1,3}})['′’](?= (?:{_LONG_THINGS})\b)", r"\1 foot"),
    rule(r"(?<![\w'’])([3-7])['’](1[01]|\d)(?![\d\"″'’\w])", _feet),
    rule(r"(?<!\w)(\d)['′’] ?(\d{1,2})(?:[\"″”]|'')", _feet),
    rule(r"(?<![\w.,])(\d{1,3}(?:\.\d+)?) ?(?:″|''|\"(?= [a-z]))", _inches),
    rule(
        r"(?<![\w.,'’])(\d{1,3}) ?(?:′|['’](?= (?:tall|high|wide|long|deep|above|below|of|by|x|and|from|away)\b))",
        _foot,
    ),
    rule(r"(?<![\w./])(\d{1,2})/(\d{1,2})(?:rds|ths|nds|rd|th|nd)\b", _thirds),
)

RULES: Final = Rules(
    rule(rf"{_START}({NUMBER})\s?[-–—]\s?({NUMBER})(?= ?=)", r"\1 minus \2"),
    rule(
        rf"(?<![\w.,/:-])({NUMBER})( ?[%°]| ?(?:{_UNIT})\b)?\s?[-–—]\s?(?={NUMBER})(?!{NUMBER}\s?[-–/])",
        lambda match: f"{match[1]}{match[2] or ''} to ",
    ),
    rule(rf"(?<=\d)([²³]) ?({_UNIT})\b(?![\w²³/])", _power_of_unit),
    rule(rf"{_MINUS}{_START}({NUMBER}) ?°(?: ?([CF])\b)?", _degrees),
    rule(r"°([CF])\b", lambda match: f" degrees {_SCALE_NAMES[match[1]]}"),
    rule(rf"{_MINUS}{_START}({NUMBER}) ?%", lambda match: f"{'minus ' if match[1] else ''}{number(match[2])} percent"),
    rule(rf"(?<=\d) ?x ?(?={NUMBER})", " by "),
    rule(rf"{_START}({NUMBER}) ?[×✕] ?(?={NUMBER})", r"\1 times "),
    rule(rf"{_START}({NUMBER})(MM|[kMB])(?=\+?(?:[.,;!?)]|$))", _with_scale),
    rule(rf"{_START}(\d+\.\d+|\d{{2,}})(K)(?=\+?(?:[.,;!?)]|$))", _with_scale),
    rule(rf"{_START}({NUMBER})([kMB])(?= (?!ohm|byte|run\b|race\b)[a-z]+|[.,;!?)]|$)", _with_scale),
    rule(
        rf"{_START}({NUMBER})(K)(?= (?!bytes|displays|screens|runs|races)(?:[a-z]+s|people|men|women|children|euro)\b)",
        _with_scale,
    ),
    rule(rf"{_START}({NUMBER}) ?([mbt]n)\b", lambda match: f"{number(match[1])} {SCALES[match[2]]}"),
    rule(rf"{_START}({NUMBER})[eE]([+-]?)(\d{{1,3}})\b", _power),
    rule(r"(?<=\d\.\d)F(?=[.,;!?)]|$| (?:and|or|to|is|was|at|in|with|fever)\b)", " degrees Fahrenheit"),
    rule(r"(?<=\w)/(wk|yr|mo|kWh)\b\.?", lambda match: f" per {_UNITS.get(match[1]) or _PER_ALONE[match[1]]}"),
    rule(r"(?<=\w)\^[-−](?=\d)", " to the minus "),
    rule(r"(?<=\b10)\^\+?(?=\d)", " to the "),
    rule(r"(?<=\w)\^n\b", " to the N"),
    rule(r"(?<=\b[a-z\d])\^(?=[a-z]\b)", " to the "),
    rule(rf"{_START}({NUMBER}) ?‰", lambda match: f"{number(match[1])} per thousand"),
    rule(rf"{_START}({NUMBER}) ?(?:sq\.? ?|square )ft\b\.?", lambda match: f"{number(match[1])} square feet"),
    rule(rf"{_START}({NUMBER}) ?in\.(?=,? [a-z])", lambda match: f"{number(match[1])} inches"),
    rule(rf"{_START}({NUMBER}) ?in(?=[.,;)]|$| (?:long|wide|tall|high|deep|thick|across|by|x)\b)", _whole_inches),
    rule(
        rf"(?<=\d ft )({NUMBER}) ?in\b\.?|(?<=\d ft\. )({NUMBER}) ?in\b\.?|(?<=feet )({NUMBER}) ?in\b\.?", _whole_inches
    ),
    rule(rf"{_START}({NUMBER}) ?in([²³])", lambda match: f"{number(match[1])} {_AREAS[match[2]]} inches"),
    rule(
        rf"{_START}({NUMBER}) K(?=[.,;)]|$| (?:and|or|to|is|was|at|in)\b)", lambda match: f"{number(match[1])} kelvin"
    ),
    rule(rf"{_START}({NUMBER}) ?(sq|cu)\.? ?({_UNIT}|in)\b\.?(?![\w²³])", _squared),
    rule(r"(?<=\d) ?m\.p\.h\.?(?!\w)", " miles per hour"),
    rule(r"(?<=\d) ?k\.p\.h\.?(?!\w)", " kilometers per hour"),
    rule(r"(?<=\d) ?m\.p\.g\.?(?!\w)", " miles per gallon"),
    rule(rf"{_START}({NUMBER}) ?({'|'.join(sorted(_UNITS, key=len, reverse=True))})(?= (?:{_THINGS})\b)", r"\1-\2"),
    rule(
        rf"{_MINUS}{_START}({NUMBER})([ -]?)({_UNIT})(?:([²³23])(?!\d))?(?:/({'|'.join(sorted(_PER, key=len, reverse=True))})\b)?"
        rf"(?:\.(?=,? [a-z]))?(?![\w²³]|['’][a-z])",
        _unit,
    ),
    rule(rf"/({'|'.join(sorted((p for p in _PER if len(p) > 2), key=len, reverse=True))})\b", _per),
    rule(
        r"(?<=\d/\d) ?(tsp|tbsp|oz|lb|in|mi|gal|km|kg|yd)\b\.?(?=\W|$)",
        lambda match: f" {_UNITS.get(match[1], 'inch')}",
    ),
    rule(r"(?<![\w./,])(\d{1,3}/\d{1,3})\s?[-–—]\s?(?=\d{1,3}/\d)", r"\1 to "),
    rule(r"(?<![\w./,])(?:(\d{1,4})[ -])?(\d{1,3})/(\d{1,3}|10{3,6})(?![\w/]|[.,]\d)", _fraction),
    rule(r"(?<![\w.,])(\d[\d,]*)(?:st|nd|rd|th)\b", _ordinal),
    rule(r"(?<![\w.])\d+(?:\.\d+){2,}(?![\w]|\.\d)", _parts),
    rule(rf"{_START}({NUMBER})x\b", lambda match: f"{number(match[1])} times"),
    rule(r"(?<=\d) ?[×*] ?(?=\d)", " times "),
    rule(r"(?<=\d) ?÷ ?(?=\d)|(?<=\d) / (?=\d)", " divided by "),
    rule(r"(?<=\w)\^2\b|²", " squared"),
    rule(r"(?<=\w)\^3\b|³", " cubed"),
    rule(r"(?<=\w)\^(?=\d)", " to the power of "),
    rule(r" ?\bmmHg\b", " millimeters of mercury"),
    rule(r"±", " plus or minus "),
    rule(r"(?<=\d):(?=\d)", " to "),
    rule(r"(?:(?<=^)|(?<=[\s(“]))[-−](?=\.?\d)", "minus "),
    rule(r"(?<![\w.,])(\d+)['’]?s\b", _plural),
    rule(r"(?<=[^\W\d_]\.)(?=\d)", " "),
    rule(r"(?<=[^\W\d_])[-–]?(?=\d)|(?<=\d)-?(?=[^\W\d_])", " "),
    rule(r"(?<![\w,.])\d{1,2}(?:,\d{1,2}){2,}(?![\w,]|\.\d)", lambda match: match[0].replace(",", ", ")),
    rule(rf"{NUMBER}|\.\d+", plain),
)
