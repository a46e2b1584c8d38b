"""The catalogue tier beside the same stages written plainly on Ray Data and with Lhotse, on the same files in one run.

    python benchmarks/corpus/rivals.py --minutes 50 --runs 2 [--lhotse PYTHON] [--vad ours] [--json FILE]

The stages: decode, SHA-256, parts of a minute, Silero VAD, segments, measures and prints, duplicates, each segment as
FLAC, a catalogue. The rules of all of them are Sayso's own functions, called the way the other library is used; the
VAD is asked window by window, as it is published, or, with ``--vad ours``, by Sayso's batches too, so that nothing but
the engines differ. Theirs keep no worklog: a kill costs the run, and nothing of theirs knows consent.

Lhotse needs an interpreter that has it beside what Sayso needs. Each way runs in processes of its own, with one worker
of one thread; processor time and memory (PSS, so that shared pages count once) are of the whole tree of processes,
looked at each 0.2 s.
"""

from __future__ import annotations

import argparse
import ctypes
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from sayso.audio import Container, Signal, encode
from sayso.corpus import measuring
from sayso.corpus.duplicates import Candidate, duplicates
from sayso.corpus.parts import parts
from sayso.corpus.prints import Print
from sayso.corpus.reading import digest_of
from sayso.corpus.row import segment_id
from sayso.models import session
from sayso.models.speech_network import CONTEXT, RATE, WINDOW

QUIET = {
    "DO_NOT_TRACK": "1", "RAY_USAGE_STATS_ENABLED": "0", "RAY_DATA_DISABLE_PROGRESS_BARS": "1",
    "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
}  # fmt: skip
VAD = "BENCH_VAD"


def window_by_window(samples: np.ndarray) -> np.ndarray:
    """Return the probability of speech each 32 ms, the published network asked as its authors ask it."""
    count = -(-samples.size // WINDOW)
    padded = np.pad(samples, (CONTEXT, count * WINDOW - samples.size))
    state, found = np.zeros((2, 1, 128), np.float32), np.zeros(count, np.float32)
    rate, network = np.array(RATE, np.int64), session("silero-vad")
    for place in range(count):
        heard = padded[place * WINDOW : (place + 1) * WINDOW + CONTEXT][np.newaxis]
        told, state = network.run(None, {"input": heard, "state": state, "sr": rate})
        found[place] = told[0, 0]
    return found


def found_in(path: str, samples: np.ndarray, rate: int) -> Iterator[dict[str, Any]]:
    """Yield the segments of a recording that was decoded whole, measured."""
    if os.environ.get(VAD) != "ours":
        measuring.speech_of = window_by_window
    digest = digest_of(Path(path))
    for part in parts([Signal.mono(samples, rate)]):
        for told in measuring.measured(part):
            name = segment_id(digest, told["start"] / 1000, told["end"] / 1000)
            yield {**told, "segment": name, "spoken": json.dumps(told["spoken"])}


def cut(samples: np.ndarray, told: dict[str, Any]) -> Signal:
    first, last = (round(told[edge] * told["rate"] / 1000) for edge in ("start", "end"))
    return Signal.mono(samples[first:last], told["rate"])


def repeated(rows: list[dict[str, Any]]) -> set[str]:
    """Return the segments that are copies of others."""
    asked = [
        Candidate(
            segment=row["segment"],
            content=row["content"],
            print_=Print.decode(row["print"]),
            seconds=(row["end"] - row["start"]) / 1000,
            bandwidth_hz=row["bandwidth"] or 0.0,
            snr_db=row["snr"] or 0.0,
        )
        for row in rows
    ]
    return set(duplicates(asked))


def with_ray(folder: Path, out: Path) -> dict[str, Any]:
    import pyarrow.parquet as pq
    import ray
    import ray.data

    ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False, object_store_memory=300_000_000)

    def measure(row: dict[str, Any]) -> list[dict[str, Any]]:
        samples, rate = soundfile.read(io.BytesIO(row["bytes"]), dtype="float32")
        return [
            {**told, "sound": encode(cut(samples, told), Container.FLAC)}
            for told in found_in(row["path"], samples, rate)
        ]

    measured = str(out / "measured")
    ray.data.read_binary_files(str(folder), include_paths=True).flat_map(measure).write_parquet(measured)
    columns = ["segment", "content", "print", "start", "end", "bandwidth", "snr"]
    copies = repeated(pq.read_table(measured, columns=columns).to_pylist())
    kept = ray.data.read_parquet(measured).filter(lambda row: row["segment"] not in copies)
    kept.write_parquet(str(out / "kept"))
    table = pq.read_table(out / "kept", columns=["start", "end"])
    ray.shutdown()
    return told_of(table.to_pylist(), copies)


def with_lhotse(folder: Path, out: Path) -> dict[str, Any]:
    from lhotse import CutSet, RecordingSet, SupervisionSegment, SupervisionSet

    recordings = RecordingSet.from_dir(folder, "*.flac")
    rows, spoken = [], []
    for recording in recordings:
        for told in found_in(recording.sources[0].source, recording.load_audio()[0], recording.sampling_rate):
            start, length = told["start"] / 1000, (told["end"] - told["start"]) / 1000
            custom = {name: told[name] for name in ("snr", "rt60", "bandwidth", "clipped", "hum", "content", "spoken")}
            spoken.append(SupervisionSegment(told["segment"], recording.id, start, length, custom=custom))
            rows.append(told)
    copies = repeated(rows)
    kept = SupervisionSet.from_segments(one for one in spoken if one.id not in copies)
    cuts = CutSet.from_manifests(recordings, kept).trim_to_supervisions(keep_overlapping=False)
    cuts.to_shar(out, fields={"recording": "flac"}, shard_size=1000)
    return told_of([row for row in rows if row["segment"] not in copies], copies)


def with_sayso(folder: Path, out: Path) -> dict[str, Any]:
    from benchmarks.corpus.corpus import BASIS

    from sayso.corpus.cleaning import Cleaning
    from sayso.corpus.folder import CorpusFolder
    from sayso.corpus.program import Runner
    from sayso.corpus.running import CorpusRun

    corpus = CorpusFolder.created(out, "ours")
    corpus.add(str(folder), BASIS, {})
    done = CorpusRun(corpus, Runner(workers=1), Cleaning(scores=False)).run()
    return {"segments": done.kept + done.rejected, "speech_s": round(3600 * done.hours, 1), "copies": done.duplicates}


def told_of(rows: list[dict[str, Any]], copies: set[str]) -> dict[str, Any]:
    seconds = sum(row["end"] - row["start"] for row in rows) / 1000
    return {"segments": len(rows), "speech_s": round(seconds, 1), "copies": len(copies)}


WAYS = {"sayso": with_sayso, "ray": with_ray, "lhotse": with_lhotse}


class Tree:
    """All processes below this one, those that lost their parents too: the time they took, the memory they hold."""

    def __init__(self) -> None:
        ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER: orphans come to this process
        self.cpu_s: dict[str, float] = {}
        self.most_mb = 0.0

    def look(self) -> None:
        ticks, memory = os.sysconf("SC_CLK_TCK"), 0
        for pid in self.below(os.getpid()):
            try:
                stat = Path("/proc", pid, "stat").read_text().rpartition(")")[2].split()
                rollup = Path("/proc", pid, "smaps_rollup").read_text()
            except OSError:
                continue  # it ended in between
            self.cpu_s[f"{pid} {stat[19]}"] = (int(stat[11]) + int(stat[12])) / ticks
            memory += next((int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")), 0)
        self.most_mb = max(self.most_mb, memory / 1024)

    @staticmethod
    def below(root: int) -> list[str]:
        parents: dict[str, list[str]] = {}
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents.setdefault(fields[1], []).append(path.parent.name)
        found = list(parents.get(str(root), ()))
        for pid in found:
            found += parents.get(pid, ())
        return found


def timed(way: str, python: str, folder: Path, vad: str) -> dict[str, Any]:
    """Run one way in processes of its own; return what it found and what it took."""
    tree, before = Tree(), resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as out:
        begun = time.monotonic()
        command = [python, __file__, "--one", way, "--folder", str(folder), "--out", out]
        process = subprocess.Popen(
            command, env=os.environ | QUIET | {VAD: vad}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        while process.poll() is None:
            tree.look()
            time.sleep(0.2)
        wall = time.monotonic() - begun
        while tree.below(os.getpid()):  # what it left behind, and is ending
            tree.look()
            time.sleep(0.2)
            while waited():
                pass
        told = json.loads(process.stdout.read().splitlines()[-1])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    reaped = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    spent = max(sum(tree.cpu_s.values()), reaped)
    return {
        "way": way,
        "vad": vad,
        **told,
        "cpu_s": round(spent, 1),
        "wall_s": round(wall, 1),
        "mb": round(tree.most_mb),
    }


def waited() -> bool:
    try:
        return os.waitpid(-1, os.WNOHANG)[0] > 0
    except ChildProcessError:
        return False


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--minutes", type=float, default=50.0)
    options.add_argument("--runs", type=int, default=1)
    options.add_argument("--lhotse", help="an interpreter that has lhotse and what Sayso needs")
    options.add_argument("--vad", choices=["published", "ours"], nargs="*", default=["published", "ours"])
    options.add_argument("--json", type=Path)
    options.add_argument("--one", choices=sorted(WAYS), help=argparse.SUPPRESS)
    options.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.one:
        print(json.dumps(WAYS[asked.one](asked.folder, asked.out)))
        return
    from benchmarks.corpus.corpus import raw

    pythons = {"sayso": sys.executable, "ray": sys.executable, **({"lhotse": asked.lhotse} if asked.lhotse else {})}
    found = []
    with tempfile.TemporaryDirectory() as scratch:
        length_s = raw(Path(scratch), asked.minutes)
        for _ in range(asked.runs):
            for way, python in pythons.items():
                for vad in ["ours"] if way == "sayso" else asked.vad:
                    one = timed(way, python, Path(scratch), vad)
                    one["hours_per_core_hour"] = round(length_s / one["cpu_s"], 1)
                    found.append(one)
                    print(json.dumps(one), flush=True)
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
