"""Sayso itself by group, at its own gate: planned, then measured, then judged.

    python benchmarks/fairness/ourselves.py [--speakers 12] [--out .bench/fairness-ourselves] [SUBJECT ...]

Real speech of SAYSO_SPEECH: of each of so many women and men of each first language one clip of 4 s or more. First
language and corpus are one here (English: LibriSpeech; Mandarin: speechocean762), so a gap between them may be one of
microphones. The licences of both corpora let anybody measure on them: that stands for consent. The folder has the
cohort, a home whose ledger has the plans, a table for each subject, and ``report.json``; run again, it goes on.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import hashlib
import json
import os
import time
from pathlib import Path

from sayso.fairness.cohort import read_cohort
from sayso.fairness.kept import KeptJudgement
from sayso.fairness.margins import DEFAULTS
from sayso.settings import load
from sayso.workflows.benches.measuring import measure
from sayso.workflows.fairness import judging
from sayso.workflows.fairness.registering import registered
from sayso.workflows.installation.session import open_session

LEAST = 4  # seconds of each clip
PLANNED = 25  # speakers of each group, more than there are: a report tells it
SUBJECTS = {
    "mark:standard": ("ovrl", "likeness=0.02", "detected", "detected_phone"),
    "restoration:repair": ("benefit", "sdr", "likeness"),
    "model:campplus": ("likeness",),
    "model:silero-vad": ("refused",),
}
SPLITS = {"sex": ("sex",), "language": ("language",), "both": ("language", "sex")}


def chosen(folder, count):
    """Return a clip of ``count`` speakers of each sex and first language, by the digest of what is read."""
    found, taken = [], set()
    rows = [json.loads(line) for line in (folder / "manifest.jsonl").read_text().splitlines()]
    rows = [row for row in rows if row.get("sex") and row["source"].startswith(("speechocean", "LibriSpeech"))]
    for row in sorted(rows, key=lambda row: hashlib.sha256(row["path"].encode()).hexdigest()):
        group = (row["sex"], "Mandarin" if "speechocean" in row["source"] else "English")
        if row["duration_s"] < LEAST or row["speaker"] in taken or sum(one[1] == group for one in found) >= count:
            continue
        taken.add(row["speaker"])
        found.append((row, group))
    return found


def cohort(folder, count, out):
    """Write the cohort; the stratum is the first language, which is the corpus, too."""
    with (out / "cohort.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["file", "speaker", "consented", "sex", "language"])
        for row, (sex, language) in chosen(folder, count):
            table.writerow([(folder / row["path"]).resolve(), row["speaker"], "yes", sex, language])
    return out / "cohort.csv"


def main():
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--speakers", type=int, default=12, help="of each sex and first language")
    asked.add_argument("--out", type=Path, default=Path(".bench/fairness-ourselves"))
    asked.add_argument("subjects", nargs="*", default=list(SUBJECTS), metavar="SUBJECT")
    told = asked.parse_args()
    told.out.mkdir(parents=True, exist_ok=True)
    os.environ["SAYSO_HOME"] = str(told.out / "home")
    session = open_session(load())
    people = cohort(Path(os.environ.get("SAYSO_SPEECH", "../shared/speech")), told.speakers, told.out)
    for subject in told.subjects:
        print(subject, *(line for line in run(session, subject, people, told.out)), sep="\n", flush=True)


def run(session, subject, people, out):
    """Yield what was found of one subject, split by split; the samples are measured once."""
    report, table = {}, out / f"{subject.replace(':', '-')}.csv"
    splits = {split: read_cohort(people, columns) for split, columns in SPLITS.items()}
    if not table.exists():  # a plan that comes after the first sample is none
        for members in splits.values():
            registered(session, subject, SUBJECTS[subject], groups_of(members), PLANNED)
    for split, members in splits.items():
        begun = time.process_time()
        found = measure(session, subject, members, table, order=None)
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
