"""Word times: how far the start of each word that an engine tells is from where an independent aligner finds it.

    SAYSO_HAMA_PYTHON=/path/to/python python benchmarks/engines/wordtimes.py --json .bench/wordtimes.json

The aligner is hama's phoneme recogniser with a forced alignment (hama_line.py), in an interpreter of its own: it has
never seen the engines. Two recognisers differ in where they put a start; ``bias`` is the median of the signed
difference, ``error`` the median of its size, ``p95`` its 95th percentile, ``error less bias`` what is left without it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile

from sayso.audio.resample import resample
from sayso.audio.signal import Signal, concatenate
from sayso.engines.alignment import found_words
from sayso.engines.registry import engine as engine_named

SENTENCES = (
    "The keeper climbed the narrow stair before dawn.",
    "She folded the letter twice, and put it under the lamp.",
    "There were eleven boats in the harbour that morning.",
    "If you hear the bell, stay where you are.",
    "Nobody had told him that the bridge was closed.",
    "A small dog slept behind the kitchen door.",
    "The doctor asked for water, paper and a candle.",
    "We shall meet again when the river is low.",
    "Bread is dear this year, and butter is dearer.",
    "He counted his money slowly and went home.",
    "Two children ran across the market square.",
    "Please write your name at the top of the page.",
)
HERE = Path(__file__).parent


def spoken(name: str, voice: str, folder: Path, *, find: bool) -> list[dict[str, object]]:
    engine = engine_named(name, 2)
    asset, jobs = engine.stock_asset(voice), []
    for place, sentence in enumerate(SENTENCES):
        sound = concatenate(list(engine.stream(sentence, asset)))
        path = folder / f"{name}-{voice}-{place}.wav"
        samples = resample(Signal.mono(sound.samples[0], sound.sample_rate), 16_000).samples[0]
        soundfile.write(path, samples, 16_000, subtype="PCM_16")
        words = found_words(sentence, sound) if find else engine.align(sentence, asset)
        bare = [re.sub(r"[^\w']", "", word.word) for word in words]
        jobs.append({"path": str(path), "words": bare, "told": [(word.start_s, word.end_s) for word in words]})
    return jobs


def found(jobs: list[dict[str, object]]) -> list[list[tuple[float, float]]]:
    line = [os.environ["SAYSO_HAMA_PYTHON"], str(HERE / "hama_line.py")]
    return json.loads(subprocess.run(line, input=json.dumps(jobs), capture_output=True, text=True, check=True).stdout)


def row(told: np.ndarray, aligned: np.ndarray) -> dict[str, float]:
    off_ms = 1000 * (told - aligned)
    bias = float(np.median(off_ms))
    sizes = np.abs(off_ms)
    figures = {"bias": bias, "error": np.median(sizes), "p95": np.percentile(sizes, 95)}
    return {name: round(float(value), 1) for name, value in figures.items()} | {
        "error less bias": round(float(np.median(np.abs(off_ms - bias))), 1),
        "words": float(len(off_ms)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--voices", default="hibari:heart,kokoro:af_heart,kokoro:am_michael")
    parser.add_argument("--find", action="store_true", help="by alignment, as for engines that do not tell")
    parser.add_argument("--json", type=Path)
    words = parser.parse_args()
    rows = {}
    for one in words.voices.split(","):
        name, voice = one.split(":")
        with tempfile.TemporaryDirectory() as folder:
            jobs = spoken(name, voice, Path(folder), find=words.find)
            aligned = found(jobs)
        told = np.array([edge for job in jobs for edge in job["told"]])
        heard = np.array([edge for job in aligned for edge in job])
        rows[f"{one} starts"], rows[f"{one} ends"] = row(told[:, 0], heard[:, 0]), row(told[:, 1], heard[:, 1])
        for label in (f"{one} starts", f"{one} ends"):
            print(f"{label:26}", "  ".join(f"{key} {value:g}" for key, value in rows[label].items()), flush=True)
    if words.json:
        words.json.parent.mkdir(exist_ok=True)
        words.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
