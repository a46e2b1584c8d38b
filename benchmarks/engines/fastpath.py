"""A fast path for live clones: hibari's sound moved towards a speaker, judged by CAM++ as the fits are.

    SAYSO_SPEECH=/path/to/speech python benchmarks/engines/fastpath.py --speakers 8

hibari's net gives pitch and spectra frame by frame, so that a transformation costs next to nothing and streams: the
pitch is moved by the ratio of the medians, the spectra are stretched along the frequency axis (formants), and a tone
is fitted. The stretch is chosen on the first 70 % of a speaker's recordings by GE2E; CAM++ judges with the last 30 %
and with sentences that the choice did not hear. ``self`` is the speaker's own other speech, ``stranger`` the nearest
of the crowd, ``cpu`` the processor time to the first half second of sound, of it ``added`` by the transformation.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

import numpy as np

from sayso import models
from sayso.audio import decode
from sayso.audio.signal import Signal
from sayso.engines import hibari, hibari_sound
from sayso.engines.phonemes import phonemes
from sayso.engines.tone import apply_tone
from sayso.voices import campplus
from sayso.voices.embedding import embed_speech, similarity
from sayso.voices.gate import speech_of
from sayso.voices.likeness import Parted
from sayso.voices.pitch import log_pitch
from sayso.voices.sentences import JUDGED, SEARCHED
from sayso.voices.tone_fit import fit_tone

STRETCHES = (0.82, 0.88, 0.94, 1.0, 1.06, 1.12)


def spectra(text: str) -> list[np.ndarray]:
    found = models.session("hibari").run(None, hibari._feeds(phonemes(text), 1.0))
    return [one[0] for one in found]


def moved(parts: list[np.ndarray], pitch: float, stretch: float) -> list[np.ndarray]:
    *bins, f0 = parts
    places = np.clip(np.arange(601) / stretch, 0, 600)
    low = np.minimum(places.astype(int), 599)
    share = (places - low).astype(np.float32)[:, None]
    return [*(one[low] * (1 - share) + one[low + 1] * share for one in bins), (f0 * pitch).astype(np.float32)]


def said(parts: list[np.ndarray]) -> Signal:
    return Signal.mono(np.clip(hibari_sound.whole(parts, np.random.default_rng(0)), -1, 1), 24_000)


def heard(signal: Signal) -> np.ndarray:
    return speech_of(signal, 16_000)


def speaker(paths: list[Path]) -> dict[str, float]:
    parted = Parted.of([decode(path) for path in paths])
    target = embed_speech(parted.heard)
    searched = [spectra(text) for text in SEARCHED[:2]]
    plain = [said(parts) for parts in searched]
    pitch = float(np.exp(log_pitch(parted.heard) - log_pitch(np.concatenate([heard(one) for one in plain]))))
    scores = []
    for stretch in STRETCHES:
        spoken = [heard(said(moved(parts, pitch, stretch))) for parts in searched]
        scores.append(np.mean([similarity(embed_speech(one), target) for one in spoken]))
    stretch = STRETCHES[int(np.argmax(scores))]
    tone = fit_tone(parted.heard, [heard(said(moved(parts, pitch, stretch))) for parts in searched], target)
    judged = [spectra(text) for text in JUDGED[:3]]
    clones = [said(moved(parts, pitch, stretch)) for parts in judged]
    toned = [Signal.mono(np.clip(apply_tone(one.samples[0], tone, 24_000), -1, 1), 24_000) for one in clones]
    likeness, before = parted.likeness(toned), parted.likeness([said(parts) for parts in judged])
    own = similarity(campplus.embed_speech(parted.heard), campplus.embed_speech(parted.aside))
    return {
        "plain": before.campplus,
        "moved": likeness.campplus,
        "moved, GE2E": likeness.ge2e,
        "self": own,
        "stranger": likeness.stranger,
        "pitch": pitch,
        "stretch": stretch,
    }


def cost() -> dict[str, float]:
    """Return the processor time to the first block, in ms, plain and moved: medians of 20."""
    text = "The keeper climbed the narrow stair before dawn, and he was not alone in the tower that night."
    rows: dict[str, list[float]] = {"cpu": [], "added": []}
    for _ in range(20):
        started = time.process_time()
        parts = spectra(text)
        next(hibari_sound.blocks(parts, np.random.default_rng(0)))
        plain = time.process_time() - started
        started = time.process_time()
        moved([part[..., :40] for part in parts], 0.6, 0.88)
        rows["cpu"].append(1000 * plain)
        rows["added"].append(1000 * (time.process_time() - started))
    return {name: float(np.median(values)) for name, values in rows.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--speakers", type=int, default=8)
    parser.add_argument("--json", type=Path)
    words = parser.parse_args()
    folders = sorted(one for one in (Path(os.environ["SAYSO_SPEECH"]) / "librispeech").iterdir() if one.is_dir())
    rows = {}
    for folder in folders[:: max(1, len(folders) // words.speakers)][: words.speakers]:
        rows[folder.name] = speaker(sorted(folder.rglob("*.flac")))
        print(folder.name, "  ".join(f"{name} {value:.3f}" for name, value in rows[folder.name].items()), flush=True)
    means = {name: float(np.mean([row[name] for row in rows.values()])) for name in next(iter(rows.values()))}
    rows |= {"mean": means, "first sound": cost()}
    for label in ("mean", "first sound"):
        print(label, "  ".join(f"{name} {value:.3f}" for name, value in rows[label].items()), flush=True)
    if words.json:
        words.json.parent.mkdir(exist_ok=True)
        words.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
