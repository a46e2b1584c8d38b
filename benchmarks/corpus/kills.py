"""Kill -9 at random moments of small runs, real processes: is anything lost or there twice, and is the digest the same.

    python benchmarks/corpus/kills.py --seed 1 --seconds 450 --minutes 4 [--ray] --json .bench/kills-1.json
    python benchmarks/corpus/kills.py --sum .bench/kills-*.json

A corpus of a few minutes is run once unharmed. Then it is run again and again in new folders, and killed one to six
times each before it may end: the whole run, its driver alone, one of its workers, or, with ``--ray``, the second node
of a cluster of two that is started for this (its raylet, and so all its workers; it is started again at once).

Lost: rows or sounds of the unharmed run that are not there. Doubled: rows that are there twice, and sounds that no row
names. Done again: parts and segments that were finished and are finished a second time in the worklog, and the parts
that were in hand when the kill came, each counted whole, so that the share is an upper bound.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.corpus.corpus import BASIS, raw
from benchmarks.corpus.rivals import Tree

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
home, name, address = sys.argv[1:]
runner = Runner(RunnerName.RAY if address else RunnerName.NATIVE, 2, address)
print(CorpusRun(CorpusFolder.named(Path(home), name), runner, Cleaning(scores=False)).run().digest)
"""
QUIET = {"LANCE_LOG": "error", "RAY_USAGE_STATS_ENABLED": "0", "DO_NOT_TRACK": "1", "OMP_NUM_THREADS": "1"}


class RayNodes:
    """A head and a second node, each with its processes; the second can be killed and comes back."""

    def __init__(self) -> None:
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
        port = port if not 10_002 <= port <= 19_999 else port + 10_000
        self.address = f"127.0.0.1:{port}"
        self._temp = tempfile.mkdtemp(prefix="ray-")
        self._head = self._started("--head", f"--port={port}", "--include-dashboard=false", f"--temp-dir={self._temp}")
        time.sleep(8.0)
        self._second = self._started(f"--address={self.address}")
        time.sleep(6.0)

    def _started(self, *told: str) -> subprocess.Popen[bytes]:
        command = [str(Path(sys.executable).parent / "ray"), "start", "--block", "--num-cpus=4", *told]
        more = ["--node-ip-address=127.0.0.1", "--object-store-memory=150000000", "--disable-usage-stats"]
        if "--head" not in told:
            more.remove("--disable-usage-stats")
        return subprocess.Popen(
            command + more, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            env=os.environ | QUIET,
        )  # fmt: skip

    def kill_second(self) -> None:
        """Kill every process of the second node, and start it again."""
        _kill_all(self._second.pid)
        self._second.wait()
        self._second = self._started(f"--address={self.address}")

    def end(self) -> None:
        for one in (self._second, self._head):
            _kill_all(one.pid)
            one.wait()


def _kill_all(root: int) -> None:
    for pid in [*Tree.below(root), str(root)]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)


def started(home: Path, name: str, address: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(home), name, address], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, start_new_session=True, env=os.environ | QUIET,
    )  # fmt: skip


def kill(kind: str, process: subprocess.Popen[str], nodes: RayNodes | None) -> bool:
    """Kill what ``kind`` says; return whether there was such a thing."""
    if kind == "node" and nodes is not None:
        nodes.kill_second()
    elif kind == "worker":
        workers = [pid for pid in Tree.below(process.pid) if "udf" in _command(pid)]
        if not workers:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(random.choice(workers)), signal.SIGKILL)
    elif kind == "driver":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)
    return True


def _command(pid: str) -> str:
    try:
        return Path("/proc", pid, "cmdline").read_text()
    except OSError:
        return ""


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
        }  # fmt: skip


@dataclass(frozen=True)
class Whole:
    """What the unharmed run left: digest, rows by segment, sounds."""

    digest: str
    rows: frozenset[str]
    sounds: frozenset[str]

    @classmethod
    def of(cls, corpus: CorpusFolder, digest: str) -> Whole:
        names = frozenset(row.segment for row in Catalogue(corpus.path).rows())
        return cls(digest, names, frozenset(sounds(corpus)))


def sounds(corpus: CorpusFolder) -> Iterator[str]:
    yield from (path.name for path in corpus.sounds.rglob("*") if path.is_file())


def harmed(corpus: CorpusFolder, rng: random.Random, nodes: RayNodes | None, tally: Tally, slow: float) -> str:
    """Run a corpus, killed a few times; return the digest that it ends with."""
    kinds = ["node", "node", "whole", "driver"] if nodes else ["whole", "driver", "worker"]
    left, address = rng.randint(1, 6), nodes.address if nodes else ""
    while True:
        process = started(corpus.path.parent, corpus.name, address)
        tally.runs += 1
        is_over = False
        while left and not is_over:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(rng.uniform(0.3, slow))
            if process.poll() is not None:
                break
            kind, hand = rng.choice(kinds), len(list((corpus.work / "begun").glob("*")))
            stage = corpus.told("status", {}).get("stage", "start")
            if kill(kind, process, nodes):
                tally.kills[kind] += 1
                tally.moments[stage] += 1
                tally.in_hand += hand
                left, is_over = left - 1, kind in {"whole", "driver"}
        out, err = process.communicate()
        if process.returncode == 0:
            return out.split()[-1]
        if not is_over:
            tally.failed.append(err.strip().splitlines()[-1][:200] if err.strip() else str(process.returncode))


def checked(corpus: CorpusFolder, digest: str, whole: Whole, tally: Tally) -> None:
    rows = [row.segment for row in Catalogue(corpus.path).rows()]
    kept = set(sounds(corpus))
    tally.corpora += 1
    tally.same += digest == whole.digest
    tally.lost += len(whole.rows - set(rows)) + len(whole.sounds - kept)
    tally.doubled += len(rows) - len(set(rows)) + len(kept - whole.sounds)
    for stage in corpus.work.iterdir():
        if stage.name not in {"begun", "scratch"}:
            keys = [one["key"] for one in records(stage)]
            own = [key for key in keys if not key.startswith("stamp:") and len(key) != 64]
            tally.parts += len(set(own))
            tally.again += len(own) - len(set(own))


def measured(asked: argparse.Namespace) -> dict[str, object]:
    tally, rng, until = Tally(), random.Random(asked.seed), time.monotonic() + asked.seconds
    nodes = RayNodes() if asked.ray else None
    try:
        with tempfile.TemporaryDirectory() as scratch:
            home, folder = Path(scratch, "home"), Path(scratch, "raw")
            folder.mkdir()
            length_s = raw(folder, asked.minutes, each_s=asked.each)
            first = CorpusFolder.created(home, "whole")
            first.add(str(folder), BASIS, {})
            began = time.monotonic()
            out = started(home, "whole", "").communicate()[0]
            whole, slow = Whole.of(first, out.split()[-1]), 0.8 * (time.monotonic() - began)
            print(f"unharmed: {slow / 0.8:.1f} s, {len(whole.rows)} rows", flush=True)
            while time.monotonic() < until:
                corpus = CorpusFolder.created(home, f"k{tally.corpora}")
                corpus.add(str(folder), BASIS, {})
                checked(corpus, harmed(corpus, rng, nodes, tally, slow), whole, tally)
                print(json.dumps(tally.told()), flush=True)
        return {"ray": asked.ray, "seed": asked.seed, "audio_s": round(length_s, 1), **tally.told()}
    finally:
        if nodes:
            nodes.end()


def summed(paths: list[Path]) -> dict[str, object]:
    found = [json.loads(path.read_text()) for path in paths]
    numbers = [
        "kills",
        "corpora",
        "runs",
        "same digest",
        "lost",
        "doubled",
        "parts and segments",
        "finished again",
        "in hand",
    ]
    told: dict[str, object] = {name: sum(one[name] for one in found) for name in numbers}
    for name in ("of", "in the stage"):
        told[name] = dict(sum((Counter(one[name]) for one in found), Counter()))
    told["failed"] = [why for one in found for why in one["failed"]]
    return told


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--seconds", type=float, default=400.0)
    options.add_argument("--minutes", type=float, default=4.0)
    options.add_argument("--each", type=float, default=15.0)
    options.add_argument("--ray", action="store_true")
    options.add_argument("--json", type=Path)
    options.add_argument("--sum", type=Path, nargs="*")
    asked = options.parse_args()
    found = summed(asked.sum) if asked.sum else measured(asked)
    print(json.dumps(found, indent=1))
    if asked.json:
        asked.json.parent.mkdir(parents=True, exist_ok=True)
        asked.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
