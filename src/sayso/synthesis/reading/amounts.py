# ruff: noqa: RUF001, E501 - typographic characters are the matter here; tables and patterns read best so
"""Amounts: money, percentages, temperatures, units, fractions, ranges, telephone numbers and plain numbers."""

from __future__ import annotations

import re
from typing import Final

from sayso.synthesis.reading.moments import plain
from sayso.synthesis.reading.numerals import cardinal, is_one, number, ordinal, plural
from sayso.synthesis.reading.rules import NUMBER, Rule, rule

_CURRENCIES: Final = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "US$": ("dollar", "dollars", "cent", "cents"),
    "C$": ("Canadian dollar", "Canadian dollars", "cent", "cents"),
    "A$": ("Australian dollar", "Australian dollars", "cent", "cents"),
    "NZ$": ("New Zealand dollar", "New Zealand dollars", "cent", "cents"),
    "HK$": ("Hong Kong dollar", "Hong Kong dollars", "cent", "cents"),
    "USD": ("U.S. dollar", "U.S. dollars", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "GBP": ("pound", "pounds", "penny", "pence"),
    "€": ("euro", "euros", "cent", "cents"),
    "EUR": ("euro", "euros", "cent", "cents"),
    "CHF": ("Swiss franc", "Swiss francs", "centime", "centimes"),
    "R$": ("real", "reais", "centavo", "centavos"),
    "BRL": ("real", "reais", "centavo", "centavos"),
    "Mex$": ("peso", "pesos", "centavo", "centavos"),
    "S$": ("Singapore dollar", "Singapore dollars", "cent", "cents"),
    "CA$": ("Canadian dollar", "Canadian dollars", "cent", "cents"),
    "AU$": ("Australian dollar", "Australian dollars", "cent", "cents"),
    "CAD": ("Canadian dollar", "Canadian dollars", "cent", "cents"),
    "AUD": ("Australian dollar", "Australian dollars", "cent", "cents"),
    "SEK": ("Swedish krona", "Swedish kronor", "öre", "öre"),
    "NOK": ("Norwegian krone", "Norwegian kroner", "øre", "øre"),
    "DKK": ("Danish krone", "Danish kroner", "øre", "øre"),
    "CNY": ("yuan", "yuan", "fen", "fen"),
    "INR": ("rupee", "rupees", "paisa", "paise"),
    "Rs": ("rupee", "rupees", "paisa", "paise"),
    "zł": ("zloty", "zlotys", "grosz", "groszy"),
    "₫": ("dong", "dong", "xu", "xu"),
    "₴": ("hryvnia", "hryvnias", "kopiyka", "kopiykas"),
    "₦": ("naira", "naira", "kobo", "kobo"),
    "₱": ("peso", "pesos", "centavo", "centavos"),
    "¥": ("yen", "yen", "sen", "sen"),
    "JPY": ("yen", "yen", "sen", "sen"),
    "₹": ("rupee", "rupees", "paisa", "paise"),
    "₩": ("won", "won", "jeon", "jeon"),
    "₽": ("ruble", "rubles", "kopeck", "kopecks"),
    "₪": ("shekel", "shekels", "agora", "agorot"),
    "₺": ("lira", "lira", "kurush", "kurush"),
    "₿": ("bitcoin", "bitcoins", "cent", "cents"),
}
_SCALES: Final = {"k": "thousand", "m": "million", "mn": "million", "bn": "billion", "b": "billion", "tn": "trillion"}
_CURRENCY: Final = "|".join(re.escape(sign) for sign in sorted(_CURRENCIES, key=len, reverse=True))
_SCALE: Final = r"hundred|thousand|million|billion|trillion|[kK]|[mM]n?|[bB]n?|tn"
_BILL: Final = r"bills?|notes?|coins?|tickets?|fines?|stamps?|words?|questions?|tips?|bets?|cheques?|checks?|deals?"

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
}
_AREAS: Final = {"²": "square", "2": "square", "³": "cubic", "3": "cubic"}
# One letter and no space may as well be a size, a class or a plural: "5s", "3A", "4N".
_ATTACHED_ONLY_APART: Final = frozenset({"s", "A", "N", "J", "V", "W", "L"})
_UNIT: Final = "|".join(sorted((*_UNITS, "ft", *_FIXED_UNITS), key=len, reverse=True))
_PER: Final = {"s": "second", "h": "hour", "hr": "hour", "min": "minute", "day": "day", "week": "week", "year": "year"} | {
    "kg": "kilogram", "m": "meter", "km": "kilometer", "L": "liter", "l": "liter", "lb": "pound", "month": "month",
}  # fmt: skip
_TURN: Final = re.compile(r" (?:angles?|turns?|rotations?|views?|bends?|arcs?)\b")
_FRACTIONS: Final = {2: "half", 4: "quarter"}
_START: Final = r"(?<![\w.,/:])"
_MINUS: Final = r"(?:(?<![\w.,)-])([-−]))?"


def _scaled(written: str, scale: str | None) -> str:
    return number(written) + (f" {_SCALES.get(scale.lower(), scale)}" if scale else "")


def _money(match: re.Match[str]) -> str:
    minus, sign, written, scale, bill = match.groups()
    one, many, _, _ = _CURRENCIES[sign]
    prefix = "minus " if minus else ""
    if bill:
        return f"{prefix}{_scaled(written, scale)} {one}{bill}"
    if scale:
        return f"{prefix}{_scaled(written, scale)} {many}"
    return prefix + _coins(written, sign)


def _coins(written: str, sign: str) -> str:
    one, many, cent, cents = _CURRENCIES[sign]
    whole, _, fraction = written.partition(".")
    if fraction and len(fraction) != 2:
        return f"{number(written)} {many}"
    pounds = f"{number(whole)} {one if is_one(whole) else many}"
    pence = f"{cardinal(int(fraction))} {cent if int(fraction) == 1 else cents}" if fraction.strip("0") else ""
    if pence and not whole.strip("0,"):
        return pence
    return f"{pounds} and {pence}" if pence else pounds


def _with_scale(match: re.Match[str]) -> str:
    return f"{number(match[1])} {_SCALES[match[2].lower()]}"


def _inches(match: re.Match[str]) -> str:
    return (
        f"{number(match[1])} inch"
        if re.match(r" [a-z]", match.string[match.end() :]) or is_one(match[1])
        else f"{number(match[1])} inches"
    )


def _foot(match: re.Match[str]) -> str:
    return f"{number(match[1])} {'foot' if is_one(match[1]) else 'feet'}"


def _thirds(match: re.Match[str]) -> str:
    return f"{match[1]}/{match[2]}"


_RATES: Final = {
    "hr": "an hour", "h": "an hour", "hour": "an hour", "day": "a day", "week": "a week", "wk": "a week", "month": "a month",
    "mo": "a month", "year": "a year", "yr": "a year", "night": "a night", "person": "a person", "kg": "a kilogram",
    "lb": "a pound", "unit": "a unit", "gal": "a gallon", "gallon": "a gallon", "min": "a minute", "minute": "a minute",
    "piece": "a piece", "ea": "each",
}  # fmt: skip


def _rate(match: re.Match[str]) -> str:
    return f"{match[1]} {_RATES[match[2]]}"


def _money_range(match: re.Match[str]) -> str:
    sign, first, first_scale, last, last_scale = match.groups()
    return f"{_scaled(first, first_scale)} to {_scaled(last, last_scale)} {_CURRENCIES[sign][1]}"


def _money_after(match: re.Match[str]) -> str:
    written, scale, sign = match.groups()
    return f"{_scaled(written, scale)} {_CURRENCIES[sign][1]}" if scale else _coins(written, sign)


def _degrees(match: re.Match[str]) -> str:
    minus, written, scale = match.groups()
    is_single = is_one(written) or _TURN.match(match.string, match.end())
    words = f"{'minus ' if minus else ''}{number(written)} degree{'' if is_single else 's'}"
    return words + {"C": " Celsius", "F": " Fahrenheit", None: ""}[scale]


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
    if below == 0 or below > 100 or (whole is None and above >= below):
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


def _power(match: re.Match[str]) -> str:
    return f"{number(match[1])} times ten to the {'minus ' if match[2] == '-' else ''}{number(match[3])}"


def _parts(match: re.Match[str]) -> str:
    return " point ".join(number(part) for part in match[0].split("."))


def _plural(match: re.Match[str]) -> str:
    return plural(number(match[1]))


def _feet(match: re.Match[str]) -> str:
    return f"{cardinal(int(match[1]))} foot {cardinal(int(match[2]))}"


RULES_BEFORE_MOMENTS: Final[list[Rule]] = [
    rule(r"(?<!\w)(\d)['′’] ?(\d{1,2})(?:[\"″”]|'')", _feet),
    rule(r"(?<![\w.,])(\d{1,3}(?:\.\d+)?) ?(?:″|''|\"(?= [a-z]))", _inches),
    rule(
        r"(?<![\w.,'’])(\d{1,3}) ?(?:′|['’](?= (?:tall|high|wide|long|deep|above|below|of|by|x|and|from|away)\b))",
        _foot,
    ),
    rule(r"(?<![\w./])(\d{1,2})/(\d{1,2})(?:rds|ths|nds|rd|th|nd)\b", _thirds),
]

RULES: Final[list[Rule]] = [
    rule(
        rf"(?<!\w)({_CURRENCY}) ?({NUMBER})(?: ?({_SCALE})\b)?\s?[-–—]\s?(?:{_CURRENCY})? ?({NUMBER})(?: ?({_SCALE})\b)?",
        _money_range,
    ),
    rule(rf"(?<!\w)({_CURRENCY})(?=\.\d)", r"\g<1>0"),
    rule(rf"(?<!\w)(\$ ?{NUMBER}(?:[ -]?(?:{_SCALE})\b)?) dollars?\b", r"\1"),
    rule(rf"(?<!\w)(£ ?{NUMBER}(?:[ -]?(?:{_SCALE})\b)?) pounds?\b", r"\1"),
    rule(rf"(?<!\w)(€ ?{NUMBER}(?:[ -]?(?:{_SCALE})\b)?) euros?\b", r"\1"),
    rule(
        rf"(?<!\w)((?:{_CURRENCY}) ?{NUMBER}(?:[ -]?(?:{_SCALE})\b)?) ?/ ?(hr|h|hour|day|week|wk|month|mo|year|yr|night|person|kg|lb|unit|gal|gallon|min|minute|piece|ea)\b",
        _rate,
    ),
    rule(rf"{_MINUS}(?<!\w)({_CURRENCY}) ?({NUMBER})(?:[ -]?({_SCALE})\b)?(?:([ -](?:{_BILL}))\b)?", _money),
    rule(rf"{_START}({NUMBER})(?: ?({_SCALE}))? ?({_CURRENCY})(?!\w)", _money_after),
    rule(rf"{_START}({NUMBER}) ?¢", lambda match: f"{number(match[1])} cent{'' if is_one(match[1]) else 's'}"),
    rule(rf"{_START}(\d{{1,3}})p\b", lambda match: f"{number(match[1])} {'penny' if is_one(match[1]) else 'pence'}"),
    rule(rf"{_START}({NUMBER})\s?[-–—]\s?({NUMBER})(?= ?=)", r"\1 minus \2"),
    rule(
        rf"(?<![\w.,/:-])({NUMBER})( ?[%°]| ?(?:{_UNIT})\b)?\s?[-–—]\s?(?={NUMBER})(?!{NUMBER}\s?[-–/])",
        lambda match: f"{match[1]}{match[2] or ''} to ",
    ),
    rule(rf"{_MINUS}{_START}({NUMBER}) ?°(?: ?([CF])\b)?", _degrees),
    rule(rf"{_MINUS}{_START}({NUMBER}) ?%", lambda match: f"{'minus ' if match[1] else ''}{number(match[2])} percent"),
    rule(rf"(?<=\d) ?x ?(?={NUMBER})", " by "),
    rule(rf"{_START}({NUMBER}) ?[×✕] ?(?={NUMBER})", r"\1 times "),
    rule(rf"{_START}({NUMBER})([kMB])(?= (?!ohm|byte|run\b|race\b)[a-z]+|[.,;!?)]|$)", _with_scale),
    rule(rf"{_START}({NUMBER})(K)(?= (?!bytes|displays|screens|runs|races)[a-z]+s\b)", _with_scale),
    rule(rf"{_START}({NUMBER}) ?([mbt]n)\b", lambda match: f"{number(match[1])} {_SCALES[match[2]]}"),
    rule(rf"{_START}({NUMBER})[eE]([+-]?)(\d{{1,3}})\b", _power),
    rule(r"(?<=\w)\^[-−](?=\d)", " to the minus "),
    rule(r"(?<=\b10)\^\+?(?=\d)", " to the "),
    rule(r"(?<=\w)\^n\b", " to the N"),
    rule(rf"{_START}({NUMBER}) ?‰", lambda match: f"{number(match[1])} per thousand"),
    rule(rf"{_START}({NUMBER}) ?(?:sq\.? ?|square )ft\b\.?", lambda match: f"{number(match[1])} square feet"),
    rule(rf"{_START}({NUMBER}) ?in\.(?=,? [a-z])", lambda match: f"{number(match[1])} inches"),
    rule(rf"{_START}({NUMBER}) ?sq\.? ?(?=k?m\b)", r"\1 square "),
    rule(
        rf"{_MINUS}{_START}({NUMBER})([ -]?)({_UNIT})(?:([²³23])(?!\d))?(?:/({'|'.join(sorted(_PER, key=len, reverse=True))})\b)?"
        rf"(?:\.(?=,? [a-z]))?(?![\w²³]|['’][a-z])",
        _unit,
    ),
    rule(rf"/({'|'.join(sorted((p for p in _PER if len(p) > 2), key=len, reverse=True))})\b", _per),
    rule(r"(?<=\d/\d) ?(tsp|tbsp|oz|lb|in|mi|gal)\.?(?= )", lambda match: f" {_UNITS.get(match[1], 'inch')}"),
    rule(r"(?<![\w./,])(?:(\d{1,4})[ -])?(\d{1,3})/(\d{1,3})(?![\w/]|[.,]\d)", _fraction),
    rule(r"(?<![\w.,])(\d[\d,]*)(?:st|nd|rd|th)\b", _ordinal),
    rule(r"(?<![\w.])\d+(?:\.\d+){2,}(?![\w]|\.\d)", _parts),
    rule(rf"{_START}({NUMBER})x\b", lambda match: f"{number(match[1])} times"),
    rule(r"(?<=\d) ?[×*] ?(?=\d)", " times "),
    rule(r"(?<=\d) ?÷ ?(?=\d)", " divided by "),
    rule(r"(?<=\w)\^2\b|²", " squared"),
    rule(r"(?<=\w)\^3\b|³", " cubed"),
    rule(r"(?<=\w)\^(?=\d)", " to the power of "),
    rule(r"±", " plus or minus "),
    rule(r"(?<=\d):(?=\d)", " to "),
    rule(r"(?:(?<=^)|(?<=[\s(“]))[-−](?=\.?\d)", "minus "),
    rule(r"(?<![\w.,])(\d+)['’]?s\b", _plural),
    rule(r"(?<=[^\W\d_]\.)(?=\d)", " "),
    rule(r"(?<=[^\W\d_])[-–]?(?=\d)|(?<=\d)-?(?=[^\W\d_])", " "),
    rule(rf"{NUMBER}|\.\d+", plain),
]
