# ruff: noqa: RUF001, E501 - typographic characters are the matter here
"""Money: amounts in any currency, with coins, scales, rates and ranges."""

from __future__ import annotations

import re
from typing import Final

from sayso.synthesis.reading.numerals import cardinal, is_one, number
from sayso.synthesis.reading.rules import NUMBER, Rules, rule

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
    "MXN": ("Mexican peso", "Mexican pesos", "centavo", "centavos"),
    "NZD": ("New Zealand dollar", "New Zealand dollars", "cent", "cents"),
    "HKD": ("Hong Kong dollar", "Hong Kong dollars", "cent", "cents"),
    "SGD": ("Singapore dollar", "Singapore dollars", "cent", "cents"),
    "ZAR": ("rand", "rand", "cent", "cents"),
    "PLN": ("zloty", "zlotys", "grosz", "groszy"),
    "CZK": ("koruna", "korunas", "haler", "halers"),
    "TRY": ("lira", "lira", "kurush", "kurush"),
    "RUB": ("ruble", "rubles", "kopeck", "kopecks"),
    "KRW": ("won", "won", "jeon", "jeon"),
    "kr": ("krona", "kronor", "öre", "öre"),
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
SCALES: Final = {"k": "thousand", "m": "million", "mn": "million", "bn": "billion", "b": "billion", "tn": "trillion"} | {
    "mm": "million", "lakh": "lakh", "crore": "crore",
}  # fmt: skip
_CURRENCY: Final = "|".join(re.escape(sign) for sign in sorted(_CURRENCIES, key=len, reverse=True))
_SCALE: Final = r"hundred|thousand|million|billion|trillion|[kK]|[mM]n?|[bB]n?|tn|MM|lakh|crore"
_BILL: Final = r"bills?|notes?|coins?|tickets?|fines?|stamps?|words?|questions?|tips?|bets?|cheques?|checks?|deals?"
_ARTICLE: Final = re.compile(
    r"\b(?:an?|the|this|that|his|her|their|its|our|my|your|another|every|each)\s+$", re.IGNORECASE
)
_NEXT: Final = re.compile(r"[ -]([a-z]{3,})\b")
_NO_NOUNS: Final = frozenset(
    [
        "and",
        "but",
        "for",
        "from",
        "had",
        "has",
        "have",
        "her",
        "him",
        "his",
        "she",
        "that",
        "the",
        "their",
        "them",
        "then",
        "they",
        "this",
        "was",
        "were",
        "what",
        "when",
        "which",
        "who",
        "will",
        "with",
        "would",
        "you",
        "your",
        "are",
        "could",
        "did",
        "does",
        "each",
        "every",
        "into",
        "more",
        "less",
        "worth",
        "over",
        "than",
        "back",
        "off",
        "now",
        "today",
        "after",
        "before",
        "extra",
        "off",
        "per",
        "plus",
        "apart",
        "away",
        "down",
        "each",
        "ever",
        "here",
        "there",
        "out",
        "owed",
        "out",
        "paid",
        "she",
        "they",
        "through",
        "toward",
        "until",
        "upon",
        "cost",
        "costs",
    ]
)
_START: Final = r"(?<![\w.,/:])"
_MINUS: Final = r"(?:(?<![\w.,)-])([-−]))?"


def _scaled(written: str, scale: str | None) -> str:
    return number(written) + (f" {SCALES.get(scale.lower(), scale)}" if scale else "")


def _money(match: re.Match[str]) -> str:
    minus, sign, written, scale, bill = match.groups()
    one, many, _, _ = _CURRENCIES[sign]
    prefix = "minus " if minus else ""
    if bill or _is_price_of(match):
        bill = bill or ""
        return f"{prefix}{_scaled(written, scale)} {one}{bill}"
    if scale:
        return f"{prefix}{_scaled(written, scale)} {many}"
    return prefix + _coins(written, sign)


def _is_price_of(match: re.Match[str]) -> bool:
    """Return whether the money says what the next word costs: "a $3 million house", but not "the $3 million he had"."""
    if not _ARTICLE.search(match.string[max(0, match.start() - 12) : match.start()]):
        return False
    after = _NEXT.match(match.string, match.end())
    return after is not None and after[1] not in _NO_NOUNS and "." not in match[3]


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


_RATES: Final = {
    "hr": "an hour", "h": "an hour", "hour": "an hour", "day": "a day", "week": "a week", "wk": "a week", "month": "a month",
    "mo": "a month", "year": "a year", "yr": "a year", "night": "a night", "person": "a person", "kg": "a kilogram",
    "lb": "a pound", "unit": "a unit", "gal": "a gallon", "gallon": "a gallon", "min": "a minute", "minute": "a minute",
    "piece": "a piece", "ea": "each", "m²": "per square meter", "m2": "per square meter", "km": "a kilometer", "mile": "a mile", "mi": "a mile",
    "L": "a liter", "l": "a liter", "liter": "a liter", "litre": "a liter", "sq ft": "a square foot", "pp": "per person",
}  # fmt: skip


def _rate(match: re.Match[str]) -> str:
    return f"{match[1]} {_RATES[match[2]]}"


def _money_range(match: re.Match[str]) -> str:
    sign, first, first_scale, last, last_scale = match.groups()
    return f"{_scaled(first, first_scale)} to {_scaled(last, last_scale)} {_CURRENCIES[sign][1]}"


def _money_after(match: re.Match[str]) -> str:
    written, scale, sign = match.groups()
    return f"{_scaled(written, scale)} {_CURRENCIES[sign][1]}" if scale else _coins(written, sign)


RULES: Final = Rules(
    rule(rf"(?<!\w)((?:{_CURRENCY}) ?{NUMBER})\.[-–—](?!\w)", r"\1"),
    rule(r"(?<!\w)¢ ?(\d{1,3})(?![\w]|[.,]\d)", r"\1¢"),
    rule(
        rf"(?<!\w)({_CURRENCY}) ?({NUMBER})(?: ?({_SCALE})\b)?\s?[-–—]\s?(?:{_CURRENCY})? ?({NUMBER})(?: ?({_SCALE})\b)?",
        _money_range,
    ),
    rule(rf"(?<!\w)({_CURRENCY})(?=\.\d)", r"\g<1>0"),
    rule(rf"(?<!\w)(\$ ?{NUMBER}(?:[ -]?(?:{_SCALE})\b)?) dollars?\b", r"\1"),
    rule(rf"(?<!\w)(£ ?{NUMBER}(?:[ -]?(?:{_SCALE})\b)?) pounds?\b", r"\1"),
    rule(rf"(?<!\w)(€ ?{NUMBER}(?:[ -]?(?:{_SCALE})\b)?) euros?\b", r"\1"),
    rule(
        rf"(?<!\w)((?:{_CURRENCY}) ?{NUMBER}(?:[ -]?(?:{_SCALE})\b)?) ?/ ?(hr|h|hour|day|week|wk|month|mo|year|yr|night|person|kg|lb|unit|gal|gallon|min|minute|piece|ea|m²|m2|km|mile|mi|L|l|lit(?:er|re)|sq ft|pp)(?!\w)",
        _rate,
    ),
    rule(rf"{_MINUS}(?<!\w)({_CURRENCY}) ?({NUMBER})(?:[ -]?({_SCALE})\b)?(?:([ -](?:{_BILL}))\b)?", _money),
    rule(rf"{_START}({NUMBER})(?: ?({_SCALE}))? ?({_CURRENCY})(?!\w)", _money_after),
    rule(rf"{_START}({NUMBER}) ?¢", lambda match: f"{number(match[1])} cent{'' if is_one(match[1]) else 's'}"),
    rule(rf"{_START}(\d{{1,3}})p\b", lambda match: f"{number(match[1])} {'penny' if is_one(match[1]) else 'pence'}"),
)
