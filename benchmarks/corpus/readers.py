"""The same texts read by many voices: how often one reader is taken for a copy of another. The voices are synthetic.

    python benchmarks/corpus/readers.py --texts 80 --seconds 400 --kept .bench/readers [--json FILE]

Each text is read by the 28 stock voices of Kokoro, at one speed, which is harder than people: the lengths of the sounds
come from one net. Clips stay in ``--kept``, so that the next call goes on where ``--seconds`` ended this one; what is
told is of the texts that all voices have read. Nobody is told apart by name, the looser of the two rules for copies,
and then by name.
"""

from __future__ import annotations

import argparse
import itertools
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from benchmarks.corpus.corpus import SPEECH

from sayso.audio import Container, Signal, encode
from sayso.audio.decode import decode
from sayso.audio.resample import resample
from sayso.corpus.duplicates import Candidate, duplicates
from sayso.corpus.measuring import content_of
from sayso.corpus.prints import Print
from sayso.engines.protocol import Engine
from sayso.engines.registry import engine
from sayso.testing.conformance import spoken

LETTERS = range(30, 60)


def texts(count: int) -> list[str]:
    rows = [json.loads(line) for line in (SPEECH / "manifest.jsonl").read_text().splitlines()]
    found = sorted({row["text"].capitalize() for row in rows if len(row.get("text") or "") in LETTERS})
    np.random.default_rng(15).shuffle(found)
    return found[:count]


def read(one: Engine, names: list[str], said: list[str], kept: Path, until: float) -> list[int]:
    """Let every voice read the texts, one text after another; return the numbers of those that all have read."""
    whole = []
    for number, text in enumerate(said):
        for name in names:
            path = kept / f"{number:03d}-{name}.flac"
            if not path.exists():
                if time.monotonic() > until:
                    return whole
                sound = Signal.mono(spoken(one, text, one.stock_asset(name)), one.sample_rate)
                path.write_bytes(encode(resample(sound, 16_000), Container.FLAC))
        whole.append(number)
    return whole


def candidates(numbers: list[int], names: list[str], kept: Path) -> Iterator[Candidate]:
    for number, name in itertools.product(numbers, names):
        sound = decode(kept / f"{number:03d}-{name}.flac")
        yield Candidate(
            f"{number:03d} {name}", content_of(sound), Print.of(sound), seconds=sound.duration_s, bandwidth_hz=7_000.0
        )


def told(made: list[Candidate], numbers: list[int], names: list[str]) -> dict[str, object]:
    named = [replace(one, speaker=one.segment[4:]) for one in made]
    pairs = len(numbers) * len(names) * (len(names) - 1) // 2
    taken = duplicates(made)
    return {
        "voices": len(names), "texts": len(numbers), "clips": len(made), "pairs of one text by two voices": pairs,
        "mean_s": round(float(np.mean([one.seconds for one in made])), 2),
        "taken for copies": {name: f"{repeat.of}, {repeat.how}" for name, repeat in taken.items()},
        "taken for copies where speakers are named": len(duplicates(named)),
        "share": len(taken) / pairs, "at most, 95 % sure, if none": round(3.0 / pairs, 6),
    }  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--texts", type=int, default=80)
    options.add_argument("--seconds", type=float, default=400.0)
    options.add_argument("--kept", type=Path, default=Path(".bench/readers"))
    options.add_argument("--json", type=Path)
    asked = options.parse_args()
    asked.kept.mkdir(parents=True, exist_ok=True)
    one = engine("kokoro", 1)
    names = [voice.name for voice in one.stock_voices()]
    numbers = read(one, names, texts(asked.texts), asked.kept, time.monotonic() + asked.seconds)
    found = told(list(candidates(numbers, names, asked.kept)), numbers, names)
    print(json.dumps(found, indent=1))
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
