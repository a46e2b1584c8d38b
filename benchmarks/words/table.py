# ruff: noqa: RUF001 - the letters of the phonetic alphabet
"""The table of cases: written texts by kind, and the words, or the phonemes, that a careful reader says for them.

Words are compared folded: small letters, no accents, no punctuation, hyphens as spaces, letters that are spelled
together or apart the same ("a.m.", "A M", "am"), and what readers vary in without a difference ("one hundred and five",
"oh" and "o", "Mrs." as it is said).
"""

from __future__ import annotations

import hashlib
import itertools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

CASES: Final = Path(__file__).with_name("cases.tsv")
HELD_OUT: Final = 10
"""One case in so many is held out: nobody looks at it while mending the rules."""

_NUMBER_WORDS: Final = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|"
    "nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|first|second|third|fourth|fifth|sixth|seventh|"
    "eighth|ninth|tenth|eleventh|twelfth|twentieth|thirtieth|o"
)
_SAME: Final = {"oh": "o", "zero": "o", "per cent": "percent", "missis": "missus", "mrs": "missus"} | {
    "misses": "missus", "mr": "mister", "okay": "ok", "miz": "ms",
}  # fmt: skip
_CHOICE: Final = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Case:
    """One text, with what is right for it: one of ``words``, or, where these are not asked, a text of ``phonemes``."""

    kind: str
    text: str
    words: tuple[str, ...]
    phonemes: tuple[str, ...]

    @property
    def held_out(self) -> bool:
        """Return whether this case is one of those that nobody looks at while mending."""
        return hashlib.sha256(self.text.encode()).digest()[0] % HELD_OUT == 0

    def is_said(self, words: str, *, strict: bool = False) -> bool:
        """Return whether ``words`` are right; two capitals, which are spelled, are no word if ``strict``."""
        return folded(words, strict=strict) in {folded(wanted, strict=strict) for wanted in self.words}

    def sounds(self, phonemes: str) -> bool:
        """Return whether ``phonemes`` have the sound in them that is asked."""
        return any(folded_sounds(wanted) in folded_sounds(phonemes) for wanted in self.phonemes)


def cases() -> list[Case]:
    """Return every case of the table."""
    lines = CASES.read_text("utf-8").splitlines()
    return [_case(line) for line in lines if line and not line.startswith("# ")]


def _case(line: str) -> Case:
    kind, text, words, *rest = line.split("\t")
    plain = text.replace("\\n", "\n").replace("\\t", "\t")
    phonemes = tuple(rest[0].split("|")) if rest else ()
    return Case(kind, plain, () if phonemes else tuple(_alternatives(words)), phonemes)


def _alternatives(template: str) -> Iterator[str]:
    for whole in template.split("||"):
        parts = _CHOICE.split(whole.strip())
        choices = [part.split("|") if place % 2 else [part] for place, part in enumerate(parts)]
        yield from (" ".join("".join(chosen).split()) for chosen in itertools.product(*choices))


def folded(words: str, *, strict: bool = False) -> str:
    """Return ``words`` without what makes no difference to a listener; see `Case.is_said`."""
    if strict:
        words = re.sub(r"\b[A-Z]{2}\b", lambda match: " ".join(match[0]), words)
    plain = unicodedata.normalize("NFKD", words.casefold().replace("\u2019", "'"))
    plain = re.sub(r"['\u0300-\u036f\u00ad\u200b]", "", plain)
    plain = re.sub(r"(?<=\w)\.(?=\w\b)", " ", plain)
    plain = " ".join(re.sub(r"[\W_]+", " ", plain).split())
    for written, same in _SAME.items():
        plain = re.sub(rf"\b{written}\b", same, plain)
    plain = re.sub(rf"\b(hundred|thousand|million|billion) and (?=(?:{_NUMBER_WORDS})\b)", r"\1 ", plain)
    plain = re.sub(r"\b([ap]) m\b", r"\1m", plain)
    return re.sub(r"\b\w(?: \w\b)+", lambda match: _spelled(match[0].replace(" ", ""), strict=strict), plain)


def _spelled(letters: str, *, strict: bool) -> str:
    return f"_{letters}" if strict and len(letters) == 2 else letters


def folded_sounds(phonemes: str) -> str:
    """Return ``phonemes`` with the vowels that nobody tells apart as one, and no mark but the first stress."""
    plain = phonemes.replace("ˌ", "").replace("ː", "").translate(str.maketrans("ᵻɐTɾ", "ɪətt"))
    plain = re.sub("[ɪə](?!ɹ)", "ə", plain.replace("ᵊ", "ə").replace("r", "ɹ").replace("g", "ɡ"))
    return " ".join(re.sub(r"[^\w ˈ]", " ", plain).split())
