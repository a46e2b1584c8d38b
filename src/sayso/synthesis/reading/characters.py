# ruff: noqa: RUF001, SIM905, E501 - typographic characters are the matter here; tables and patterns read best so
"""Characters: what may come in, and the few that go out."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from sayso.synthesis.errors import UnsupportedScript
from sayso.synthesis.reading.markup import PAUSE
from sayso.synthesis.reading.rules import Rules, apply, rule

_GREEK: Final = dict(
    zip(
        "αβγδεζηθικλμνξοπρστυφχψω",
        (
            "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon phi "
            "chi psi omega"
        ).split(),
        strict=True,
    )
)
_SHOWN: Final = 5
_STYLED: Final = re.compile(
    "[\u2002-\u200a\u202f\u205f\u2100-\u214f\u2160-\u217f\u2460-\u24ff\u3000\u3300-\u33ff\ufb00-\ufb06\uff00-\uffef\U0001d400-\U0001d7ff]"
)
_UNSTYLED: Final = frozenset("№℠™ℹ")
_SAME: Final = str.maketrans(
    {
        "\r": "\n", "\u2028": "\n", "\u2029": "\n\n", "\x0b": "\n", "\x0c": "\n\n", "\x85": "\n", "\t": " ", "\u00a0": " ",
        "\u2010": "-", "\u2011": "-", "\u2012": "–", "\u2015": "—", "\u2e3a": "—", "\u2e3b": "—", "\ufe58": "—",
        "‘": "'", "’": "'", "‚": "'", "‛": "'", "ʼ": "'", "ʻ": "'", "ʹ": "'", "`": "'", "´": "'", "‹": "'", "›": "'",
        "„": "“", "‟": "“", "«": "“", "»": "”", "〝": "“", "〞": "”", "「": "“", "」": "”", "『": "“", "』": "”",
        "[": "(", "]": ")", "{": "(", "}": ")", "⟨": "(", "⟩": ")", "【": "(", "】": ")",
        "、": ",", "。": ".", "¿": "", "¡": "", "‽": "?", "·": " ", "\u00ad": "", "№": "No. ", "⁄": "/", "∕": "/",
        "ª": "a", "º": "o", "™": " ", "℠": " ", "®": " ", "©": " copyright ",
    }
)  # fmt: skip

_RAISED: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ", "0123456789+-n")
_LOWERED: Final = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_SCRIPTS: Final = re.compile(r"([\w.!?,;:”\"'’)]?)(?:([⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+|ⁿ)|([₀₁₂₃₄₅₆₇₈₉]+))")
_LAST_WORD: Final = re.compile(r"[^\W\d_]+$")
_SQUARED: Final = frozenset("mm cm dm km mi ft in yd m s ms ha kg µm nm".split())
"""Units behind which a raised 2 or 3 is a square or a cube, and no note mark."""

SYMBOLS: Final = Rules(
    rule(r"(?<!\w)[:;]-?[)(DPp](?!\w)", " "),  # smileys
    rule(r"(?<=[A-Za-z])\+\+", " plus plus"),
    rule(r"(?<=\w)\+(?!\w)", " plus"),
    rule(r" ?\+ ?(?=[\w.(])", " plus "),
    rule(r" ?& ?", " and "),
    rule(r" ?@ ?", " at "),
    rule(r" ?% ?", " percent "),
    rule(r"(?<=[\w)]) ?(?:=|==) ?(?=[\w(-])", " equals "),
    rule(r"(?<=\w) ?≠ ?(?=\w)", " does not equal "),
    rule(r" ?(?:≈|≃|≅) ?", " approximately "),
    rule(r"(?<!\w)~ ?(?=\w)", "about "),
    rule(r" ?(?:<=|≤|⩽) ?(?=\w)", " at most "),
    rule(r" ?(?:>=|≥|⩾) ?(?=\w)", " at least "),
    rule(r"(?<=\w) ?<(?= ?\w)", " less than "),
    rule(r"(?<=\w) ?>(?= ?\w)", " greater than "),
    rule(r"(?<!\w)<(?= ?\w)", "less than "),
    rule(r"(?<=[\s(“])>(?= ?\w)|^>(?=\w)", "more than "),
    rule(r" ?√ ?(?=\w)", " the square root of "),
    rule(r" ?∛ ?(?=\w)", " the cube root of "),
    rule(r" ?∞ ?", " infinity "),
    rule(r"(?<=\w) ?∙ ?(?=\w)|(?<=\w) ?× ?(?=\w)", " times "),
    rule(r" ?(?:→|⇒|➔|➜) ?", " to "),
    rule(r"°", " degrees "),
    rule(r"≠", " not equal to "),
    rule(r"‰", " per thousand "),
    rule(r"[♭♯]", " "),
    rule(r"\bhe/she\b", "he or she"),
    rule(r"\bHe/she\b", "He or she"),
    rule(r"\b(his)/(her)\b|\b(him)/(her)\b", lambda match: " or ".join(word for word in match.groups() if word)),
    rule(r"\band/or\b", "and or"),
)


def unify(text: str) -> str:
    """Return ``text`` with one character for each thing: spaces, dashes, quotes, brackets, styled letters, fractions.

    A Greek letter that stands alone is named; other letters and digits that are not Latin are left out. Raise
    `UnsupportedScript` where most of the text is in another script.
    Marks without a word for them, such as emoji and control characters, become spaces or nothing.
    """
    return _without_foreign(_unstyled(text))


def _unstyled(text: str) -> str:
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    text = re.sub(r"\bN[º°]\.? ?(?=\d)", "No. ", text)
    text = _STYLED.sub(_plain_style, text)
    text = re.sub(r"`{2,}|''|‘‘|’’", '"', text)
    text = re.sub(r"[\u00bc-\u00be\u2150-\u215e]", _plain_fraction, text).translate(_SAME)
    text = _SCRIPTS.sub(_level, text)
    text = re.sub(r"(?<![Α-Ωα-ωά-ώ])[Α-Ωα-ωϕϵ∆∂µ](?![Α-Ωα-ωά-ώ])", _greek, text)
    return unicodedata.normalize("NFC", "".join(_kept(character) for character in text))


def _plain_style(match: re.Match[str]) -> str:
    return match[0] if match[0] in _UNSTYLED else unicodedata.normalize("NFKC", match[0])


def _plain_fraction(match: re.Match[str]) -> str:
    written = unicodedata.normalize("NFKC", match[0]).replace("⁄", "/")
    is_after_digit = match.start() > 0 and match.string[match.start() - 1].isdigit()
    return f" {written}" if is_after_digit else written


def _greek(match: re.Match[str]) -> str:
    """Return the name of a Greek letter that stands alone or beside Latin ones; ohm and micro stay with their numbers."""
    before, after = match.string[: match.start()].rstrip(), match.string[match.end() :]
    if match[0] == "Ω" and before[-1:].isdigit():
        return "Ω"
    if match[0] in "µμ" and before[-1:].isdigit():
        return "µ"
    if match[0] == "µ" and not after[:1].isspace() and after:
        return "µ"
    letter = {"∆": "δ", "∂": "δ", "ϕ": "φ", "ϵ": "ε", "µ": "μ"}.get(match[0], match[0].lower())
    return f" {_GREEK[letter]} "


def _level(match: re.Match[str]) -> str:
    """Return raised and lowered digits as powers and numbers, and nothing for a note mark behind a word."""
    before, raised, lowered = match.groups()
    if lowered:
        return f"{before}{' ' if before else ''}{lowered.translate(_LOWERED)}"
    plain = raised.translate(_RAISED)
    if before and before[-1].isdigit():
        return f"{before}{raised}" if raised in {"²", "³"} else f"{before}^{plain}"
    if not before or before in ".!?,;:”\"'’)":
        return before if raised != "°" else match[0]
    word = _LAST_WORD.search(match.string[: match.start() + len(before)])
    is_unit = word is not None and word[0] in _SQUARED and raised in {"²", "³"}
    if is_unit or (word is not None and len(word[0]) == 1):
        return f"{before}{raised}" if raised in {"²", "³"} else f"{before}^{plain}"
    return before


def _kept(character: str) -> str:
    if character.isascii():
        return character if character.isprintable() or character == "\n" else ""
    if PAUSE.match(character):
        return character
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category in {"Cc", "Cf", "Cs", "Co", "Cn", "Lm", "Mn", "Me"} or character in "¹⁰⁴⁵⁶⁷⁸⁹⁺⁻ⁿ":
        return ""
    if category == "Zs" or (category in {"So", "Sk"} and character not in "°♭♯"):
        return " "
    return character


_MIXED: Final = re.compile(
    r"[A-Za-z](?=[\u0370-\u03ff\u0400-\u052f\u0530-\u058f])|[\u0370-\u03ff\u0400-\u052f\u0530-\u058f](?=[A-Za-z])"
)


def foreign(text: str) -> list[str]:
    """Return the letters and digits in ``text`` that are not Latin and have no word, each once, in order."""
    return list(dict.fromkeys(character for character in _unstyled(text) if not _is_readable(character)))


def _without_foreign(text: str) -> str:
    """Return ``text`` without words in other scripts; raise `UnsupportedScript` where they are most of it."""
    found = [character for character in text if not _is_readable(character)]
    if not found:
        return text
    is_most = 2 * len(found) > sum(character.isalnum() for character in text)
    if is_most or _MIXED.search(text):  # a letter of another script inside a word is a mistake, or a deception
        raise _unsupported(list(dict.fromkeys(found)))
    return "".join(character if _is_readable(character) else " " for character in text)


def _unsupported(found: list[str]) -> UnsupportedScript:
    named = [f"{character} ({unicodedata.name(character, 'unnamed').lower()})" for character in found][:_SHOWN]
    more = f" and {len(found) - _SHOWN} others" if len(found) > _SHOWN else ""
    return UnsupportedScript(
        f"got {', '.join(named)}{more}, expected English in Latin letters; write it in Latin letters or leave it out",
        reasons=named,
    )


def _is_readable(character: str) -> bool:
    if character.isascii() or PAUSE.match(character):
        return True
    category = unicodedata.category(character)
    if category[0] not in "LNM":
        return True
    return character in "µΩ²³" or (category[0] == "L" and unicodedata.name(character, "").startswith("LATIN "))


_ELISIONS: Final = r"(?:tis|twas|twere|twill|twould|em|cause|til|till|bout|round|neath|gainst|cept|nother|nuff|un|ere|ave|im|er|is|e)\b"
_OPENING: Final = re.compile(rf"(?<![\w'])'(?=[\w“(…-])(?!{_ELISIONS})", re.IGNORECASE)
_CLOSING: Final = re.compile(r"(?<=[\w.,!?…;:—)-])'(?!\w)")

PUNCTUATION: Final = Rules(
    rule(r"\.(?:\s?\.){2,}|\.\.", "…"),
    rule(r"\s*…[\s….]*(?=[!?])|(?<=[!?])…+", ""),
    rule(r"\s*…(?:\s?[….])*\s*", "… "),
    rule(r"\s*(?:—|–|--+)[\s—–-]*|\s+-+\s+|^-+\s*|\s+-+$", " — "),
    rule(r"(?<!\w)-+|-+(?!\w)", " "),
    rule(r"[^\w\s'.,;:!?—…“”()\"\ue100-\ue1c8-]|[\d_]", " "),
    rule(r"(?<![\w.,!?…;:—)])'+(?!\w)", " "),
    rule(r"\s{2,}", " "),  # a long run of spaces would be searched again from each of them
    rule(r"(?<![^\s(“—])\"(?=\S)|(?<!\S)\"", "“"),
    rule(r"\"", "”"),
    rule(r"\)(?=[(\w])", ") "),
    rule(r"\(\s*\)|“\s*”", " "),
    rule(r"\s+(?=[,.;:!?…)”])", ""),
    rule(r"(?<=[(“])\s+", ""),
    rule(r"[!?]*\?[!?]*", "?"),
    rule(r"!+", "!"),
    rule(r"(?:[,;:](?=[,;:.!?…]))+", ""),
    rule(r"(?<![A-Za-z]\.[A-Za-z])\.+(?=[,;:])", ""),
    rule(r"([!?…])[,;:.]+", r"\1"),
    rule(r"(?<=\w)([,;!?])(?=[^\W\d_]{2})", r"\1 "),
    rule(r"\.{2,}", "."),
)


def punctuate(text: str) -> str:
    """Return one paragraph with the marks that a voice can follow: ``, . ; : ! ? — … “ ” ( )``, spaced as in print."""
    previous = ""
    text = _single_quotes(re.sub(r"(?<!\w)'n'(?!\w)", "and", text))
    while text != previous:
        previous = text
        text = " ".join(apply(PUNCTUATION, text).split())
        text = re.sub(r"^[\s,.;:!?…—)”-]+", "", text)
        text = re.sub(r"(?<=[(“])[\s,.;:!?…—)”]+", "", text)
        text = re.sub(r"\s*—\s*", " — ", text)
        text = re.sub(r" —(?: ?[—,.;:])+", " —", text).strip()
        text = re.sub(r"\s*—\s*(?=[”)!?…]|$)", "—", text)
        text = re.sub(r"(?<=[,;:.!?…]) — (?=[”)])", "", text)
    return text


def _single_quotes(text: str) -> str:
    """Turn pairs of single quotation marks into double ones, drop single ones, and leave apostrophes alone."""
    openings = {match.start() for match in _OPENING.finditer(text)}
    closings = {match.start() for match in _CLOSING.finditer(text)}
    letters = list(text)
    opened: int | None = None
    for place in sorted(openings | closings):
        if place in openings:
            letters[place] = ""  # unless it is closed below
            opened = place
        elif opened is not None:
            letters[opened], letters[place], opened = "“", "”", None
        elif not text[place - 1].isalnum():
            letters[place] = ""
    return "".join(letters)
