"""Statements' words by native readers that nothing was chosen with, beside texts that were not read.

    pip download --no-deps moonshine-voice==0.1.5 && unzip -d FOLDER moonshine_voice*.whl
    apt-get download pocketsphinx-testdata && dpkg -x pocketsphinx-testdata*.deb FOLDER
    python benchmarks/enrollment/natives.py FOLDER

Two readers of LibriVox (*A Tale of Two Cities*, *Sense and Sensibility*) and one of Beckett, in pieces of up to 16 s:
few, and they read books, not statements.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter, defaultdict
from importlib.resources import files
from pathlib import Path

from sayso.audio import decode
from sayso.enrollment.statement import check_statement
from sayso.recognition import recogniser

READ = [tuple(row.values()) for row in json.loads(Path(__file__).with_suffix(".json").read_text())]
"""The file, from where to where it is read in seconds, and what is read there."""


def sound(folder, name, start_s, stop_s):
    signal = decode(next(folder.rglob(name)).read_bytes())
    rate = signal.sample_rate
    return signal.slice(round(start_s * rate), min(round(stop_s * rate), signal.num_samples))


def wrong(text, rng, count=2):
    """Return ``text`` with one word of five letters or more in place of another's, so many times."""
    words, drawn = text.split(), files("sayso.enrollment").joinpath("words.txt").read_text().split()
    places = [place for place, word in enumerate(words) if len(word.strip(".,")) > 4]
    for place in rng.sample(places, count):
        yield " ".join([*words[:place], rng.choice(drawn), *words[place + 1 :]])


def main():
    folder, heard, rng, found = Path(sys.argv[1]), recogniser(), random.Random(17), defaultdict(Counter)
    for number, (name, start_s, stop_s, text) in enumerate(READ):
        signal = sound(folder, name, start_s, stop_s)
        kinds = {"right": [text], "one word wrong": wrong(text, rng), "another text": [READ[number - 1][3]]}
        for kind, texts in kinds.items():
            for one in texts:
                check = check_statement(signal, one, heard)
                found[kind][str(check.verdict)] += 1
                if kind == "right" or check.verdict == "pass":
                    print(name, kind, check.verdict, check.reasons, flush=True)
    print({kind: dict(counts) for kind, counts in found.items()})


if __name__ == "__main__":
    main()
