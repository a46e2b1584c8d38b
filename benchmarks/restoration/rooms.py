"""What a repair gains over many noises and rooms, on speakers of the half that nothing was tuned on.

    PYTHONPATH=. python benchmarks/restoration/rooms.py --noises FOLDER --speakers 24 [--json ROWS]

FOLDER: some packages of Debian, unpacked (``dpkg-deb -x``), whose recordings of real places nothing was tuned on:
simutrans-pak64, wesnoth-1.16-data, lugaru-data, extremetuxracer-data, supertux-data, freecol. A clip of each speaker
(`rivals.chosen`) with one of them over it, with noise of another's spectrum (shaped), with two to seven others in a
room (babble), at 0 to 10 dB, and with one other in a room (talker) at 5 or 10 dB, all drawn by the speaker's number.
The room is the measured one that nothing was tuned on, its decay made faster by up to 60 %.

DNSMOS (the plan uses it), CAM++ (the plan asks it for the likeness to the recording) and PESQ against the clean clip;
``own``: the d-vector against it, which is in nothing (benchmarks/voices/dvector.py tells where its file is looked for).
"""

from __future__ import annotations

import argparse
import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.voices import dvector
from diagnosis import shortened
from repair import RATE, alone, judgement
from rivals import chosen, shaped, spread
from scipy.signal import fftconvolve

from sayso.audio.decode import decode
from sayso.audio.resample import resample
from sayso.audio.signal import Signal
from sayso.restoration import restore
from sayso.voices.campplus import embed_voice

NOISES = (
    "Water",
    "arctic",
    "bus",
    "buzzsaw",
    "comet-jet",
    "crossing",
    "desert",
    "forest",
    "horse",
    "planelow",
    "seagulls",
    "steam",
    "tropic",
    "truck",
    "night",
    "campfire",
    "wardrums",
    "morning",
    "ship",
    "birds1",
    "birds2",
    "birds3",
    "DesertAmbient",
    "Fire",
    "Wind",
    "grass_slide",
    "leaves_slide",
    "mud_slide",
    "rock_slide",
    "rain",
    "waterfall",
    "thunder",
    "lava",
    "saw",
    "fountain",
    "mission",
)
CASES = ("noise", "shaped", "babble", "talker")
FIGURES = ("ovr", "sig", "sim", "pesq", "own")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--noises", type=Path, required=True)
    parser.add_argument("--speakers", type=int, default=24)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    folder = Path(os.environ.get("SAYSO_SPEECH", "../shared/speech"))
    clips, noises = chosen(folder, arguments.speakers), recorded(arguments.noises)
    room = decode(folder / "rir/rir2.flac").samples[0]
    print(f"{len(clips)} speakers, {len(noises)} noises", flush=True)
    rows: list[dict[str, Any]] = []
    for place in range(len(clips)):
        rows += measured(clips, place, noises, room)
        if arguments.json:
            arguments.json.write_text("\n".join(json.dumps(row) for row in rows))
        print(f"{place + 1} of {len(clips)}", flush=True)
    told(rows)


def recorded(folder: Path) -> list[np.ndarray]:
    """Return the noises, mono at 16 kHz, without the silence around them."""
    files = {path.stem: path for path in sorted(folder.rglob("*")) if path.suffix in {".ogg", ".wav"}}
    if missing := [name for name in NOISES if name not in files]:
        raise SystemExit(f"got a folder without {', '.join(missing)}, expected the packages that the docstring names")
    sounds = [resample(decode(files[name]), RATE).samples.mean(axis=0) for name in NOISES]
    loud = [np.flatnonzero(np.abs(sound) > 0.02 * np.abs(sound).max()) for sound in sounds]
    return [sound[places[0] : places[-1] + 1] for sound, places in zip(sounds, loud, strict=True)]


def measured(clips: list[dict[str, Any]], place: int, noises: list[np.ndarray], room: np.ndarray) -> Iterator[dict]:
    clip = clips[place]
    clean = clip["samples"].astype(np.float64)
    random = np.random.default_rng(place)
    voice, own = embed_voice(Signal.mono(clean, RATE)), dvector.embed(clean.astype(np.float32))
    for case in CASES:
        snr = float(random.choice((5, 10)) if case == "talker" else random.uniform(0, 10))
        sound = over(case, clips, place, noises, room, random)
        level = np.mean(clean**2) / np.mean(sound**2) / 10 ** (snr / 10)
        mixed = Signal.mono(clean + np.sqrt(level) * sound, RATE)
        for name, act in acts().items():
            made = act(mixed)
            row = dict(zip(FIGURES, judgement(made, clip["samples"], voice), strict=False))
            if own is not None:
                row["own"] = float(dvector.embed(made.samples[0]) @ own)
            yield (
                row
                | {"case": case, "snr": snr, "by": name, "place": place, "same": bool(made is mixed)}
                | {key: clip[key] for key in ("sex", "native")}
            )


def over(case: str, clips: list[dict], place: int, noises: list[np.ndarray], room: np.ndarray, random: Any) -> Any:
    """Return what lies over the clip at ``place``, as long as it."""
    size = clips[place]["samples"].size
    if case == "noise":
        return np.resize(noises[random.integers(len(noises))], size).astype(np.float64)
    others = random.permutation([other for other in range(len(clips)) if other != place])
    sounds = [np.resize(clips[other]["samples"], size).astype(np.float64) for other in others[:7]]
    if case == "shaped":
        return np.resize(shaped(sounds[0], place), size)
    count = 1 if case == "talker" else random.integers(2, 8)
    near, _, _ = shortened(room, random.uniform(0.4, 1.0))
    return fftconvolve(sum(sound / np.sqrt(np.mean(sound**2)) for sound in sounds[:count]), near)[:size]


def acts() -> dict[str, Callable[[Signal], Signal]]:
    return {
        "before": lambda one: one,
        "sayso": lambda one: restore(one, identity=embed_voice).signal,
        "duet": alone("duet"),
        "hush": alone("hush"),
        "dfn3": alone("deepfilternet"),
        "gtcrn": alone("gtcrn"),
    }


def told(rows: list[dict[str, Any]]) -> None:
    """Print what each changes, by case, over noise and babble, at 0 to 5 dB of those, and by group."""
    parts: dict[str, Callable[[dict], bool]] = {
        **{case: lambda row, case=case: row["case"] == case for case in CASES},
        "talker 5 dB": lambda row: row["case"] == "talker" and row["snr"] == 5,
        "talker 10 dB": lambda row: row["case"] == "talker" and row["snr"] == 10,
        "noise, shaped and babble": lambda row: row["case"] != "talker",
        "... to 5 dB": lambda row: row["case"] != "talker" and row["snr"] <= 5,
        "... women": lambda row: row["case"] != "talker" and row["sex"] == "F",
        "... men": lambda row: row["case"] != "talker" and row["sex"] == "M",
        "... native": lambda row: row["case"] != "talker" and row["native"],
        "... not native": lambda row: row["case"] != "talker" and not row["native"],
    }
    for name, belongs in parts.items():
        found = [row for row in rows if belongs(row)]
        before = {(row["case"], row["place"]): row for row in found if row["by"] == "before"}
        if not before:
            continue
        means = "  ".join(
            f"{one} {np.nanmean([row.get(one, np.nan) for row in before.values()]):.3f}" for one in FIGURES
        )
        print(f"\n{name} ({len(before)} clips): {means}")
        for by in acts():
            if by != "before":
                changes = "  ".join(f"{one} {changed(found, before, by, one)}" for one in FIGURES)
                print(f"  {by:6s} {changes}")


def average(rows: list[dict], one: str) -> float:
    return float(np.nanmean([row.get(one, np.nan) for row in rows]))


def changed(found: list[dict], before: dict, by: str, one: str) -> str:
    """Return the mean change of a figure over speakers, with its interval."""
    changes: dict[int, list[float]] = defaultdict(list)
    for row in found:
        if row["by"] == by and one in row:
            changes[row["place"]].append(row[one] - before[row["case"], row["place"]][one])
    return spread(np.array([np.nanmean(values) for values in changes.values()])) if changes else "-"


if __name__ == "__main__":
    main()
