"""Word errors: 200 book sentences through Kokoro, heard by Whisper base, as read before and after a commit, by kind.

    python benchmarks/words/hearing.py --whisper PYTHON --model FOLDER [--before 3c7fae2~1] [--out FOLDER]

`sentences.tsv` has each sentence as written and the words that a reader says for it. Both readings are spoken by the
same engine and voice; what both read alike is spoken and heard once. Whisper base int8 (beam 5) hears them, in an
interpreter of its own (also SAYSO_WHISPER_PYTHON, SAYSO_WHISPER_MODEL); "not run" without it. What it writes, "5 kg",
is read by today's rules before the words are counted, in both columns. A refused sentence has all its words missing.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
from table import folded

from sayso.engines import engine
from sayso.engines.pronounced import pronounced
from sayso.synthesis import NothingToSay
from sayso.synthesis.normalise import normalise

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parents[1]
VOICE: Final = "af_heart"
GIT: Final = shutil.which("git") or "git"
_PAUSE_S: Final = 0.4


def sentences() -> list[tuple[str, str, str]]:
    """Return kind, text and the words of each sentence."""
    lines = (HERE / "sentences.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [(kind, text.replace("\\n", "\n"), words) for kind, text, words in rows]


def said(texts: Sequence[str], source: Path) -> list[list[str]]:
    """Return the phrases, in phonemes, that the Sayso at ``source`` says for each text."""
    done = subprocess.run(
        [sys.executable, str(HERE / "said_line.py")],
        input=json.dumps(texts), capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(source)},
    )  # fmt: skip
    found: list[list[str]] = json.loads(done.stdout)
    return found


def spoken(phrases: Sequence[str], folder: Path) -> Path:
    """Return the file in which the phrases are spoken; what was spoken before is not spoken again."""
    path = folder / f"{hashlib.sha256(json.dumps(phrases).encode()).hexdigest()[:24]}.wav"
    if not path.exists():
        kokoro = engine("kokoro")
        parts = []
        for phrase in phrases:
            text = pronounced("word", phrase.translate(str.maketrans("()", ",,")))
            parts += [piece.samples.reshape(-1) for piece in kokoro.stream(text, kokoro.stock_asset(VOICE))]
            parts.append(np.zeros(round(_PAUSE_S * kokoro.sample_rate), dtype=np.float32))
        soundfile.write(path, np.concatenate(parts), kokoro.sample_rate)
    return path


def heard(paths: Sequence[Path], python: str, model: str) -> list[str]:
    """Return what Whisper hears in each file."""
    command = [python, str(HERE / "whisper_line.py"), model]
    names = json.dumps([str(path) for path in paths])
    done = subprocess.run(command, input=names, capture_output=True, text=True, check=True)
    found: list[str] = json.loads(done.stdout)
    return found


def words_of(text: str) -> list[str]:
    """Return the words of what was written down, numbers in words."""
    try:
        return folded(normalise(text)).split()
    except NothingToSay:
        return []


def errors(wanted: Sequence[str], got: Sequence[str]) -> int:
    """Return how many words are missing, too many or others: the edit distance."""
    row = list(range(len(got) + 1))
    for place, word in enumerate(wanted, 1):
        before, row[0] = row[0], place
        for column, other in enumerate(got, 1):
            before, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, before + (word != other))
    return row[-1]


def _counts(rows: Sequence[tuple[str, str, str]], transcripts: Sequence[str]) -> dict[str, tuple[int, int]]:
    counts: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for (kind, _, wanted), transcript in zip(rows, transcripts, strict=True):
        words = folded(wanted).split()
        wrong = errors(words, words_of(transcript))
        for name in (kind, "all"):
            counts[name] = (counts[name][0] + wrong, counts[name][1] + len(words))
    return dict(counts)


def main() -> None:
    """Print the word error rates by kind, and keep what was heard."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--whisper", default=os.environ.get("SAYSO_WHISPER_PYTHON"))
    parser.add_argument("--model", default=os.environ.get("SAYSO_WHISPER_MODEL"))
    parser.add_argument("--before", default="3c7fae2~1")
    parser.add_argument("--out", type=Path, default=ROOT / ".bench" / "words")
    asked = parser.parse_args()
    if not (asked.whisper and asked.model and Path(asked.whisper).exists()):
        print("word errors: not run; give --whisper PYTHON and --model FOLDER")
        return
    rows = sentences()
    texts = [text for _, text, _ in rows]
    with tempfile.TemporaryDirectory() as folder:
        old = Path(folder) / "old"
        subprocess.run([GIT, "worktree", "add", "-q", "--detach", str(old), asked.before], cwd=ROOT, check=True)
        try:
            readings = {"before": said(texts, old / "src"), "after": said(texts, ROOT / "src")}
        finally:
            subprocess.run([GIT, "worktree", "remove", "--force", str(old)], cwd=ROOT, check=True)
    sounds = asked.out / "sounds"
    sounds.mkdir(parents=True, exist_ok=True)
    files = {name: [spoken(each, sounds) if each else None for each in reading] for name, reading in readings.items()}
    unique = sorted({path for column in files.values() for path in column if path})
    transcripts = dict(zip(unique, heard(unique, asked.whisper, asked.model), strict=True))
    columns = {name: [transcripts[path] if path else "" for path in column] for name, column in files.items()}
    _show(rows, columns, asked.out)


def _show(rows: Sequence[tuple[str, str, str]], columns: dict[str, list[str]], out: Path) -> None:
    counts = {name: _counts(rows, column) for name, column in columns.items()}
    print(f"{'kind':16}{'words':>7}{'before':>16}{'after':>16}")
    for kind in (*sorted(set(counts["after"]) - {"all"}), "all"):
        cells = [f"{100 * wrong / of:5.1f} % ({wrong})" for wrong, of in (counts[name][kind] for name in counts)]
        print(f"{kind:16}{counts['after'][kind][1]:>7}" + "".join(f"{cell:>16}" for cell in cells))
    kept = [
        {"kind": kind, "text": text, "wanted": wanted, **{name: columns[name][place] for name in columns}}
        for place, (kind, text, wanted) in enumerate(rows)
    ]
    (out / "hearing.json").write_text(json.dumps({"counts": counts, "heard": kept}, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
