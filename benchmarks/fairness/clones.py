"""Kokoro's clones by group, at Sayso's own gate; and those clones offered for an enrolment in place of their people.

    SAYSO_SPEECH=FOLDER python benchmarks/fairness/clones.py [--speakers 3] [--until HH:MM] [--out FOLDER]

Of so many women and men of each first language (English: LibriSpeech; Mandarin: speechocean762) whom nothing of the
fit and of the measure of accent was tuned on, 8 s are cloned from (effort ``fast``) and 6 s judged by. Of one recording
these are its begin and its end, of several they are parted whole. The operator attests that the licences of both
corpora allow it. The folder has a home with the voices and the plans; run again, it goes on. With ``--until`` no clone
is begun after that time (UTC), before anything is measured: how many people there are does not depend on what is found.

For an enrolment each clone reads a statement, and ``sayso enroll check``'s checks hear it: beside its own clips and
beside the person's own recordings, all without a mark; and the marked clips, by the check of marks. The thresholds of
these checks were chosen with recordings of most of the Mandarin speakers, never with a clone of anybody.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import asdict
from pathlib import Path

import numpy as np
from accent import chosen as accent_tuned

from sayso.audio import Container, Signal, concatenate, decode, encode
from sayso.clock import now
from sayso.consent import Grant
from sayso.engines.registry import engine as engine_named
from sayso.enrollment.challenge import challenge_for
from sayso.enrollment.checking import check_mark
from sayso.fairness.cohort import read_cohort
from sayso.fairness.kept import KeptJudgement
from sayso.ids import GrantId, SpeakerId, new_id
from sayso.settings import load
from sayso.workflows.benches.figures import SENTENCES
from sayso.workflows.benches.measuring import measure
from sayso.workflows.consent.granting import give
from sayso.workflows.consent.speakers import add_speaker
from sayso.workflows.consent.terms import Terms
from sayso.workflows.enrollment.checking import check_recordings
from sayso.workflows.fairness import judging
from sayso.workflows.fairness.registering import registered
from sayso.workflows.installation.session import open_session
from sayso.workflows.speech.orders import Order
from sayso.workflows.speech.speaking import speak
from sayso.workflows.voices import voicebook
from sayso.workflows.voices.cloning import Commission, clone_voice

RATE, REFERENCE_S, JUDGED_S = 16_000, 8, 6
LICENSEE, PURPOSE = "Northwind Audio", "audiobook/mystery"
FIT_TUNED = {"librispeech:8051", "librispeech:27", "speechocean762:9606", "speechocean762:9628"}
ACCENT_TUNED = 12
ENGINE = "engine:kokoro"
METRICS = ("likeness", "ovrl", "pitch", "rate", "wer", "accent", "latency")
SPLITS = {"sex": ("sex",), "language": ("language",), "both": ("language", "sex")}
SAMPLES = (
    *SENTENCES,
    "Nobody in the village remembered who had built the narrow bridge, or why it led to an empty field.",
    "We packed the lanterns, the rope and a week of dried fruit, and left before the market opened.",
)


def people(folder, count):
    """Return speaker, sex, language, reference and judged sound of ``count`` people of each group, in turns."""
    tuned = FIT_TUNED | {speaker for _, speaker, _ in accent_tuned(folder, 0, ACCENT_TUNED)}
    rows = defaultdict(list)
    for line in (folder / "manifest.jsonl").read_text().splitlines():
        row = json.loads(line)
        if row.get("sex") and row["source"].startswith(("speechocean", "LibriSpeech")) and row["speaker"] not in tuned:
            rows[row["speaker"]].append(row)
    groups = defaultdict(list)
    for speaker in sorted(rows, key=lambda name: hashlib.sha256(f"clone {name}".encode()).hexdigest()):
        first = rows[speaker][0]
        group = (first["sex"], "Mandarin" if "speechocean" in first["source"] else "English")
        if len(groups[group]) < count and (parts := parted(folder, rows[speaker])):
            groups[group].append((speaker, *group, *parts))
    return [one for turn in zip(*groups.values(), strict=False) for one in turn]


def parted(folder, rows):
    """Return 8 s to clone from and 6 s to judge by, or None where there is less."""
    clips = [decode((folder / row["path"]).read_bytes()).mixed() for row in rows]
    if len(clips) == 1:
        clips = [clips[0][: REFERENCE_S * RATE], clips[0][REFERENCE_S * RATE :]]
    half = len(clips) // 2
    sounds = [np.concatenate(some) for some in (clips[:half], clips[half:])]
    wanted = (REFERENCE_S * RATE, JUDGED_S * RATE)
    if any(len(sound) < length for sound, length in zip(sounds, wanted, strict=True)):
        return None
    return [sound[:length].astype(np.float32) for sound, length in zip(sounds, wanted, strict=True)]


def cloned(session, found, out, until):
    """Yield who was cloned, as which voice and with which likeness; what is kept is not cloned again."""
    for speaker, sex, language, reference, judged in found:
        name = speaker.replace(":", "-")
        kept = out / f"{name}.json"
        files = {part: out / f"{name}-{part}.flac" for part in ("reference", "judged")}
        for part, sound in (("reference", reference), ("judged", judged)):
            files[part].write_bytes(encode(Signal.mono(sound, RATE), Container.FLAC))
        if not kept.exists():
            if until and f"{now():%H:%M}" >= until:
                return
            kept.write_text(json.dumps(_clone(session, speaker, files["reference"])))
        told = json.loads(kept.read_text())
        yield {"speaker": speaker, "sex": sex, "language": language, **told, "file": str(files["judged"].resolve())}


def _clone(session, speaker, reference):
    begun = time.process_time()
    one = add_speaker(session, speaker)
    give(session, Terms(speaker=one, licensee=LICENSEE, purposes=(PURPOSE,), max_minutes=60.0))
    made = clone_voice(session, Commission(one, (reference,), effort="fast", engine="kokoro"))
    cpu = time.process_time() - begun
    return {"id": one, "voice": made.voice, "told": made.similarity, "stranger": made.stranger, "cpu_s": cpu}


def measured(session, members, out):
    """Yield the verdicts of the gate by each split; all plans are fixed before the first sample."""
    people, table = out / "cohort.csv", out / "measured.csv"
    with people.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "speaker", "consented", "sex", "language", "voice"])
        for one in members:
            rows.writerow([one["file"], one["speaker"], "yes", one["sex"], one["language"], one["voice"]])
    if not table.exists():
        for columns in reversed(SPLITS.values()):
            counts = Counter(one.group for one in read_cohort(people, columns).members)
            registered(session, ENGINE, METRICS, sorted(counts), min(counts.values()))
    order, report = Order("", "", LICENSEE, PURPOSE), {}
    for split, columns in SPLITS.items():
        measure(session, ENGINE, read_cohort(people, columns), table, order=order)
        kept = KeptJudgement.decode(judging.judged(session, ENGINE, table).detail)
        report[split] = asdict(kept)
        yield f"by {split}: {kept.verdict}, {kept.registered.standing}"
        for one in kept.comparisons:
            numbers = (one.gap, one.low, one.high, one.margin, one.power)
            gap, low, high, margin, power = ("?" if number is None else f"{number:+.3f}" for number in numbers)
            yield f"  {one.metric}, {one.group}: gap {gap} ({low} to {high}), {margin}, power {power}: {one.verdict}"
    (out / "report.json").write_text(json.dumps(report, indent=1, default=str))


def attacked(session, members, out):
    """Yield what the checks of an enrolment say of each clone in its person's place."""
    for one in members:
        kept = out / f"{one['speaker'].replace(':', '-')}-attack.json"
        if not kept.exists():
            with tempfile.TemporaryDirectory(prefix="sayso-") as folder:
                kept.write_text(json.dumps(_attack(session, one, Path(folder))))
        yield json.loads(kept.read_text())


def _attack(session, one, folder):
    engine, asset = engine_named("kokoro"), voicebook.cast(session, one["voice"]).open(session)
    grant = Grant(GrantId(new_id("grant")), SpeakerId(new_id("speaker")), LICENSEE, (PURPOSE,), now(), max_ms=600_000)
    text, files = challenge_for(grant, now()).text, []
    for number, said in enumerate((text, *SAMPLES)):
        files.append(folder / f"{number}.wav")
        files[-1].write_bytes(encode(concatenate(list(engine.stream(said, asset))), Container.WAV))
    own = [Path(one["file"]), Path(one["file"].replace("-judged", "-reference"))]
    found = {
        kind: {name: str(check.verdict) for name, check in done.checks.items()} | {"verdict": str(done.verdict)}
        for kind, samples in (("clips of the clone", files[1:]), ("recordings of the person", own))
        for done in [check_recordings(session, files[0], text, samples)]
    }
    marked = []
    for number, said in enumerate(SENTENCES):
        clip = folder / f"marked-{number}.wav"
        speak(session, Order(said, one["voice"], LICENSEE, PURPOSE), clip)
        marked.append(str(check_mark([decode(clip.read_bytes())], session.detector).verdict))
    return {"group": f"{one['language']}, {one['sex']}", "unmarked": found, "marked": marked}


def counted(found):
    """Yield how many clones get through, what stopped the others, and how many marked clips are refused."""
    for kind in ("clips of the clone", "recordings of the person"):
        each = [one["unmarked"][kind] for one in found]
        checks = [(name, how) for one in each for name, how in one.items() if name != "verdict"]
        stopped = Counter(f"{name} {how}" for name, how in checks if how != "pass")
        yield f"statement of the clone, {kind}: {dict(Counter(one['verdict'] for one in each))}; {dict(stopped)}"
    yield f"marked clips: {dict(Counter(verdict for one in found for verdict in one['marked']))}"


def main():
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--speakers", type=int, default=3, help="of each sex and first language")
    asked.add_argument("--until", metavar="HH:MM")
    asked.add_argument("--out", type=Path, default=Path(".bench/fairness-clones"))
    told = asked.parse_args()
    told.out.mkdir(parents=True, exist_ok=True)
    os.environ |= {"SAYSO_HOME": str(told.out / "home"), "SAYSO_ENROLLMENT": "attested"}
    session = open_session(load())
    found = people(Path(os.environ.get("SAYSO_SPEECH", "../shared/speech")), told.speakers)
    members = []
    for one in cloned(session, found, told.out, told.until):
        members.append(one)
        print(len(members), {name: one[name] for name in ("sex", "language", "told", "cpu_s")}, flush=True)
    for line in measured(session, members, told.out):
        print(line, flush=True)
    for line in counted(list(attacked(session, members, told.out))):
        print(line, flush=True)


if __name__ == "__main__":
    main()
