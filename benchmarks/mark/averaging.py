"""The averaging attack: how many marked clips give the pattern away, and what can be done with it.

    python benchmarks/mark/averaging.py --clips 10 100 1000 --out build/averaging.json

Every clip of an operator carries the same keyed signs of the pilots, and begins at the same place of the period. Who
holds N marked clips and knows the format (a period of 288 frames by 74 bands; it is public) adds up what is left of the
levels, cell by cell: the sign of the sum is a guess of the pilot's. The signs of the data cells change with the id and
average out. With the guess, cells are moved back (removal: does the mark still show, is the id still read?) or a clean
clip is moved (forgery: does the operator's detector see a mark?).

Real speech is read from the folder in SAYSO_SPEECH (default ../shared/speech), in pieces of 5 s that overlap but lie at
different places of the period.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

import numpy as np
import soundfile
import soxr
from clips import FOLDERS, RATE_HZ
from quick import KEYS, permitted

from sayso.audio.signal import Signal
from sayso.consent.act import Action
from sayso.mark import Mark, Marker
from sayso.mark.cells import energies, levels, residuals, spectra
from sayso.mark.detector import Detector
from sayso.mark.inscription import Written
from sayso.mark.pattern import HOP_LENGTH, PERIOD_FRAMES, pattern_of
from sayso.mark.shaping import allowances

SECONDS = 5.0
TARGETS = 20


def main() -> None:
    """Run and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, nargs="+", default=[10, 100, 1000])
    parser.add_argument("--push-db", type=float, nargs="+", default=[1.5, 3.0])
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    hosts = pieces(max(options.clips) + TARGETS)
    gate, permit = permitted()
    marker = Marker(KEYS, gate)
    marks = [Mark(int(np.random.default_rng(k).integers(1 << 63))) for k in range(len(hosts))]
    marked = [
        marker.embed(Signal.mono(host, RATE_HZ), mark, permit, Action.MARK).signal.samples[0]
        for host, mark in zip(hosts, marks, strict=True)
    ]
    sums = np.zeros((PERIOD_FRAMES, 74))
    report: dict = {"no attack": _attacked(marked[:TARGETS], marks, None, 0.0)}
    print("no attack", json.dumps(report["no attack"]), flush=True)
    done = TARGETS  # the attacker has not got the targets
    for count in sorted(options.clips):
        for sound in marked[done : TARGETS + count]:
            sums += cells(sound)
        done = TARGETS + count
        report[str(count)] = row = {"signs": _signs(sums)}
        for push_db in options.push_db:
            row[f"removal {push_db:g} dB"] = _attacked(marked[:TARGETS], marks, sums, -push_db)
            row[f"forgery {push_db:g} dB"] = _attacked(hosts[:TARGETS], marks, sums, push_db)
        print(count, json.dumps(row), flush=True)
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(report, indent=2))


def pieces(count: int) -> list[np.ndarray]:
    """Return ``count`` pieces of real speech, mono, 24 kHz."""
    root = Path(os.environ.get("SAYSO_SPEECH", "../shared/speech"))
    length, found = round(SECONDS * RATE_HZ), []
    for line in (root / "manifest.jsonl").read_text().splitlines():
        row = json.loads(line)
        if row["path"].startswith(FOLDERS):
            samples, rate = soundfile.read(root / row["path"], dtype="float32", always_2d=True)
            samples = soxr.resample(samples[:, 0], rate, RATE_HZ)
            # Starts a fifth of a piece apart: the place in the period is another, so that the host is another, too.
            found += [samples[a : a + length] for a in range(0, samples.size - length + 1, length // 5)]
    order = np.random.default_rng(0).permutation(len(found))[:count]
    if len(order) < count:
        raise SystemExit(f"only {len(order)} pieces of speech here, {count} wanted")
    return [np.ascontiguousarray(found[k]) for k in order]


def cells(sound: np.ndarray) -> np.ndarray:
    """Return what is left of the levels of ``sound``, which begins where the pattern does, summed over periods."""
    padded = np.concatenate([np.zeros(HOP_LENGTH, np.float32), sound, np.zeros(HOP_LENGTH, np.float32)])
    left = residuals(levels(energies(spectra(padded))))
    sums = np.zeros((PERIOD_FRAMES, left.shape[1]))
    np.add.at(sums, np.arange(len(left)) % PERIOD_FRAMES, left)
    return sums


def _signs(sums: np.ndarray) -> dict:
    """Return how many of the signs of each pilot are guessed right, in percent; half is chance."""
    public, both = pattern_of(KEYS.public).pilot, pattern_of(KEYS).pilot
    private = np.where(public == 0, both, 0)
    return {
        name: round(100 * float(np.mean((sums * sign)[sign != 0] > 0)), 1)
        for name, sign in (("public pilot", public), ("private pilot", private))
    }


def _attacked(sounds: list[np.ndarray], marks: list[Mark], sums: np.ndarray | None, push_db: float) -> dict:
    from pesq import pesq

    operator, public = Detector(KEYS), Detector(KEYS.public)
    quality, found, seen = [], [], []
    for sound in sounds:
        changed = sound if sums is None else pushed(sound, sums, push_db)
        heard = Signal.mono(changed.astype(np.float32), RATE_HZ)
        found.append(operator.detect(heard))
        seen.append(public.detect(heard).present)
        pair = (soxr.resample(one, RATE_HZ, 16_000) for one in (sound, changed))
        quality.append(pesq(16_000, *pair, "wb"))
    return {
        "present": sum(one.present for one in found),
        "public present": sum(seen),
        "id": sum(one.mark == mark for one, mark in zip(found, marks, strict=False)),
        "any id": sum(one.mark is not None for one in found),
        "of": len(found),
        "log10_p median": round(float(np.median([one.log10_p for one in found])), 1),
        "pesq of the change": round(float(np.mean(quality)), 2),
    }


def pushed(sound: np.ndarray, sums: np.ndarray, push_db: float) -> np.ndarray:
    """Return ``sound`` with each cell moved along its sum by up to ``push_db``, as far as an ear allows."""
    padded = np.concatenate([np.zeros(HOP_LENGTH, np.float32), sound, np.zeros(HOP_LENGTH * 2, np.float32)])
    padded = padded[: len(padded) // HOP_LENGTH * HOP_LENGTH]
    spectrum = spectra(padded[None])
    phase = np.arange(spectrum.shape[1]) % PERIOD_FRAMES
    # A sure cell is moved with all its weight, a doubtful one less.
    guess = np.tanh(sums / (sums.std() + 1e-9))[phase]
    allowed = np.minimum(2 * allowances(energies(spectrum[0])), 1.0)
    written = Written(spectrum)
    written.moved((push_db * guess * allowed).astype(np.float32))
    change = written.change[0]
    return (padded + change)[HOP_LENGTH : HOP_LENGTH + sound.size]


if __name__ == "__main__":
    main()
