"""The challenge: a statement that nobody could have recorded before, which dictates the grant and is read once.

It names who may use the voice, what for and until when, says that the speaker is an adult, and holds the day and words
that the server drew. Of 243 words, 8 hold 63 bits: a recording that exists cannot hold them, and a voice that is cut
together shows at its seams.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from typing import Final

from sayso.consent import Grant
from sayso.enrollment.errors import StatementInvalid
from sayso.units import MS_PER_MINUTE

NONCE_WORDS: Final = 8
VALID_FOR: Final = timedelta(seconds=120)
"""From the challenge to the submission, and the longest statement."""
ASSISTED_FOR: Final = timedelta(minutes=15)
"""The same for who is helped: somebody reads the statement to them, and they say it after them, phrase by phrase."""

DECLARATION: Final = "I am an adult."

_MOST_WORDS: Final = 80
"""What is read aloud in half a minute, the longest that the recogniser weighs."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """What is to be read: the whole ``text``, and the drawn ``words`` in it."""

    text: str
    words: tuple[str, ...]


def challenge_for(grant: Grant, moment: datetime) -> Challenge:
    """Return a new challenge that dictates ``grant`` at ``moment``; raise `StatementInvalid` for one too long."""
    words = tuple(secrets.SystemRandom().sample(_words(), NONCE_WORDS))
    text = f"{_granting(grant)} {DECLARATION} Today is {_day(moment)}. My words are: {', '.join(words)}."
    if len(text.split()) > _MOST_WORDS:
        raise StatementInvalid(
            f"purposes: got a statement of {len(text.split())} words, expected at most {_MOST_WORDS}; "
            "name fewer purposes, or one above them all"
        )
    return Challenge(text, words)


def _granting(grant: Grant) -> str:
    purposes = _listed([str(purpose).replace("/", " ").replace("-", " ") for purpose in grant.purposes])
    project = "" if grant.project is None else f" in the project {grant.project.replace('-', ' ')}"
    until = "" if grant.until is None else f" until {_day(grant.until)}"
    limit = "" if grant.max_ms is None else f", at most {round(grant.max_ms / MS_PER_MINUTE, 1):g} minutes"
    return f"I allow {grant.licensee} to use my voice for {purposes}{project}{until}{limit}."


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _day(moment: datetime) -> str:
    return f"{moment:%B} {moment.day}, {moment.year}"


@cache
def _words() -> tuple[str, ...]:
    return tuple(resources.files(__package__).joinpath("words.txt").read_text().split())
