"""Speech in nine languages: Kokoro's voices for them, reading phonemes by espeak-ng; made once, kept in .bench/speech.

    apt-get install espeak-ng
    npm pack kokoro-js@1.2.1 && tar xzf kokoro-js-1.2.1.tgz && mv package/voices .bench/voices

Sayso itself speaks English. A mark must hold in any language, so that the languages are here to be compared. espeak-ng
knows the sounds of Japanese and Chinese less well than a reader of those languages; their speech here is approximate.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from pathlib import Path

import numpy as np
from synthetic import KEPT, TEXTS, kept

VOICES = Path(__file__).parents[2] / ".bench" / "voices"
SOURCE = "kokoro, languages"
SPELLINGS = (("ts.", "ʈʂ"), ("s.", "ʂ"), ("tʃ", "ʧ"), ("dʒ", "ʤ"), ("ts", "ʦ"), ("dz", "ʣ"))
TONES = str.maketrans("", "", "123456_^-")


@dataclass(frozen=True)
class Language:
    """A language: its name, what espeak-ng calls it, and what is read in it."""

    name: str
    espeak: str
    texts: tuple[str, ...]


def _known() -> dict[str, Language]:
    known = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    return {letter: Language(one["name"], one["espeak"], tuple(one["texts"]) or TEXTS) for letter, one in known.items()}


LANGUAGES = _known()
"""By the letter that begins the names of Kokoro's voices; English reads the texts of the other benchmarks."""


@dataclass(frozen=True)
class Speaker:
    """One of Kokoro's voices, which reads its own language."""

    name: str

    @property
    def language(self) -> Language:
        return LANGUAGES[self.name[0]]

    @property
    def sex(self) -> str:
        return self.name[1].upper()

    def samples(self) -> np.ndarray:
        """Return what it reads, float32 at 24 kHz; made the first time."""
        return kept(f"language-{self.name}", lambda: [_spoken(self, text) for text in self.language.texts])


def speakers() -> list[list[Speaker]]:
    """Return the speakers of each language, at most six, women and men by turns; none where something is missing."""
    if not all(_is_kept(path.stem) for path in VOICES.glob("*.bin")) and shutil.which("espeak-ng") is None:
        return []
    of_language = []
    for letter in LANGUAGES:
        women, men = ([path.stem for path in sorted(VOICES.glob(f"{letter}{sex}_*.bin"))] for sex in "fm")
        by_turns = [name for pair in zip_longest(women, men) for name in pair if name]
        of_language.append([Speaker(name) for name in by_turns[:6]])
    return [group for group in of_language if group]


def _is_kept(name: str) -> bool:
    return (KEPT / f"language-{name}.npy").exists()


def _spoken(speaker: Speaker, text: str) -> np.ndarray:
    from sayso import models
    from sayso.engines.phonemes import PAD, token_ids

    tokens = token_ids(_phonemes(text, speaker.language.espeak))[:500]
    feeds = {
        "tokens": np.asarray([[PAD, *tokens, PAD]], dtype=np.int64),
        "style": _styles(speaker.name)[len(tokens)][None],
        "speed": np.ones(1, dtype=np.float32),
    }
    return models.session("kokoro", 2).run(None, feeds)[0].reshape(-1)


@cache
def _styles(name: str) -> np.ndarray:
    return np.fromfile(VOICES / f"{name}.bin", dtype=np.float32).reshape(-1, 256)


def _phonemes(text: str, language: str) -> str:
    asked = ["espeak-ng", "-q", "--ipa", "-v", language, text]
    heard = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    for theirs, kokoros in SPELLINGS:
        heard = heard.replace(theirs, kokoros)
    return ", ".join(heard.split("\n")).strip(" ,").translate(TONES) + "."
