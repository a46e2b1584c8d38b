"""Kill -9 at random moments of small runs, real processes: is anything lost or there twice, and is the digest the same.

    python benchmarks/corpus/kills.py --seed 1 --seconds 450 --minutes 12 [--ray] [--tier clean] --json FILE
    python benchmarks/corpus/kills.py --sum .bench/kills-*.json

A corpus of a few minutes, in recordings of some seconds, is run once unharmed. Then it is run again and again in new
folders, and killed three to eight times each before it may end: the whole run, its driver alone, one of its workers,
or, with ``--ray``, the second node of a cluster of two that is started for this (its raylet and all its workers; it is
started again at once). The stage to kill in is drawn, and the moment within its usual length. What was found is written
after each corpus, so that what is broken off counts as well.

Lost: rows or sounds of the unharmed run that are not there. Doubled: rows that are there twice, and sounds that no row
names. Done again: parts and segments that were finished and are finished a second time in the worklog, and those that
were in hand when the kill came, each counted whole, so that the share is an upper bound.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Thread

from benchmarks.corpus.corpus import BASIS, raw
from tests.corpus.ray_nodes import QUIET, TOKEN, RayNodes, below, command

from sayso.corpus.catalogue import Catalogue
from sayso.corpus.folder import CorpusFolder
from sayso.corpus.worklog import records

PROGRAM = """
import sys
from pathlib import Path
from sayso.corpus.cleaning import Cleaning
from sayso.corpus.folder import CorpusFolder
from sayso.corpus.program import Runner, RunnerName
from sayso.corpus.running import CorpusRun
home, name, address, tier = sys.argv[1:]
runner = Runner(RunnerName.RAY if address else RunnerName.NATIVE, 2, address)
print(CorpusRun(CorpusFolder.named(Path(home), name), runner, Cleaning(scores=tier == "clean")).run().digest)
"""
ORDER = ("start", "list", "measure", "dedupe", "clean", "publish", "done")
DRAWN = ("start", "measure", "measure", "measure", "dedupe", "clean", "clean", "publish")
"""Most kills come where sound is worked on; the short stages have more of them than their length gives."""
LONGEST_S = 300.0
TIERS = ["catalogue"]
"""The tier of every run, set once by ``--tier``."""


class Cluster:
    """Two nodes, the second of which comes back in the background when it was killed."""

    def __init__(self, folder: Path) -> None:
        self.nodes = RayNodes(folder)
        self._back: Thread | None = None

    def kill(self) -> str:
        """Kill the second node, and say whether it worked."""
        self.ready()
        kind = "node" if self.nodes.working() else "node that did nothing"
        self.nodes.kill_second()
        self._back = Thread(target=self.nodes.start_second)
        self._back.start()
        return kind

    def await_work(self, process: subprocess.Popen[str], rng: random.Random) -> bool:
        """Wait until the second node works, and a moment more; return whether the run still goes on."""
        self.ready()
        while not self.nodes.working() and process.poll() is None:
            time.sleep(0.05)
        time.sleep(rng.uniform(0.0, 1.0))
        return process.poll() is None

    def ready(self) -> None:
        """Wait until both nodes are there."""
        if self._back is not None:
            self._back.join()

    def close(self) -> None:
        self.ready()
        self.nodes.close()


def started(home: Path, name: str, address: str) -> subprocess.Popen[str]:
    quiet = os.environ | QUIET | TOKEN | {"LANCE_LOG": "error", "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(home), name, address, TIERS[-1]],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, start_new_session=True, env=quiet,
    )  # fmt: skip


def kill(kind: str, process: subprocess.Popen[str], cluster: Cluster | None) -> str:
    """Kill what ``kind`` says; return what was killed, "" where there was no such thing."""
    if kind == "node" and cluster is not None:
        return cluster.kill()
    if kind == "worker":
        workers = [pid for pid in below(process.pid) if "udf" in command(pid)]
        if not workers:
            return ""
        with contextlib.suppress(ProcessLookupError):
            os.kill(random.choice(workers), signal.SIGKILL)
    elif kind == "driver":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)
    return kind


@dataclass
class Tally:
    kills: Counter[str] = field(default_factory=Counter)
    moments: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    corpora: int = 0
    same: int = 0
    failed: list[str] = field(default_factory=list)
    lost: int = 0
    doubled: int = 0
    parts: int = 0
    again: int = 0
    in_hand: int = 0

    def told(self) -> dict[str, object]:
        return {
            "kills": sum(self.kills.values()), "of": dict(self.kills), "in the stage": dict(self.moments),
            "corpora": self.corpora, "runs": self.runs, "same digest": self.same, "failed": self.failed,
            "lost": self.lost, "doubled": self.doubled, "parts and segments": self.parts,
            "finished again": self.again, "in hand": self.in_hand,
            "made again, at most": round((self.again + self.in_hand) / max(self.parts, 1), 5),
        }  # fmt: skip


@dataclass(frozen=True)
class Whole:
    """What the unharmed run left: digest, rows by segment, sounds; how long each stage took, and what it finished."""

    digest: str
    rows: frozenset[str]
    sounds: frozenset[str]
    lengths: dict[str, float]
    finished: dict[str, int]

    def expected_s(self, stage: str, corpus: CorpusFolder) -> float:
        """Return how long a stage takes where some of its work is done."""
        over = len(set(finished(corpus).get(stage, ()))) / self.finished.get(stage, 1)
        return self.lengths.get(stage, 0.1) * max(0.05, 1 - over)


def finished(corpus: CorpusFolder) -> dict[str, list[str]]:
    """Return of each stage the parts and segments that are finished, those that were finished twice twice."""
    found: dict[str, list[str]] = {}
    for stage in corpus.work.iterdir():
        if stage.name not in {"begun", "scratch"}:
            keys = [one["key"] for one in records(stage)]
            found[stage.name.partition("-")[0]] = [
                key for key in keys if not key.startswith("stamp:") and len(key) != 64
            ]
    return found


def sounds(corpus: CorpusFolder) -> Iterator[str]:
    yield from (path.name for path in corpus.sounds.rglob("*") if path.is_file())


def stage_of(corpus: CorpusFolder) -> str:
    """Return the stage of a run that began without a status."""
    return str(corpus.told("status", {}).get("stage", "start"))


def unharmed(corpus: CorpusFolder, address: str) -> Whole:
    lengths: Counter[str] = Counter()
    process = started(corpus.path.parent, corpus.name, address)
    while process.poll() is None:
        begun = time.monotonic()
        time.sleep(0.02)
        lengths[stage_of(corpus)] += time.monotonic() - begun
    out, err = process.communicate()
    if process.returncode:
        raise SystemExit(err)
    names = frozenset(row.segment for row in Catalogue(corpus.path).rows())
    counts = {stage: len(keys) for stage, keys in finished(corpus).items()}
    return Whole(out.split()[-1], names, frozenset(sounds(corpus)), dict(lengths), counts)


def waited(corpus: CorpusFolder, process: subprocess.Popen[str], whole: Whole, rng: random.Random) -> bool:
    """Wait for a moment that is drawn; return whether the run still goes on."""
    stage, until = rng.choice(DRAWN), time.monotonic() + LONGEST_S
    while ORDER.index(stage_of(corpus)) < ORDER.index(stage) and process.poll() is None and time.monotonic() < until:
        time.sleep(0.005)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(rng.uniform(0.0, whole.expected_s(stage_of(corpus), corpus)))
    return process.poll() is None


def in_hand(corpus: CorpusFolder, since: float) -> int:
    """Return how many units this run has begun and not finished."""
    found = 0
    for path in (corpus.work / "begun").glob("*"):
        with contextlib.suppress(OSError):
            found += path.stat().st_mtime >= since
    return found


def ended(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Return what a run says to its end; one that does not end is killed, and says so."""
    try:
        return process.communicate(timeout=LONGEST_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return "", f"did not end within {LONGEST_S} s"


def harmed(corpus: CorpusFolder, rng: random.Random, cluster: Cluster | None, whole: Whole, tally: Tally) -> str:
    """Run a corpus, killed a few times; return the digest that it ends with."""
    kinds = ["node", "node", "node", "whole", "driver"] if cluster else ["whole", "driver", "worker"]
    left = rng.randint(3, 8)
    for _ in range(30):
        if cluster is not None:
            cluster.ready()
        (corpus.path / "status.json").unlink(missing_ok=True)
        since, tally.runs, is_over = time.time(), tally.runs + 1, False
        process = started(corpus.path.parent, corpus.name, cluster.nodes.address if cluster else "")
        while left and not is_over:
            kind = rng.choice(kinds)
            on_node = cluster is not None and kind == "node"
            if not (cluster.await_work(process, rng) if on_node else waited(corpus, process, whole, rng)):
                break
            hand, stage = in_hand(corpus, since), stage_of(corpus)
            if killed := kill(kind, process, cluster):
                tally.kills[killed] += 1
                tally.moments[stage] += 1
                tally.in_hand += hand
                left, is_over = left - 1, killed in {"whole", "driver"}
        out, err = ended(process)
        if process.returncode == 0:
            return out.split()[-1]
        if not is_over:
            tally.failed.append(err.strip().splitlines()[-1][:200] if err.strip() else str(process.returncode))
    return "never ended"


def checked(corpus: CorpusFolder, digest: str, whole: Whole, tally: Tally) -> None:
    rows = [row.segment for row in Catalogue(corpus.path).rows()]
    kept = set(sounds(corpus))
    tally.corpora += 1
    tally.same += digest == whole.digest
    tally.lost += len(whole.rows - set(rows)) + len(whole.sounds - kept)
    tally.doubled += len(rows) - len(set(rows)) + len(kept - whole.sounds)
    for keys in finished(corpus).values():
        tally.parts += len(set(keys))
        tally.again += len(keys) - len(set(keys))


def measured(asked: argparse.Namespace, scratch: Path, cluster: Cluster | None) -> None:
    """Do what is asked until the time is over, and write after each corpus what was found so far."""
    tally, rng, until = Tally(), random.Random(asked.seed), time.monotonic() + asked.seconds
    home, folder = scratch / "home", scratch / "raw"
    folder.mkdir()
    length_s = raw(folder, asked.minutes, each_s=asked.each)
    natively = CorpusFolder.created(home, "native")
    natively.add(str(folder), BASIS, {})
    whole = unharmed(natively, "")
    if cluster is not None:  # the digest is that of the native run; how long stages take is Ray's
        on_ray = CorpusFolder.created(home, "ray")
        on_ray.add(str(folder), BASIS, {})
        whole = replace(whole, lengths=unharmed(on_ray, cluster.nodes.address).lengths)
    print(f"unharmed: {len(whole.rows)} rows, {whole.lengths}", flush=True)
    while time.monotonic() < until:
        corpus = CorpusFolder.created(home, f"k{tally.corpora}")
        corpus.add(str(folder), BASIS, {})
        checked(corpus, harmed(corpus, rng, cluster, whole, tally), whole, tally)
        told = {"ray": asked.ray, "seed": asked.seed, "audio_s": round(length_s, 1), **tally.told()}
        print(json.dumps(told), flush=True)
        if asked.json:
            asked.json.parent.mkdir(parents=True, exist_ok=True)
            asked.json.write_text(json.dumps(told, indent=1) + "\n")


def summed(paths: list[Path]) -> dict[str, object]:
    found = [json.loads(path.read_text()) for path in paths]
    numbers = [
        "kills", "corpora", "runs", "same digest", "lost", "doubled", "parts and segments", "finished again", "in hand",
    ]  # fmt: skip
    told: dict[str, object] = {name: sum(one[name] for one in found) for name in numbers}
    for name in ("of", "in the stage"):
        told[name] = dict(sum((Counter(one[name]) for one in found), Counter()))
    told["failed"] = [why for one in found for why in one["failed"]]
    told["made again, at most"] = round((told["finished again"] + told["in hand"]) / told["parts and segments"], 5)
    return told


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--seconds", type=float, default=400.0)
    options.add_argument("--minutes", type=float, default=12.0)
    options.add_argument("--each", type=float, default=4.0)
    options.add_argument("--ray", action="store_true")
    options.add_argument("--tier", choices=("catalogue", "clean"), default="catalogue")
    options.add_argument("--json", type=Path)
    options.add_argument("--sum", type=Path, nargs="*")
    asked = options.parse_args()
    if asked.sum:
        print(json.dumps(summed(asked.sum), indent=1))
        return
    TIERS.append(asked.tier)
    with tempfile.TemporaryDirectory() as scratch, contextlib.ExitStack() as held:
        cluster = held.enter_context(contextlib.closing(Cluster(Path(scratch)))) if asked.ray else None
        measured(asked, Path(scratch), cluster)


if __name__ == "__main__":
    main()
