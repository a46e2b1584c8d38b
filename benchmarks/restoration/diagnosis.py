"""How well the diagnosis tells what was put into recordings of speakers of the half that nothing was tuned on.

    python benchmarks/restoration/diagnosis.py --speakers 16

Two recorded noises at 0 to 25 dB below the speech (mean power of both); rooms: a measured response, also with its decay
made faster, of which RT60 (decay from -5 to -25 dB) and C50 follow by ISO 3382; cut peaks of 0.1 to 2 % of the samples
in half of the clips; mains hum 15 to 40 dB below, two of them and none in each (played 3 % slower, since recordings
bring hum of their own: then it is not at the mains frequency); an end of the band at 2 to 7 kHz; the next speaker in
that room 10 dB below, all along, beside the clip alone.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np
from rivals import RATE, chosen
from scipy.signal import fftconvolve, resample_poly

from sayso.audio.decode import decode
from sayso.audio.signal import Signal
from sayso.restoration import Diagnosis, diagnose


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--speakers", type=int, default=16)
    folder = Path(os.environ.get("SAYSO_SPEECH", "../shared/speech"))
    clips = [row["samples"] for row in chosen(folder, parser.parse_args().speakers)]
    names = ("noise/noise1.flac", "noise/noise3.flac", "rir/rir1.flac")
    *noises, room = (decode(folder / name).samples[0] for name in names)
    noises[0] = noises[0][20 * RATE :]  # the network of acoustics was trained with what comes before
    rng = np.random.default_rng(0)
    off: dict[str, list[float]] = {name: [] for name in ("snr", "rt60", "c50", "bandwidth")}
    hits: dict[str, list[tuple[bool, bool]]] = {"clipping": [], "hum": []}
    for place, clean in enumerate(clips):
        level = rng.uniform(0, 25)
        over = np.resize(noises[place % 2], clean.size)
        noisy = clean + over * np.sqrt(np.mean(clean**2) / np.mean(over**2) / 10 ** (level / 10))
        apart(off, "snr", diagnosed(noisy), level)
        response, rt60, c50 = shortened(room, rng.uniform(0.4, 1.0))
        found = diagnosed(fftconvolve(clean, response)[: clean.size])
        apart(off, "rt60", found, rt60)
        apart(off, "c50", found, c50)
        edge = rng.uniform(2_000, 7_000)
        apart(off, "bandwidth", diagnosed(narrowed(clean, edge)), edge)
        is_cut, slow = place % 2 == 0, slower(clean)
        hits["clipping"].append((is_cut, diagnosed(cut(clean, rng) if is_cut else clean)["clipping"].is_fault))
        for is_hummed in (False, True, True):
            sound = hummed(slow, rng) if is_hummed else slow
            hits["hum"].append((is_hummed, diagnosed(sound)["hum"].is_fault))
    for name, values in off.items():
        error = np.abs(values)
        print(
            f"{name}: error {error.mean():.2f} in the mean, {np.median(error):.2f} median, bias {np.mean(values):+.2f}"
        )
    print(f"bandwidth within 500 Hz: {np.mean(np.abs(off['bandwidth']) <= 500):.2f} of {len(off['bandwidth'])}")
    for name, pairs in hits.items():
        right = sum(a and b for a, b in pairs)
        missed, false = (sum(a == one and b != one for a, b in pairs) for one in (True, False))
        score = 2 * right / max(1, 2 * right + missed + false)
        print(f"{name}: F1 {score:.3f} of {len(pairs)}, {missed} missed, {false} false")
    print(f"chatter at 10 dB: AUC {chatter(clips, room):.3f} of {len(clips)}")


def chatter(clips: list[np.ndarray], room: np.ndarray) -> float:
    """Return how often more chatter is found in a clip with another speaker in it than in a clip alone."""
    alone, among = [], []
    for place, clean in enumerate(clips):
        other = fftconvolve(np.resize(clips[(place + 1) % len(clips)], clean.size), room)[: clean.size]
        mixed = clean + other * np.sqrt(np.mean(clean**2) / np.mean(other**2) / 10)
        alone.append(diagnosed(clean).amount("chatter"))
        among.append(diagnosed(mixed).amount("chatter"))
    more = np.subtract.outer(among, alone)
    return float(np.mean(more > 0) + np.mean(more == 0) / 2)


def diagnosed(samples: np.ndarray) -> Diagnosis:
    return diagnose(Signal.mono(samples, RATE))


def apart(off: dict[str, list[float]], name: str, found: Diagnosis, true: float) -> None:
    value = found[name].value
    if value is not None:
        off[name].append(value - true)


def shortened(room: np.ndarray, share: float) -> tuple[np.ndarray, float, float]:
    """Return ``room`` with a reverberation of ``share`` of its own, its RT60 in s and C50 in dB."""
    response = room[int(np.argmax(np.abs(room))) :].astype(np.float64)
    own, _ = decay(response)
    at = np.arange(response.size) / RATE
    made = response * 10 ** (-3 * at * (1 / (own * share) - 1 / own))
    return made, *decay(made)


def decay(response: np.ndarray) -> tuple[float, float]:
    energy = np.cumsum(response[::-1] ** 2)[::-1]
    level = 10 * np.log10(energy / energy[0] + 1e-12)
    first, last = (int(np.argmax(level < edge)) for edge in (-5, -25))
    early = round(0.05 * RATE)
    return 3 * (last - first) / RATE, float(10 * np.log10((energy[0] - energy[early]) / energy[early]))


def narrowed(clean: np.ndarray, edge: float) -> np.ndarray:
    spectrum = np.fft.rfft(clean)
    spectrum[round(edge * clean.size / RATE) :] = 0
    return np.fft.irfft(spectrum, clean.size)


def cut(clean: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    limit = np.quantile(np.abs(clean), 1 - rng.uniform(0.001, 0.02))
    return np.clip(clean, -limit, limit)


def slower(clean: np.ndarray) -> np.ndarray:
    return resample_poly(clean, 103, 100).astype(np.float32)


def hummed(clean: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    at = np.arange(clean.size) / RATE
    mains = rng.choice([50, 60])
    hum = sum(np.sin(2 * np.pi * mains * tone * at + tone) / tone for tone in (1, 2, 3, 5))
    return clean + hum * np.sqrt(np.mean(clean**2) / np.mean(hum**2) / 10 ** (rng.uniform(1.5, 4.0)))


if __name__ == "__main__":
    main()
