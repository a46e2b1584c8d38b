"""The mark in ten minutes: quality, the attacks that matter most, false alarms and speed, whole and public keys.

    python benchmarks/mark/quick.py --clips 200 --out .bench/mark.json

Its figures go into docs/figures.json. The bars, each at the length it names, are measured by bars.py.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import defaultdict
from pathlib import Path

import costs
import numpy as np
import ours
import quality
from attacks import ATTACKS
from clips import RATE_HZ, Clip, load
from ours import permitted

from sayso.audio.signal import Signal
from sayso.mark import Mark, MarkKeys
from sayso.mark.detector import Detector
from sayso.mark.pattern import pattern_of
from sayso.mark.search import correlations, measure
from sayso.mark.strength import PROFILES

__all__ = ["KEYS", "permitted"]

KEYS = ours.keys()
WANTED = (
    *("none", "shift 0.1", "bits 12", "resample 16000", "codec mp3 64", "codec mp3 32", "codec aac 64"),
    *("codec aac 32", "codec opus 32", "codec opus 16", "codec opus 12", "podcast mp3 64, aac 64, opus 24"),
    *("telephone", "white noise 20", "white noise 10", "low-pass 3500", "high-pass 500", "equaliser 6"),
    *("room 0.3 6", "room 0.3 0", "crop 3.0", "crop 2.0"),
)


def main() -> None:
    """Run and report."""
    options = _options()
    clips = load(options.clips, options.seconds)
    print(f"{len(clips)} clips of {options.seconds:g} s, strength {options.strength}")
    marks = [ours.mark_of(number) for number in range(len(clips))]
    marked = [
        ours.embed(clip.samples, mark, strength=options.strength) for clip, mark in zip(clips, marks, strict=True)
    ]
    report = {
        "clips": len(clips),
        "seconds": options.seconds,
        "strength": options.strength,
        "quality": _quality(clips, marked) if options.quality else {},
        "attacks": _attacks(clips, marks, marked),
        "false": _false_alarms(clips, marked, options.decoys),
        "speed": _speed(),
    }
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(report, indent=2))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--strength", choices=sorted(PROFILES), default="standard")
    parser.add_argument("--decoys", type=int, default=1000)
    parser.add_argument("--no-quality", dest="quality", action="store_false")
    parser.add_argument("--out", type=Path)
    return parser.parse_args()


def _quality(clips: list[Clip], marked: list[np.ndarray]) -> dict:
    rows = defaultdict(list)
    for clip, sound in zip(clips, marked, strict=True):
        score = quality.pesq(clip.samples, sound)
        if score is not None:  # else too little speech in these seconds for P.862 to rate
            for group in ("all", clip.source, "real" if clip.is_real else "synthetic"):
                rows[group].append((score, quality.snr_db(clip.samples, sound)))
    print(f"not rated by PESQ: {len(clips) - len(rows['all'])}")
    print(f"{'quality':22s} {'clips':>6s} {'PESQ-WB':>8s} {'5 %':>6s} {'worst':>6s} {'SNR dB':>7s}")
    report = {}
    for group, values in rows.items():
        score, snr = np.array(values).T
        report[group] = row = {
            "clips": len(score),
            "pesq_mean": round(float(score.mean()), 3),
            "pesq_p5": round(float(np.percentile(score, 5)), 3),
            "pesq_min": round(float(score.min()), 3),
            "snr_db": round(float(snr.mean()), 2),
        }
        print("{:22s} {clips:6d} {pesq_mean:8.2f} {pesq_p5:6.2f} {pesq_min:6.2f} {snr_db:7.1f}".format(group, **row))
    return report


def _attacks(clips: list[Clip], marks: list[Mark], marked: list[np.ndarray]) -> dict:
    detectors = {"operator": Detector(KEYS), "public": Detector(KEYS.public)}
    columns = ("present", "id", "verified", "wrong", "public", "women", "men", "log10_p")
    print(f"{'attack':20s} level" + "".join(f"{column:>9s}" for column in columns))
    report = {}
    for attack in sorted((ATTACKS[name] for name in WANTED), key=lambda one: (one.level, one.name)):
        found, public = [], []
        for sound in marked:
            heard = Signal.mono(attack.change(sound), RATE_HZ)
            found.append(ours.find(heard, detector=detectors["operator"]))
            public.append(ours.find(heard, detector=detectors["public"]).present)
        is_right = np.array([one.mark == mark for one, mark in zip(found, marks, strict=True)])
        report[attack.name] = row = {
            "level": attack.level,
            "present": _percent([one.present for one in found]),
            "id": _percent(is_right),
            "verified": _percent([one.mark_verified for one in found]),
            "wrong": sum(one.mark not in (None, mark) for one, mark in zip(found, marks, strict=True)),
            "public": _percent(public),
            "women": _percent(is_right[[clip.sex == "F" for clip in clips]]),
            "men": _percent(is_right[[clip.sex == "M" for clip in clips]]),
            "log10_p": round(max(one.log10_p for one in found), 1),
        }
        print(f"{attack.name:20s} {attack.level:5d}" + "".join(f"{row[column]:9.1f}" for column in columns), flush=True)
    return report


def _percent(values) -> float:
    return round(100 * float(np.mean(values)), 2) if len(values) else 100.0


def _false_alarms(clips: list[Clip], marked: list[np.ndarray], decoys: int) -> dict:
    """Look for marks where there are none: unmarked clips with the right key, marked clips with wrong keys."""
    detector = Detector(KEYS)
    unmarked = [ours.find(Signal.mono(clip.samples, RATE_HZ), detector=detector).log10_p for clip in clips]
    wrong = [
        ours.find(Signal.mono(marked[key % len(marked)], RATE_HZ), detector=Detector(_decoy(1, key))).log10_p
        for key in range(decoys)
    ]
    report = {
        "unmarked": {
            "files": len(unmarked),
            "alarms": int(np.sum(np.array(unmarked) <= -6)),
            "log10_p_min": min(unmarked),
        },
        "wrong keys": {"files": len(wrong), "alarms": int(np.sum(np.array(wrong) <= -6)), "log10_p_min": min(wrong)},
        "null": _null(marked, decoys),
    }
    for name in ("unmarked", "wrong keys"):
        print(
            "{:20s} {files} files, {alarms} alarms at p <= 1e-6, smallest log10 p {log10_p_min:.2f}".format(
                name, **report[name]
            )
        )
    print(f"null: {json.dumps(report['null'])}")
    return report


def _decoy(first: int, key: int) -> MarkKeys:
    return MarkKeys.derive(bytes([first + key // 256, key % 256] * 16))


def _null(marked: list[np.ndarray], decoys: int) -> dict:
    """Return moments and tails of the statistic over wrong keys and places: it should be standard normal or less."""
    sounds = [measure(sound[None], 0)[0].value for sound in marked[:: max(1, len(marked) // 40)]]
    counts = dict.fromkeys((2, 3, 4, 5, 6), 0)
    total, squares, largest = 0, 0.0, 0.0
    for key in range(decoys):
        pattern = pattern_of(_decoy(101, key))
        for value in sounds:
            along = correlations(value, pattern)
            total += along.size
            squares += float(np.sum(along**2))
            largest = max(largest, float(along.max()))
            for level in counts:
                counts[level] += int(np.count_nonzero(along >= level))
    tails = {
        str(level): {"seen": count / total, "normal": 0.5 * math.erfc(level / math.sqrt(2))}
        for level, count in counts.items()
    }
    return {"trials": total, "sd": math.sqrt(squares / total), "largest": largest, "tails": tails}


def _speed() -> dict:
    report = costs.speeds()
    print("times real time, one core: " + ", ".join(f"{name} {speed:g}" for name, speed in report.items()))
    return report


if __name__ == "__main__":
    main()
