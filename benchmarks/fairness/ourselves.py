"""Sayso itself by group, at its own gate: planned, then measured, then judged.

    python benchmarks/fairness/ourselves.py [--speakers 12] [--out .bench/fairness-ourselves] [SUBJECT ...]

Real speech of SAYSO_SPEECH: of each of so many women and men of each first language 8 s, short clips joined, so that
length is the same for all; for the verifier and the check of one speaker 9 s of speech, pauses left out, of those who
left as much: who reads slowly pauses more. First language and corpus are one here (English: LibriSpeech; Mandarin:
speechocean762), so a gap between them may be one of microphones. Age is what the speakers of speechocean762 declare
(adults alone), accent what those of VCTK do, beside LibriSpeech. Nobody of ``tuned.json`` is measured: with them the
bound of the fuller repair was chosen. The licences of the corpora let anybody measure on them: that stands for consent.
The folder has a cohort for each split, a home whose ledger has the plans, a table for each subject and split, and
``report.json``; run again, it goes on.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import hashlib
import json
import os
import shutil
import time
from collections import Counter, defaultdict
from pathlib import Path

from sayso.audio import Container, Signal, concatenate, decode, encode, resample
from sayso.fairness.cohort import read_cohort
from sayso.fairness.kept import KeptJudgement
from sayso.fairness.margins import DEFAULTS
from sayso.settings import load
from sayso.voices.gate import speech_of
from sayso.workflows.benches.measuring import measure
from sayso.workflows.fairness import judging
from sayso.workflows.fairness.registering import registered
from sayso.workflows.installation.session import open_session

SECONDS = 8  # of each person
SPOKEN_S = 9  # of speech
RATE = 16_000
YOUNG = 22  # years; 24 of 40 who declare an age are as young
PLANNED = 25  # speakers of each group, more than there are: a report tells it
SUBJECTS = {
    "mark:standard": ("ovrl", "likeness=0.02", "detected", "detected_phone"),
    "restoration:repair": ("benefit", "sdr", "likeness"),
    "restoration:fuller": ("benefit", "sdr", "likeness"),
    "restoration:fuller:0.5": ("benefit", "sdr", "likeness"),
    "model:campplus": ("likeness",),
    "model:silero-vad": ("refused",),
    "enrollment:speaker": ("score", "passed", "refused"),
}
SPOKEN = ("model:campplus", "enrollment:speaker")
SPLITS = {
    "sex": ("sex",),
    "language": ("language",),
    "both": ("language", "sex"),
    "age": ("age",),
    "accent": ("accent",),
}


def chosen(folder, count, is_spoken):
    """Return the clips of up to ``count`` people of each sex and first language, and of those of VCTK."""
    tuned = json.loads((Path(__file__).parent / "tuned.json").read_text())
    clips, taken, people = defaultdict(list), Counter(), {}
    for line in (folder / "manifest.jsonl").read_text().splitlines():
        row = json.loads(line)
        if row.get("sex") and row["source"].startswith(("speechocean", "LibriSpeech", "VCTK")):
            clips[row["speaker"]].append(row)
    for speaker, rows in sorted(clips.items(), key=lambda one: hashlib.sha256(one[0].encode()).hexdigest()):
        group = (rows[0]["sex"], rows[0]["source"][:4])
        if speaker not in tuned and taken[group] < count and is_long(folder, rows, is_spoken):
            taken[group] += 1
            people[speaker] = rows
    return people


def is_long(folder, rows, is_spoken):
    """Return whether a person left enough: of speech, or of recordings."""
    if not is_spoken:
        return sum(row["duration_s"] for row in rows) >= SECONDS
    return sum(len(speech_of(decode(folder / row["path"]), RATE)) for row in rows) >= SPOKEN_S * RATE


def written(folder, speaker, rows, out, is_spoken):
    """Write 8 s of a person, or 9 s of their speech, their clips one after another; return the file."""
    file = out / ("spoken" if is_spoken else "clips") / f"{speaker.replace(':', '-')}.wav"
    if not file.exists():
        file.parent.mkdir(exist_ok=True)
        clips = [resample(decode(folder / row["path"]), RATE) for row in sorted(rows, key=lambda row: row["path"])]
        if is_spoken:
            clips = [Signal.mono(speech_of(clip, RATE), RATE) for clip in clips]
        joined = concatenate([Signal.mono(clip.samples[0], RATE) for clip in clips])
        file.write_bytes(encode(joined.slice(0, (SPOKEN_S if is_spoken else SECONDS) * RATE), Container.WAV))
    return file.resolve()


def cohorts(folder, count, out, is_spoken=False):
    """Write a cohort for each split, of those who declare what it asks for; return them."""
    rows = [
        {
            "file": written(folder, speaker, clips, out, is_spoken),
            "speaker": speaker,
            "consented": "yes",
            "sex": clips[0]["sex"],
            "language": {"spee": "Mandarin", "Libr": "English"}.get(clips[0]["source"][:4], ""),
            "age": clips[0]["age"] and (f"to {YOUNG}" if int(clips[0]["age"]) <= YOUNG else f"above {YOUNG}"),
            "accent": "" if "Mandarin" in clips[0]["accent"] else clips[0]["accent"],
        }
        for speaker, clips in chosen(folder, count, is_spoken).items()
    ]
    for row in rows:
        row["age"] = row["age"] if row["language"] == "Mandarin" else ""
    for split, columns in SPLITS.items():
        with (out / f"{split}{'-spoken' * is_spoken}.csv").open("w", newline="") as file:
            table = csv.DictWriter(file, rows[0])
            table.writeheader()
            table.writerows(row for row in rows if all(row[column] for column in columns) and _in(row, split))
    return {
        split: read_cohort(out / f"{split}{'-spoken' * is_spoken}.csv", columns) for split, columns in SPLITS.items()
    }


def _in(row, split):
    return row["language"] or split == "accent"  # two people more or less of VCTK are their own accents alone


def main():
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--speakers", type=int, default=12, help="of each sex and first language, at most")
    asked.add_argument("--out", type=Path, default=Path(".bench/fairness-ourselves"))
    asked.add_argument("subjects", nargs="*", default=list(SUBJECTS), metavar="SUBJECT")
    told = asked.parse_args()
    told.out.mkdir(parents=True, exist_ok=True)
    os.environ["SAYSO_HOME"] = str(told.out / "home")
    session = open_session(load())
    folder = Path(os.environ.get("SAYSO_SPEECH", "../shared/speech"))
    for subject in told.subjects:
        splits = cohorts(folder, told.speakers, told.out, subject in SPOKEN)
        print(subject, *(line for line in run(session, subject, splits, told.out)), sep="\n", flush=True)


def run(session, subject, splits, out):
    """Yield what was found of one subject, split by split; the samples are measured once."""
    report, name = {}, subject.replace(":", "-")
    whole = out / f"{name}.csv"
    if not (out / f"{name}-{next(iter(splits))}.csv").exists():  # a plan that comes after the first sample is none
        for members in splits.values():
            registered(session, subject, SUBJECTS[subject], groups_of(members), PLANNED)
    for split, members in splits.items():
        begun = time.process_time()
        table = out / f"{name}-{split}.csv"
        if whole.exists() and not table.exists():
            shutil.copyfile(whole, table)
        found = measure(session, subject, members, table, order=None)
        if not whole.exists():
            shutil.copyfile(table, whole)
        kept = KeptJudgement.decode(judging.judged(session, subject, table).detail)
        report[split] = dataclasses.asdict(kept) | {"cpu_s": time.process_time() - begun, "new": found.new}
        stands = f"{kept.verdict}, {kept.registered.standing}"
        yield f"  by {split} ({found.new} new, {report[split]['cpu_s']:.0f} s): {stands}"
        for one in kept.comparisons:
            numbers = (one.gap, one.low, one.high, one.margin, one.power)
            gap, low, high, margin, power = ("?" if number is None else f"{number:+.3f}" for number in numbers)
            yield f"    {one.metric}, {one.group}: gap {gap} ({low} to {high}), {margin}, power {power}: {one.verdict}"
    every = json.loads((out / "report.json").read_text()) if (out / "report.json").exists() else {}
    every[subject] = report
    (out / "report.json").write_text(json.dumps(every, indent=1, default=str))


def groups_of(members):
    """Return the groups of a cohort, in order."""
    return sorted({one.group for one in members.members})


if __name__ == "__main__":
    print(f"default margins: {dict(DEFAULTS)}")
    main()
