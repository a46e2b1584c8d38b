"""How much of the other talkers `restore --speaker` takes out, and how much of the wanted one.

    python benchmarks/restoration/speaker.py --talks 20

Talks of two speakers of the half that nothing was tuned on: three turns of 1.5 to 5 s each, pauses of 0.1 to 0.6 s, a
recorded noise 25 dB below. The reference is another recording of the wanted speaker. ``removed``: the part of each
one's samples, pauses inside a turn counted, that is room tone afterwards. Speakers with two recordings and more.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import time
from pathlib import Path

import numpy as np

from sayso.audio.decode import decode
from sayso.audio.signal import Signal
from sayso.restoration import restore
from sayso.voices.campplus import embed_voice

RATE = 16_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--talks", type=int, default=20)
    parser.add_argument("--half", choices=["tuning", "judged"], default="judged")
    arguments = parser.parse_args()
    folder = Path(os.environ.get("SAYSO_SPEECH", "../shared/speech"))
    voices = recordings(folder, arguments.half == "judged")
    noise = decode(folder / "noise" / "noise2.flac").samples[0]
    rows = [talk(list(voices.values()), place, noise) for place in range(arguments.talks)]
    found = np.array([row for row in rows if row[0]])
    print(f"{len(rows)} talks of {len(voices)} speakers; the speaker found in {len(found)}")
    for name, column in (("of others removed", 1), ("of the wanted removed", 2), ("likeness before", 3), ("after", 4)):
        low, high = interval(found[:, column])
        print(f"{name}: {found[:, column].mean():.3f} (95 % of resamplings: {low:.3f} to {high:.3f})")
    print(f"likeness fell in {(found[:, 4] < found[:, 3]).sum()}; real-time factor {np.mean([r[5] for r in rows]):.3f}")


def interval(values: np.ndarray) -> tuple[float, float]:
    rng = np.random.default_rng(0)
    means = [rng.choice(values, values.size).mean() for _ in range(2_000)]
    return float(np.percentile(means, 2.5)), float(np.percentile(means, 97.5))


def recordings(folder: Path, is_judged: bool) -> dict[str, list[np.ndarray]]:
    """Return up to five recordings of each speaker of a half who has two."""
    found: dict[str, list[Path]] = {}
    for line in (folder / "manifest.jsonl").read_text().splitlines():
        row = json.loads(line)
        speaker = row.get("speaker") or ""
        is_in = speaker and (hashlib.sha256(speaker.encode()).digest()[0] % 2 == 1) == is_judged
        if is_in and row["duration_s"] > 2 and row["sample_rate"] == RATE:
            found.setdefault(speaker, []).append(folder / row["path"])
    several = {speaker: paths[:5] for speaker, paths in found.items() if len(paths) > 1}
    return {speaker: [decode(path).samples[0] for path in paths] for speaker, paths in several.items()}


def talk(voices: list[list[np.ndarray]], place: int, noise: np.ndarray) -> tuple[float, ...]:
    """Return whether the speaker is found, the parts removed, the likenesses, the time a second."""
    rng = np.random.default_rng(place)
    wanted, other = voices[place % len(voices)], voices[(3 * place + 1) % len(voices)]
    if other is wanted:
        other = voices[(place + 5) % len(voices)]
    pieces, whose = [], []
    for turn in range(3):
        for who, (sound, *_) in ((1, [wanted[1 + turn % (len(wanted) - 1)]]), (2, [other[turn % len(other)]])):
            said = sound[: round(rng.uniform(1.5, 5) * RATE)]
            pause = round(rng.uniform(0.1, 0.6) * RATE)
            pieces += [0.05 * said / np.sqrt(np.mean(said**2)), np.zeros(pause)]
            whose += [np.full(said.size, who), np.zeros(pause)]
    sound, who = np.concatenate(pieces), np.concatenate(whose)
    over = np.resize(noise, sound.size)
    sound = sound + over * np.sqrt(np.mean(sound**2) / np.mean(over**2) / 10**2.5)
    reference = embed_voice(Signal.mono(wanted[0], RATE))
    begun = time.process_time()
    done = restore(Signal.mono(sound, RATE), identity=embed_voice, wanted=reference)
    spent = (time.process_time() - begun) * RATE / sound.size
    told = done.speaker
    gone = np.zeros(sound.size, bool)
    for turn in told.removed:
        gone[round(turn.start_s * RATE) : round(turn.stop_s * RATE)] = True
    parts = [float(gone[who == one].mean()) for one in (2, 1)]
    return float(told.is_heard), *parts, told.before or 0.0, told.after or 0.0, spent


if __name__ == "__main__":
    main()
