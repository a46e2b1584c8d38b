# ruff: noqa: RUF001, E501 - typographic characters are the matter here; tables and patterns read best so
"""Markup: HTML, Markdown and print layout that were left in a text, taken out or turned into what they mean.

A pause that a text asks for, ``[pause:0.5s]``, is one character on its way, and is never read aloud.
"""

from __future__ import annotations

import html
import re
from typing import Final

from sayso.synthesis.reading.rules import Rules, rule

_FIRST: Final = 0xE100
_STEP_MS: Final = 50
MAX_MS: Final = 10_000
"""Longer pauses are cut to this."""

_LAST: Final = _FIRST + MAX_MS // _STEP_MS
PAUSE: Final = re.compile(f"[{chr(_FIRST)}-{chr(_LAST)}]")
"""The characters that stand for pauses: of the private use area, which no written text has."""

_LINE_TAGS: Final = r"(?:br|p|div|h[1-6]|li|tr|blockquote|section|article|header|footer|hr|td|th|ul|ol|table)"
_RAISED: Final = str.maketrans("0123456789+-−n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻ⁿ")
_LOWERED: Final = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")

# A hyphen at the end of a line stays where the word before it usually has one.
_HYPHENATED: Final = (
    "well|self|half|non|ex|co|anti|pre|post|semi|mid|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|mother|father|"
    "brother|sister|son|daughter|all|cross|high|low|long|short|old|new|one|two|three|four|five|six|seven|eight|nine|ten|"
    "first|second|third|so|good|ill|hard|soft|blue|red|green|dark|light|deep|quick|slow|full|open|ready|far|near"
)
_SUFFIX: Final = "ly|er|ers|est|ing|ed|ness|ish|ty|ful|less|en|hood|historic|scribed?"
_HEADING: Final = (
    r"(?:chapter|part|book|volume|act|scene|section|canto|letter|prologue|epilogue|preface|foreword|introduction|"
    r"afterword|interlude|appendix|contents|acknowledg(?:e)?ments|dedication|conclusion)"
)


_NOTE: Final = r"\[\d{1,3}(?:\s?[,–-]\s?\d{1,3}){0,5}\]"


def _pause(match: re.Match[str]) -> str:
    amount, unit = float(match[1]), match[2]
    ms = amount if unit == "ms" else 1000 * amount
    return f" {chr(_FIRST + round(min(ms, MAX_MS) / _STEP_MS))} "


def milliseconds(character: str) -> int:
    """Return how long the pause lasts for which ``character`` stands, in milliseconds."""
    return (ord(character) - _FIRST) * _STEP_MS


def _entity(match: re.Match[str]) -> str:
    decoded = html.unescape(match[0])
    return match[0] if decoded == match[0] else decoded


def _raised(match: re.Match[str]) -> str:
    return match[1].translate(_RAISED)


def _lowered(match: re.Match[str]) -> str:
    return match[1].translate(_LOWERED)


RULES: Final = Rules(
    rule(
        r"\[(?:pause|silence|break)[: ]\s?(\d{1,4}(?:\.\d{1,3})?)\s?(ms|s|sec|seconds?)?\]", _pause, flags=re.IGNORECASE
    ),
    rule(r"<break\b[^<>]{0,60}time=[\"'](\d{1,4}(?:\.\d{1,3})?)(ms|s)[\"'][^<>]{0,60}/?>", _pause, flags=re.IGNORECASE),
    rule(r"\[(?:pause|silence|break)\]", f" {chr(_FIRST + 500 // _STEP_MS)} ", flags=re.IGNORECASE),
    rule(r"<!--.*?(?:-->|\Z)", " ", flags=re.DOTALL),
    rule(r"<(script|style|head|svg)\b[^<>]*>.*?</\1\s*>", " ", flags=re.DOTALL | re.IGNORECASE),
    rule(r"(?<=[.!?,;:”\"'’)])\s?<sup\b[^<>]{0,200}>\s*[\d*†‡]{1,3}\s*</sup>", "", flags=re.IGNORECASE),
    rule(r"([=+−×*/] ?\d*[a-z]{1,3})<sup>([23])</sup>", lambda match: match[1] + match[2].translate(_RAISED)),
    rule(r"(?<=[^\W\d_]{2})<sup\b[^<>]{0,200}>\s*(?:\d{1,3}|[a-z])\s*</sup>", "", flags=re.IGNORECASE),
    rule(
        r"(?<=[\w.!?,;:”\"'’)])\s?<sup\b[^<>]{0,200}>\s*(?:\[\w{1,3}\]|<a\b[^<>]{0,300}>\s*\[?[\w*†‡]{1,3}\]?\s*</a>)\s*</sup>",
        "",
        flags=re.IGNORECASE,
    ),
    rule(r"<sup\b[^<>]{0,200}>\s*([\d+−-]{1,4}|n)\s*</sup>", _raised, flags=re.IGNORECASE),
    rule(r"<sup\b[^<>]{0,200}>\s*(st|nd|rd|th)\s*</sup>", r"\1", flags=re.IGNORECASE),
    rule(r"<sub\b[^<>]{0,200}>\s*(\d{1,4})\s*</sub>", _lowered, flags=re.IGNORECASE),
    rule(r"<((?:https?://|mailto:)[^<>\s]{1,300}|[\w.+-]{1,60}@[\w.-]{1,60})>", r" \1 ", flags=re.IGNORECASE),
    rule(rf"</?{_LINE_TAGS}\b[^<>]{{0,200}}>", "\n\n", flags=re.IGNORECASE),
    rule(
        r"</?(?:b|i|em|strong|u|span|small|mark|a|code|kbd|abbr|cite|q|s|del|ins|font|big|tt)\b[^<>\n]{0,200}>",
        "",
        flags=re.IGNORECASE,
    ),
    rule(r"</?[A-Za-z][^<>\n]{0,200}>", " "),
    rule(r"&(?:amp;){1,9}(?=(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,31});)", "&"),
    rule(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});", _entity),
    rule(r"^[ \t]*(?:```|~~~)[^\n]*$", "", flags=re.MULTILINE),
    rule(r"^[ \t]*\|?(?:[ \t]*:?-{2,}:?[ \t]*\|)+[ \t]*:?-*:?[ \t]*$", "", flags=re.MULTILINE),
    rule(r"^[ \t]*(?:[-*_][ \t]*){3,}$", "\n", flags=re.MULTILINE),
    rule(r"^[ \t]*={3,}[ \t]*$", "\n", flags=re.MULTILINE),
    rule(r"^[ \t]*\[\^?[^\]\n]{1,40}\]:[ \t]*\S[^\n]*$", "", flags=re.MULTILINE),
    rule(r"\[\^[^\]\n]{1,40}\]", ""),
    rule(rf"(?<=[\w.,;:!?”\"'’)])(?:{_NOTE})+(?![(\[])", ""),
    rule(rf"(?<=[a-z.,;:!?”\"'’)])(?<!\b[Ss]ee)(?<!\b(?:in|of|to|by|as)) (?:{_NOTE})+(?=[ \n.,;:]|$)(?! ?[(\[])", ""),
    rule(
        r"(?<=[.,;:!?”\"'’)\w])\[(?:citation needed|clarification needed|who\?|when\?|dubious|better source needed)\]",
        "",
    ),
    rule(r"(?<=[.!?;,])\[[a-z]\]", ""),
    rule(r"!\[([^\]\n]{0,300})\](?:\([^()\n]{0,500}\)|\[[^\]\n]{0,100}\])", r"\1"),
    rule(
        r"\[([^\]\n]{1,300})\]\([ \t]{0,9}[^()\s]{0,500}(?:\([^()\s]{0,100}\)[^()\s]{0,300})?(?:[ \t]+\"[^\"\n]{0,200}\")?[ \t]{0,9}\)",
        r"\1",
    ),
    rule(r"\[([^\]\n]{1,300})\]\[[^\]\n]{0,100}\]", r"\1"),
    rule(r"(?<![`\w])`([^`\n]{1,200})`(?![`\w])", r"\1"),
    rule(r"^[ \t]*(?:>[ \t]*)*>[ \t]+(?=[^\s\d>$£€])", "", flags=re.MULTILINE),
    rule(r"(?<![\w:]):[a-z][a-z_]{2,30}:(?![\w:])", " "),
    rule(r"~~(?=\S)([^~\n]+?)(?<=\S)~~", r"\1"),
    rule(r"(?<![\w=])==(?=\S)([^=\n]+?)(?<=\S)==(?![\w=])", r"\1"),
    rule(r"(?<![\w*])\*{1,3}(?=\S)([^*\n]+?)(?<=\S)\*{1,3}(?![\w*])", r"\1"),
    rule(r"(?<!\w)_{1,3}(?=\S)([^_\n]+?)(?<=\S)_{1,3}(?!\w)", r"\1"),
    rule(r"\\(?=[*_~`#\[\]()>.!-])", ""),
    rule(r"\\(?:cite|ref|label|footnotemark)[a-z]{0,3}\{[^{}\n]{0,100}\}", ""),
    rule(r"\\(?:text(?:bf|it|tt|sc)|emph|underline|(?:sub){0,2}section)\*?\{([^{}\n]{0,300})\}", r"\1"),
    rule(r"(?<![\w$\\])\$(?=[A-Za-z(\\])([^$\n]{1,80}?[^$\s])\$(?![\w$])", r"\1"),
    rule(r"\[(?:x|X| )\](?=\s)", " "),
    # Layout of print: hyphens at line ends, headings on lines of their own.
    rule(rf"\b({_HYPHENATED})-[ \t]*\n[ \t]*(?=(?:{_SUFFIX})\b)", r"\1", flags=re.IGNORECASE),
    rule(rf"\b({_HYPHENATED})-[ \t]*\n[ \t]*(?=[a-z])", r"\1-", flags=re.IGNORECASE),
    rule(r"(-(?:in|of|to|the|and|a|by|on|at|up|for))-[ \t]*\n[ \t]*(?=[a-z])", r"\1-"),
    rule(r"(?<=[^\W\d_]{2})[-\u2010\u00ad][ \t]*\n[ \t]*(?=[a-zß-öø-ÿ]{2})", ""),
    rule(
        rf"^([ \t]*#{{0,6}}[ \t]*{_HEADING}\b[^\n.!?,;]{{0,60}})\n(?=[ \t]*[“\"'‘(]?[A-Z\d])",
        r"\1\n\n",
        flags=re.MULTILINE | re.IGNORECASE,
    ),
    rule(
        rf"^([ \t]*{_HEADING}\b[^\n.!?,;]{{0,60}}\n\n[ \t]*[A-Z][^\n.!?,;:]{{2,60}})\n(?=[ \t]*[“\"'‘(]?[A-Z])",
        r"\1\n\n",
        flags=re.MULTILINE | re.IGNORECASE,
    ),
    rule(
        r"^([ \t]*[^\na-z]{0,58}[A-Z]{2}[^\na-z]{0,58})\n(?=[ \t]*[“\"'‘(]?[A-Z][a-z ])", r"\1\n\n", flags=re.MULTILINE
    ),
    rule(r"^([ \t]*(?:\d{1,3}|[IVXL]{1,6})\.?)[ \t]*\n(?=[ \t]*[“\"'‘(]?[A-Z])", r"\1\n\n", flags=re.MULTILINE),
    rule(r"^([ \t]*#{1,6}[ \t]+[^\n]+)\n(?=[^\n])", r"\1\n\n", flags=re.MULTILINE),
)
