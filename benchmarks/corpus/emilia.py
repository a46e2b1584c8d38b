"""What is kept of raw audio beside Emilia's filter rule: hours, quality by judges that decide nothing, groups.

    python benchmarks/corpus/emilia.py --speakers 30 [--distillmos PYTHON] [--json FILE]

Raw: for each speaker up to 20 s of clips with pauses, as it came, in a measured room, in recorded noise of 15 or 8 dB,
or in a room with noise of 12 dB, in turn within each group (women and men, first language English or Mandarin), so
that all groups are recorded alike. Emilia's rule (He and others, 2024; its pipeline's own constants): scaled to -20 dB
by at most 3 dB, Silero VAD, what lies less than 2 s apart joined where it is shorter than 3 s, segments of 3 to 30 s,
DNSMOS OVRL >= 3.0. Its separation of music, its turns and its recogniser are left out: one person speaks alone.

Judges, of the segments kept: DistillMOS (an interpreter that has the package distillmos), and PESQ (wide band) against
the clean clips at the same place. Neither decides anything in either pipeline. Shares are of the speech in the clean
clips. Intervals: 95 % of resamplings of speakers.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from benchmarks.corpus.corpus import BASIS, SPEECH, clips, sound
from benchmarks.distillmos import distillmos
from scipy.signal import fftconvolve

from sayso.audio.decode import decode
from sayso.audio.quality import dnsmos
from sayso.audio.resample import resample
from sayso.audio.signal import Signal
from sayso.corpus.catalogue import Catalogue
from sayso.corpus.cleaning import Cleaning
from sayso.corpus.folder import CorpusFolder
from sayso.corpus.listening import spoken
from sayso.corpus.program import Runner
from sayso.corpus.row import USABLE
from sayso.corpus.running import CorpusRun
from sayso.corpus.sounds import Sounds
from sayso.models.speech_network import RATE, WINDOW, speech_of

LONGEST_S = 20.0
CONDITIONS = (("", None), ("room", None), ("noise", 15.0), ("noise", 8.0), ("room", 12.0))


@dataclass
class Recording:
    """What one person says: clean, and as it is recorded."""

    name: str
    speaker: str
    sex: str
    language: str
    condition: str
    clean: np.ndarray
    raw: np.ndarray
    speech: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.speech = np.zeros(self.clean.size, bool)
        for start, end in spoken(speech_of(self.clean)):
            self.speech[round(start * RATE) : round(end * RATE)] = True


@dataclass
class Kept:
    """A segment that stays: of which recording, where, and how it sounds then."""

    of: Recording
    start: int
    samples: np.ndarray
    judged: dict[str, float] = field(default_factory=dict)

    @property
    def speech_s(self) -> float:
        return float(self.of.speech[self.start : self.start + self.samples.size].sum()) / RATE


def recordings(speakers: int) -> list[Recording]:
    of: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in clips():
        if row.get("sex") and row["path"].startswith(("librispeech", "vctk", "speechocean762")):
            of[row["speaker"]].append(row)
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for speaker, rows in sorted(of.items()):
        groups[rows[0]["sex"], "Mandarin" if "Mandarin" in rows[0]["accent"] else "English"].append(speaker)
    found = []
    for (sex, language), members in sorted(groups.items()):
        random.Random(5).shuffle(members)
        for place, speaker in enumerate(members[:speakers]):
            rng = np.random.default_rng([place, len(found)])
            clean = joined(of[speaker], rng)
            kind, level = CONDITIONS[place % len(CONDITIONS)]
            raw = recorded(clean, kind, level, place // len(CONDITIONS), rng)
            name = f"{len(found):03d}"
            found.append(Recording(name, speaker, sex, language, f"{kind} {level or ''}".strip(), clean, raw))
    return found


def joined(rows: list[dict[str, Any]], rng: np.random.Generator) -> np.ndarray:
    pieces: list[np.ndarray] = []
    for row in rows:
        if pieces and sum(piece.size for piece in pieces) + row["duration_s"] * RATE > LONGEST_S * RATE:
            break
        pause = 1e-4 * rng.standard_normal(round(RATE * rng.uniform(0.4, 1.2)))
        pieces += [sound(row).mixed(), pause.astype(np.float32)]
    return np.concatenate(pieces)


def recorded(clean: np.ndarray, kind: str, level: float | None, turn: int, rng: np.random.Generator) -> np.ndarray:
    samples = clean
    if kind == "room":
        room = resample(decode(SPEECH / f"rir/rir{1 + turn % 2}.flac"), RATE).mixed()
        first = int(np.argmax(np.abs(room)))  # so that it stays where the clean clip is
        wet = fftconvolve(clean, room)[first : first + clean.size]
        samples = wet * np.sqrt(np.square(clean).mean() / np.square(wet).mean())
    if level is not None:
        noise = resample(decode(SPEECH / f"noise/noise{1 + turn % 3}.flac"), RATE).mixed()
        noise = np.roll(np.resize(noise, clean.size), int(rng.integers(clean.size)))
        share = np.sqrt(np.square(samples).mean() / max(float(np.square(noise).mean()), 1e-12))
        samples = samples + noise * share * 10 ** (-level / 20)
    return (samples * min(1.0, 0.95 / float(np.abs(samples).max()))).astype(np.float32)


def by_emilia(recording: Recording) -> list[Kept]:
    samples = recording.raw
    gain_db = np.clip(-20 - 20 * np.log10(np.sqrt(np.square(samples).mean())), -3, 3)
    samples = samples * np.float32(10 ** (gain_db / 20))
    samples = samples / max(1.0, float(np.abs(samples).max()))
    kept = []
    for start, end in emilia_segments(speech_of(samples)):
        piece = samples[round(start * RATE) : round(end * RATE)]
        if dnsmos(Signal.mono(piece, RATE)).ovr >= 3.0:
            kept.append(Kept(recording, round(start * RATE), piece))
    return kept


def emilia_segments(speech: np.ndarray) -> list[tuple[float, float]]:
    """Return what its pipeline cuts: VAD with pauses of 0.1 s and edges of 0.03 s, then its joining by speaker."""
    told = [(max(0.0, start - 0.03), end + 0.03) for start, end in vad(speech)]
    joined_: list[tuple[float, float]] = []
    for start, end in told:
        first = start
        while end - first >= 30:
            joined_.append((first, first + 30))
            first += 30
        last = joined_[-1] if joined_ else None
        if last is None or end - first >= 3 or first - last[1] >= 2 or end - last[0] >= 30:
            joined_.append((first, end))
        else:
            joined_[-1] = (last[0], end)
    return [(start, end) for start, end in joined_ if end - start >= 3]


def vad(speech: np.ndarray) -> list[tuple[float, float]]:
    step, found, start, quiet = WINDOW / RATE, [], -1, 0
    for place, value in enumerate([*speech.tolist(), 0.0, 0.0, 0.0, 0.0]):
        if value >= 0.5:
            start, quiet = (place if start < 0 else start), 0
        elif start >= 0 and (value < 0.35 or quiet):
            quiet += 1
            if quiet * step >= 0.1:
                end = place - quiet + 1
                if (end - start) * step >= 0.25:
                    found.append((start * step, end * step))
                start, quiet = -1, 0
    return found


def by_sayso(made: list[Recording]) -> list[Kept]:
    named = {one.name: one for one in made}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "raw")
        folder.mkdir()
        for one in made:
            soundfile.write(folder / f"{one.name}.flac", one.raw, RATE, subtype="PCM_16")
        corpus = CorpusFolder.created(Path(scratch, "home"), "raw")
        corpus.add(str(folder), BASIS, {})
        CorpusRun(corpus, Runner(workers=1), Cleaning(scores=True)).run()
        kept = []
        for row in Catalogue(corpus.path).rows():
            if row.decision in USABLE:
                path = Path(scratch, "one.flac")
                path.write_bytes(Sounds(corpus.sounds).get(row.audio, row.speaker))
                samples, _ = soundfile.read(path, dtype="float32")
                kept.append(Kept(named[Path(row.source).stem], round(row.start_s * RATE), samples, {"ovrl": row.ovrl}))
    return kept


def judge(kept: list[Kept], python: str | None) -> None:
    from pesq import NoUtterancesError, pesq

    for one in kept:
        clean = one.of.clean[one.start : one.start + one.samples.size]
        try:
            one.judged["pesq"] = float(pesq(RATE, clean, one.samples[: clean.size], "wb"))
        except NoUtterancesError:
            continue
    if not python:
        return
    for one, score in zip(kept, distillmos([one.samples for one in kept], python), strict=True):
        one.judged["distillmos"] = score


def figures(made: list[Recording], kept: list[Kept]) -> dict[str, Any]:
    told: dict[str, Any] = {"segments": len(kept), "speech_min": round(sum(one.speech_s for one in kept) / 60, 2)}
    for name in ("distillmos", "pesq"):
        told[name] = round(mean(kept, name), 3)
    for key in ("sex", "language", "condition"):
        told[key] = {value: round(rate(made, kept, key, value), 3) for value in sorted({getattr(r, key) for r in made})}
    for key in ("sex", "language"):
        told[f"least of {key}"] = round(least(made, kept, key), 3)
        drawn = [least(*redrawn(made, kept, seed), key) for seed in range(400)]
        told[f"least of {key}, 95 %"] = [round(float(x), 2) for x in np.percentile(drawn, (2.5, 97.5))]
    return told


def mean(kept: list[Kept], name: str) -> float:
    """Return the mean of a judge over the speech that stays."""
    judged = [(one.judged[name], one.speech_s) for one in kept if name in one.judged]
    told, weights = np.array(judged or [(np.nan, 1.0)]).T
    return float(np.average(told, weights=weights))


def rate(made: list[Recording], kept: list[Kept], key: str, value: str) -> float:
    whole = sum(one.speech.sum() / RATE for one in made if getattr(one, key) == value)
    return sum(one.speech_s for one in kept if getattr(one.of, key) == value) / whole


def least(made: list[Recording], kept: list[Kept], key: str) -> float:
    rates = [rate(made, kept, key, value) for value in {getattr(one, key) for one in made}]
    return min(rates) / max(*rates, 1e-9)


def redrawn(made: list[Recording], kept: list[Kept], seed: int) -> tuple[list[Recording], list[Kept]]:
    """Return speakers drawn again within their groups and conditions, with what is kept of them."""
    rng, cells, of = np.random.default_rng(seed), defaultdict(list), defaultdict(list)
    for one in made:
        cells[one.sex, one.language, one.condition].append(one)
    for one in kept:
        of[one.of.name].append(one)
    drawn = [cell[int(place)] for cell in cells.values() for place in rng.integers(len(cell), size=len(cell))]
    return drawn, [segment for one in drawn for segment in of[one.name]]


def best(kept: list[Kept], seconds: float) -> list[Kept]:
    """Return the segments with the best scores of their own pipeline, until they are ``seconds`` of speech."""
    order = sorted(kept, key=lambda one: -one.judged["ovrl"])
    before = np.cumsum([one.speech_s for one in order]) - [one.speech_s for one in order]
    return [one for one, place in zip(order, before, strict=True) if place < seconds]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--speakers", type=int, default=30, help="of each group, at most")
    options.add_argument("--distillmos", help="an interpreter that has distillmos, torch and soundfile")
    options.add_argument("--json", type=Path)
    asked = options.parse_args()
    made = recordings(asked.speakers)
    ours, theirs = by_sayso(made), [kept for one in made for kept in by_emilia(one)]
    for kept in (ours, theirs):
        judge(kept, asked.distillmos)
    told = {
        "raw": {
            "speakers": len(made),
            "min": round(sum(one.raw.size for one in made) / RATE / 60, 2),
            "speech_min": round(sum(one.speech.sum() for one in made) / RATE / 60, 2),
        },
        "sayso": figures(made, ours),
        "emilia": figures(made, theirs),
        "sayso, its best, as much as emilia": figures(made, best(ours, sum(one.speech_s for one in theirs))),
    }
    print(json.dumps(told, indent=1))
    if asked.json:
        rows = [
            {"by": by, "of": one.of.name, "sex": one.of.sex, "language": one.of.language, "speech_s": one.speech_s,
             "condition": one.of.condition, "start": one.start, "samples": one.samples.size, **one.judged}
            for by, kept in (("sayso", ours), ("emilia", theirs)) for one in kept
        ]  # fmt: skip
        asked.json.write_text(json.dumps({**told, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
