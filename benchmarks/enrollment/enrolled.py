"""Whole enrolments with speech that was made, changed or played: how many the check of synthetic speech lets pass.

    SAYSO_SPEECH=FOLDER python benchmarks/enrollment/enrolled.py [--kinds KIND...] [--json FILE]

Of each person and voice of the part for judging (spoofs.py), up to five clips of 8 s, changed by the same draw: the
first two, or half of fewer, are the statement, the others the samples. Plain and in two conditions of heard.py, real
ones in all. `stretched` and `phase-vocoder` are kinds that the detector was never trained with. Intervals: 95 %,
bootstrap over people or voices.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
from pathlib import Path

import numpy as np
from heard import CHANGED, CONDITIONS, MIKED, changed, miked
from spoofs import CHANGES, ESPEAK, MADE, RATE, group_of, mixed, narrow, part_of, people, spoken, texts
from synthetic import interval
from transformed import stretched
from vocoded import phase_vocoder

from sayso.audio import Signal
from sayso.engines.registry import engine
from sayso.enrollment.synthetic import check_synthetic
from sayso.voices import campplus
from sayso.voices.gate import speech_of

NEVER_TRAINED = {"stretched": stretched, "phase-vocoder": phase_vocoder}
WAYS = CHANGES | NEVER_TRAINED
CLIPS, STATED, MIXES, SPEEDS = 5, 2, 30, 20
SECONDS = 8


def judged_people():
    """Return the clips and the group of each person for judging of whom there are two."""
    for speaker, pieces in people().items():
        if part_of(speaker) == "judge" and len(pieces) > 1:
            yield speaker, group_of(pieces[0][0]), [piece for _, piece, _ in pieces[:CLIPS]]


def taken(kind, everybody):
    """Yield who it is, the group and the clips (16 kHz) of each enrolment with speech of ``kind``."""
    if kind in MADE:
        yield from VOICES[kind]()
        return
    for speaker, group, pieces in everybody:
        change = WAYS.get(kind, lambda piece, _rng: piece)
        yield speaker, group, [change(piece, _drawn(kind, speaker)) for piece in pieces]


def kokoro():
    """Yield what each stock voice for judging reads, and `MIXES` of them, as spoofs.py makes those."""
    one = engine("kokoro")
    space, rng = one.style_space(), np.random.default_rng(17)
    stock = zip(space.stock_names, map(np.asarray, space.stock_points()), strict=True)
    own = {name: point for name, point in stock if part_of(f"kokoro {name}") == "judge"}
    for name, point in own.items():
        yield f"kokoro {name}", "stock", [spoken(one, space.asset(point), text) for text in _read(rng)]
    for number in range(MIXES):
        voice, speed = mixed(space, list(own.values()), "judge", rng), rng.uniform(0.85, 1.15)
        yield f"mix {number}", "mix", [spoken(one, voice, text, speed=speed) for text in _read(rng)]


def hibari():
    """Yield what the one voice reads at `SPEEDS` speeds."""
    one, rng = engine("hibari"), np.random.default_rng(1)
    for number in range(SPEEDS):
        speed = rng.uniform(0.85, 1.2)
        sounds = [spoken(one, one.stock_asset("heart"), text, speed=speed) for text in _read(rng)]
        yield f"speed {number}", "stock", sounds


def espeak():
    """Yield what each voice of eSpeak NG for judging reads."""
    rng = np.random.default_rng(2)
    for voice in (one for one in ESPEAK if part_of(f"espeak {one}") == "judge"):
        yield voice, "formant", [_by_formants(voice, text) for text in _read(rng)]


def _by_formants(voice, text):
    told = ["espeak-ng", "-v", voice, "-s", str(140 + 5 * (ESPEAK.index(voice) % 7)), "--stdout", text]
    pcm = np.frombuffer(subprocess.run(told, capture_output=True, check=True).stdout[44:], "<i2")
    return narrow(pcm.astype(np.float32) / 32768, 22_050)[: SECONDS * RATE]


VOICES = {"kokoro": kokoro, "hibari": hibari, "espeak": espeak}


def _read(rng):
    return [str(text) for text in rng.choice(texts("judge"), CLIPS, replace=False)]


def _drawn(*names):
    """Return the generator of ``names``: the same for each clip of an enrolment."""
    return np.random.default_rng(int(hashlib.sha256(" ".join(names).encode()).hexdigest()[:12], 16))


def verdicts(kind, everybody):
    """Yield who, group, condition and whether the enrolment goes to a person, of each enrolment and condition."""
    for who, group, sounds in taken(kind, everybody):
        rng = _drawn("conditions", kind, who)
        other = everybody[rng.integers(len(everybody))][2][0] if kind in MADE and rng.random() < MIKED else None
        recorded = sounds if other is None else [miked(one, other, _drawn("microphone", who)) for one in sounds]
        some = CONDITIONS if kind == "real" else rng.choice(CONDITIONS, CHANGED, replace=False)
        for condition in ("plain", *map(str, some)):
            through = [changed(sound, condition, _drawn(condition, kind, who), "judge") for sound in recorded]
            yield who, group, condition, is_noticed(through)


def is_noticed(sounds):
    """Return whether an enrolment of ``sounds`` goes to a person; the first of them are one statement."""
    speech = [speech_of(Signal.mono(sound, RATE), RATE) for sound in sounds]
    count = min(STATED, len(speech) // 2)
    stated = campplus.heard(np.concatenate(speech[:count]))
    return str(check_synthetic(stated, [campplus.heard(one) for one in speech[count:]]).verdict) != "pass"


def told(kind, everybody):
    """Return how often enrolments of ``kind`` pass (of real speech: do not), in all, by group and by condition."""
    rows = list(verdicts(kind, everybody))
    who, groups, conditions, noticed = (np.array(column) for column in zip(*rows, strict=True))
    wrong = noticed if kind == "real" else ~noticed
    found = {"all": interval(who, wrong)}
    for names in (groups, conditions):
        found |= {str(name): interval(who[names == name], wrong[names == name]) for name in np.unique(names)}
    return found


def main():
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--kinds", nargs="+", default=["real", *MADE, *WAYS], choices=["real", *MADE, *WAYS])
    asked.add_argument("--json", type=Path, default=Path(os.devnull))
    chosen = asked.parse_args()
    everybody, figures = list(judged_people()), {}
    for kind in chosen.kinds:
        figures[kind] = told(kind, everybody)
        print(kind, json.dumps(figures[kind]), flush=True)
    chosen.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
