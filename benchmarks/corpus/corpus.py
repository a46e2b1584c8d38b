"""Corpora: throughput of both tiers, scaling, memory of a long file, kills, and duplicates, on the shared speech.

python benchmarks/corpus/corpus.py --what throughput clean duplicates kills long digests
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from sayso.audio import Container, Signal, encode
from sayso.audio.decode import decode
from sayso.audio.resample import resample
from sayso.audio.signal import concatenate
from sayso.corpus.basis import RecordingBasis
from sayso.corpus.cleaning import Cleaning
from sayso.corpus.duplicates import Candidate, duplicates
from sayso.corpus.folder import CorpusFolder
from sayso.corpus.measuring import content_of
from sayso.corpus.prints import Print
from sayso.corpus.program import Runner, RunnerName
from sayso.corpus.running import CorpusRun
from sayso.corpus.stages import MeasureStage
from sayso.corpus.worklog import records

SPEECH = Path(os.environ.get("SAYSO_SPEECH", "../shared/speech"))
BASIS = RecordingBasis.licensed("CC-BY-4.0", "https://www.openslr.org/12")


def clips(source: str = "") -> list[dict]:
    rows = [json.loads(line) for line in (SPEECH / "manifest.jsonl").read_text().splitlines()]
    return [row for row in rows if row["path"].startswith(source) and row["duration_s"] > 2.0]


def sound(row: dict) -> Signal:
    return resample(decode(SPEECH / row["path"]), 16_000)


def raw(folder: Path, minutes: float, each_s: float = 120.0) -> float:
    """Write recordings of about two minutes, each of other clips with pauses between; return how long they are."""
    rows = clips("librispeech") + clips("speechocean762")
    random.Random(1).shuffle(rows)
    pause = Signal.mono(np.random.default_rng(0).standard_normal(16_000).astype(np.float32) * 1e-4, 16_000)
    held: list[Signal] = []
    total_s, number = 0.0, 0
    for row in rows:
        held += [Signal.mono(sound(row).mixed(), 16_000), pause]
        if sum(one.duration_s for one in held) >= each_s:
            whole = concatenate(held)
            (folder / f"{number:04d}.flac").write_bytes(encode(whole, Container.FLAC))
            total_s, number, held = total_s + whole.duration_s, number + 1, []
        if total_s >= 60 * minutes:
            break
    return total_s


def cpu_s() -> float:
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def timed(home: Path, place: Path, *, workers: int, clean: bool) -> dict:
    corpus = CorpusFolder.created(home, f"c{workers}{'x' if clean else 'y'}")
    corpus.add(str(place), BASIS, {})
    wall, cpu = time.monotonic(), cpu_s()
    done = CorpusRun(corpus, Runner(workers=workers), Cleaning(scores=clean)).run()
    return {
        "workers": workers,
        "tier": "clean" if clean else "catalogue",
        "wall_s": round(time.monotonic() - wall, 1),
        "cpu_s": round(cpu_s() - cpu, 1),
        "digest": done.digest,
        "kept": done.kept,
        "repaired": done.repaired,
        "rejected": done.rejected,
        "duplicates": done.duplicates,
        "hours": done.hours,
    }


def throughput(minutes: float, *, clean: bool, counts: tuple[int, ...]) -> list[dict]:
    found = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "raw")
        folder.mkdir()
        length_s = raw(folder, minutes)
        for workers in counts:
            one = timed(Path(scratch, "home"), folder, workers=workers, clean=clean)
            one["audio_s"] = round(length_s, 1)
            one["hours_per_core_hour"] = round(length_s / one["cpu_s"], 1)
            found.append(one)
            print(one, flush=True)
    return found


DIGEST = """
import sys
from pathlib import Path
import daft
from sayso.corpus.cleaning import Cleaning
from sayso.corpus.folder import CorpusFolder
from sayso.corpus.program import runner_named
from sayso.corpus.running import CorpusRun
home, name, workers = sys.argv[1:]
corpus = CorpusFolder.named(Path(home), f"{name}-{workers}")
done = CorpusRun(corpus, runner_named(name, int(workers)), Cleaning(scores=True)).run()
print(daft.get_or_infer_runner_type(), done.digest)
"""


def digests(minutes: float) -> dict:
    """The digest of the clean tier native with one worker and with two, and on Ray with two."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "raw")
        folder.mkdir()
        told = {"audio_s": round(raw(folder, minutes, each_s=30.0), 1)}
        for name, workers in ((RunnerName.NATIVE, 1), (RunnerName.NATIVE, 2), (RunnerName.RAY, 2)):
            CorpusFolder.created(Path(scratch, "home"), f"{name}-{workers}").add(str(folder), BASIS, {})
            # Each in a process of its own: Daft keeps the first runner that a process asks for.
            command = [sys.executable, "-c", DIGEST, str(Path(scratch, "home")), name.value, str(workers)]
            out = subprocess.run(command, capture_output=True, text=True, check=True)
            told[f"{name}, {workers}"] = out.stdout.splitlines()[-1]
        return told


def changed(signal: Signal) -> dict[str, Signal]:
    rng = np.random.default_rng(3)
    noise = rng.standard_normal(signal.samples.shape) * np.sqrt(np.square(signal.samples).mean()) / 10
    return {
        "mp3": decode(encode(signal, Container.MP3)),
        "opus": decode(encode(signal, Container.OPUS)),
        "telephone": resample(resample(signal, 8_000), 16_000),
        "gain -6 dB": Signal(signal.samples * np.float32(0.5), signal.sample_rate),
        "noise 20 dB": Signal((signal.samples + noise).astype(np.float32), signal.sample_rate),
        "1 s cut off": signal.slice(16_000, signal.num_samples),
    }


def candidate(name: str, signal: Signal) -> Candidate:
    return Candidate(name, content_of(signal), Print.of(signal), seconds=signal.duration_s, bandwidth_hz=7_000.0)


def near(count: int) -> dict:
    """Each clip with its copies among all others: found at all, and found with the right one."""
    rows = [row for row in clips() if row["duration_s"] > 3.0]
    random.Random(2).shuffle(rows)
    made = []
    for number, row in enumerate(rows[:count]):
        original = Signal.mono(sound(row).mixed(), 16_000)
        made.append(candidate(f"{number:04d}", original))
        for how, copy in changed(original).items():
            made.append(candidate(f"{number:04d} {how}", copy))
    began = time.process_time()
    found = duplicates(made)
    spent = time.process_time() - began
    group = {one.segment: one.segment[:4] for one in made}
    wrong = sum(group[name] != group[repeat.of] for name, repeat in found.items())
    expected = len(made) - min(count, len(rows))
    right = sum(group[name] == group[repeat.of] for name, repeat in found.items())
    missed = {}
    for number in range(min(count, len(rows))):
        stay = [one.segment for one in made if group[one.segment] == f"{number:04d}" and one.segment not in found]
        for name in stay[1:]:
            missed[name[5:] or "original"] = missed.get(name[5:] or "original", 0) + 1
    seconds = sum(one.seconds for one in made)
    return {
        "clips": min(count, len(rows)), "copies": expected, "found": right, "wrong": wrong,
        "recall": round(right / expected, 4), "precision": round(right / max(right + wrong, 1), 4),
        "left over": missed, "times real time": round(seconds / max(spent, 1e-6)),
    }  # fmt: skip


def same_text() -> dict:
    """Two people who read the same sentences, and every pair of clips of different content."""
    made = [
        candidate(row["path"], Signal.mono(sound(row).mixed(), 16_000))
        for row in clips("vctk") + clips("speechocean762")
    ]
    texts = {row["path"]: (row["text"], row["speaker"]) for row in clips("vctk") + clips("speechocean762")}
    pairs = sum(
        texts[a.segment][0] == texts[b.segment][0] and texts[a.segment][1] != texts[b.segment][1]
        for place, a in enumerate(made)
        for b in made[place + 1 :]
    )
    return {
        "clips": len(made),
        "pairs of one text by two speakers": pairs,
        "taken for duplicates": len(duplicates(made)),
    }


PROGRAM = """
import sys
from pathlib import Path
from sayso.corpus.cleaning import Cleaning
from sayso.corpus.folder import CorpusFolder
from sayso.corpus.program import Runner, RunnerName
from sayso.corpus.running import CorpusRun
corpus = CorpusFolder.named(Path(sys.argv[1]), sys.argv[2])
print(CorpusRun(corpus, Runner(workers=2), Cleaning(scores=False)).run().digest)
"""


def kills(count: int, minutes: float) -> dict:
    """Kill whole runs at random moments until so many kills are done; then let one end."""
    rng = random.Random(15)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "raw")
        folder.mkdir()
        length_s = raw(folder, minutes)
        home = Path(scratch, "home")
        whole = timed(home, folder, workers=2, clean=False)
        corpus = CorpusFolder.created(home, "killed")
        corpus.add(str(folder), BASIS, {})
        done = 0
        while True:
            command = [sys.executable, "-c", PROGRAM, str(home), "killed"]
            process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
            )
            try:
                out, _ = process.communicate(timeout=rng.uniform(3, 12) if done < count else None)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
                done += 1
                continue
            break
        keys = [each["key"] for each in records(MeasureStage(home / "killed" / "work").worklog) if ":" in each["key"]]
        parts = [key for key in keys if not key.startswith("stamp:")]
        return {
            "kills": done,
            "audio_s": round(length_s, 1),
            "same digest": out.decode().split()[-1] == whole["digest"],
            "parts": len(set(parts)),
            "parts done twice": len(parts) - len(set(parts)),
        }


def long_file(hours: float) -> dict:
    """The most memory that measuring one long file takes, in a process of its own."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "raw")
        folder.mkdir()
        raw(folder, 10, each_s=600.0)
        block = decode(next(iter(sorted(folder.iterdir()))))
        import soundfile

        path = Path(scratch, "long.flac")
        with soundfile.SoundFile(path, "w", 16_000, 1, "PCM_16") as file:
            for _ in range(round(hours * 3600 / block.duration_s)):
                file.write(block.samples[0])
        code = (
            "import json, resource, sys; from pathlib import Path; from sayso.corpus.stages import MeasureStage\n"
            "from sayso.corpus.sources import items_of\n"
            "item = next(items_of(sys.argv[1])); unit = {'unit': 'a', 'options': {}, 'cut': '', **item.record()}\n"
            "print(MeasureStage(Path(sys.argv[2]))(json.dumps(unit)))\n"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
        )
        out = subprocess.run(
            [sys.executable, "-c", code, str(path), str(Path(scratch, "work"))], capture_output=True, check=True
        )
        return {"hours": hours, "most memory, MB": int(out.stdout.split()[-1])}


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--what", nargs="*", default=["throughput", "clean", "duplicates", "kills", "long"])
    options.add_argument("--minutes", type=float, default=30.0)
    options.add_argument("--clean-minutes", type=float, default=8.0)
    options.add_argument("--kills", type=int, default=10)
    options.add_argument("--hours", type=float, default=1.0)
    options.add_argument("--clips", type=int, default=60)
    options.add_argument("--json", type=Path)
    asked = options.parse_args()
    jobs = {
        "throughput": lambda: throughput(asked.minutes, clean=False, counts=(1, 2)),
        "clean": lambda: throughput(asked.clean_minutes, clean=True, counts=(1,)),
        "duplicates": lambda: {"near": near(asked.clips), "same text": same_text()},
        "kills": lambda: kills(asked.kills, asked.minutes),
        "digests": lambda: digests(asked.clean_minutes),
        "long": lambda: long_file(asked.hours),
    }
    found = {name: jobs[name]() for name in asked.what}
    print(json.dumps(found, indent=1))
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
