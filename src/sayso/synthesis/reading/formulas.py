# ruff: noqa: RUF001 - typographic characters are the matter here
"""Formulas: compounds, ions and isotopes of chemistry, powers and derivatives of mathematics, as they are said."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from sayso.synthesis.reading.numerals import cardinal
from sayso.synthesis.reading.rules import Rules, rule

_ELEMENT: Final = (
    r"(?:A[cglrstu]|B[aeikr]?|C[adelorsu]?|Er|F[er]?|G[ade]|H[eg]?|I[nr]?|K|Kr|L[iu]|M[gno]|N[abei]?|O|Os|P[bdtu]?|R[abnu]|"
    r"S[bceinmr]?|T[aehil]|U|V|W|Xe|Y|Z[nr])"
)
_DIGITS: Final = "0123456789₀₁₂₃₄₅₆₇₈₉"
_LOWERED: Final = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_RAISED: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_ATOM: Final = re.compile(rf"({_ELEMENT})([{_DIGITS}]*)")
_POWERS: Final = {"²": "squared", "³": "cubed"}
_UNITS: Final = {
    "s": "second", "m": "meter", "cm": "centimeter", "mm": "millimeter", "km": "kilometer", "kg": "kilogram",
    "g": "gram", "mol": "mole", "K": "kelvin", "L": "liter", "l": "liter", "h": "hour",
    "min": "minute", "J": "joule", "N": "newton",
}  # fmt: skip
_PER_UNITS: Final = "|".join(sorted(_UNITS, key=len, reverse=True))
_GREEK: Final = "α-ωΑ-Ω"


def _per_unit(match: re.Match[str]) -> str:
    return f" per {_UNITS[match[1]]}" + {"¹": "", "²": " squared", "³": " cubed"}[match[2]]


def _spelled(symbol: str) -> str:
    return " ".join(symbol.upper())


def _compound(match: re.Match[str]) -> str:
    atoms = _ATOM.findall(match[0])
    return " ".join(
        _spelled(symbol) + (f" {cardinal(int(count.translate(_LOWERED)))}" if count else "") for symbol, count in atoms
    )


def _charged(match: re.Match[str]) -> str:
    """Return a compound or an element with its charge."""
    count = f" {cardinal(int(match[2].translate(_RAISED)))}" if match[2] else ""
    atoms = _ATOM.sub(lambda atom: f" {_compound(atom)}", match[1]).strip()
    return f"{atoms}{count} {'plus' if match[3] == '⁺' else 'minus'}"


def _isotope(match: re.Match[str]) -> str:
    return f"{cardinal(int(match[1].translate(_RAISED)))} {_spelled(match[2])}"


RULES: Final = Rules(
    rule(r"(?<=\d) ?[·⋅] ?(?=\d)", " × "),
    rule(r"[μµ](?=[mgslLFAVJWN]\b)", "µ"),
    rule(r"(Δ\w)/(?=Δ\w)", r"\1 over "),
    rule(r"(?<=\d)(?:ˢᵗ|ⁿᵈ|ʳᵈ|ᵗʰ)", lambda match: {"ˢ": "st", "ⁿ": "nd", "ʳ": "rd", "ᵗ": "th"}[match[0][0]]),
    rule(rf"(?<![\w⁺⁻])([⁰¹²³⁴⁵⁶⁷⁸⁹]{{1,3}})({_ELEMENT})(?!\w)", _isotope),
    rule(rf"\b((?:{_ELEMENT}[{_DIGITS}]*)+)([²³⁴]?)([⁺⁻])(?![⁰¹²³⁴⁵⁶⁷⁸⁹\w])", _charged),
    rule(
        rf"(?<![\w-])(?!COP\d|WW\d)(?=\w{{2,14}}(?!\w))(?=[A-Za-z]*[{_DIGITS}])(?:{_ELEMENT}[{_DIGITS}]{{0,2}}){{2,}}(?![\w-])",
        _compound,
    ),
    rule(
        rf"(?<=\d)([a-z]?[{_GREEK}])([a-z])?([²³])", lambda match: f" {match[1]} {match[2] or ''} {_POWERS[match[3]]}"
    ),
    rule(rf"(?<![\w])([{_GREEK}])([a-z])([²³])", lambda match: f"{match[1]} {match[2]} {_POWERS[match[3]]}"),
    rule(rf"([{_GREEK}]) ?(?=[a-z]\b)", r"\1 "),
    rule(r"([=+−×*/] ?\d*)([a-z]{2,3})(?:\^(?=[23]\b)|(?=[²³]))", lambda match: f"{match[1]}{' '.join(match[2])}^"),
    rule(r"\^(?=[²³])", ""),
    rule(r"(\b[a-z] = ?-?\d*)([a-z]{2})(?= ?[-+−]|$)", lambda match: f"{match[1]}{' '.join(match[2])}"),
    rule(r"\bpH\b", "p H"),
    rule(r"(\([^()]{0,40}[-+−×*/][^()]{0,40}\))([²³])", lambda match: f"{match[1]} {_POWERS[match[2]]}"),
    rule(rf"(?<=[\w)]) ?· ?({_PER_UNITS})⁻([¹²³])", _per_unit),
    rule(rf"(?:(?<=\w) ?\b|^|(?<=\())({_PER_UNITS})⁻([¹²³])", _per_unit),
    rule(r"(?<=[^\W_])([ᵢⱼₙₓₐₑₒₖₘₚₜ])(?!\w)", lambda match: f" {unicodedata.normalize('NFKC', match[1])}"),
    rule(r"\bd([a-z])/d([a-z])\b", r"d \1 over d \2"),
    rule(r"(?<![\w.])(\d+)([xyz])(?= ?[-+−=] ?\w)", r"\1 \2"),
)
