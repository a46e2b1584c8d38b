"""Clones by the style fit, and their people, before the detector of synthetic speech: none of them trained it.

    SAYSO_SPEECH=FOLDER python benchmarks/enrollment/cloned.py [--speakers 1] [--out FOLDER]

Of so many people of each sex and first language, of the part for judging (spoofs.py makes its clips), a voice is cloned
(Kokoro, effort ``fast``, 8 s); unmarked, it reads a statement and four samples. Of the people themselves, one clip is
the statement and the others are the samples, as they were recorded.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter, defaultdict
from pathlib import Path

from spoofs import ROOT, clips, part_of, spoken

from sayso.audio import Signal
from sayso.engines.registry import engine as engine_named
from sayso.enrollment.synthetic import check_synthetic
from sayso.settings import load
from sayso.voices import campplus
from sayso.voices.gate import speech_of
from sayso.workflows.installation.session import open_session
from sayso.workflows.voices import voicebook

sys.path.append(str(Path(__file__).parent.parent / "fairness"))
from clones import SAMPLES, cloned, people

RATE, EVERYBODY = campplus.SAMPLE_RATE, 1_000
STATEMENT = (
    "I am reading this aloud so that my voice may be cloned. The words are harbour, candle, seven, window, yellow and "
    "stone. Northwind Audio may use it for audiobooks until the end of next year."
)


def chosen(count):
    """Return ``count`` people of each sex and first language whom nobody trained with."""
    found, groups = [], Counter()
    for one in people(ROOT, EVERYBODY):
        group = one[1:3]
        if part_of(one[0]) == "judge" and groups[group] < count:
            groups[group] += 1
            found.append(one)
    return found


def told(sounds):
    """Return the verdict and the figures of a statement and its samples (16 kHz)."""
    stated, *samples = [campplus.heard(speech_of(Signal.mono(sound, RATE), RATE)) for sound in sounds]
    found = check_synthetic(stated, samples)
    return str(found.verdict), {name: round(value, 2) for name, value in found.figures.items()}


def owners():
    """Yield the group and the verdict of everybody for judging of whom there are two clips."""
    kept = defaultdict(list)
    for clip in clips():
        if clip.kind == "real" and clip.part == "judge":
            kept[clip.who, clip.group].append(clip.samples())
    for (_, group), sounds in kept.items():
        if len(sounds) > 1:
            yield group, told(sounds)[0]


def main():
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--speakers", type=int, default=1, help="of each sex and first language")
    asked.add_argument("--out", type=Path, default=Path(".bench/cloned"))
    wanted = asked.parse_args()
    wanted.out.mkdir(parents=True, exist_ok=True)
    print(dict(Counter(owners())), flush=True)
    os.environ |= {"SAYSO_HOME": str(wanted.out / "home"), "SAYSO_ENROLLMENT": "attested"}
    session, engine = open_session(load()), engine_named("kokoro")
    for one in cloned(session, chosen(wanted.speakers), wanted.out, None):
        asset = voicebook.cast(session, one["voice"]).open(session)
        sounds = [spoken(engine, asset, text, seconds=30) for text in (STATEMENT, *SAMPLES)]
        print({name: one[name] for name in ("sex", "language", "told")}, *told(sounds), flush=True)


if __name__ == "__main__":
    main()
