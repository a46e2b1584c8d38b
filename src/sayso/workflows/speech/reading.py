"""Reading a text: what will be spoken for it, without a voice and without a grant."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReadText:
    """What will be spoken, in words and in phonemes (Kokoro's alphabet), and the characters that are left out."""

    spoken: str
    phonemes: str | None
    skipped: tuple[str, ...]


def read_text(text: str, *, with_phonemes: bool) -> ReadText:
    """Return what will be spoken for ``text``; raise as `normalise` does."""
    from sayso.engines.phonemes import phonemes  # noqa: PLC0415 - loads the lexicons
    from sayso.synthesis import phrases  # noqa: PLC0415 - loads what a voice speaks with
    from sayso.synthesis.normalise import normalise, skipped  # noqa: PLC0415 - as above

    spoken = [phrase.text for phrase in phrases(normalise(text))]
    sounds = " ".join(phonemes(phrase) for phrase in spoken) if with_phonemes else None
    return ReadText(" ".join(spoken), sounds, tuple(skipped(text)))
