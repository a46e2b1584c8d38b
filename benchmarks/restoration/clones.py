"""Clones made from noisy recordings, with and without repair: how like the clean voice each is.

    SAYSO_SPEECH=FOLDER python -m benchmarks.restoration.clones [--speakers 9] [--out .bench/noisy-clones]

Speakers whom neither repair nor fit was tuned on, women and men, native and not in turn; noise, six talkers (babble) or
one talker in a room over their recordings, at 5 dB, a case for each in turn. Each is cloned twice with effort ``fast``,
from the recordings as they are and as `prepared` gives them; where repair leaves them alone it is one clone. Judged
beside clean recordings that no clone was made from, by 12 sentences: CAM++ (in the loss of the fit, and in the guard of
the repair), GE2E (in the loss) and the d-vector (in nothing; where its file is, benchmarks/voices/dvector.py). What is
done is kept in --out and not done again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import defaultdict
from pathlib import Path

import numpy as np
from benchmarks.voices import dvector
from benchmarks.voices.recordings import TUNED, folder, rows, speaker
from benchmarks.voices.similarity import PERMITTED, SENTENCES
from scipy.signal import fftconvolve

from sayso.audio.decode import decode
from sayso.audio.quality import dnsmos
from sayso.audio.resample import resample
from sayso.audio.signal import Signal, concatenate
from sayso.engines.kokoro import Kokoro
from sayso.voices import Effort, Reference, campplus, fit, similarity
from sayso.voices.embedding import embed_speech
from sayso.voices.gate import speech_of
from sayso.voices.reference import prepared

RATE, SNR_DB, REFERENCE_S, HELD_S = 16_000, 5, 12, 5
CASES = ("noise", "babble", "talker")
JUDGES = {"campplus": campplus.embed_speech, "ge2e": embed_speech, "dvector": dvector.embed}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--speakers", type=int, default=9)
    parser.add_argument("--out", type=Path, default=Path(".bench/noisy-clones"))
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    people = chosen(asked.speakers)
    for place, name in enumerate(people):
        kept = asked.out / f"{name.replace(':', '-')}.json"
        if not kept.exists():
            kept.write_text(json.dumps(measured(people, place)))
        print(json.loads(kept.read_text()), flush=True)
    told([json.loads(file.read_text()) for file in sorted(asked.out.glob("*.json"))])


def chosen(count: int) -> list[str]:
    """Return so many speakers of the half that repair is judged with, the groups in turn."""
    groups = defaultdict(list)
    for name in sorted(rows(), key=lambda name: hashlib.sha256(f"noisy {name}".encode()).digest()):
        if hashlib.sha256(name.encode()).digest()[0] % 2 == 0 or name in TUNED:
            continue
        who = speaker(name)
        lengths = [sum(one.duration_s for one in part) for part in (who.reference, who.held)]
        if lengths[0] >= HELD_S and lengths[1] >= HELD_S:
            groups[who.sex, who.native].append(name)
    turns = max(len(group) for group in groups.values())
    return [group[turn] for turn in range(turns) for _, group in sorted(groups.items()) if turn < len(group)][:count]


def measured(people: list[str], place: int) -> dict:
    """Clone one speaker from noisy recordings, and from what repair makes of them."""
    who, case = speaker(people[place]), CASES[place % len(CASES)]
    clean = heard(who.reference)[: REFERENCE_S * RATE]
    others = [heard(speaker(people[(place + step) % len(people)]).reference) for step in range(1, 7)]
    noisy = mixed(clean, np.resize(over(case, others, clean.size), clean.size))
    repaired = prepared([b""], [noisy], PERMITTED)
    row = {"speaker": people[place], "sex": who.sex, "native": who.native, "case": case}
    row |= {"repairs": list(repaired[0].repairs), "without": likeness([Reference(b"", b"1", noisy, ())], who.held)}
    return row | {"with": likeness(repaired, who.held) if repaired[0].repairs else row["without"]}


def heard(clips) -> np.ndarray:
    return resample(concatenate(clips), RATE).mixed()


def over(case: str, others: list[np.ndarray], length: int) -> np.ndarray:
    if case == "noise":
        return decode(folder() / "noise/noise2.flac").samples[0]
    if case == "talker":
        return fftconvolve(np.resize(others[0], length), decode(folder() / "rir/rir2.flac").samples[0])
    return sum(np.resize(one, length) / np.sqrt(np.mean(one**2)) for one in others)


def mixed(clean: np.ndarray, noise: np.ndarray) -> Signal:
    level = np.mean(clean**2) / np.mean(noise**2) / 10 ** (SNR_DB / 10)
    return Signal.mono((clean + np.sqrt(level) * noise).astype(np.float32), RATE)


def likeness(references, held) -> dict[str, float]:
    """Return how like clean recordings a clone is, by each judge, and its DNSMOS."""
    engine = Kokoro()
    asset = fit(engine, references, PERMITTED, effort=Effort.FAST).asset
    spoken = [concatenate(list(engine.stream(sentence, asset))) for sentence in SENTENCES]
    said, target = (np.concatenate([speech_of(one, RATE) for one in part]) for part in (spoken, held))
    both = {judge: (embed(said), embed(target)) for judge, embed in JUDGES.items()}
    found = {judge: similarity(*two) for judge, two in both.items() if two[0] is not None}
    return {name: float(value) for name, value in (found | {"dnsmos": dnsmos(concatenate(spoken)).ovr}).items()}


def told(found: list[dict]) -> None:
    for judge in found[0]["with"]:
        gains = [row["with"][judge] - row["without"][judge] for row in found]
        print(f"{judge}: more like in {sum(gain > 0 for gain in gains)} of {len(gains)}, ", end="")
        print(f"lower by 0.02 in {sum(gain <= -0.02 for gain in gains)}, median {np.median(gains):+.3f}, ", end="")
        print(f"least {min(gains):+.3f}; without {np.median([row['without'][judge] for row in found]):.3f}")
    print(f"left as they were: {sum(not row['repairs'] for row in found)} of {len(found)}")


if __name__ == "__main__":
    main()
