"""Kill -9 of workers at about the moment when they start: does each run end, with nothing lost, and the same digest.

    python benchmarks/corpus/newborn.py --seed 1 --kills 40 --minutes 3 [--json FILE]

Natively, two workers. A worker is killed at a moment drawn between its birth and when it usually takes up its first
unit: some before Daft has met them, some between that and the first unit, some just after. Each run has up to six of
its workers killed. A run that does not end within five minutes is killed and counted as failed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.corpus.corpus import BASIS, raw
from benchmarks.corpus.kills import Tally, checked, ended, started, unharmed
from tests.corpus.ray_nodes import below, command

from sayso.corpus.folder import CorpusFolder

MOST_S = 1.0
EACH = 6


def is_met(place: str) -> bool:
    """Return whether the driver has taken the connection of the worker that was told this socket."""
    lines = Path("/proc/net/unix").read_text().splitlines()
    return sum(line.endswith(f" {place}") for line in lines) > 1


def born(process: subprocess.Popen[str], known: set[int], rng: random.Random) -> tuple[int, str] | None:
    """Wait for one worker that is not ``known``, and a moment more; return it and its socket, None at the end."""
    while process.poll() is None:
        for pid in below(process.pid):
            told = command(pid).split()
            if pid not in known and "daft.execution.udf_worker" in told:
                known.add(pid)
                time.sleep(rng.uniform(0.0, MOST_S))
                return pid, told[-2]
        time.sleep(0.01)
    return None


def harmed(corpus: CorpusFolder, rng: random.Random, tally: Tally) -> str:
    """Run a corpus once, workers of it killed as they start; return its digest."""
    known: set[int] = set()
    tally.runs += 1
    process = started(corpus.path.parent, corpus.name, "")
    for _ in range(EACH):
        found = born(process, known, rng)
        if found is None:
            break
        pid, place = found
        kind = "met" if is_met(place) else "not met"
        if list((corpus.work / "begun").glob("*")):
            kind = "others at work"
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            tally.kills[kind] += 1
        if rng.random() < 0.5:  # the other worker of the pair lives every other time
            known.update(below(process.pid))
    out, err = ended(process)
    if process.returncode:
        tally.failed.append(err.strip().splitlines()[-1][:200] if err.strip() else str(process.returncode))
    return out.split()[-1] if out.split() else ""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--kills", type=int, default=40)
    options.add_argument("--minutes", type=float, default=3.0)
    options.add_argument("--json", type=Path)
    asked = options.parse_args()
    tally, rng = Tally(), random.Random(asked.seed)
    with tempfile.TemporaryDirectory() as scratch:
        home, folder = Path(scratch, "home"), Path(scratch, "raw")
        folder.mkdir()
        raw(folder, asked.minutes, each_s=4.0)
        whole_corpus = CorpusFolder.created(home, "whole")
        whole_corpus.add(str(folder), BASIS, {})
        whole = unharmed(whole_corpus, "")
        while sum(tally.kills.values()) < asked.kills:
            corpus = CorpusFolder.created(home, f"k{tally.corpora}")
            corpus.add(str(folder), BASIS, {})
            begun = time.monotonic()
            checked(corpus, harmed(corpus, rng, tally), whole, tally)
            print(json.dumps({"s": round(time.monotonic() - begun, 1), **tally.told()}), flush=True)
    if asked.json:
        asked.json.write_text(json.dumps({"seed": asked.seed, **tally.told()}, indent=1) + "\n")


if __name__ == "__main__":
    main()
