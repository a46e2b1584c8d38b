"""Whether the statement that was read is the one that was asked for.

Each word of the text is weighed against the sound, and against silence, which tells what the words before it make
likely: a wrong word fits far worse than a right one in any accent, where a transcript has an accent's words wrong. The
limits were chosen on 157 readings of 23 people (56 of natives, 101 of Mandarin speakers), whose texts are no
statements: of 903 texts with a wrong word 5 pass, of 157 texts of somebody else none, 55 and 68 of the right readings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final, NamedTuple

import numpy as np

from sayso.audio import Signal
from sayso.enrollment.errors import StatementInvalid
from sayso.enrollment.verdict import EnrollmentCheck, EnrollmentVerdict
from sayso.recognition import Recogniser, words_of
from sayso.recognition.errors import TooLongToWeigh

MAX_STATEMENT_S: Final = 120.0
SAID: Final = -6.0
"""The mean log-probability of a word's tokens from which it counts as said, unless it fits silence better by 0.5."""
GUESSED: Final = -0.5
GAINED: Final = 2.0
"""By how much a word must fit the sound better than silence to count as said from a log-probability of -10 on."""
UNLIKELY: Final = -10.0
MOST_MISSING: Final = 0.15
"""The share of words that may be missing, and one in any case, for a person to look; beyond it it is a refusal."""
LEAST_GAIN: Final = 3.0
"""By how much the words must fit the sound better than silence, in the mean of their log-probabilities, to pass.

Words that the words before them make likely fit anything. Chosen on readers of three books: right readings gain 4.0 to
7.1, texts that were not read at most 2.2.
"""

_SHORTEST: Final = 4
_SILENCE: Final = Signal.mono(np.zeros(16_000, np.float32), 16_000)


def check_statement(statement: Signal, text: str, recogniser: Recogniser) -> EnrollmentCheck:
    """Return whether ``statement`` says ``text``; raise `StatementInvalid` for a text without words to hold it by."""
    if statement.duration_s > MAX_STATEMENT_S:
        reason = f"the statement takes {statement.duration_s:.0f} s, expected at most {MAX_STATEMENT_S:.0f} s"
        return EnrollmentCheck(EnrollmentVerdict.REFUSE, {"seconds": statement.duration_s}, (reason,))
    try:
        weighed = recogniser.weigh(statement, text)
    except TooLongToWeigh as error:
        return EnrollmentCheck(EnrollmentVerdict.REVIEW, {"seconds": statement.duration_s}, (error.message,))
    silent = recogniser.weigh(_SILENCE, text)
    words = [
        _Weighed(one.word, one.log_probability, one.log_probability - other.log_probability)
        for one, other in zip(weighed, silent, strict=True)
    ]
    telling = [word for word in words if _tells(word.word)]
    if not telling:
        raise StatementInvalid("got a text without a word of four letters, expected the statement that was to be read")
    missing = _missing(words, lambda: words_of(recogniser.hear(statement).text))
    gain = sum(word.gain for word in telling) / len(telling)
    return EnrollmentCheck(
        _verdict(len(missing), len(missing) / len(telling), gain),
        {"words": float(len(telling)), "missing": float(len(missing)), "gain": round(gain, 2)},
        tuple(_reasons(missing, gain)),
    )


class _Weighed(NamedTuple):
    """A word, how likely it is given the sound and the words before it, and by how much less given silence."""

    word: str
    log_probability: float
    gain: float

    @property
    def is_said(self) -> bool:
        """Return whether the sound alone tells that it was said."""
        is_likely = self.log_probability >= SAID and self.gain >= GUESSED
        return is_likely or (self.log_probability >= UNLIKELY and self.gain >= GAINED)


def _reasons(missing: Sequence[str], gain: float) -> Iterator[str]:
    if missing:
        yield f"not heard: {', '.join(missing)}"
    if gain < LEAST_GAIN:
        yield f"the words fit silence nearly as well as the recording: by {gain:.1f}, expected {LEAST_GAIN:.1f} or more"


def _tells(word: str) -> bool:
    """Return whether a word is long enough to tell anything: short ones are swallowed by everybody."""
    letters = "".join(words_of(word))
    return len(letters) >= _SHORTEST or any(letter.isdigit() for letter in letters)


def _missing(words: Sequence[_Weighed], hear: Callable[[], list[str]]) -> list[str]:
    """Return the words that tell and do not fit, but for those that the transcript, asked for then, has in their place.

    In their place: as the transcript and the text run side by side, so that another place of a word is none.
    """
    doubted = [place for place, word in enumerate(words) if _tells(word.word) and not word.is_said]
    heard = _heard(words, hear()) if doubted else set()
    return [" ".join(words_of(words[place].word)) for place in doubted if place not in heard]


def _heard(words: Sequence[_Weighed], transcript: list[str]) -> set[int]:
    """Return the places of the words that ``transcript`` has, each at its turn."""
    parts = [(place, part) for place, word in enumerate(words) for part in words_of(word.word)]
    pairs = SequenceMatcher(None, [part for _, part in parts], transcript, autojunk=False).get_matching_blocks()
    met = {at for block in pairs for at in range(block.a, block.a + block.size)}
    return set(range(len(words))) - {place for at, (place, _) in enumerate(parts) if at not in met}


def _verdict(missing: int, share: float, gain: float) -> EnrollmentVerdict:
    if not missing:
        return EnrollmentVerdict.PASS if gain >= LEAST_GAIN else EnrollmentVerdict.REVIEW
    return EnrollmentVerdict.REVIEW if missing == 1 or share <= MOST_MISSING else EnrollmentVerdict.REFUSE
