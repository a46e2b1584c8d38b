# ruff: noqa: RUF001 - typographic characters are the matter here
"""Formulas: compounds, ions and isotopes of chemistry, powers and derivatives of mathematics, as they are said."""

from __future__ import annotations

import re
from typing import Final

from sayso.synthesis.reading.numerals import cardinal
from sayso.synthesis.reading.rules import Rule, rule

_ELEMENT: Final = (
    r"(?:A[cglrstu]|B[aeikr]?|C[adelorsu]?|Er|F[er]?|G[ade]|H[eg]?|I[nr]?|K|Kr|L[iu]|M[gno]|N[abei]?|O|Os|P[bdtu]?|R[abnu]|"
    r"S[bceinmr]?|T[aehil]|U|V|W|Xe|Y|Z[nr])"
)
_DIGITS: Final = "0123456789₀₁₂₃₄₅₆₇₈₉"
_LOWERED: Final = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_RAISED: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_ATOM: Final = re.compile(rf"({_ELEMENT})([{_DIGITS}]*)")
_POWERS: Final = {"²": "squared", "³": "cubed"}
_GREEK: Final = "α-ωΑ-Ωµ"


def _spelled(symbol: str) -> str:
    return " ".join(symbol.upper())


def _compound(match: re.Match[str]) -> str:
    atoms = _ATOM.findall(match[0])
    return " ".join(
        _spelled(symbol) + (f" {cardinal(int(count.translate(_LOWERED)))}" if count else "") for symbol, count in atoms
    )


def _ion(match: re.Match[str]) -> str:
    symbol, charge, sign = match.groups()
    count = f" {cardinal(int(charge.translate(_RAISED)))}" if charge else ""
    return f"{_spelled(symbol)}{count} {'plus' if sign == '⁺' else 'minus'}"


def _isotope(match: re.Match[str]) -> str:
    return f"{cardinal(int(match[1].translate(_RAISED)))} {_spelled(match[2])}"


RULES: Final[list[Rule]] = [
    rule(r"(?<=\d)(?:ˢᵗ|ⁿᵈ|ʳᵈ|ᵗʰ)", lambda match: {"ˢ": "st", "ⁿ": "nd", "ʳ": "rd", "ᵗ": "th"}[match[0][0]]),
    rule(rf"(?<![\w⁺⁻])([⁰¹²³⁴⁵⁶⁷⁸⁹]{{1,3}})({_ELEMENT})(?!\w)", _isotope),
    rule(rf"\b({_ELEMENT})([²³⁴]?)([⁺⁻])(?![⁰¹²³⁴⁵⁶⁷⁸⁹\w])", _ion),
    rule(
        rf"(?<![\w-])(?!COP\d)(?=\w{{2,14}}(?!\w))(?=[A-Za-z]*[{_DIGITS}])(?:{_ELEMENT}[{_DIGITS}]{{0,2}}){{2,}}(?![\w-])",
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
    rule(r"\bd([a-z])/d([a-z])\b", r"d \1 over d \2"),
    rule(r"(?<![\w.])(\d+)([xyz])(?= ?[-+−=] ?\w)", r"\1 \2"),
]
