# ruff: noqa: RUF001, RUF002 - the letters of the phonetic alphabet are the matter here
"""IPA: a pronunciation in the International Phonetic Alphabet becomes phonemes of Kokoro's alphabet.

That alphabet is IPA with one letter for each diphthong and affricate (``A`` for the vowel of "day", ``ʧ``), and it puts
the stress before the vowel where IPA puts it before the syllable. American English: the length mark says nothing.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from sayso.errors import Invalid

MAX_IPA: Final = 200
"""Characters of one pronunciation."""

_VOWELS: Final = "AIOQWYaeiouyæøœɐɑɒɔəɛɜɨɪɯʊʌɤᵊᵻ"
_CONSONANTS: Final = "Tbcdfhjklmnpqstvwxzβçðŋɕɖɟɡɥɣɰɲɳɴɸɹɻɽɾʁʂʃʈʋʎʒʔʝʣʤʥʦʧʨθχꭧ"
_STRESSES: Final = "ˈˌ"
_UNHEARD: Final = re.compile("[.|‖‿ː:ˑ\u0361\u035c\u032f\u031a\u031e\u031d\u0320\u031f\u0325\u030a\u02b0ʰʲˠ˞]")
_SPELLINGS: Final = {
    "eɪ": "A", "ei": "A", "aɪ": "I", "ai": "I", "ɔɪ": "Y", "oɪ": "Y", "oʊ": "O", "əʊ": "O", "ou": "O", "aʊ": "W",
    "au": "W", "tʃ": "ʧ", "dʒ": "ʤ", "ts": "ts", "ɝ": "ɜɹ", "ɚ": "əɹ", "r": "ɹ", "g": "ɡ", "ɫ": "l", "ɬ": "l",
    "ʍ": "w", "e": "ɛ", "o": "O", "ɒ": "ɑ", "ʉ": "u", "ɘ": "ə", "ɵ": "ʊ", "x": "k", "ɱ": "m",
    "n\u0329": "ᵊn", "l\u0329": "ᵊl", "m\u0329": "ᵊm",
}  # fmt: skip
_SPELLED: Final = re.compile("|".join(sorted(map(re.escape, _SPELLINGS), key=len, reverse=True)))
_STRESSED: Final = re.compile(f"([{_STRESSES}])([^{_VOWELS}{_STRESSES} ]*)([{_VOWELS}])")


def syllables(said: str) -> int:
    """Return the number of syllables of phonemes in Kokoro's alphabet: that of their vowels, a diphthong being one."""
    return sum(character in _VOWELS for character in said)


def phonemes_of_ipa(ipa: str) -> str:
    """Return the phonemes of ``ipa``, such as ``ʃəˈvɔːn``; Kokoro's own letters stand for themselves.

    Raise `Invalid` for what is empty, longer than 200 characters, or has a character that is no IPA.
    """
    written = ipa.strip()
    if not written or len(written) > MAX_IPA:
        raise Invalid(f"got an IPA of {len(written)} characters, expected 1 to {MAX_IPA}")
    plain = _UNHEARD.sub("", unicodedata.normalize("NFC", written))
    said = _SPELLED.sub(lambda match: _SPELLINGS[match[0]], plain)
    said = " ".join(_STRESSED.sub(r"\2\1\3", said).split())
    _check(said)
    return said


def _check(said: str) -> None:
    unknown = [character for character in said if character not in f"{_VOWELS}{_CONSONANTS}{_STRESSES} \u0303"]
    if unknown:
        name = unicodedata.name(unknown[0], "unnamed").lower()
        raise Invalid(f"got {unknown[0]!r} ({name}), expected IPA of English, such as /ʃəˈvɔːn/")
    if not any(character in _VOWELS + _CONSONANTS for character in said):
        raise Invalid(f"got {said[:20]!r}, expected IPA with at least one sound")
