"""Pauses that a text asks for, ``[pause:0.5s]``: each is one character on its way, and is never read aloud."""

from __future__ import annotations

import re
from typing import Final

from sayso.synthesis.reading.rules import Rule, rule

_FIRST: Final = 0xE100
_STEP_MS: Final = 50
MAX_MS: Final = 10_000
"""Longer pauses are cut to this."""

_LAST: Final = _FIRST + MAX_MS // _STEP_MS
PAUSE: Final = re.compile(f"[{chr(_FIRST)}-{chr(_LAST)}]")
"""The characters that stand for pauses: of the private use area, which no written text has."""


def _pause(match: re.Match[str]) -> str:
    amount, unit = float(match[1]), match[2]
    ms = amount if unit == "ms" else 1000 * amount
    return f" {chr(_FIRST + round(min(ms, MAX_MS) / _STEP_MS))} "


def milliseconds(character: str) -> int:
    """Return how long the pause lasts for which ``character`` stands, in milliseconds."""
    return (ord(character) - _FIRST) * _STEP_MS


RULES: Final[list[Rule]] = [
    rule(
        r"\[(?:pause|silence|break)[: ]\s?(\d{1,4}(?:\.\d{1,3})?)\s?(ms|s|sec|seconds?)?\]", _pause, flags=re.IGNORECASE
    ),
    rule(r"<break\b[^<>]{0,60}time=[\"'](\d{1,4}(?:\.\d{1,3})?)(ms|s)[\"'][^<>]{0,60}/?>", _pause, flags=re.IGNORECASE),
    rule(r"\[(?:pause|silence|break)\]", f" {chr(_FIRST + 500 // _STEP_MS)} ", flags=re.IGNORECASE),
]
