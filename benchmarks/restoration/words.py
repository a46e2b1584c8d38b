"""What a recogniser gets wrong of recordings before and after repair, on speakers of the judged half.

    SAYSO_SPEECH=FOLDER PYTHONPATH=. python benchmarks/restoration/words.py --whisper FOLDER [--clips 4] [--json ROWS]

Up to so many clips with known texts of each speaker, of 2.5 to 10 s; over each the recorded noise, noise of another's
spectrum (shaped), six others (babble) or one in a room (talker), in turn, at 5 dB. Errors are those of all words
together; intervals: 95 % of resamplings of speakers.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from repair import RATE
from rivals import recogniser, shaped
from scipy.signal import fftconvolve

from sayso.audio.decode import decode
from sayso.audio.resample import resample
from sayso.audio.signal import Signal
from sayso.restoration import restore
from sayso.voices.campplus import embed_voice

CASES = ("noise", "shaped", "babble", "talker")
SNR_DB = 5
LENGTHS_S = (2.5, 10.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--whisper", type=Path, required=True)
    parser.add_argument("--clips", type=int, default=4)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    folder = Path(os.environ.get("SAYSO_SPEECH", "../shared/speech"))
    people, ear = readers(folder, arguments.clips), recogniser(arguments.whisper)
    noise, room = (decode(folder / name).samples[0] for name in ("noise/noise2.flac", "rir/rir2.flac"))
    rows: list[dict[str, Any]] = []
    for place in range(len(people)):
        rows += heard(people, place, noise, room, ear)
        print(f"{place + 1} of {len(people)}", flush=True)
        if arguments.json:
            arguments.json.write_text("\n".join(json.dumps(row) for row in rows))
    told(rows)


def readers(folder: Path, most: int) -> list[list[dict[str, Any]]]:
    """Return the clips with texts of each speaker of the judged half."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in (folder / "manifest.jsonl").read_text().splitlines():
        row = json.loads(line)
        speaker = row.get("speaker") or ""
        is_judged = speaker and hashlib.sha256(speaker.encode()).digest()[0] % 2 == 1
        if is_judged and row.get("text") and LENGTHS_S[0] <= row["duration_s"] <= LENGTHS_S[1]:
            found[speaker].append(row | {"native": not speaker.startswith("speechocean")})
    return [[one | {"samples": sound(folder / one["path"])} for one in found[name][:most]] for name in sorted(found)]


def sound(path: Path) -> np.ndarray:
    return resample(decode(path), RATE).samples[0].astype(np.float64)


def heard(people: list, place: int, noise: np.ndarray, room: np.ndarray, ear: Any) -> Iterator[dict[str, Any]]:
    for number, clip in enumerate(people[place]):
        clean, case = clip["samples"], CASES[(place + number) % len(CASES)]
        others = [np.resize(people[(place + step) % len(people)][0]["samples"], clean.size) for step in range(1, 7)]
        over = {
            "noise": lambda size=clean.size: np.resize(noise, size),
            "shaped": lambda size=clean.size, other=others[0]: np.resize(shaped(other, place), size),
            "babble": lambda all_=others: sum(other / np.sqrt(np.mean(other**2)) for other in all_),
            "talker": lambda size=clean.size, other=others[0]: fftconvolve(other, room)[:size],
        }[case]()
        level = np.mean(clean**2) / np.mean(over**2) / 10 ** (SNR_DB / 10)
        mixed = Signal.mono(clean + np.sqrt(level) * over, RATE)
        made = restore(mixed, identity=embed_voice).signal
        row = {"place": place, "case": case, "native": clip["native"], "words": len(clip["text"].split())}
        told_of = {"clean": Signal.mono(clean, RATE), "before": mixed, "after": made}
        yield row | {name: ear(one, clip["text"]) for name, one in told_of.items()} | {"same": made is mixed}


def told(rows: list[dict[str, Any]]) -> None:
    parts = {case: [row for row in rows if row["case"] == case] for case in CASES}
    parts |= {
        "native": [row for row in rows if row["native"]],
        "not native": [row for row in rows if not row["native"]],
    }
    for name, found in {**parts, "all": rows}.items():
        if found:
            clean, before, after = (errors(found, one) for one in ("clean", "before", "after"))
            low, high = np.percentile([*changes(found)], [2.5, 97.5])
            touched = sum(not row["same"] for row in found)
            print(
                f"{name:10s} {len(found)} clips, {touched} repaired: clean {clean:.3f}, before {before:.3f}, "
                f"after {after:.3f} ({after - before:+.3f}, {low:+.3f} to {high:+.3f})"
            )


def errors(rows: list[dict[str, Any]], which: str) -> float:
    return sum(row[which] * row["words"] for row in rows) / sum(row["words"] for row in rows)


def changes(rows: list[dict[str, Any]]) -> Iterator[float]:
    """Yield the change of the errors for 1,000 resamplings of the speakers."""
    by_speaker: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_speaker[row["place"]].append(row)
    rng, speakers = np.random.default_rng(0), list(by_speaker)
    for _ in range(1_000):
        drawn = [row for one in rng.choice(speakers, len(speakers)) for row in by_speaker[int(one)]]
        yield errors(drawn, "after") - errors(drawn, "before")


if __name__ == "__main__":
    main()
