"""Phrasing: normalised text in pieces that an engine says in one breath, each with the pause after it.

A phrase is a sentence, or a clause of a long one, or two short sentences together, since engines say very short texts
badly. The first phrase is short, so that sound begins early. How long they last at most is what has to be reserved of a
grant's minutes before anything is said.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sayso.engines.phonemes import phonemes
from sayso.synthesis.reading.markup import PAUSE, milliseconds
from sayso.synthesis.reading.rules import ends_sentence

MAX_CHARACTERS: Final = 200
"""Of a phrase: about 220 phonemes, well below the 510 that Kokoro takes."""

_FIRST_CHARACTERS: Final = 48
_SHORT: Final = 24
_JOINED: Final = 110
_MIN_CLAUSE: Final = 12

PARAGRAPH_MS: Final = 750
_PAUSES_MS: Final = {".": 420, "!": 420, "?": 450, "…": 480, ";": 300, ":": 300, "—": 240, ",": 160, ")": 160, "”": 160}
_BREATH_MS: Final = 60

_STOP: Final = re.compile(r"([.!?…]+)([”)]*)\s+(?=[“(]*[^\W\d_a-zß-öø-ÿ])")
_INITIALS: Final = re.compile(r"(?:^|[\s“(—.-])(?:(?:[A-Za-z]\.)+[A-Za-z]|[A-Z]|Ph\.D)$")
_STRONG: Final = re.compile(r"(?<=[;:—…])[”)]* |(?<=[.!?])[”)]* ")
_WEAK: Final = re.compile(r"(?<=,)[”)]* |(?<=,”) |(?<=\)) | (?=\()")
_WORD: Final = re.compile(
    r" (?=(?:and|but|or|nor|so|yet|because|although|though|while|when|where|which|who|whose|that|if|unless|until|before"
    r"|after|since|as|than|with|without|from|into|through|across|between|against|toward|towards|for|to|of|in|on|at|by)\b)"
)
_SPACE: Final = re.compile(r" ")

# Measured: hibari takes 51 ms a phoneme and 30 ms a phrase, Kokoro over its 28 English voices 52 ms and 263 ms; the
# slowest phrase of 400 lies a sixth below these bounds, which leaves room for a fitted voice that speaks slowly.
_MS_PER_PHONEME: Final = 100
_MS_PER_PHRASE: Final = 350


@dataclass(frozen=True, slots=True)
class Phrase:
    """What is said in one go, and the pause after it in milliseconds.

    A label (`marking.labels.words`) is said beside the text, is no part of the script, and needs no approval.
    """

    text: str
    pause_ms: int
    is_label: bool = False


def phrases(text: str) -> list[Phrase]:
    """Return the phrases of normalised ``text``, none longer than 200 characters, the first one short if it can be.

    Joined by spaces they are the words of ``text``, all of them and in order. The pause follows the punctuation; the
    last phrase has none.
    """
    pieces: list[tuple[str, int]] = []
    for paragraph in text.split("\n"):
        for stretch, pause_ms in _asked(paragraph):
            spoken = [piece for sentence in _grouped(sentences(stretch)) for piece in _clauses(sentence)]
            if not pieces and spoken:
                spoken = [*_opening(spoken[0]), *spoken[1:]]
            pieces += [(piece, _pause_ms(piece)) for piece in spoken[:-1]]
            pieces += [(piece, PARAGRAPH_MS if pause_ms is None else pause_ms) for piece in spoken[-1:]]
    if pieces:
        pieces[-1] = (pieces[-1][0], 0)
    return [Phrase(piece, pause_ms) for piece, pause_ms in pieces]


def _asked(paragraph: str) -> Iterator[tuple[str, int | None]]:
    """Yield the stretches between the pauses that are asked for, each with the pause after it, None for the last."""
    if not PAUSE.search(paragraph):
        yield paragraph, None
        return
    start, pause_ms, stretch = 0, 0, ""
    for match in PAUSE.finditer(paragraph):
        here = paragraph[start : match.start()].strip()
        if any(character.isalnum() for character in here):
            if stretch:
                yield stretch, pause_ms
            stretch, pause_ms = here, 0
        pause_ms += milliseconds(match[0])
        start = match.end()
    rest = paragraph[start:].strip()
    if any(character.isalnum() for character in rest):
        if stretch:
            yield stretch, pause_ms
        yield rest, None
    elif stretch:
        yield stretch, None


def script(spoken: Sequence[Phrase]) -> str:
    """Return the one text that the phrases say, labels apart: what a permit's text commitment is over."""
    return " ".join(phrase.text for phrase in spoken if not phrase.is_label)


def sentences(paragraph: str) -> list[str]:
    """Return the sentences of one paragraph; initials and dotted abbreviations do not end one."""
    found, start = [], 0
    for stop in _STOP.finditer(paragraph):
        if stop[1] == "." and not stop[2] and _is_initial(paragraph, stop):
            continue
        found.append(paragraph[start : stop.end(2)].strip())
        start = stop.end()
    found.append(paragraph[start:].strip())
    return [sentence for sentence in found if sentence]


def _is_initial(paragraph: str, stop: re.Match[str]) -> bool:
    """Return whether the full stop belongs to "U.S." or "J." and the sentence goes on."""
    before = _INITIALS.search(paragraph, 0, stop.start())
    if not before:
        return False
    is_pronoun = before[0].strip("“( ") == "I"
    return not is_pronoun and not ends_sentence(paragraph[stop.end(1) :])


def _grouped(spoken: Sequence[str]) -> list[str]:
    """Return the sentences, very short ones together with the next or the last."""
    groups: list[str] = []
    for sentence in spoken:
        is_short = groups and (len(groups[-1]) < _SHORT or len(sentence) < _SHORT)
        if is_short and len(groups[-1]) + len(sentence) < _JOINED:
            groups[-1] = f"{groups[-1]} {sentence}"
        else:
            groups.append(sentence)
    return groups


def _clauses(sentence: str) -> list[str]:
    """Return ``sentence`` in pieces of at most `MAX_CHARACTERS`, cut at the best place near the middle."""
    if len(sentence) <= MAX_CHARACTERS:
        return [sentence]
    cut = _best_cut(
        sentence, near=len(sentence) // 2 if len(sentence) < 2 * MAX_CHARACTERS else MAX_CHARACTERS * 3 // 4
    )
    return [*_clauses(sentence[:cut].strip()), *_clauses(sentence[cut:].strip())]


def _best_cut(sentence: str, *, near: int) -> int:
    for pattern in (_STRONG, _WEAK, _WORD, _SPACE):
        places = [match.end() for match in pattern.finditer(sentence)]
        fit = [
            place for place in places if _MIN_CLAUSE <= place <= MAX_CHARACTERS and len(sentence) - place >= _MIN_CLAUSE
        ]
        if fit:
            return min(fit, key=lambda place: abs(place - near))
    return MAX_CHARACTERS


def _opening(phrase: str) -> list[str]:
    """Return the first phrase in two where a natural place lets sound begin earlier."""
    if len(phrase) <= _FIRST_CHARACTERS:
        return [phrase]
    for pattern, least, most in ((_STRONG, 4, 60), (_WEAK, _MIN_CLAUSE, 60), (_WORD, 24, 60)):
        for match in pattern.finditer(phrase, least, most):
            if len(phrase) - match.end() >= _MIN_CLAUSE:
                return [phrase[: match.end()].strip(), phrase[match.end() :].strip()]
    return [phrase]


def _pause_ms(piece: str) -> int:
    bare = piece.rstrip("”)")
    return _PAUSES_MS.get(bare[-1:], _PAUSES_MS.get(piece[-1], _BREATH_MS))


def estimate_ms(text: str, *, speed: float = 1.0) -> int:
    """Return an upper bound of the duration of normalised ``text``, pauses included, in milliseconds.

    Real speech takes about half of it. Raise `Unspeakable` where a phrase of it has no sound.
    """
    total = sum(
        phrase.pause_ms + _MS_PER_PHRASE + _MS_PER_PHONEME * len(phonemes(phrase.text)) for phrase in phrases(text)
    )
    return math.ceil(total / speed)
