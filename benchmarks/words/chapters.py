"""Chapters of a book, read by Sayso and by misaki as open ebook tools do, through one engine: whose words are heard?

    python benchmarks/words/chapters.py FILE... --misaki PYTHON --whisper PYTHON --model FOLDER [--out FOLDER]

Each file is the plain text of a chapter that has no figures: its words, "Mr." and "Mrs." apart, are the letters that
stand there, so neither reading is what the other is judged by; what Whisper writes, "12", is read by our rules. Open
tools hand paragraphs to misaki as they are, as the pipeline of Kokoro does. hibari speaks both; Whisper base int8 hears
about 60 words at a time. Whisper and misaki run in interpreters of their own, see hearing.py and normalisers.py.
"""

from __future__ import annotations

import argparse
import difflib
import json
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
from hearing import HERE, ROOT, errors, heard, said
from hearing import words_of as words_heard

from sayso.engines import engine
from sayso.engines.pronounced import pronounced

WORDS: Final = 60
PAUSE_S: Final = 0.4
MOST: Final = 400
"""Phonemes that are said at once; Kokoro takes 510."""

_WHOLE: Final = {"mr": ["mister"], "mrs": ["missus"], "etc": ["et", "cetera"]}


def passages(text: str) -> Iterator[list[str]]:
    """Yield the paragraphs of a chapter, some together, of about `WORDS` words."""
    together: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text):
        if together and sum(len(each.split()) for each in (*together, paragraph)) > WORDS:
            yield together
            together = []
        if paragraph.strip():
            together.append(" ".join(paragraph.split()))
    if together:
        yield together


def words_of(text: str) -> list[str]:
    """Return the words that stand in a text without figures."""
    plain = re.sub("[\u2019']", "", text.lower())
    return [whole for word in re.findall(r"[a-zà-ÿ]+", plain) for whole in _WHOLE.get(word, [word])]


def misaki_said(paragraphs: Sequence[str], python: str) -> list[list[str]]:
    """Return what misaki says for each paragraph, cut where the engine has to breathe."""
    done = subprocess.run(
        [python, str(HERE / "misaki_line.py")], input=json.dumps(paragraphs), capture_output=True, text=True, check=True
    )
    return [list(_pieces(each)) for each in json.loads(done.stdout)]


def _pieces(phonemes: str) -> Iterator[str]:
    piece = ""
    for part in re.split(r"(?<=[.!?;:,—]) ", phonemes):
        if piece and len(piece) + len(part) > MOST:
            yield piece
            piece = ""
        piece = f"{piece} {part}".strip()
        if part.endswith((".", "!", "?")):
            yield piece
            piece = ""
    if piece:
        yield piece


def spoken(phrases: Sequence[str], path: Path) -> Path:
    """Write what the engine says for the phrases."""
    hibari, parts = engine("hibari"), []
    for phrase in phrases:
        text = pronounced("word", phrase.translate(str.maketrans("()", ",,")))
        parts += [piece.samples.reshape(-1) for piece in hibari.stream(text, hibari.stock_asset("heart"))]
        parts.append(np.zeros(round(PAUSE_S * hibari.sample_rate), dtype=np.float32))
    soundfile.write(path, np.concatenate(parts), hibari.sample_rate)
    return path


def misheard(wanted: Sequence[str], got: Sequence[str]) -> list[str]:
    """Return where what was heard is not what was wanted."""
    found = difflib.SequenceMatcher(None, wanted, got, autojunk=False).get_opcodes()
    return [f"{' '.join(wanted[a:b])} > {' '.join(got[c:d])}" for tag, a, b, c, d in found if tag != "equal"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("chapters", type=Path, nargs="+")
    parser.add_argument("--misaki", required=True)
    parser.add_argument("--whisper", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--out", type=Path, default=ROOT / ".bench" / "chapters")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    whole = [passage for path in asked.chapters for passage in passages(path.read_text("utf-8"))]
    paragraphs = [each for passage in whole for each in passage]
    readings = {"Sayso": said(paragraphs, ROOT / "src"), "misaki": misaki_said(paragraphs, asked.misaki)}
    wanted = [words_of(" ".join(passage)) for passage in whole]
    kept = {}
    for name, reading in readings.items():
        coming = iter(reading)
        phrases = [[phrase for _ in passage for phrase in next(coming)] for passage in whole]
        files = [spoken(each, asked.out / f"{name}-{place:03d}.wav") for place, each in enumerate(phrases)]
        got = [words_of(" ".join(words_heard(each))) for each in heard(files, asked.whisper, asked.model)]
        wrong = sum(errors(*pair) for pair in zip(wanted, got, strict=True))
        kept[name] = [each for pair in zip(wanted, got, strict=True) for each in misheard(*pair)]
        total = sum(map(len, wanted))
        print(f"{name}: {wrong} of {total} words wrong, {100 * wrong / total:.2f} %", flush=True)
    (asked.out / "misheard.json").write_text(json.dumps(kept, indent=1, ensure_ascii=False))
    for name, other in (("Sayso", "misaki"), ("misaki", "Sayso")):
        print(f"heard wrong of {name} alone: " + "; ".join(each for each in kept[name] if each not in kept[other]))


if __name__ == "__main__":
    main()
