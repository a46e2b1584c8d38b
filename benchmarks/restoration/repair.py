"""What a repair gains and loses, on speakers of the half that nothing was tuned on.

    python benchmarks/restoration/repair.py --speakers 20

Clips of up to 8 s with a recorded noise, six talkers (babble) or one talker in a room over them. ``ovr``, ``sig``:
DNSMOS, which the plan uses, too; ``sim``: the CAM++ cosine to the clean clip and ``pesq``: wide-band PESQ against it,
which it does not see. Each before and after `restore`; ``repaired``: the part in which anything was done. With
``--rivals``, the same files through Hush, GTCRN and ffmpeg's afftdn alone.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.signal import fftconvolve

from sayso.audio.decode import decode
from sayso.audio.quality import dnsmos
from sayso.audio.signal import Signal
from sayso.restoration import restore
from sayso.restoration.enhancers import enhanced, enhancer
from sayso.voices.campplus import embed_voice

RATE = 16_000
RIVALS: dict[str, Callable[[Signal], Signal]] = {}
BY_RIVALS: list[tuple] = []
CASES = [("noise", 5), ("babble", 5), ("talker", 10), ("clean", 0)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--speakers", type=int, default=20)
    parser.add_argument("--rivals", action="store_true")
    arguments = parser.parse_args()
    if arguments.rivals:
        RIVALS.update(hush=alone("hush"), gtcrn=alone("gtcrn"), afftdn=afftdn)
    folder = Path(os.environ.get("SAYSO_SPEECH", "../shared/speech"))
    clips = judged(folder)
    noise, room = (decode(folder / name).samples[0] for name in ("noise/noise2.flac", "rir/rir2.flac"))
    rows = [row for place in range(arguments.speakers) for row in measured(clips, place, noise, room)]
    print("case        n   ovr before  after   sig before  after   sim before  after  pesq before  after  repaired")
    for case, snr in CASES:
        mine = np.array([row[1:] for row in rows if row[0] == case])
        told = "  ".join(f"{value:10.3f}" for value in np.nanmean(mine, axis=0))
        print(f"{case} {snr:2d} dB {len(mine):3d}  {told}", flush=True)
        for name in RIVALS:
            ovr, sig, sim, heard = np.nanmean([row[1:] for row in BY_RIVALS if row[0] == (case, name)], axis=0)
            print(f"  {name} alone: ovr {ovr:.3f}  sig {sig:.3f}  sim {sim:.3f}  pesq {heard:.3f}", flush=True)


def alone(name: str) -> Callable[[Signal], Signal]:
    """Return what an enhancer does by itself, with no plan, guard or mixing."""
    return lambda signal: enhanced(signal, enhancer(name))


def afftdn(signal: Signal) -> Signal:
    """Return what ffmpeg's afftdn makes of ``signal``."""
    command = ["ffmpeg", "-v", "error", "-f", "f32le", "-ar", str(RATE), "-ac", "1", "-i", "-", "-af", "afftdn=nr=20"]
    raw = subprocess.run(
        [*command, "-f", "f32le", "-"], input=signal.samples.tobytes(), capture_output=True, check=True
    )
    made = np.zeros(signal.num_samples, np.float32)
    found = np.frombuffer(raw.stdout, np.float32)[: made.size]
    made[: found.size] = found
    return Signal.mono(made, RATE)


def judged(folder: Path) -> list[np.ndarray]:
    """Return a clip of each speaker of the half that is judged by."""
    found: dict[str, np.ndarray] = {}
    for line in (folder / "manifest.jsonl").read_text().splitlines():
        row = json.loads(line)
        speaker = row.get("speaker") or ""
        is_judged = speaker and hashlib.sha256(speaker.encode()).digest()[0] % 2 == 1
        if is_judged and speaker not in found and row["duration_s"] > 5 and row["sample_rate"] == RATE:
            found[speaker] = decode(folder / row["path"]).samples[0][: 8 * RATE]
    return list(found.values())


def measured(clips: list[np.ndarray], place: int, noise: np.ndarray, room: np.ndarray) -> list[tuple]:
    clean = clips[place]
    others = [np.resize(clips[(place + step) % len(clips)], clean.size) for step in range(1, 7)]
    over = {
        "noise": np.resize(noise, clean.size),
        "babble": sum(other / np.sqrt(np.mean(other**2)) for other in others),
        "talker": fftconvolve(others[0], room)[: clean.size],
        "clean": np.zeros(clean.size),
    }
    voice = embed_voice(Signal.mono(clean, RATE))
    rows = []
    for case, snr in CASES:
        gain = np.sqrt(np.mean(clean**2) / max(float(np.mean(over[case] ** 2)), 1e-12) / 10 ** (snr / 10))
        mixed = Signal.mono(clean + gain * over[case], RATE)
        done = restore(mixed, identity=embed_voice)
        before, after = (judgement(one, clean, voice) for one in (mixed, done.signal))
        pairs = [value for pair in zip(before, after, strict=True) for value in pair]
        BY_RIVALS.extend(((case, name), *judgement(act(mixed), clean, voice)) for name, act in RIVALS.items())
        rows.append((case, *pairs, float(bool(done.steps))))
    return rows


def judgement(signal: Signal, clean: np.ndarray, voice: np.ndarray) -> tuple[float, ...]:
    from pesq import PesqError, pesq

    score = dnsmos(signal)
    try:
        heard = pesq(RATE, clean, signal.samples[0], "wb")
    except PesqError:
        heard = float("nan")
    return score.ovr, score.sig, float(embed_voice(signal) @ voice), heard


if __name__ == "__main__":
    main()
