"""Sayso's repair beside others alone, on the same files in one run, with groups of speakers and words.

    python benchmarks/restoration/rivals.py --speakers 12 [--whisper FOLDER] [--json ROWS]

A clip of speakers of the half that nothing was tuned on, women and men, native and not in turn; a recorded noise, noise
with the spectrum of another speaker (shaped), six talkers (babble) or one talker in a room over it. ``sayso, hush``:
the repair by Hush alone, as the corpus has it. What a rival needs is found where it is: ffmpeg; the packages
noisereduce and pyrnnoise (RNNoise, which ffmpeg's arnndn runs) anywhere on PYTHONPATH.
Intervals: 95 % of resamplings of speakers. PESQ (wide band) and CAM++ are against the clean clip; words by
faster-whisper.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import importlib.util
import json
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from repair import RATE, afftdn, alone, judgement
from scipy.signal import fftconvolve

from sayso.audio.decode import decode
from sayso.audio.resample import resample
from sayso.audio.signal import Signal
from sayso.restoration import restore
from sayso.voices.campplus import embed_voice

LEVELS = {"noise": (0, 5, 10), "shaped": (0, 5, 10), "babble": (0, 5, 10), "talker": (5, 10), "clean": (0,)}
CASES = [(case, snr) for case, levels in LEVELS.items() for snr in levels]
HEARD = {("noise", 5), ("babble", 5), ("talker", 5)}
FIGURES = ("ovr", "sig", "sim", "pesq")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--speakers", type=int, default=12)
    parser.add_argument("--whisper", type=Path)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    folder = Path(os.environ.get("SAYSO_SPEECH", "../shared/speech"))
    acts, ear = rivals(), recogniser(arguments.whisper)
    clips = chosen(folder, arguments.speakers)
    over = [decode(folder / name).samples[0] for name in ("noise/noise2.flac", "rir/rir2.flac")]
    rows: list[dict[str, Any]] = []
    for place in range(len(clips)):
        rows += measured(clips, place, over, acts, ear)
        if arguments.json:
            arguments.json.write_text("\n".join(json.dumps(row) for row in rows))
        print(f"{place + 1} of {len(clips)}", flush=True)
    told(rows)


def chosen(folder: Path, count: int) -> list[dict[str, Any]]:
    """Return a clip of 4 s and more of each speaker of the judged half, the groups in turn.

    Of what is longer than 10 s, 8 s are taken, whose words are then not known.
    """
    groups: dict[tuple[str, bool], dict[str, dict[str, Any]]] = defaultdict(dict)
    for line in (folder / "manifest.jsonl").read_text().splitlines():
        row = json.loads(line)
        speaker = row.get("speaker") or ""
        is_judged = speaker and hashlib.sha256(speaker.encode()).digest()[0] % 2 == 1
        if is_judged and row["duration_s"] >= 4 and row["sample_rate"] == RATE:
            native = not speaker.startswith("speechocean")
            groups[row["sex"], native].setdefault(speaker, row | {"native": native})
    lists = [list(group.values()) for _, group in sorted(groups.items())]
    rows = [group[place] for place in range(count) for group in lists if place < len(group)][:count]
    return [
        row
        | {"samples": decode(folder / row["path"]).samples[0][: (8 if row["duration_s"] > 10 else 10) * RATE]}
        | {"text": row["text"] if row["duration_s"] <= 10 else None}
        for row in rows
    ]


def measured(clips: list[dict[str, Any]], place: int, over: list[np.ndarray], acts: Any, ear: Any) -> Iterator[dict]:
    clip = clips[place]
    clean = clip["samples"]
    others = [np.resize(clips[(place + step) % len(clips)]["samples"], clean.size) for step in range(1, 7)]
    sounds = {
        "noise": np.resize(over[0], clean.size),
        "shaped": np.resize(shaped(clips[(place + 7) % len(clips)]["samples"], place), clean.size),
        "babble": sum(other / np.sqrt(np.mean(other**2)) for other in others),
        "talker": fftconvolve(others[0], over[1])[: clean.size],
        "clean": np.zeros(clean.size),
    }
    voice = embed_voice(Signal.mono(clean, RATE))
    for case, snr in CASES:
        level = np.mean(clean**2) / max(float(np.mean(sounds[case] ** 2)), 1e-12) / 10 ** (snr / 10)
        mixed = Signal.mono(clean + np.sqrt(level) * sounds[case], RATE)
        for name, act in {"before": lambda one: one, **acts}.items():
            begun = time.process_time()
            made = act(mixed)
            row = dict(zip(FIGURES, judgement(made, clean, voice), strict=True))
            row |= {"case": case, "snr": snr, "by": name, "seconds": time.process_time() - begun, "place": place}
            row |= {"sex": clip["sex"], "native": clip["native"], "same": bool(made is mixed)}
            if ear is not None and clip["text"] and (case, snr) in HEARD and name in {"before", "sayso"}:
                row["wer"] = ear(made, clip["text"])
            yield row


def shaped(samples: np.ndarray, seed: int) -> np.ndarray:
    """Return noise as long as ``samples`` and with their spectrum, smooth."""
    bell = np.hanning(401)
    power = np.convolve(np.abs(np.fft.rfft(samples)) ** 2, bell / bell.sum(), "same")
    phase = np.random.default_rng(seed).random(power.size)
    return np.fft.irfft(np.sqrt(power) * np.exp(2j * np.pi * phase), samples.size)


def told(rows: list[dict[str, Any]]) -> None:
    table: dict[tuple, dict[int, dict]] = defaultdict(dict)
    for row in rows:
        table[row["case"], row["snr"], row["by"]][row["place"]] = row
    for case, snr in CASES:
        before = table[case, snr, "before"]
        print(f"\n{case} {snr} dB: " + "  ".join(f"{name} {mean(before, name):.3f}" for name in FIGURES))
        for (one, level, by), found in table.items():
            if (one, level) == (case, snr) and by != "before":
                print(f"  {by:12s} " + "  ".join(f"{name} {change(before, found, name)}" for name in FIGURES))
        if any("wer" in row for row in before.values()):
            after = table[case, snr, "sayso"]
            print(f"  word errors {mean(before, 'wer'):.3f}; after {change(before, after, 'wer')}")
    untouched = [row["same"] for row in table["clean", 0, "sayso"].values()]
    print(f"\nclean: {sum(untouched)} of {len(untouched)} untouched")
    groups(table)


def groups(table: dict[tuple, dict[int, dict]]) -> None:
    """Print the gain of each group, over all cases that are not clean."""
    gains: dict[str, dict[int, list[float]]] = {name: defaultdict(list) for name in ("F", "M", "native", "other")}
    for case, snr in CASES[:-1]:
        for place, row in table[case, snr, "sayso"].items():
            gain = row["ovr"] - table[case, snr, "before"][place]["ovr"]
            for name in (row["sex"], "native" if row["native"] else "other"):
                gains[name][place].append(gain)
    for name, found in gains.items():
        means = np.array([np.mean(values) for values in found.values()])
        if means.size:
            print(f"OVRL gain, {name}: {spread(means)} ({means.size} speakers)")


def mean(found: dict[int, dict], name: str) -> float:
    return float(np.nanmean([row[name] for row in found.values() if name in row]))


def change(before: dict[int, dict], found: dict[int, dict], name: str) -> str:
    return spread(np.array([found[place][name] - before[place][name] for place in found if name in found[place]]))


def spread(values: np.ndarray) -> str:
    rng = np.random.default_rng(0)
    means = [np.nanmean(rng.choice(values, values.size)) for _ in range(1_000)]
    low, high = np.percentile(means, [2.5, 97.5])
    return f"{np.nanmean(values):+.3f} ({low:+.3f} to {high:+.3f})"


def recogniser(folder: Path | None) -> Callable[[Signal, str], float] | None:
    """Return what tells the part of the words that Whisper gets wrong."""
    if folder is None:
        return None
    from faster_whisper import WhisperModel

    model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1)

    def wrong(signal: Signal, text: str) -> float:
        heard, _ = model.transcribe(signal.samples[0], language="en", beam_size=1, temperature=0.0)
        return word_errors(text, " ".join(part.text for part in heard))

    return wrong


def word_errors(said: str, heard: str) -> float:
    one, other = (
        "".join(sign for sign in text.lower() if sign.isalnum() or sign in " '").split() for text in (said, heard)
    )
    costs = list(range(len(other) + 1))
    for place, word in enumerate(one, 1):
        last, costs[0] = costs[0], place
        for at, mine in enumerate(other, 1):
            last, costs[at] = costs[at], min(costs[at] + 1, costs[at - 1] + 1, last + (word != mine))
    return costs[-1] / max(1, len(one))


def rivals() -> dict[str, Callable[[Signal], Signal]]:
    """Return what is compared: Sayso, and the others that are here."""
    found: dict[str, Callable[[Signal], Signal]] = {
        "sayso": lambda one: restore(one, identity=embed_voice).signal,
        "sayso, hush": lambda one: restore(one, identity=embed_voice, enhancer="hush").signal,
        "duet": alone("duet"),
        "hush": alone("hush"),
        "dfn3": alone("deepfilternet"),
        "gtcrn": alone("gtcrn"),
        "afftdn": afftdn,
    }
    others = {
        "noisereduce": ("noisereduce", noisereduced),
        "pyrnnoise": ("rnnoise", rnnoised),
    }
    return found | dict(pair for package, pair in others.items() if importlib.util.find_spec(package) is not None)


def noisereduced(signal: Signal) -> Signal:
    from noisereduce import reduce_noise

    return Signal.mono(reduce_noise(y=signal.samples[0], sr=RATE), RATE)


def rnnoised(signal: Signal) -> Signal:
    """RNNoise, by the library's own interface; two frames of 10 ms late."""
    library = ctypes.CDLL(str(next(Path(place_of("pyrnnoise")).glob("librnnoise.so"))))
    library.rnnoise_create.restype = ctypes.c_void_p
    library.rnnoise_process_frame.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p]
    state = library.rnnoise_create(None)
    return framed(
        signal, 32_768.0, 960, lambda frame, out: library.rnnoise_process_frame(state, out, frame.ctypes.data)
    )


def place_of(package: str) -> str:
    spec = importlib.util.find_spec(package)
    return next(iter(spec.submodule_search_locations or ())) if spec else ""


def framed(signal: Signal, scale: float, delay: int, act: Callable[[np.ndarray, int], object]) -> Signal:
    """Return what ``act`` makes of frames of 10 ms at 48 kHz, not shifted."""
    wide = resample(signal, 48_000).samples[0] * np.float32(scale)
    count = -(-(wide.size + delay) // 480)
    frames = np.pad(wide, (0, count * 480 - wide.size)).reshape(count, 480).astype(np.float32)
    made = np.zeros_like(frames)
    for place in range(count):
        act(np.ascontiguousarray(frames[place]), made[place].ctypes.data)
    sound = resample(Signal.mono(made.reshape(-1)[delay : delay + wide.size] / scale, 48_000), RATE).samples[0]
    whole = np.zeros(signal.num_samples, np.float32)
    whole[: min(whole.size, sound.size)] = sound[: whole.size]
    return Signal.mono(whole, RATE)


if __name__ == "__main__":
    main()
