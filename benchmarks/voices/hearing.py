"""The words of a voice that a recogniser gets wrong: Whisper base, as a line in an interpreter of its own."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import soundfile

from sayso.audio.signal import Signal

_WORDS = str(Path(__file__).parents[1] / "words")


def word_errors(spoken: Sequence[Signal], sentences: Sequence[str]) -> list[int] | None:
    """Return how many words of ``sentences`` were heard wrongly, and how many there are; None without Whisper.

    Whisper is found as words/hearing.py finds it: SAYSO_WHISPER_PYTHON and SAYSO_WHISPER_MODEL.
    """
    python, model = (os.environ.get(name) for name in ("SAYSO_WHISPER_PYTHON", "SAYSO_WHISPER_MODEL"))
    if not (python and model and Path(python).exists()):
        return None
    if _WORDS not in sys.path:
        sys.path.insert(0, _WORDS)
    import hearing
    from table import folded

    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{place}.wav" for place in range(len(spoken))]
        for file, signal in zip(files, spoken, strict=True):
            soundfile.write(file, signal.samples.T, signal.sample_rate)
        transcripts = hearing.heard(files, python, model)
    wanted = [folded(sentence).split() for sentence in sentences]
    wrong = sum(hearing.errors(one, hearing.words_of(text)) for one, text in zip(wanted, transcripts, strict=True))
    return [wrong, sum(len(one) for one in wanted)]
