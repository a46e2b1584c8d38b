"""Reading a text: what will be spoken for it, without a voice and without a grant."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ReadText:
    """What will be spoken, in words and in phonemes (Kokoro's alphabet), and the characters that are left out.

    A word with phonemes of a lexicon is shown as ``[word](/phonemes/)``.
    """

    spoken: str
    phonemes: str | None
    skipped: tuple[str, ...]


def read_text(text: str, *, with_phonemes: bool, language: str = "en", lexicon: Path | None = None) -> ReadText:
    """Return what will be spoken for ``text`` with the words of the file ``lexicon``; raise as `readers.read` does."""
    from sayso.engines.phonemes import phonemes  # noqa: PLC0415 - loads the lexicons
    from sayso.engines.pronounced import shown  # noqa: PLC0415 - as above
    from sayso.synthesis import read_lexicon, readers  # noqa: PLC0415 - loads what a voice speaks with

    words = None if lexicon is None else read_lexicon(lexicon)
    spoken = [phrase.text for phrase in readers.read(text, language=language, lexicon=words)]
    sounds = " ".join(phonemes(phrase) for phrase in spoken) if with_phonemes else None
    left_out = readers.skipped(text, language=language, lexicon=words)
    return ReadText(shown(" ".join(spoken)), sounds, tuple(left_out))
