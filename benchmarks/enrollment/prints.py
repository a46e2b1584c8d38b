"""The prints of people's statements and samples, each embedded once and kept in .bench, for what is measured on them.

Of who left several recordings, the first third of the speech (10 s at most) is the statement, later recordings the
samples (30 s at most); of who left one, its first third and the rest, which share the microphone and the hour.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from spoofs import ROOT, manifest, narrow

from sayso.audio import Signal, decode
from sayso.enrollment.same_speaker import compared, embedded, listened, packed_print, unpacked_print
from sayso.voices.errors import NoVoiceInside
from sayso.voices.gate import speech_of

RATE = 16_000
KEPT = Path(".bench/prints.npz")
TUNED = set(json.loads((Path(__file__).parent / "tuned.json").read_text())["speaker"])


@dataclass(frozen=True)
class Person:
    """One person: the print of the statement and of the samples, what the check says of them, and their speech."""

    name: str
    sex: str
    statement: tuple
    samples: tuple
    verdict: str
    stated_s: float
    spoken_s: float

    @property
    def is_tuned(self):
        """Whether a threshold was chosen with this person."""
        return self.name in TUNED


def recordings():
    """Yield each person's name, sex, and the speech of each recording: 16 kHz without pauses."""
    by_person = defaultdict(list)
    for row in manifest():
        by_person[row["speaker"]].append(row)
    for name, rows in sorted(by_person.items()):
        yield name, rows[0]["sex"], [_speech(row) for row in sorted(rows, key=lambda row: row["path"])]


def sounds():
    """Yield each person's name, sex, statement and samples: 16 kHz without pauses."""
    for name, sex, every in recordings():
        speech = [one for one in every if len(one) >= RATE]
        if len(speech) > 1:
            first = max(1, len(speech) // 3)
            stated, rest = np.concatenate(speech[:first])[: 10 * RATE], speech[first:]
        elif speech:
            third = len(speech[0]) // 3
            stated, rest = speech[0][:third], [speech[0][third:]]
        else:
            continue
        yield name, sex, stated, _first(rest, 30 * RATE)


def people():
    """Return everybody's prints."""
    if not KEPT.exists():
        _keep()
    with np.load(KEPT, allow_pickle=False) as file:
        rows = zip(*(file[name] for name in ("names", "sexes", "stated", "spoken", "verdicts", "lengths")), strict=True)
        return [Person(str(n), str(s), _print(a), _print(b), str(v), *map(float, t)) for n, s, a, b, v, t in rows]


def _keep():
    kept = defaultdict(list)
    for name, sex, stated, samples in sounds():
        try:
            check, voice = compared(listened(stated), [listened(one) for one in samples])
        except NoVoiceInside:
            continue
        for key, value in {"names": name, "sexes": sex, "verdicts": str(check.verdict)}.items():
            kept[key].append(value)
        kept["stated"].append(np.concatenate(embedded(stated)))
        kept["spoken"].append(np.concatenate(voice))
        kept["lengths"].append([len(stated) / RATE, sum(map(len, samples)) / RATE])
    KEPT.parent.mkdir(exist_ok=True)
    np.savez(KEPT, **{name: np.array(values) for name, values in kept.items()})


def _print(numbers):
    return unpacked_print(packed_print((numbers[:192], numbers[192:])))


def _speech(row):
    signal = decode((ROOT / row["path"]).read_bytes())
    return speech_of(Signal.mono(narrow(signal.mixed(), signal.sample_rate), RATE), RATE)


def _first(recordings, length):
    """Return as many of the recordings as ``length`` samples hold, the last cut."""
    found = []
    for one in recordings:
        left = length - sum(map(len, found))
        if left < RATE:
            break
        found.append(one[:left])
    return found
