# ruff: noqa: RUF001 - phonemes are the matter here
"""Phonemes: the one reading of English words that every engine here speaks from.

The lexicons, the tagger and the small net for unknown words are those of the package hibari-tts; the alphabet is
Kokoro's. Text is spoken as it is written: `synthesis.normalise` has turned numbers and abbreviations into words before,
so the package's own normaliser stays off (it would read "He said no." as "He said number.").
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from importlib import metadata, resources
from typing import Any, Final

from sayso import models
from sayso.engines.errors import Unspeakable
from sayso.engines.pronounced import taken_apart
from sayso.engines.readings import with_last_stops, with_readings
from sayso.models.catalogue import ModelMissing

PACKAGE: Final = "hibari-tts"
PAD: Final = 0
"""The token that begins and ends every sequence."""

_BRACKETS: Final = str.maketrans({"[": "(", "]": ")", "\n": " "})
_MARKS: Final = (". ", "! ", "? ", "; ", ": ", ", ", "— ")
_NO_SOUND: Final = frozenset(' ;:,.!?—…"()“”ˈˌː')


@cache
def package_version() -> str:
    """Return the version of the package that the phonemes come from; it is part of every engine's digest."""
    try:
        return metadata.version(PACKAGE)
    except metadata.PackageNotFoundError:
        raise ModelMissing(f"the package {PACKAGE} is not installed", hint=f"pip install {PACKAGE}") from None


@lru_cache(maxsize=512)
def phonemes(text: str) -> str:
    """Return the phonemes of ``text``, one normalised phrase, in Kokoro's alphabet; `pronounced` words have theirs.

    The same text gives the same phonemes; the last readings are kept in memory, since a text is measured before it is
    spoken. Raise `Unspeakable` if no character of it has a sound, `ModelMissing` or
    `ModelTampered` if the lexicons cannot be had.
    """
    # The package reads [word](/phonemes/) as a command to say something else than what is written: never from a caller.
    # What is marked up so is put in here, behind what was taken out.
    words, said = taken_apart(text)
    marked = with_last_stops(with_readings(words.translate(_BRACKETS), said))
    spoken = str(_g2p()(marked, normalize_text=False)).replace("..", ".").replace(" .", ".")
    if not token_ids(spoken) or all(character in _NO_SOUND for character in spoken):
        raise Unspeakable(f"got {text[:40]!r}, which has no sound; expected at least one English word")
    return spoken


def token_ids(phonemes_: str) -> list[int]:
    """Return the tokens of the phonemes, without pads; what is not in the alphabet is left out."""
    alphabet = _alphabet()
    return [alphabet[character] for character in phonemes_ if character in alphabet]


def has_sound(phoneme: str) -> bool:
    """Return whether the character is a phoneme, not a stress, a pause or a space."""
    return phoneme not in _NO_SOUND and bool(token_ids(phoneme))


def split_phonemes(phonemes_: str, *, max_tokens: int) -> Sequence[str]:
    """Return ``phonemes_`` in pieces of at most ``max_tokens`` characters, cut at punctuation, else at a space."""
    pieces, rest = [], phonemes_
    while len(rest) > max_tokens:
        window = rest[: max_tokens + 1]
        cut = max((window.rfind(mark) + 1 for mark in _MARKS), default=0)
        if cut < max_tokens // 4:
            cut = window.rfind(" ")
        if cut <= 0:
            cut = max_tokens
        pieces.append(rest[:cut].strip())
        rest = rest[cut:].strip()
    return [piece for piece in (*pieces, rest) if piece]


def growing_pieces(phonemes_: str, mosts: Sequence[int], *, least: int = 5) -> Sequence[str]:
    """Return ``phonemes_`` in pieces of at most ``mosts`` characters each, and the rest, so that sound starts early.

    A piece ends behind punctuation if more than half of it is kept, else behind a word with a stress, so that no
    article is parted from its noun, else at a space. None is shorter than ``least``; a longer word stays whole.
    """
    pieces, rest = [], phonemes_
    for most in mosts:
        if len(rest) <= most + least:
            break
        window = rest[: most + 1]
        cut = max((window.rfind(mark) + 1 for mark in _MARKS), default=0)
        if cut < max(least, most // 2):
            cut = _between_words(window, least)
        if cut < least:
            cut = rest.find(" ", least)
        if not least <= cut <= len(rest) - least:
            break
        pieces.append(rest[:cut].strip())
        rest = rest[cut:].strip()
    return [*pieces, rest]


def _between_words(window: str, least: int) -> int:
    """Return the last space behind a stressed word, or the last, -1 for none."""
    spaces = [place for place, phoneme in enumerate(window) if phoneme == " " and place >= least]
    stressed = [place for place in spaces if "ˈ" in window[window.rfind(" ", 0, place) + 1 : place]]
    return max(stressed or spaces, default=-1)


@cache
def _alphabet() -> dict[str, int]:
    with _installed():
        text = resources.files("hibari").joinpath("assets/vocab.json").read_text(encoding="utf-8")
        return {str(character): int(token) for character, token in json.loads(text).items()}


@cache
def _g2p() -> Any:
    with _installed():
        from hibari.g2p import G2P  # noqa: PLC0415 - the lexicons take half a second that most commands do not need
        from hibari.g2p.oov import OOV  # noqa: PLC0415 - as above

        return G2P(oov=OOV(session=models.session("hibari-words")))


@contextlib.contextmanager
def _installed() -> Iterator[None]:
    """Turn a missing or damaged file of the package into `ModelMissing`."""
    try:
        yield
    except (ImportError, OSError, EOFError, ValueError) as error:
        raise ModelMissing(
            f"the lexicons of {PACKAGE} cannot be read ({error})", hint=f"reinstall {PACKAGE}"
        ) from error
